"""
Keeping an OpenSearch index like a table: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import random
import re
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, Self
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, HTTPClientError, NoRegionError
from bulk import Action, Verdict, action_of, newest, requests_of, verdict_of, verdicts_of
from clients import session
from environment import Environment
from failures import RecordError
from logs import Log
from paths import AttributePath
from records import answer, distinct, read_records
from signed import Signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from records import Record

_ENDPOINT_EXAMPLE: Final = "write one like https://my-domain.eu-west-1.es.amazonaws.com"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# OpenSearch (doc) takes some more characters, but these need no escape in a URL.
_INDEX: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,254}")
_INDEX_RULE: Final = "must be 1 to 255 lower-case letters, digits, ., _ and -, starting with a letter or a digit"
# A domain takes 10 MiB or 100 MiB, by its instance type (OpenSearch Service quotas, doc).
_REQUEST_BYTES: Final = 5 * 1024 * 1024
_REQUEST_BYTES_MIN: Final = 1024
_REQUEST_BYTES_MAX: Final = 100 * 1024 * 1024
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.5
_PAUSE_SECONDS_MAX: Final = 10.0
# What remains for the answer of the last request and for the end of the function.
_RESERVE_SECONDS: Final = 3.0
_TOO_LARGE: Final = 413
_OK: Final = 200


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        endpoint: Scheme, host and port of the domain or the collection.
        index_name: The index, or an alias.
        service: What requests are signed for, `es` or `aoss`.
        version: Where in the item its version stands; None for the time of the change.
        request_bytes: The most bytes of a document with its action, and of a request.
        log: Where to write.
    """

    endpoint: str
    index_name: str
    service: str
    version: AttributePath | None
    request_bytes: int
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        index = environment.text("OPENSEARCH_INDEX")
        if index is None:
            environment.fault("OPENSEARCH_INDEX", "is not set", "write the name of an index, like orders")
        elif not _INDEX.fullmatch(index):
            environment.fault("OPENSEARCH_INDEX", f"{_INDEX_RULE}, got {index!r}", "write one like orders")
        written = environment.text("VERSION_ATTRIBUTE")
        version = None
        if written is not None:
            try:
                version = AttributePath.parse(written)
            except ValueError as error:
                environment.fault("VERSION_ATTRIBUTE", str(error), "write one like version")
        settings = cls(
            endpoint=_endpoint(environment),
            index_name=index or "",
            service=environment.choice("OPENSEARCH_SERVICE", ("es", "aoss")),
            version=version,
            request_bytes=environment.integer(
                "REQUEST_BYTES", _REQUEST_BYTES, low=_REQUEST_BYTES_MIN, high=_REQUEST_BYTES_MAX
            ),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings


class Endpoint(Protocol):
    """
    What takes bulk requests.
    """

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """
        Post, and give the status and the body of the answer.
        """


def connect(settings: Settings) -> Signed:
    """
    Make what signs and sends, in the function's own region.

    Raises:
        NoRegionError: When the function has none.
    """
    region = session().get_config_variable("region")
    if region is None:
        raise NoRegionError
    return Signed(settings.endpoint, settings.service, region, session())


def handle(
    event: Any,
    seconds_left: float,
    settings: Settings,
    endpoint: Endpoint,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, list[dict[str, str]]]:
    """
    Bring the index up to date with every record; answer which records failed.

    Args:
        event: What the function got.
        seconds_left: How long the function may still run. No request is begun in the last three seconds of it.
        settings: The settings.
        endpoint: Where to send to.
        sleep: Waits before a request that is tried again.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was sent.
        WholeBatchError: When a record without an eventID failed; the others were sent.
    """
    records = read_records(event)
    index = _Index(settings, endpoint, time.monotonic() + seconds_left - _RESERVE_SECONDS, sleep)
    failed = index.update(distinct(records))
    settings.log.info("batch done", records=len(records), failed=len(failed))
    return answer(failed)


class _Index:
    def __init__(self, settings: Settings, endpoint: Endpoint, deadline: float, sleep: Callable[[float], None]) -> None:
        self._settings: Final = settings
        self._endpoint: Final = endpoint
        self._deadline: Final = deadline
        self._sleep: Final = sleep
        self._failed: Final[list[Record]] = []

    def update(self, records: Iterable[Record]) -> list[Record]:
        """
        Send what the records say, and give those that failed.
        """
        limit = self._settings.request_bytes
        actions = []
        for record in records:
            try:
                action = action_of(record, self._settings.version)
            except RecordError as error:
                self._fail([record], error)
                continue
            size = len(action.lines)
            if size > limit:
                self._fail([record], RecordError(f"the document has {size} bytes, the limit is {limit}"))
            else:
                actions.append(action)
        for request in requests_of(newest(actions), limit):
            self._deliver(request)
        return self._failed

    def _deliver(self, request: Sequence[Action]) -> None:
        waiting = [*request]
        last: list[tuple[Action, Verdict]] = []
        for attempt in range(_ATTEMPTS):
            if attempt and not self._pause(attempt):
                break
            last = [*zip(waiting, self._send(waiting), strict=True)]
            for action, verdict in last:
                if verdict.done:
                    self._done(action)
                elif not verdict.again:
                    self._refused(action, verdict)
            last = [(action, verdict) for action, verdict in last if verdict.again]
            waiting = [action for action, _ in last]
            if not waiting:
                return
        for action, verdict in last:
            self._refused(action, verdict)

    def _pause(self, attempt: int) -> bool:
        """
        Wait before the next attempt; say whether there is time for it.
        """
        seconds = min(_PAUSE_SECONDS_MAX, _PAUSE_SECONDS * 2**attempt) * random.uniform(0.5, 1)  # noqa: S311 - no secret
        if time.monotonic() + seconds >= self._deadline:
            return False
        self._sleep(seconds)
        return True

    def _send(self, actions: Sequence[Action]) -> list[Verdict]:
        if time.monotonic() >= self._deadline:
            return [Verdict(done=False, again=False, reason="the function has no time left")] * len(actions)
        # The answer of a large batch is large itself; of each action only this is of interest.
        path = f"/{self._settings.index_name}/_bulk?filter_path=items.%2A.status%2Citems.%2A.error.type"
        body = b"".join(action.lines for action in actions)
        try:
            status, answered = self._endpoint.post(path, body, {"Content-Type": "application/x-ndjson"})
        except BotoCoreError as error:
            again = isinstance(error, HTTPClientError)
            return [Verdict(done=False, again=again, reason=type(error).__name__)] * len(actions)
        if status == _OK:
            return verdicts_of(answered, len(actions))
        if status == _TOO_LARGE and len(actions) > 1:
            middle = len(actions) // 2
            return self._send(actions[:middle]) + self._send(actions[middle:])
        # Of a whole request no status means that it is done.
        return [verdict_of(status)._replace(done=False)] * len(actions)

    def _done(self, action: Action) -> None:
        for record in action.records:
            self._settings.log.debug("indexed", eventID=record.event_id, index=self._settings.index_name)

    def _refused(self, action: Action, verdict: Verdict) -> None:
        self._fail(action.records, RecordError(f"OpenSearch did not take it: {verdict.reason}"))

    def _fail(self, records: Iterable[Record], error: RecordError) -> None:
        for record in records:
            self._settings.log.failure("not indexed", record, error, index=self._settings.index_name)
            self._failed.append(record)


def _endpoint(environment: Environment) -> str:
    written = environment.text("OPENSEARCH_ENDPOINT")
    if written is None:
        environment.fault("OPENSEARCH_ENDPOINT", "is not set", _ENDPOINT_EXAMPLE)
        return ""
    try:
        parts = urlsplit(written)
        host, _ = parts.hostname, parts.port
    except ValueError:
        environment.fault("OPENSEARCH_ENDPOINT", f"is no URL, got {written!r}", _ENDPOINT_EXAMPLE)
        return ""
    bare = not (parts.path.rstrip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if not host or not bare or parts.scheme not in {"http", "https"}:
        # A password may be in it, so it is not quoted.
        environment.fault("OPENSEARCH_ENDPOINT", "must be https://, a host and no more", _ENDPOINT_EXAMPLE)
    elif parts.scheme == "http" and host not in _LOOPBACK:
        environment.fault("OPENSEARCH_ENDPOINT", "is http://, which is for this machine alone", _ENDPOINT_EXAMPLE)
    return written.rstrip("/")
