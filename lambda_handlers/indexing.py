"""
Sending bulk requests, with what was refused in passing tried again while there is time.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final, Protocol

from botocore.exceptions import BotoCoreError, HTTPClientError
from bulk import Action, Verdict, action_of, newest, requests_of, verdict_of, verdicts_of
from failures import RecordError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from logs import Log
    from paths import AttributePath
    from records import Record

    class Endpoint(Protocol):
        """
        What takes bulk requests. For the type checker alone: to make a protocol takes time.
        """

        def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
            """
            Post, and give the status and the body of the answer.
            """


_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.5
_PAUSE_SECONDS_MAX: Final = 10.0
# What remains for the answer of the last request and for the end of the function.
_RESERVE_SECONDS: Final = 3.0
_TOO_LARGE: Final = 413
_OK: Final = 200


class Index:
    """
    An index that is brought up to date, with what was refused in passing tried again.

    Args:
        name: The index, or an alias.
        endpoint: Where to send to.
        version: Where in the item its version stands; None for the time of the change.
        request_bytes: The most bytes of a document with its action, and of a request.
        log: Where to write.
        deadline: When the function ends, by `time.monotonic`. No request is begun in the three seconds before.
        sleep: Waits before a request that is tried again.
    """

    def __init__(
        self,
        name: str,
        endpoint: Endpoint,
        *,
        version: AttributePath | None,
        request_bytes: int,
        log: Log,
        deadline: float,
        sleep: Callable[[float], None],
    ) -> None:
        self._name: Final = name
        self._endpoint: Final = endpoint
        self._version: Final = version
        self._limit: Final = request_bytes
        self._log: Final = log
        self._deadline: Final = deadline - _RESERVE_SECONDS
        self._sleep: Final = sleep
        self._failed: Final[list[Record]] = []

    def update(self, records: Iterable[Record]) -> list[Record]:
        """
        Send what the records say, and give those that failed.
        """
        actions = []
        for record in records:
            try:
                action = action_of(record, self._version)
            except RecordError as error:
                self._fail([record], error)
                continue
            size = len(action.lines)
            if size > self._limit:
                self._fail([record], RecordError(f"the document has {size} bytes, the limit is {self._limit}"))
            else:
                actions.append(action)
        for request in requests_of(newest(actions), self._limit):
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
        path = f"/{self._name}/_bulk?filter_path=items.%2A.status%2Citems.%2A.error"
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
            self._log.debug("indexed", eventID=record.event_id, index=self._name)

    def _refused(self, action: Action, verdict: Verdict) -> None:
        self._fail(action.records, RefusedError(f"OpenSearch did not take it: {verdict.reason}", verdict.words))

    def _fail(self, records: Iterable[Record], error: RecordError) -> None:
        for record in records:
            self._log.failure("not indexed", record, error, index=self._name)
            self._failed.append(record)
