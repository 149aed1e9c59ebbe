"""What the emulator gets wrong and the app's deployment meets. Each goes when it is mended there."""

import json

import ministack.app
import ministack.core.iam_actions as iam_actions
import ministack.services.alb as alb
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudwatch_logs as logs
import ministack.services.ec2 as ec2
import ministack.services.ecr as ecr
import ministack.services.iam as iam
import ministack.services.lambda_svc as lambda_svc
import ministack.services.s3 as s3
import ministack.services.secretsmanager as secretsmanager
from added_types.registry import accepted
from ministack.core.responses import error_response_json

_is_bindable = ministack.app._port_is_bindable
_describe_images = ecr._describe_images
_resource_arn = iam_actions.extract_resource_arn
_tags_of_request = iam_actions.request_tag_context
_emit_lambda_logs = lambda_svc._emit_lambda_logs
_secret_string = provisioners._sm_secret_string


def _without_443(host, port):
    """It would listen on 443 as well where it can, and that port is this machine's."""
    return port != 443 and _is_bindable(host, port)


def _resource_of(service, method, path, headers, body, query_params, region, account_id):
    """ecr:DescribeRepositories for one repository is about that one, by its name in a list; it is taken for all."""
    if service == "ecr" and body and b'"repositoryNames"' in body:
        names = json.loads(body).get("repositoryNames") or []
        if len(names) == 1:
            return f"arn:aws:ecr:{region}:{account_id}:repository/{names[0]}"
    return _resource_arn(service, method, path, headers, body, query_params, region, account_id)


def _images_of(request):
    """Asked for an image that is not there, it answers with none; the CDK then takes it for pushed."""
    name = request.get("repositoryName", "")
    missing = [wanted for wanted in request.get("imageIds") or [] if ecr._find_image(name, wanted) is None]
    if name in ecr._repositories and missing:
        message = f"The image with imageId {missing[0]} does not exist within the repository with name '{name}'"
        return error_response_json("ImageNotFoundException", message, 400)
    return _describe_images(request)


def _generated_secret(properties):
    """Its CloudFormation puts punctuation into a secret that is to have none; its API knows better."""
    asked = properties.get("GenerateSecretString")
    if not asked or "SecretStringTemplate" in asked:
        return _secret_string(properties)
    return json.loads(accepted(secretsmanager._get_random_password(asked)))["RandomPassword"]


# By which parameter a request names what it is about, and where its tags are.
_TAGGED = {
    "ec2": {"GroupId": ec2._tags, "VolumeId": ec2._tags, "NetworkInterfaceId": ec2._tags},
    "elasticloadbalancing": {"LoadBalancerArn": alb._tags, "TargetGroupArn": alb._tags},
}


def _tags_of_resource(service, iam_action, body, params):
    """It decides without the tags of what a request is about, so that a policy limited by them allows nothing."""
    context = _tags_of_request(service, iam_action, body, params)
    for parameter, tags in _TAGGED.get(service, {}).items():
        named = iam_actions._query_param(params, parameter)
        for tag in tags.get(named, []) if named else []:
            context[f"aws:resourcetag/{tag['Key']}".lower()] = tag["Value"]
    return context


def _with_tags(provision):
    """Its CloudFormation forgets a bucket's tags, by which the CDK's Lambda knows which it may empty."""

    def provisioned(*args):
        properties = args[-2]  # Before the stack's name, in creating and in updating alike.
        name, attributes = provision(*args)
        s3._bucket_tags[name] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
        return name, attributes

    return provisioned


def _may_make_log_groups(role_arn):
    role = iam._roles.get((role_arn or "").rsplit("/", 1)[-1])
    if role is None:
        return False
    documents = [str(document) for document in role.get("InlinePolicies", {}).values()]
    return any(arn.endswith("ExecutionRole") for arn in role.get("AttachedPolicies", [])) or any(
        "logs:CreateLogGroup" in document for document in documents
    )


def _log_of_lambda(function, *args, **options):
    """It makes a Lambda's log group whatever its role may do, and anew when it was deleted during the last call."""
    configuration = function.get("config") or function
    named = (configuration.get("LoggingConfig") or {}).get("LogGroup")
    group = named or f"/aws/lambda/{configuration.get('FunctionName')}"
    if group in logs._log_groups or _may_make_log_groups(configuration.get("Role")):
        _emit_lambda_logs(function, *args, **options)


def install():
    lambda_svc._emit_lambda_logs = _log_of_lambda
    bucket = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]
    for operation in ("create", "update"):
        bucket[operation] = _with_tags(bucket[operation])
    provisioners._sm_secret_string = _generated_secret
    ecr._describe_images = _images_of
    ministack.app._port_is_bindable = _without_443
    iam_actions.extract_resource_arn = _resource_of
    iam_actions.request_tag_context = _tags_of_resource
