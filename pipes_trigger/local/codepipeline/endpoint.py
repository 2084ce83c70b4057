"""
The endpoint: AWS JSON 1.1 over HTTP on loopback.
"""

from __future__ import annotations

import json
import re
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.local.codepipeline.faults import ServiceFault
from pipes_trigger.local.codepipeline.operations import OPERATIONS, Operations
from pipes_trigger.local.codepipeline.shapes import check
from pipes_trigger.local.ports import LOOPBACK
from pipes_trigger.local.session import DEFAULT_ACCOUNT, DEFAULT_REGION, LocalSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pipes_trigger.local.codepipeline.pipelines import Execution

REQUEST_BYTES: Final = 1024 * 1024
_SERVER_FAULTS: Final = frozenset({"InternalFailure", "InternalServerError", "ServiceUnavailable"})
# Signature version 4 names the key, the date and the region of whoever asks. A 12-digit key is the account.
_CREDENTIAL: Final = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d+/(?P<region>[a-z0-9-]+)/")
_ACCOUNT: Final = re.compile(r"\d{12}")


class CodePipelineEndpoint:
    """
    The part of CodePipeline that starting pipelines needs: pipelines, their variables and their executions.

    Requests are checked against botocore's service model and refused with the service's own error codes. An execution
    does nothing: it is `InProgress` and, after a settable time, `Succeeded`. Where the service's behaviour is
    documented nowhere (the error for an undeclared variable) it answers `ValidationException`.

    Args:
        succeeds_after: How long an execution is in progress, in seconds of `clock`.
        clock: Gives the time, in seconds since the epoch.

    Example:
        >>> with CodePipelineEndpoint() as endpoint:
        ...     client = endpoint.session().client("codepipeline")
        ...     client.list_pipelines()["pipelines"]
        []
    """

    def __init__(self, *, succeeds_after: float = 1.0, clock: Callable[[], float] = time.time) -> None:
        self._succeeds_after = succeeds_after
        self._clock = clock
        self._lock = Lock()
        self._places: dict[tuple[str, str], Operations] = {}
        self._failures: list[str] = []
        self._server: _Server | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._server = _Server(self.answer)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="codepipeline", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    @property
    def url(self) -> str:
        """
        The endpoint, such as `http://127.0.0.1:49153`.

        Raises:
            RuntimeError: Before it was entered.
        """
        if self._server is None:
            raise RuntimeError("the CodePipeline endpoint is not running; use it in a with block")
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def session(self, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION) -> LocalSession:
        """
        Give clients of this endpoint alone for an account of its own.
        """
        return LocalSession(self.url, codepipeline_url=self.url, account=account, region=region)

    def executions(
        self, pipeline: str, *, account: str = DEFAULT_ACCOUNT, region: str = DEFAULT_REGION
    ) -> tuple[Execution, ...]:
        """
        Give a pipeline's executions as they stand now, oldest first; none where there is no such pipeline.
        """
        with self._lock:
            return self._place(account, region).executions(pipeline)

    def fail_next(self, count: int, code: str = "ThrottlingException") -> None:
        """
        Refuse the next `count` requests with `code`, whatever they ask and whoever asks.
        """
        with self._lock:
            self._failures.extend([code] * count)

    def answer(self, operation: str, body: bytes, authorization: str) -> tuple[int, dict[str, Any]]:
        """
        Answer one request: the HTTP status and the JSON body.
        """
        try:
            return 200, self._answer(operation, body, authorization)
        except ServiceFault as fault:
            return fault.status, {"__type": fault.code, "message": fault.message}

    def _answer(self, operation: str, body: bytes, authorization: str) -> dict[str, Any]:
        with self._lock:
            if self._failures:
                code = self._failures.pop(0)
                raise ServiceFault(code, "this failure was asked for", 500 if code in _SERVER_FAULTS else 400)
        if operation not in OPERATIONS:
            raise ServiceFault("UnknownOperationException", f"the local CodePipeline does not know {operation!r}")
        try:
            # An explicit null is a member that is not there.
            request = json.loads(body or b"{}", object_pairs_hook=_present)
        except (ValueError, RecursionError) as error:
            raise ServiceFault("SerializationException", f"the request is no JSON: {error}") from error
        check(operation, request)
        credential = _CREDENTIAL.search(authorization)
        key, region = (credential["key"], credential["region"]) if credential else ("", DEFAULT_REGION)
        with self._lock:
            place = self._place(key if _ACCOUNT.fullmatch(key) else DEFAULT_ACCOUNT, region)
            return OPERATIONS[operation](place, request)

    def _place(self, account: str, region: str) -> Operations:
        place = self._places.get((account, region))
        if place is None:
            place = Operations(account, region, clock=self._clock, lasts=self._succeeds_after)
            self._places[account, region] = place
        return place


def _present(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Callable[[str, bytes, str], tuple[int, dict[str, Any]]]) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.answer = answer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """
        Let a client go away in the middle of a request without a word; everything else is a defect worth a traceback.
        """
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 60
    wbufsize = -1  # head and body in one packet; two would wait for each other's acknowledgement

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > REQUEST_BYTES:
            self.close_connection = True
            message = f"a request must say its length, at most {REQUEST_BYTES} bytes, got {length or 'none'}"
            self._send(413, {"__type": "RequestEntityTooLargeException", "message": message})
            return
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        body = self.rfile.read(int(length))
        self._send(*self.server.answer(operation, body, self.headers.get("Authorization", "")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """
        Stay quiet: whoever runs a pipe prints what happens.
        """

    def _send(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
        self.wfile.write(text)
