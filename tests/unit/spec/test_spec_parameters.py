"""
How a pipe calls its target, read back from a template.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.errors import PipeSpecError
from pipes_trigger.spec import FIRE_AND_FORGET, ParameterError, PipeSpec, TargetParameters, value_for

TABLE = {"Fn::GetAtt": ["Table", "Arn"]}
RECORD = {"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "o-1"}}, "SizeBytes": 7, "NewImage": {"ok": True}}}


def read(**parameters: Any) -> TargetParameters:
    """
    Read a pipe with these target parameters.
    """
    return PipeSpec.from_template(template(parameters)).target_parameters


def template(parameters: object) -> dict[str, Any]:
    """
    Make a template with a pipe.
    """
    properties = {
        "Source": "stream",
        "Target": "target",
        "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}},
        "TargetParameters": parameters,
    }
    return {"Resources": {"P": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}}


def test_what_is_left_out() -> None:
    """
    A pipe waits for its target unless it says otherwise (documented), and says nothing else.
    """
    assert read() == TargetParameters()
    assert read().waits


SECTIONS: list[tuple[dict[str, Any], TargetParameters]] = [
    (
        {"SqsQueueParameters": {"MessageGroupId": "$.eventID", "MessageDeduplicationId": "once"}},
        TargetParameters(message_group_id="$.eventID", message_deduplication_id="once"),
    ),
    (
        {
            "EventBridgeEventBusParameters": {
                "DetailType": "changed",
                "Source": "acme",
                "Resources": ["$.eventSourceARN", TABLE],
                "Time": "$.at",
                "EndpointId": "abcde.veo",
            }
        },
        TargetParameters(
            detail_type="changed",
            source="acme",
            resources=("$.eventSourceARN", TABLE),
            time="$.at",
            endpoint_id="abcde.veo",
        ),
    ),
]


@pytest.mark.parametrize(("sections", "parameters"), SECTIONS, ids=["queue", "bus"])
def test_each_kind_of_target_has_its_section(sections: dict[str, Any], parameters: TargetParameters) -> None:
    """
    What is read is written again as it was.
    """
    assert read(**sections) == parameters == TargetParameters.from_section(sections)
    assert parameters.section() == sections


@pytest.mark.parametrize("section", ["StepFunctionStateMachineParameters", "LambdaFunctionParameters"])
def test_whether_a_pipe_waits(section: str) -> None:
    """
    For a function or a state machine; whichever it is, both sections say so when it is written again.
    """
    parameters = read(**{section: {"InvocationType": FIRE_AND_FORGET}})

    assert not parameters.waits
    assert parameters.section()[section] == {"InvocationType": FIRE_AND_FORGET}
    assert read(**parameters.section()) == parameters
    assert read(**{section: {"InvocationType": "REQUEST_RESPONSE"}}).section() == {}


def test_what_only_the_deployment_knows() -> None:
    """
    Expressions are kept, and named.
    """
    parameters = TargetParameters(source={"Ref": "Name"}, resources=("arn", TABLE))

    assert parameters.unknown == ("source", "resources[1]")
    assert TargetParameters(source="acme", resources=("arn",)).unknown == ()


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        (
            {"StepFunctionStateMachineParameters": {"InvocationType": "SYNC"}},
            "InvocationType: must be REQUEST_RESPONSE or FIRE_AND_FORGET, got 'SYNC'; set it to REQUEST_RESPONSE",
        ),
        (
            {"SqsQueueParameters": {"MessageGroupId": 1}},
            "SqsQueueParameters.MessageGroupId: must be text, got 1; write a string, or a path such as $.a",
        ),
        (
            {"EventBridgeEventBusParameters": {"Resources": "arn"}},
            "EventBridgeEventBusParameters.Resources: must list ARNs, got 'arn'; "
            "write a list of ARNs, or of paths such as $.a",
        ),
    ],
)
def test_malformed_parameters(sections: dict[str, Any], problem: str) -> None:
    """
    What cannot be read is named with pipe, path and value.
    """
    with pytest.raises(PipeSpecError) as caught:
        read(**sections)

    assert str(caught.value) == f"[PS005] Resources.P.{problem}"
    with pytest.raises(PipeSpecError, match="PS005"):
        TargetParameters.from_section(sections)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("orders", "orders"),
        ("$5", "$5"),
        ("from $.eventName", "from $.eventName"),
        ("$.eventName", "INSERT"),
        ("$.dynamodb.Keys.id.S", "o-1"),
        ("$.dynamodb.SizeBytes", "7"),
        ("$.dynamodb.NewImage.ok", "true"),
    ],
)
def test_values(value: str, found: str) -> None:
    """
    The whole value is a path, or none of it is (documented).
    """
    assert value_for(value, RECORD) == found


@pytest.mark.parametrize("value", ["$", "$.dynamodb.Keys", "$.nothing", "$.dynamodb.Keys[*]"])
def test_values_that_cannot_be_sent(value: str) -> None:
    """
    What becomes of a path that leads to no text is documented nowhere, so it is an error.
    """
    with pytest.raises(ParameterError) as caught:
        value_for(value, RECORD)

    assert str(caught.value) == f"{value} leads to no text, number or boolean in this event"
