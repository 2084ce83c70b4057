"""
Running a state machine, as the pipe's target or its enrichment, with every outcome as data.

Sources: EventBridge user guide, "Amazon EventBridge Pipes batching and concurrency"; Step Functions API reference,
StartExecution and StartSyncExecution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.delivery import InvokeResult, InvokeStatus
from pipes_trigger.limits import STATE_MACHINE_INPUT_LENGTH
from pipes_trigger.local.targets import failure

if TYPE_CHECKING:
    from pipes_trigger.delivery import Invoke

_SHOWN: Final = 300
_ENDINGS: Final = {"FAILED": InvokeStatus.FUNCTION_ERROR, "TIMED_OUT": InvokeStatus.TIMED_OUT}


class StateMachineTarget:
    """
    A state machine, which gets the whole batch as its input.

    Its output is an answer like that of a function: it may report partial failures (documented).

    Args:
        client: A boto3 client of Step Functions, which does not retry by itself.
        arn: The state machine, its version or alias.
        waits: Whether the end of the execution is waited for, which only Express ones allow.
    """

    def __init__(self, client: Any, arn: str, *, waits: bool = True) -> None:
        self._client = client
        self._arn = arn
        self._waits = waits

    def take(self, action: Invoke) -> InvokeResult:
        """
        Run the state machine with a batch.
        """
        return self.invoke(action.payload)

    def invoke(self, payload: str) -> InvokeResult:
        """
        Run the state machine with `payload`, JSON text.
        """
        if len(payload) > STATE_MACHINE_INPUT_LENGTH:
            # The service refuses it, an emulator might not.
            reason = f"the input has {len(payload)} characters, Step Functions takes {STATE_MACHINE_INPUT_LENGTH}"
            return InvokeResult(InvokeStatus.REFUSED, reason=reason)
        try:
            if self._waits:
                return _ended(self._client.start_sync_execution(stateMachineArn=self._arn, input=payload))
            self._client.start_execution(stateMachineArn=self._arn, input=payload)
        except (ClientError, NoConnectionError, HTTPClientError) as error:
            return failure(error)
        return InvokeResult(InvokeStatus.ANSWERED)


def _ended(execution: Any) -> InvokeResult:
    status = execution["status"]
    if status not in _ENDINGS:
        return InvokeResult(InvokeStatus.ANSWERED, answer=execution.get("output", ""))
    reason = ": ".join(filter(None, (execution.get("error"), execution.get("cause")))) or f"the execution is {status}"
    return InvokeResult(_ENDINGS[status], reason=reason[:_SHOWN])
