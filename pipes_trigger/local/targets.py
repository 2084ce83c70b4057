"""
Invoking a function, as the pipe's target or its enrichment, with every outcome as data.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import ClientError, HTTPClientError, ReadTimeoutError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.delivery import InvokeResult, InvokeStatus
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES

if TYPE_CHECKING:
    from pipes_trigger.delivery import Invoke

_THROTTLED: Final = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_TIMED_OUT: Final = "Task timed out"
_TOO_MANY: Final = 429
_SERVER_ERROR: Final = 500
_SHOWN: Final = 300


class Target(Protocol):
    """
    Something that takes batches.
    """

    def take(self, action: Invoke) -> InvokeResult:
        """
        Take a batch, and give how that ended; never an exception.
        """
        ...


class LambdaTarget:
    """
    A Lambda function that is invoked.

    Args:
        client: A boto3 Lambda client. It should not retry by itself: what it retries is seen neither here nor by the
            observer, and is not counted.
        function_arn: The function, version or alias.
        waits: Whether its answer is waited for; if not, Lambda has taken the batch when it has queued it.
    """

    def __init__(self, client: Any, function_arn: str, *, waits: bool = True) -> None:
        self._client = client
        self._function_arn = function_arn
        self._type = "RequestResponse" if waits else "Event"

    def take(self, action: Invoke) -> InvokeResult:
        """
        Invoke the function with a batch.
        """
        return self.invoke(action.payload)

    def invoke(self, payload: str) -> InvokeResult:
        """
        Invoke the function with `payload`, JSON text.
        """
        body = payload.encode()
        if len(body) > LAMBDA_PAYLOAD_BYTES:
            # The service refuses it, an emulator might not.
            reason = f"the payload has {len(body)} bytes, Lambda takes {LAMBDA_PAYLOAD_BYTES}"
            return InvokeResult(InvokeStatus.REFUSED, reason=reason)
        try:
            return self._invoke(body)
        except (ClientError, NoConnectionError, HTTPClientError) as error:
            return failure(error)

    def _invoke(self, body: bytes) -> InvokeResult:
        response = self._client.invoke(FunctionName=self._function_arn, InvocationType=self._type, Payload=body)
        answer = response["Payload"].read(LAMBDA_PAYLOAD_BYTES + 1)
        if len(answer) > LAMBDA_PAYLOAD_BYTES:
            return InvokeResult(InvokeStatus.FUNCTION_ERROR, reason=f"the answer exceeds {LAMBDA_PAYLOAD_BYTES} bytes")
        text = answer.decode(errors="replace")
        if response.get("FunctionError"):
            return _function_error(text)
        return InvokeResult(InvokeStatus.ANSWERED, answer=text)


def failure(error: ClientError | NoConnectionError | HTTPClientError) -> InvokeResult:
    """
    Say what an error of a call means.
    """
    if isinstance(error, ReadTimeoutError):
        return InvokeResult(InvokeStatus.TIMED_OUT, reason=str(error))
    if not isinstance(error, ClientError):
        return InvokeResult(InvokeStatus.UNREACHABLE, reason=str(error))
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _THROTTLED or status == _TOO_MANY:
        return InvokeResult(InvokeStatus.THROTTLED, reason=str(error))
    kind = InvokeStatus.UNREACHABLE if status >= _SERVER_ERROR else InvokeStatus.REFUSED
    return InvokeResult(kind, reason=str(error))


def _function_error(answer: str) -> InvokeResult:
    try:
        details = json.loads(answer)
    except (ValueError, RecursionError):
        details = None
    if not isinstance(details, dict):
        return InvokeResult(InvokeStatus.FUNCTION_ERROR, reason=answer[:_SHOWN])
    message = str(details.get("errorMessage", ""))
    named = f"{kind}: {message}" if (kind := details.get("errorType")) else message
    status = InvokeStatus.TIMED_OUT if _TIMED_OUT in message else InvokeStatus.FUNCTION_ERROR
    return InvokeResult(status, reason=named[:_SHOWN])
