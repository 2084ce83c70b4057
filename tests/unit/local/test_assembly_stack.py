"""
Watching a stack: what is said while it takes its time, and when it takes too long.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipes_trigger.errors import DeploymentError
from pipes_trigger.local import stack as stack_module
from pipes_trigger.local.stack import CloudFormationStack


class CloudFormation:
    """
    CloudFormation that goes through given states of a stack, and the session that gives it.
    """

    url, account, region = "http://127.0.0.1:1", "111122223333", "us-east-1"
    exceptions: Any = type("", (), {"BucketAlreadyOwnedByYou": KeyError, "BucketAlreadyExists": KeyError})

    def __init__(self, *states: str | None) -> None:
        self.states = list(states)
        self.events: list[dict[str, str]] = []
        self.reason = ""

    def client(self, _service: str) -> Any:
        """
        Give CloudFormation, S3 too.
        """
        return self

    def describe_stacks(self, **_request: Any) -> dict[str, Any]:
        """
        Give the next state; the last one stays.
        """
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if state is None:
            raise ClientError({"Error": {"Message": "Stack with id s does not exist"}}, "DescribeStacks")
        return {"Stacks": [{"StackId": "id", "StackStatus": state, "StackStatusReason": self.reason}]}

    def describe_stack_resources(self, **_request: Any) -> dict[str, Any]:
        """
        Give a resource that is being made and one that is done.
        """
        states = {"Slow": "CREATE_IN_PROGRESS", "Done": "CREATE_COMPLETE"}
        return {"StackResources": [{"LogicalResourceId": name, "ResourceStatus": one} for name, one in states.items()]}

    def describe_stack_events(self, **_request: Any) -> dict[str, Any]:
        """
        Give the events, the newest first.
        """
        return {"StackEvents": self.events}

    def create_stack(self, **_request: Any) -> None:
        """
        Begin.
        """

    create_bucket = put_object = update_stack = create_stack


def event(name: str, kind: str, status: str, reason: str = "") -> dict[str, str]:
    """
    Give an event of a stack.
    """
    return {
        "LogicalResourceId": name,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def deploy(cloudformation: CloudFormation, said: list[str] | None = None) -> dict[str, Any]:
    """
    Deploy the stack.
    """
    session: Any = cloudformation
    progress = [] if said is None else said
    return CloudFormationStack(session, "orders", progress.append).deploy({}, {})


def test_waiting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    While a stack is deployed, it is told what it waits for.
    """
    monkeypatch.setattr(stack_module, "_PROGRESS_SECONDS", 0.0)
    monkeypatch.setattr(stack_module, "_POLL_SECONDS", 0.0)
    said: list[str] = []

    stack = deploy(CloudFormation(None, "CREATE_IN_PROGRESS", "CREATE_COMPLETE"), said)

    assert said == ["orders: CREATE_IN_PROGRESS for 0 s, waiting for Slow"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A stack that is not done in time is given up, with the resources that are still being made.
    """
    monkeypatch.setattr(stack_module, "STACK_SECONDS", -1.0)

    with pytest.raises(DeploymentError) as caught:
        deploy(CloudFormation(None, "CREATE_IN_PROGRESS"))

    assert str(caught.value) == "the stack orders is still CREATE_IN_PROGRESS after -1 s, waiting for Slow"


def test_first_failure_is_the_reason() -> None:
    """
    The reason is the failure that came first since the operation began, not what was cancelled or failed before.
    """
    kind = "AWS::CloudFormation::Stack"
    cloudformation = CloudFormation("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    cloudformation.events = [
        event("orders", kind, "UPDATE_ROLLBACK_COMPLETE"),
        event("Third", "T::T", "CREATE_FAILED", "Resource creation cancelled"),
        event("Second", "T::T", "UPDATE_FAILED", "second"),
        event("First", "T::T", "CREATE_FAILED", "first"),
        event("orders", kind, "UPDATE_IN_PROGRESS", "User Initiated"),
        event("Old", "T::T", "CREATE_FAILED", "old"),
    ]

    with pytest.raises(DeploymentError) as caught:
        deploy(cloudformation)

    assert str(caught.value) == "the stack orders is UPDATE_ROLLBACK_COMPLETE: First (T::T): first"


@pytest.mark.parametrize(
    ("state", "reason", "message"),
    [
        ("CREATE_FAILED", "no room", "the stack orders is CREATE_FAILED: no room"),
        ("CREATE_FAILED", "", "the stack orders is CREATE_FAILED: the emulator gives no reason"),
        (None, "", "the stack orders is gone: the emulator gives no reason"),
        ("DELETE_COMPLETE", "", "the stack orders is gone: the emulator gives no reason"),
    ],
)
def test_failure_without_events(state: str | None, reason: str, message: str) -> None:
    """
    Where no resource says why, the stack's own reason is told, or that there is none.
    """
    cloudformation = CloudFormation(None, state)
    cloudformation.reason = reason

    with pytest.raises(DeploymentError) as caught:
        deploy(cloudformation)

    assert str(caught.value) == message
