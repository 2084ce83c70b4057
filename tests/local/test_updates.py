"""
A trigger that changes: each pair of versions deploys as an update on the emulator's CloudFormation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import DynamoDBStreamTrigger, FailureHandling, StreamReading, StreamSource
from pipes_trigger.errors import DeploymentError
from pipes_trigger.local.deploy import deploy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipes_trigger.local.deployment import DeployedStack
    from pipes_trigger.local.session import LocalSession

    Deploy = Callable[..., DeployedStack]

NONE = FailureHandling.none()
PER_STREAM = StreamReading(name_per_stream=True)


@pytest.fixture
def deploy_trigger(call: dict[str, Any], local_session: LocalSession, tmp_path: Path) -> Deploy:
    """
    Return a function that deploys one version after the other of a stack with a table and a trigger.
    """
    versions = iter(range(10))

    def _deploy(key: str = "id", **changes: Any) -> DeployedStack:
        from aws_cdk import App, Stack
        from aws_cdk.aws_dynamodb import Attribute, AttributeType

        folder = tmp_path / f"version-{next(versions)}"
        stack = Stack(App(outdir=str(folder)), "Platform")
        source = StreamSource.new_table(partition_key=Attribute(name=key, type=AttributeType.STRING))
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": source, **changes})
        stack.node.root.synth()  # type: ignore[attr-defined] # the root is the app
        return deploy(folder, local_session).stack("Platform")

    return _deploy


def pipe_at(session: LocalSession, name: str) -> dict[str, Any]:
    """
    Return what the emulator tells of a pipe.
    """
    described: dict[str, Any] = session.client("pipes").describe_pipe(Name=name)
    return described


def names_of_pipes(session: LocalSession) -> list[str]:
    """
    List the pipes that are there.
    """
    return [pipe["Name"] for pipe in session.client("pipes").list_pipes()["Pipes"]]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"failure_handling": NONE}, {"failure_handling": FailureHandling()}),
        ({}, {"filter_pattern": {"eventName": ["REMOVE"]}}),
        ({}, {"reading": StreamReading(batch_size=100)}),
        ({}, {"description": "Requests to their pipeline", "tags": {"team": "platform"}}),
        ({}, {"desired_state": "STOPPED"}),
    ],
    ids=["dead letters later", "another filter", "another batch size", "description and tags", "stopped"],
)
def test_a_change_leaves_the_pipe_where_it_is(
    deploy_trigger: Deploy, local_session: LocalSession, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """
    The update deploys, and the pipe is the one that was there: its place in the stream is not lost.
    """
    first = deploy_trigger(**before)
    created = pipe_at(local_session, "deployment-processor")["CreationTime"]
    second = deploy_trigger(**after)

    assert [pipe.name for pipe in second.pipes] == [pipe.name for pipe in first.pipes] == ["deployment-processor"]
    assert pipe_at(local_session, "deployment-processor")["CreationTime"] == created
    assert first.resources.keys() <= second.resources.keys() | {"BootstrapVersion"}


def test_another_function_name_is_another_function_and_pipe(
    deploy_trigger: Deploy, local_session: LocalSession
) -> None:
    """
    Function and pipe are called after the trigger: renaming it replaces both.
    """
    deploy_trigger()
    deploy_trigger(resource_base_name="request-processor")
    functions = [one["FunctionName"] for one in local_session.client("lambda").list_functions()["Functions"]]

    assert names_of_pipes(local_session) == ["request-processor"]
    assert functions == ["request-processor"]


def test_another_starting_position_replaces_the_pipe(deploy_trigger: Deploy, local_session: LocalSession) -> None:
    """
    The new pipe has a name of its own, so it can be made before the old one goes.
    """
    deploy_trigger()
    deploy_trigger(reading=StreamReading(starting_position="TRIM_HORIZON"))

    assert names_of_pipes(local_session) == ["deployment-processor-trim-horizon"]


def test_a_new_stream_replaces_a_pipe_that_is_named_after_it(
    deploy_trigger: Deploy, local_session: LocalSession
) -> None:
    """
    A table with another key is a new table with a new stream: the pipe that tells its stream in its name is replaced.
    """
    (before,) = deploy_trigger(reading=PER_STREAM).pipes
    (after,) = deploy_trigger("order", reading=PER_STREAM).pipes

    assert before.source != after.source
    assert names_of_pipes(local_session) == [after.name]
    assert before.name != after.name


def test_a_new_stream_collides_with_a_fixed_name(deploy_trigger: Deploy, local_session: LocalSession) -> None:
    """
    Without the stream in its name the new pipe would have the old one's: CloudFormation refuses, and nothing is lost.
    """
    deploy_trigger()
    with pytest.raises(DeploymentError):
        deploy_trigger("order")

    assert names_of_pipes(local_session) == ["deployment-processor"]
