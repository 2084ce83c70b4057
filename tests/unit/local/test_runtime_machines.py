"""
A state machine as target or enrichment, with a client that answers as told.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from pipes_trigger.delivery import Batch, Entry, Invoke, InvokeResult, InvokeStatus, judge
from pipes_trigger.limits import STATE_MACHINE_INPUT_LENGTH
from pipes_trigger.local.destinations import enrichment_of, target_of
from pipes_trigger.spec import FIRE_AND_FORGET, TargetParameters

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:orders"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:orders"
BATCH = Invoke(Batch((Entry({"eventID": "e0"}, 0.0, "1"), Entry({"eventID": "e1"}, 0.0, "2"))), "[1,2]", 1)


class Client:
    """
    A client of Step Functions, or of Lambda, that notes what it is asked.
    """

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        """
        Give a method that notes, and gives or raises the outcome.
        """

        def method(**request: Any) -> Any:
            self.calls.append((name, request))
            if isinstance(self.outcome, Exception):
                raise self.outcome
            return self.outcome

        return method


def run(outcome: Any, **parameters: Any) -> tuple[InvokeResult, list[tuple[str, dict[str, Any]]]]:
    """
    Let a state machine take a batch, and give what it was asked besides.
    """
    client = Client(outcome)
    target = target_of(MACHINE, lambda _service: client, TargetParameters(**parameters), "orders")
    return target.take(BATCH), client.calls


def test_the_whole_batch_is_the_input() -> None:
    """
    The pipe waits for the end of the execution unless it says otherwise; what comes out is the answer.
    """
    result, calls = run({"status": "SUCCEEDED", "output": '{"ok": true}'})

    assert result == InvokeResult(InvokeStatus.ANSWERED, answer='{"ok": true}')
    assert calls == [("start_sync_execution", {"stateMachineArn": MACHINE, "input": "[1,2]"})]


def test_an_output_may_report_partial_failures() -> None:
    """
    As a function's answer may.
    """
    result, _calls = run({"status": "SUCCEEDED", "output": '{"batchItemFailures": [{"itemIdentifier": "e1"}]}'})

    assert judge(result, ["e0", "e1"]).first_failed == 1


def test_fire_and_forget_is_done_when_the_execution_began() -> None:
    """
    Nobody waits for its end, so nothing is known of it.
    """
    result, calls = run({"executionArn": "arn"}, invocation=FIRE_AND_FORGET)

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    assert calls == [("start_execution", {"stateMachineArn": MACHINE, "input": "[1,2]"})]


@pytest.mark.parametrize(
    ("execution", "result"),
    [
        (
            {"status": "FAILED", "error": "Refused", "cause": "no stock"},
            InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="Refused: no stock"),
        ),
        ({"status": "FAILED"}, InvokeResult(InvokeStatus.FUNCTION_ERROR, reason="the execution is FAILED")),
        (
            {"status": "TIMED_OUT", "error": "States.Timeout"},
            InvokeResult(InvokeStatus.TIMED_OUT, reason="States.Timeout"),
        ),
        ({"status": "SUCCEEDED"}, InvokeResult(InvokeStatus.ANSWERED)),
    ],
)
def test_how_an_execution_ends(execution: dict[str, str], result: InvokeResult) -> None:
    """
    The call succeeds however the execution ends; its status tells.
    """
    assert run(execution)[0] == result


NO_CONNECTION = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
NO_ANSWER = ReadTimeoutError(endpoint_url="http://127.0.0.1:1")
GONE = ClientError({"Error": {"Code": "StateMachineDoesNotExist", "Message": "why"}}, "StartSyncExecution")
BUSY = ClientError({"Error": {"Code": "ThrottlingException", "Message": "why"}}, "StartSyncExecution")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NO_CONNECTION, InvokeStatus.UNREACHABLE),
        (NO_ANSWER, InvokeStatus.TIMED_OUT),
        (GONE, InvokeStatus.REFUSED),
        (BUSY, InvokeStatus.THROTTLED),
    ],
)
@pytest.mark.parametrize("invocation", ["REQUEST_RESPONSE", FIRE_AND_FORGET])
def test_errors_are_results(error: Exception, status: InvokeStatus, invocation: str) -> None:
    """
    What goes wrong is told as data, never raised.
    """
    assert run(error, invocation=invocation)[0] == InvokeResult(status, reason=str(error))


def test_an_input_that_is_too_long_is_not_sent() -> None:
    """
    The service would refuse it, the emulator would not.
    """
    client = Client({})
    result = enrichment_of(MACHINE, lambda _service: client).invoke("x" * (STATE_MACHINE_INPUT_LENGTH + 1))

    reason = "the input has 262145 characters, Step Functions takes 262144"
    assert (result, client.calls) == (InvokeResult(InvokeStatus.REFUSED, reason=reason), [])


def test_an_enrichment_is_waited_for() -> None:
    """
    Whatever the pipe says of its target.
    """
    client = Client({"status": "SUCCEEDED", "output": "[]"})
    result = enrichment_of(MACHINE, lambda _service: client).invoke("[1]")

    assert (result.answer, client.calls[0][0]) == ("[]", "start_sync_execution")


def test_a_function_may_be_started_without_waiting() -> None:
    """
    Lambda has the batch then, and whatever becomes of it is between Lambda and the function.
    """

    class Nothing:
        """
        The empty body of such a response.
        """

        def read(self, _most: int) -> bytes:
            """
            Read nothing.
            """
            return b""

    client = Client({"StatusCode": 202, "Payload": Nothing()})
    parameters = TargetParameters(invocation=FIRE_AND_FORGET)
    result = target_of(FUNCTION, lambda _service: client, parameters, "orders").take(BATCH)

    assert result == InvokeResult(InvokeStatus.ANSWERED)
    assert client.calls[0][1]["InvocationType"] == "Event"
