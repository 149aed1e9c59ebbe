import botocore.session
from botocore.validate import ParamValidator
from ministack.core.responses import get_account_id, get_region

from .registry import add, camel, without


def install():
    add(
        "AWS::CodeBuild::ReportGroup",
        "checked against the service's request model and kept as a record; nothing reports",
        _create,
        lambda arn, properties: None,
        lambda arn, old, new, stack, logical_id: (arn, {"Arn": arn}),
        needs=("Name", "Type", "ExportConfig"),
        allows=("Name", "Type", "ExportConfig", "DeleteReports", "Tags"),
    )


def _create(logical_id, properties, stack):
    request = camel(without(properties, "DeleteReports", "Tags"))
    model = botocore.session.get_session().get_service_model("codebuild").operation_model("CreateReportGroup")
    report = ParamValidator().validate(request, model.input_shape)
    if report.has_errors():
        raise ValueError(f"codebuild CreateReportGroup: {report.generate_report()}")
    arn = f"arn:aws:codebuild:{get_region()}:{get_account_id()}:report-group/{properties['Name']}"
    return arn, {"Arn": arn}
