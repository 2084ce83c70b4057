"""
What a value of a template means to a person: which resource, what it is called, and what it is.

Values that lead to another stack of the same app (exports, parameters in SSM) are followed there, so that a table that
one stack makes and another reads is called by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.helpers.arns import Arn
from pipes_trigger.permissions.arns import physical_name
from pipes_trigger.permissions.expressions import Hole, expression
from pipes_trigger.permissions.references import logical_id
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.permissions.expressions import Expression

# What people call a resource of each type; the service of its ARN says the same of one that is not in the template.
NOUNS: Final[Mapping[str, str]] = {
    "AWS::CodeBuild::Project": "CodeBuild project",
    "AWS::CodePipeline::Pipeline": "CodePipeline",
    "AWS::DynamoDB::GlobalTable": "DynamoDB table",
    "AWS::DynamoDB::Table": "DynamoDB table",
    "AWS::Events::ApiDestination": "API destination",
    "AWS::Events::EventBus": "event bus",
    "AWS::Kinesis::Stream": "Kinesis stream",
    "AWS::KinesisFirehose::DeliveryStream": "Firehose stream",
    "AWS::Lambda::Alias": "Lambda function",
    "AWS::Lambda::Function": "Lambda function",
    "AWS::Lambda::Version": "Lambda function",
    "AWS::Logs::LogGroup": "log group",
    "AWS::SNS::Topic": "SNS topic",
    "AWS::SQS::Queue": "SQS queue",
    "AWS::StepFunctions::StateMachine": "state machine",
}
_SERVICES: Final[Mapping[str, str]] = {
    "codebuild": "CodeBuild project",
    "codepipeline": "CodePipeline",
    "dynamodb": "DynamoDB table",
    "ecs": "ECS cluster",
    "events": "event bus",
    "firehose": "Firehose stream",
    "kinesis": "Kinesis stream",
    "lambda": "Lambda function",
    "logs": "log group",
    "sns": "SNS topic",
    "sqs": "SQS queue",
    "states": "state machine",
}
_NAMES: Final[Mapping[str, str]] = {"AWS::Pipes::Pipe": "Name", "AWS::CloudWatch::Alarm": "AlarmName"}
_HASH: Final = re.compile(r"[0-9A-F]{8}\Z")
_TABLE_OF_STREAM: Final = re.compile(r"table/([^/]+)/stream/.*", re.DOTALL)
_DEEPEST: Final = 8
_SSM: Final = "AWS::SSM::Parameter::Value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """
    What a value of a template means.

    Attributes:
        key: What is the same for every value that means the same.
        noun: What it is, in words; empty where that is not known.
        name: What it is called.
        resource: The resource, where one of the templates has it.
    """

    key: str
    noun: str
    name: str
    resource: Mapping[str, Any] | None = None

    @property
    def properties(self) -> Mapping[str, Any]:
        """
        The resource's properties; empty where no template has it.
        """
        properties: Mapping[str, Any] = (self.resource or {}).get("Properties", {})
        return properties


class Stacks:
    """
    The templates of an app, each by the name of its stack.

    Args:
        templates: Synthesized templates.

    Example:
        >>> made = {"Resources": {"OrdersA9B65338": {"Type": "AWS::DynamoDB::Table"}}}
        >>> stacks = Stacks({"Shop": made})
        >>> thing = stacks.thing({"Fn::GetAtt": ["OrdersA9B65338", "StreamArn"]}, "Shop")
        >>> thing.noun, thing.name
        ('DynamoDB table', 'Orders')
    """

    def __init__(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        self._templates = templates
        self._resources = {stack: _sound(template.get("Resources")) for stack, template in templates.items()}
        self._exports = {name: place for place in self._outputs() for name in [place[2]] if isinstance(name, str)}
        self._parameters = {place[2]: place for place in self._stored() if isinstance(place[2], str)}

    def resources(self, stack: str) -> Mapping[str, Any]:
        """
        The resources of a stack's template, each with its properties; what is no resource is left out.
        """
        return self._resources[stack]

    def thing(self, value: Any, stack: str) -> Thing:
        """
        Say what a value of a stack's template means.
        """
        return self._thing(value, stack, _DEEPEST)

    def name_of(self, logical_id: str, stack: str) -> str:
        """
        Say what a resource is called: its name where the template says one, else its id without what CDK added.
        """
        resource = self.resources(stack)[logical_id]
        stated = resource["Properties"].get(_NAMES.get(resource["Type"], ""))
        named = stated if stated is not None else physical_name(resource)
        if named is None:
            return _HASH.sub("", logical_id) or logical_id
        return self._text(expression(named), stack, _DEEPEST)

    def text(self, parts: Expression, stack: str) -> str:
        """
        Write an expression with the names of what it refers to.
        """
        return self._text(parts, stack, _DEEPEST)

    def _thing(self, value: Any, stack: str, deepest: int) -> Thing:
        elsewhere = self._elsewhere(value, stack) if deepest else None
        if elsewhere is not None:
            return self._thing(*elsewhere, deepest - 1)
        resources = self.resources(stack)
        found = logical_id(value, resources)
        if found is not None:
            noun = NOUNS.get(resources[found]["Type"], "")
            name = self.name_of(found, stack)
            return Thing(key=f"{stack}/{found}", noun=noun, name=name, resource=resources[found])
        text = self._text(expression(value), stack, deepest)
        return thing_of_arn(text)

    def _text(self, parts: Expression, stack: str, deepest: int) -> str:
        return "".join(part if isinstance(part, str) else self._hole(part, stack, deepest) for part in parts)

    def _hole(self, hole: Hole, stack: str, deepest: int) -> str:
        resource = hole.name.partition(".")[0]
        if deepest and resource in self.resources(stack):
            return self.name_of(resource, stack)
        value = value_of(hole)
        elsewhere = self._elsewhere(value, stack) if deepest else None
        if elsewhere is not None:
            return self._thing(*elsewhere, deepest - 1).name
        match value:
            case {"Fn::ImportValue": str(name)}:
                return name.rpartition(":")[2]
            case {"Ref": str(name)} if self._ssm_name(name, stack):
                return self._ssm_name(name, stack)
        # What is left is a pseudo parameter, an attribute of what is not there, or a function nobody can foretell.
        return "..." if hole.name.startswith("{") else resource.rpartition("::")[2]

    def _elsewhere(self, value: Any, stack: str) -> tuple[Any, str] | None:
        match value:
            case {"Fn::ImportValue": str(name)} if name in self._exports:
                return self._exports[name][:2]
            case {"Ref": str(name)} if self._ssm_name(name, stack) in self._parameters:
                return self._parameters[self._ssm_name(name, stack)][:2]
        return None

    def _ssm_name(self, name: str, stack: str) -> str:
        parameters = self._templates[stack].get("Parameters")
        parameter = parameters.get(name) if isinstance(parameters, Mapping) else None
        if not isinstance(parameter, Mapping) or not str(parameter.get("Type")).startswith(_SSM):
            return ""
        return str(parameter.get("Default", ""))

    def _outputs(self) -> Iterator[tuple[Any, str, Any]]:
        for stack, template in self._templates.items():
            outputs = template.get("Outputs")
            for output in outputs.values() if isinstance(outputs, Mapping) else ():
                match output:
                    case {"Value": value, "Export": {"Name": name}}:
                        yield value, stack, name

    def _stored(self) -> Iterator[tuple[Any, str, Any]]:
        for stack in self._templates:
            for resource in self.resources(stack).values():
                match resource:
                    case {"Type": "AWS::SSM::Parameter", "Properties": {"Name": name, "Value": value}}:
                        yield value, stack, name


def thing_of_arn(text: str) -> Thing:
    """
    Say what an ARN means, whose resource no template has.

    Example:
        >>> stream = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
        >>> thing_of_arn(stream).noun, thing_of_arn(stream).name
        ('DynamoDB table', 'orders')
        >>> thing_of_arn("arn:aws:states:eu-west-1:111122223333:stateMachine:ship").name, thing_of_arn("*").name
        ('ship', 'any')
    """
    arn = Arn.try_parse(text)
    if arn is None:
        return Thing(key=text, noun="", name="any" if text == "*" else text)
    stream = _TABLE_OF_STREAM.fullmatch(arn.resource)
    name = stream[1] if stream else re.split("[:/]", arn.resource)[-1]
    if arn.service == "lambda" and arn.resource.startswith("function:"):
        name = arn.resource.split(":")[1]
    return Thing(key=text, noun=_SERVICES.get(arn.service, arn.service), name="any" if name == "*" else name)


def _sound(resources: Any) -> dict[str, Any]:
    listed = resources.items() if isinstance(resources, Mapping) else ()
    return {
        name: {**each, "Properties": properties if isinstance(properties := each.get("Properties"), Mapping) else {}}
        for name, each in listed
        if isinstance(each, Mapping) and isinstance(each.get("Type"), str)
    }


def value_of(hole: Hole) -> Any:
    """
    Give the function of CloudFormation that a hole stands for.

    Example:
        >>> value_of(Hole("Orders.Arn")), value_of(Hole("AWS::Region")), value_of(Hole('{"Fn::ImportValue": "x"}'))
        ({'Fn::GetAtt': ['Orders', 'Arn']}, {'Ref': 'AWS::Region'}, {'Fn::ImportValue': 'x'})
    """
    if hole.name.startswith("{"):
        try:
            return json.loads(hole.name)
        except ValueError:
            return {"Ref": hole.name}
    name, dot, attribute = hole.name.partition(".")
    return {"Fn::GetAtt": [name, attribute]} if dot else {"Ref": name}
