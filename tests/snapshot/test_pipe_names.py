"""
What a pipe is called: fixed, until something of it makes CloudFormation replace it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import ConfigurationError, DynamoDBStreamTrigger, StreamReading, StreamSource
from pipes_trigger.helpers.parameters import GivenValues
from pipes_trigger.stack_facts import NAME_PER_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

PER_STREAM = StreamReading(name_per_stream=True)


def test_the_usual_name_is_the_triggers(call: dict[str, Any], stack: Stack) -> None:
    """
    Without a word about it the pipe is called after the trigger, as the original's was.
    """
    assert DynamoDBStreamTrigger(stack, **call).pipe_name == "deployment-processor"


def test_a_new_stream_is_a_new_name(call: dict[str, Any], stack: Stack, helper: Any) -> None:
    """
    Two streams of one table give two names, so the new pipe can be made before the old one goes.
    """
    names = []
    for number, day in enumerate(("2026-01-01", "2026-02-02")):
        given = {
            name: value.replace("2026-01-01", day)
            for name, value in {
                "dynamodb_table_acme_web_dev_deployment_requests": TABLE,
                "dynamodb_table_stream_acme_web_dev_deployment_requests": f"{TABLE}/stream/2026-01-01T00:00:00.000",
            }.items()
        }
        changes = {"app_helper": with_parameters(helper, given), "id": f"trigger-{number}", "reading": PER_STREAM}
        names.append(DynamoDBStreamTrigger(stack, **{**call, **changes, "resource_base_name": f"p{number}"}).pipe_name)

    assert names == ["p0-2026-01-01T00-00-00.000", "p1-2026-02-02T00-00-00.000"]


TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/acme-web-dev-deployment-requests"


def with_parameters(helper: Any, values: dict[str, str]) -> Any:
    """
    Return settings whose parameters have other values.
    """
    from pipes_trigger import ApplicationHelper

    return ApplicationHelper(
        environment="dev",
        environments={"dev": {"account": "111122223333", "region": "eu-west-1"}},
        common={"domain": "acme", "project": "web", "devops_account": "111122223333"},
        parameters=GivenValues(values),
    )


def test_another_starting_position_is_another_name(call: dict[str, Any], stack: Stack) -> None:
    """
    The starting position is told without being asked for: changing it makes CloudFormation replace the pipe.
    """
    trigger = DynamoDBStreamTrigger(stack, **call, reading=StreamReading(starting_position="TRIM_HORIZON"))

    assert trigger.pipe_name == "deployment-processor-trim-horizon"


@pytest.mark.parametrize("flag", [True, "true"])
def test_an_app_says_it_once_for_all(call: dict[str, Any], tmp_path: Path, flag: Any) -> None:
    """
    The context flag names every pipe of the app after its stream; a trigger may still say otherwise.
    """
    from aws_cdk import App, Stack

    stack = Stack(App(outdir=str(tmp_path / "out"), context={NAME_PER_STREAM: flag}), "Platform")
    flagged = DynamoDBStreamTrigger(stack, **call)
    changes = {"id": "fixed", "resource_base_name": "fixed", "reading": StreamReading(name_per_stream=False)}
    fixed = DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert flagged.pipe_name == "deployment-processor-2026-01-01T00-00-00.000"
    assert fixed.pipe_name == "fixed"


def test_a_stream_that_is_yet_to_be_is_named_when_it_is_deployed(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    CloudFormation takes the label from the stream's ARN, for the name and for the trust of the pipe's role alike.
    """
    source = {"table_base_name": None, "source": StreamSource.new_table()}
    DynamoDBStreamTrigger(stack, **{**call, **source}, reading=PER_STREAM)
    template = synth(stack)
    (pipe,) = of_type(template, "AWS::Pipes::Pipe")
    label = {
        "Fn::Join": [
            "-",
            {"Fn::Split": [":", {"Fn::Select": [3, {"Fn::Split": ["/", pipe["Source"]]}]}]},
        ]
    }
    (trust,) = (
        role["AssumeRolePolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]["aws:SourceArn"]
        for role in of_type(template, "AWS::IAM::Role")
        if "pipes.amazonaws.com" in str(role)
    )

    assert pipe["Name"] == {"Fn::Join": ["", ["deployment-processor-", label]]}
    assert trust["Fn::Join"][1][-1] == label


def test_a_long_name_leaves_room_for_the_stream(call: dict[str, Any], stack: Stack) -> None:
    """
    Name, label and starting position fit into the 64 characters that a pipe's name may have.
    """
    reading = StreamReading(name_per_stream=True, starting_position="TRIM_HORIZON")
    trigger = DynamoDBStreamTrigger(stack, **{**call, "resource_base_name": "x" * 64, "reading": reading})

    assert len(trigger.pipe_name) == 64
    assert trigger.pipe_name.endswith("-2026-01-01T00-00-00.000-trim-horizon")


def test_a_pipe_that_starts_from_the_beginning_takes_its_longer_name(call: dict[str, Any], stack: Stack) -> None:
    """
    A trigger that is called what another's pipe is called is refused at synth, as CloudFormation would at deploy.
    """
    DynamoDBStreamTrigger(stack, **call, reading=StreamReading(starting_position="TRIM_HORIZON"))
    name = "deployment-processor-trim-horizon"

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "id": "other", "resource_base_name": name})
    assert str(caught.value) == (
        f"[TR006] resource_base_name: is taken in this stack by 'Platform/deployment-trigger': '{name}'; "
        "give each trigger its own"
    )
