import re

import ministack.services.ec2 as ec2

from .registry import accepted, add

_API = "made through the emulator's own API, which has it; its CloudFormation does not"


def install():
    add("AWS::EC2::EIP", _API, _allocate, _release, allows=("Domain", "Tags"))
    add(
        "AWS::EC2::NatGateway",
        _API,
        _create_nat,
        lambda gateway, properties: accepted(ec2._delete_nat_gateway(_query(NatGatewayId=gateway))),
        needs=("SubnetId", "AllocationId"),
        allows=("SubnetId", "AllocationId", "Tags"),
    )
    add(
        "AWS::EC2::SecurityGroupIngress",
        "kept as a record: the emulator has no traffic, and of the cluster's own group only the name",
        lambda logical_id, properties, stack: (f"sgr-{logical_id}", {"Id": f"sgr-{logical_id}"}),
        lambda rule, properties: None,
        needs=("GroupId", "SourceSecurityGroupId", "IpProtocol", "FromPort", "ToPort"),
        allows=("GroupId", "SourceSecurityGroupId", "IpProtocol", "FromPort", "ToPort", "Description"),
    )
    add(
        "AWS::EC2::FlowLog",
        "kept as a record: the emulator has no traffic to log",
        lambda logical_id, properties, stack: (f"fl-{logical_id}", {"Id": f"fl-{logical_id}"}),
        lambda log, properties: None,
        lambda log, old, new, stack, logical_id: (log, {"Id": log}),
        needs=("ResourceId", "ResourceType"),
    )


def _query(**parameters):
    return {name: [value] for name, value in parameters.items()}


def _found(tag, body):
    text = body.decode() if isinstance(body, bytes) else body
    return re.search(rf"<{tag}>([^<]+)<", text).group(1)


def _allocate(logical_id, properties, stack):
    answer = accepted(ec2._allocate_address(_query(Domain=properties.get("Domain", "vpc"))))
    address = _found("publicIp", answer)
    return address, {"AllocationId": _found("allocationId", answer), "PublicIp": address}


def _release(address, properties):
    for allocation, known in list(ec2._addresses.items()):
        if known["PublicIp"] == address:
            accepted(ec2._release_address(_query(AllocationId=allocation)))


def _create_nat(logical_id, properties, stack):
    subnet, allocation = properties["SubnetId"], properties["AllocationId"]
    if allocation not in ec2._addresses or subnet not in ec2._subnets:
        raise ValueError(f"AWS::EC2::NatGateway: no address {allocation} or no subnet {subnet}")
    answer = accepted(ec2._create_nat_gateway(_query(SubnetId=subnet, AllocationId=allocation)))
    gateway = _found("natGatewayId", answer)
    return gateway, {"NatGatewayId": gateway}
