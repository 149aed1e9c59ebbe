import json
import os

import botocore.session
from botocore.validate import ParamValidator
from ministack.core.responses import get_account_id, get_region
import ministack.services.cloudformation.provisioners as provisioners

from .registry import add, camel, without

_CHECKED = "checked against the service's request model and kept as a record; nothing runs"
_NUMBERS = ("runOrder", "timeoutInMinutes")
_OPTIONAL = ("PipelineType", "ExecutionMode", "Triggers", "Variables")


def install(run):
    def keep(logical_id, properties, stack):
        name = properties.get("Name") or provisioners._physical_name(stack, logical_id, max_len=100)
        pipeline = _pipeline(name, properties)
        _check("codepipeline", "CreatePipeline", {"pipeline": pipeline})
        with open(os.path.join(run, f"pipeline-{name}.json"), "w") as file:
            json.dump(pipeline, file, indent=1)
        return name, {"Version": "1"}

    add(
        "AWS::CodePipeline::Pipeline",
        _CHECKED,
        keep,
        lambda name, properties: os.remove(os.path.join(run, f"pipeline-{name}.json")),
        lambda name, old, new, stack, logical_id: keep(logical_id, {**new, "Name": name}, stack),
        needs=("RoleArn", "Stages", "ArtifactStore"),
        allows=("RoleArn", "Stages", "ArtifactStore", "Name", "RestartExecutionOnUpdate", "Tags", *_OPTIONAL),
    )
    add(
        "AWS::CodeConnections::Connection",
        _CHECKED,
        _connect,
        lambda arn, properties: None,
        needs=("ConnectionName",),
    )


def _pipeline(name, properties):
    stages = [
        {**camel(without(stage, "Actions")), "actions": [_action(action) for action in stage["Actions"]]}
        for stage in properties["Stages"]
    ]
    pipeline = {
        "name": name,
        "roleArn": properties["RoleArn"],
        "artifactStore": camel(properties["ArtifactStore"]),
        "stages": _numbers(stages),
    }
    for key in _OPTIONAL:
        if key in properties:
            pipeline[key[0].lower() + key[1:]] = _numbers(camel(properties[key]))
    return pipeline


def _action(action):
    converted = camel(without(action, "Configuration"))
    if "Configuration" in action:
        # Names of configuration entries are the action's own, and its values are all strings.
        converted["configuration"] = {key: str(value) for key, value in action["Configuration"].items()}
    return converted


def _numbers(value):
    if isinstance(value, dict):
        return {key: int(item) if key in _NUMBERS else _numbers(item) for key, item in value.items()}
    return [_numbers(item) for item in value] if isinstance(value, list) else value


def _connect(logical_id, properties, stack):
    _check("codeconnections", "CreateConnection", without(properties, "Tags"))
    arn = f"arn:aws:codeconnections:{get_region()}:{get_account_id()}:connection/{logical_id}"
    return arn, {"ConnectionArn": arn, "ConnectionStatus": "PENDING"}


def _check(service, operation, request):
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    report = ParamValidator().validate(request, model.input_shape)
    if report.has_errors():
        raise ValueError(f"{service} {operation}: {report.generate_report()}")
