"""Prints what is in the account, as JSON: resource names by kind. What every account has by itself is left out."""

import json

import boto3


def pages(service, operation, field, **parameters):
    client = boto3.client(service)
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**parameters):
            yield from page.get(field, [])
    else:
        yield from getattr(client, operation)(**parameters).get(field, [])


def names(service, operation, field, key, keep=lambda item: True, **parameters):
    found = [item for item in pages(service, operation, field, **parameters) if keep(item)]
    return sorted(item if key is None else item[key] for item in found)


INVENTORY = {
    "CloudFormation stack": lambda: names(
        "cloudformation", "describe_stacks", "Stacks", "StackName",
        lambda stack: stack["StackStatus"] != "DELETE_COMPLETE",
    ),
    "EC2 VPC": lambda: names("ec2", "describe_vpcs", "Vpcs", "VpcId", lambda vpc: not vpc.get("IsDefault")),
    "EC2 NAT gateway": lambda: names(
        "ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId", lambda nat: nat["State"] != "deleted"
    ),
    "EC2 Elastic IP": lambda: names("ec2", "describe_addresses", "Addresses", "AllocationId"),
    "EC2 launch template": lambda: names(
        "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"
    ),
    "EC2 security group": lambda: names(
        "ec2", "describe_security_groups", "SecurityGroups", "GroupName", lambda group: group["GroupName"] != "default"
    ),
    "EC2 volume": lambda: names("ec2", "describe_volumes", "Volumes", "VolumeId"),
    "EC2 network interface": lambda: names(
        "ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"
    ),
    "load balancer": lambda: names("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
    "target group": lambda: names("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    "EKS cluster": lambda: names("eks", "list_clusters", "clusters", None),
    "ECR repository": lambda: names("ecr", "describe_repositories", "repositories", "repositoryName"),
    "SSM parameter": lambda: names("ssm", "describe_parameters", "Parameters", "Name"),
    "secret": lambda: names("secretsmanager", "list_secrets", "SecretList", "Name"),
    "log group": lambda: names("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "Lambda function": lambda: names("lambda", "list_functions", "Functions", "FunctionName"),
    "IAM role": lambda: names(
        "iam", "list_roles", "Roles", "RoleName", lambda role: not role["Path"].startswith("/aws-service-role/")
    ),
    "IAM policy": lambda: names("iam", "list_policies", "Policies", "PolicyName", Scope="Local"),
    "S3 bucket": lambda: names("s3", "list_buckets", "Buckets", "Name"),
    "KMS key": lambda: sorted(filter(None, map(living_key, pages("kms", "list_keys", "Keys")))),
    "SNS topic": lambda: names("sns", "list_topics", "Topics", "TopicArn"),
    "EventBridge rule": lambda: names("events", "list_rules", "Rules", "Name"),
    "CodeBuild project": lambda: names("codebuild", "list_projects", "projects", None),
    "state machine": lambda: names("stepfunctions", "list_state_machines", "stateMachines", "name"),
    "backup vault": lambda: names(
        "backup", "list_backup_vaults", "BackupVaultList", "BackupVaultName",
        lambda vault: vault["BackupVaultName"] != "Default",
    ),
}


def living_key(key):
    """Keys are deleted after a waiting period, and those of AWS's own services are not the account's."""
    metadata = boto3.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    gone = metadata.get("KeyManager") == "AWS" or metadata["KeyState"] == "PendingDeletion"
    return None if gone else key["KeyId"]


print(json.dumps({kind: ask() for kind, ask in INVENTORY.items()}))
