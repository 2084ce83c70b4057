"""
Which pipes are run here, and what is said of the others before anything starts.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.local.destinations import kind_of
from pipes_trigger.local.runnable import check_express, check_runnable
from pipes_trigger.spec import FIRE_AND_FORGET, PipeSpec, TargetParameters

PLACE = "us-east-1:111122223333"
STREAM = f"arn:aws:dynamodb:{PLACE}:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION = f"arn:aws:lambda:{PLACE}:function:orders"
MACHINE = f"arn:aws:states:{PLACE}:stateMachine:orders"
QUEUE = f"arn:aws:sqs:{PLACE}:orders"
TOPIC = f"arn:aws:sns:{PLACE}:orders"
BUS = f"arn:aws:events:{PLACE}:event-bus/orders"
DESTINATION = f"arn:aws:events:{PLACE}:api-destination/orders/1"


def pipe(**changes: Any) -> PipeSpec:
    """
    Make a pipe.
    """
    settings: dict[str, Any] = {"batch_size": 1, **changes}
    return PipeSpec(logical_id="Pipe", name="orders", source=STREAM, target="t", **settings)


@pytest.mark.parametrize("arn", [FUNCTION, f"{FUNCTION}:live", MACHINE, f"{MACHINE}:1", QUEUE, TOPIC, BUS])
def test_targets_that_are_run(arn: str) -> None:
    """
    A function, a state machine, a queue, a standard topic and an event bus.
    """
    assert str(check_runnable(pipe(), STREAM, arn, None)) == STREAM


def test_a_fifo_queue_with_a_group_is_run() -> None:
    """
    Each message needs a group.
    """
    grouped = pipe(target_parameters=TargetParameters(message_group_id="orders"))
    assert str(check_runnable(grouped, STREAM, f"{QUEUE}.fifo", None)) == STREAM


@pytest.mark.parametrize(
    ("arn", "changes", "message"),
    [
        (
            DESTINATION,
            {},
            "[LR004] target_arn: must be a function, a state machine, a queue, a standard topic or an event bus, "
            f"got '{DESTINATION}'; pass the ARN of one; other targets are not run here",
        ),
        (
            f"{TOPIC}.fifo",
            {},
            "[LR004] target_arn: must be a function, a state machine, a queue, a standard topic or an event bus, "
            f"got '{TOPIC}.fifo'; pass the ARN of one; other targets are not run here",
        ),
        (
            QUEUE,
            {"batch_size": 11},
            "[LR007] spec.batch_size: must be at most 10 for a queue, topic or event bus, got 11; "
            "set BatchSize to 10 or less",
        ),
        (
            BUS,
            {"target_parameters": TargetParameters(resources=("arn:a", {"Ref": "Table"}))},
            "[LR008] spec.target_parameters.resources[1]: is known only at deploy time; "
            "run the deployed stack, or write the value out",
        ),
        (
            f"{QUEUE}.fifo",
            {},
            "[LR009] spec.target_parameters.message_group_id: a FIFO queue needs one, "
            f"got none for '{QUEUE}.fifo'; "
            'set SqsQueueParameters: {"MessageGroupId": "$.dynamodb.Keys.id.S"}',
        ),
        (
            BUS,
            {"target_parameters": TargetParameters(endpoint_id="abcde.veo")},
            "[LR012] spec.target_parameters.endpoint_id: global endpoints are not run here, got 'abcde.veo'; "
            "run the pipe without one",
        ),
    ],
)
def test_targets_that_are_not_run(arn: str, changes: dict[str, Any], message: str) -> None:
    """
    What a target cannot do is said before anything starts.
    """
    with pytest.raises(ConfigurationError) as raised:
        check_runnable(pipe(**changes), STREAM, arn, None)

    assert str(raised.value) == message


@pytest.mark.parametrize("arn", [FUNCTION, MACHINE])
def test_enrichments_that_are_run(arn: str) -> None:
    """
    A function and a state machine.
    """
    assert str(check_runnable(pipe(enrichment="e"), STREAM, QUEUE, None, arn)) == STREAM


@pytest.mark.parametrize("arn", [None, DESTINATION, QUEUE])
def test_enrichments_that_are_not_run(arn: str | None) -> None:
    """
    An API destination would have to be called by the emulator, which has none.
    """
    with pytest.raises(ConfigurationError) as raised:
        check_runnable(pipe(enrichment="e"), STREAM, QUEUE, None, arn)

    assert str(raised.value) == (
        f"[LR005] enrichment_arn: must be a function or an Express state machine, got {arn!r}; "
        "pass the ARN of one; API destinations and API Gateway are not run here"
    )


def test_an_enrichment_that_nobody_asks_for_is_refused() -> None:
    """
    It would never be invoked.
    """
    with pytest.raises(ConfigurationError) as raised:
        check_runnable(pipe(), STREAM, QUEUE, None, FUNCTION)

    assert str(raised.value) == (
        f"[LR014] enrichment_arn: is the enrichment of a pipe without one, got '{FUNCTION}'; leave it out"
    )


class StepFunctions:
    """
    A client that knows the type of every state machine, or none.
    """

    def __init__(self, kind: str | None) -> None:
        self.kind = kind

    def describe_state_machine(self, **_request: str) -> dict[str, Any]:
        """
        Tell the type.
        """
        if self.kind is None:
            raise ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": "why"}}, "Describe")
        return {"type": self.kind}


@pytest.mark.parametrize("kind", ["EXPRESS", None])
def test_an_express_state_machine_may_be_waited_for(kind: str | None) -> None:
    """
    So may one that is not there: that is told when it is run.
    """
    check_express(pipe(), lambda _service: StepFunctions(kind), MACHINE, MACHINE)


def test_a_standard_state_machine_may_be_started() -> None:
    """
    Where nobody waits for its end.
    """
    spec = pipe(target_parameters=TargetParameters(invocation=FIRE_AND_FORGET))
    check_express(spec, lambda _service: StepFunctions("STANDARD"), MACHINE, None)


def test_a_standard_state_machine_is_not_waited_for() -> None:
    """
    Neither as a target, for which a pipe waits unless it says otherwise, nor as an enrichment.
    """
    with pytest.raises(ConfigurationError) as raised:
        check_express(pipe(), lambda _service: StepFunctions("STANDARD"), MACHINE, MACHINE)

    assert [violation.path for violation in raised.value.violations] == ["target_arn", "enrichment_arn"]
    assert str(raised.value.violations[0]) == (
        f"[LR013] target_arn: is waited for and must be an Express state machine, got a STANDARD one: '{MACHINE}'; "
        'make it an Express one, or do not wait for a target: "InvocationType": "FIRE_AND_FORGET"'
    )


@pytest.mark.parametrize(
    "arn", ["orders", f"arn:aws:states:{PLACE}:activity:orders", f"arn:aws:kinesis:{PLACE}:stream/a"]
)
def test_other_things_are_no_destinations(arn: str) -> None:
    """
    Of a service only the resources that a pipe delivers to.
    """
    assert kind_of(arn) is None
