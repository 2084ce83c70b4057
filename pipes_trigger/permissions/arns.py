"""
What the ARNs of a template's resources look like: `${Orders.Arn}` is `arn:<partition>:dynamodb:...:table/<name>`.

Sources: each type's "Return values" in the CloudFormation reference, and the service authorization reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipes_trigger.permissions.expressions import Expression, Hole, HoleKind, expression
from pipes_trigger.quick_dataclasses import dataclass, field

REF: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArnShape:
    """
    How the ARNs of a resource type are built.

    Attributes:
        service: The ARN's service.
        before: What stands before the name in the ARN's resource part.
        name: The property with the name, where the template says it.
        arns: What each attribute that is an ARN has after the name.
        names: The attributes that are the name alone.
        place: The ARN's region and account.
    """

    service: str
    before: str = ""
    name: str = ""
    arns: Mapping[str, str] = field(default_factory=lambda: {"Arn": ""})
    names: tuple[str, ...] = (REF,)
    place: str = "${AWS::Region}:${AWS::AccountId}"


_TABLE: Final = ArnShape(
    service="dynamodb", before="table/", name="TableName", arns={"Arn": "", "StreamArn": "/stream/"}
)
ARN_SHAPES: Final[Mapping[str, ArnShape]] = {
    "AWS::CodePipeline::Pipeline": ArnShape(service="codepipeline", name="Name", arns={}),
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::Events::EventBus": ArnShape(service="events", before="event-bus/", name="Name", names=(REF, "Name")),
    "AWS::IAM::Role": ArnShape(service="iam", before="role/", name="RoleName", place=":${AWS::AccountId}"),
    "AWS::KMS::Key": ArnShape(service="kms", before="key/", names=(REF, "KeyId")),
    "AWS::Kinesis::Stream": ArnShape(service="kinesis", before="stream/", name="Name"),
    "AWS::Lambda::Function": ArnShape(service="lambda", before="function:", name="FunctionName"),
    "AWS::Logs::LogGroup": ArnShape(service="logs", before="log-group:", name="LogGroupName", arns={"Arn": ":*"}),
    "AWS::S3::Bucket": ArnShape(service="s3", name="BucketName", place=":"),
    "AWS::SNS::Topic": ArnShape(service="sns", name="TopicName", arns={REF: "", "TopicArn": ""}, names=("TopicName",)),
    "AWS::SQS::Queue": ArnShape(service="sqs", name="QueueName", names=("QueueName",)),
    "AWS::StepFunctions::StateMachine": ArnShape(
        service="states", before="stateMachine:", name="StateMachineName", arns={REF: "", "Arn": ""}, names=("Name",)
    ),
}


def expand(parts: Expression, resources: Mapping[str, Any]) -> Expression:
    """
    Write out each hole that is an ARN or a name of one of these resources.

    Args:
        parts: An expression.
        resources: The template's resources.

    Example:
        >>> from pipes_trigger.permissions.expressions import show
        >>> topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders"}}
        >>> show(expand(expression({"Ref": "Topic"}), {"Topic": topic}))
        'arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:orders'
    """
    expanded: list[str | Hole] = []
    for part in parts:
        expanded += _expand(part, resources) if isinstance(part, Hole) else (part,)
    return tuple(expanded)


def arns_of(logical_id: str, resources: Mapping[str, Any]) -> tuple[Expression, ...]:
    """
    Give the ARNs of a resource, written out: a table and its stream have one each.

    Example:
        >>> from pipes_trigger.permissions.expressions import show
        >>> resources = {"Release": {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": "release"}}}
        >>> [show(arn) for arn in arns_of("Release", resources)]
        ['arn:${AWS::Partition}:codepipeline:${AWS::Region}:${AWS::AccountId}:release']
    """
    shape = ARN_SHAPES.get(resources[logical_id]["Type"])
    if shape is None:
        return (Hole(f"{logical_id}.Arn"),), (Hole(logical_id),)
    name = _name(logical_id, shape, resources)
    # A pipeline has an ARN, though no attribute gives it.
    return tuple(_arn(logical_id, shape, name, after) for after in dict.fromkeys(shape.arns.values())) or (
        _arn(logical_id, shape, name, ""),
    )


def physical_name(resource: Mapping[str, Any]) -> Any:
    """
    Give the name that the template says, None where it says none.
    """
    shape = ARN_SHAPES.get(resource.get("Type", ""))
    return _stated(resource, shape) if shape else None


def _stated(resource: Mapping[str, Any], shape: ArnShape) -> Any:
    properties = resource.get("Properties")
    return properties.get(shape.name) if isinstance(properties, Mapping) else None


def _expand(hole: Hole, resources: Mapping[str, Any]) -> Expression:
    logical_id, _, attribute = hole.name.partition(".")
    shape = ARN_SHAPES.get(resources.get(logical_id, {}).get("Type", ""))
    if shape is None or not (attribute in shape.arns or attribute in shape.names):
        return (hole,)
    name = _name(logical_id, shape, resources)
    return name if attribute in shape.names else _arn(logical_id, shape, name, shape.arns[attribute])


def _name(logical_id: str, shape: ArnShape, resources: Mapping[str, Any]) -> Expression:
    stated = _stated(resources[logical_id], shape)
    return (Hole(logical_id, HoleKind.FRESH),) if stated is None else expand(expression(stated), resources)


def _arn(logical_id: str, shape: ArnShape, name: Expression, after: str) -> Expression:
    # A stream's label is made up, too.
    label = (Hole(f"{logical_id}.label", HoleKind.FRESH),) if after.endswith("/") else ()
    start = expression({"Fn::Sub": f"arn:${{AWS::Partition}}:{shape.service}:{shape.place}:{shape.before}"})
    return (*start, *name, *after, *label)
