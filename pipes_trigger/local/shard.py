"""
Reading one shard through the DynamoDB Streams API.
"""

from __future__ import annotations

import base64
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NoReturn

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.delivery import ShardPosition, sequence_number
from pipes_trigger.errors import LocalRunError
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipes_trigger.delivery import Record
    from pipes_trigger.local.checkpoints import ShardCheckpoint

LATEST: Final = "LATEST"
TRIM_HORIZON: Final = "TRIM_HORIZON"
PAGE_RECORDS: Final = 1000  # DynamoDB Streams API (doc): GetRecords gives at most 1000 records or 1 MB
_AFTER: Final = "AFTER_SEQUENCE_NUMBER"
_SERVER_ERROR: Final = 500
_BUSY: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


class StreamUnavailableError(LocalRunError):
    """
    The stream cannot be read just now; reading it later may work.
    """


@dataclass(frozen=True, slots=True)
class Page:
    """
    What one read gave.

    Attributes:
        records: The records, in stream order.
        trimmed_after: Set when the stream forgot records before they were read: the sequence number that was read last,
            empty where none was.
    """

    records: tuple[Record, ...] = ()
    trimmed_after: str | None = None


_EMPTY: Final = Page()


def json_record(raw: Mapping[str, Any], stream_arn: str) -> Record:
    """
    Turn what boto3 gives for a stream record into the form that a pipe filters and renders.

    Bytes become base64 text and times seconds since 1970, and the stream's ARN is added, which the Streams API leaves
    out.

    Example:
        >>> json_record({"eventID": "1", "dynamodb": {"Keys": {"id": {"B": b"key"}}}}, "arn:stream")
        {'eventID': '1', 'dynamodb': {'Keys': {'id': {'B': 'a2V5'}}}, 'eventSourceARN': 'arn:stream'}
    """
    return {**_json(raw), "eventSourceARN": stream_arn}


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        # Most values are text: asking here saves most of the calls.
        return {key: part if isinstance(part, str) else _json(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_json(part) for part in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        seconds = value.timestamp()
        return int(seconds) if seconds.is_integer() else seconds
    return value


class ShardReader:
    """
    A position in one shard.

    Args:
        client: A boto3 client of DynamoDB Streams.
        stream_arn: The stream.
        shard_id: The shard.
        position: `LATEST` or `TRIM_HORIZON`.
        clock: Gives the seconds since 1970.
        start: How far the shard was decided before, whatever the position; None for a shard that is read anew.

    Attributes:
        shard_id: The shard.
        start: As above.
        since: Should reading start anew before anything was decided: records from before this second, counted since
            1970, are left out.

    Raises:
        StreamUnavailableError: The position could not be taken just now.
        LocalRunError: There is no such stream, or it may not be read.
    """

    def __init__(
        self,
        client: Any,
        stream_arn: str,
        shard_id: str,
        position: str,
        clock: Callable[[], float],
        *,
        start: ShardCheckpoint | None = None,
    ) -> None:
        self.shard_id = shard_id
        self.start = start.position if start else ShardPosition()
        self._client = client
        self._stream_arn = stream_arn
        self._last = self.start.after
        # Should a LATEST position expire before anything was read, or the process end, reading starts at the horizon,
        # and older records are told apart by their time, which the stream gives in whole seconds.
        self.since = start.since if start else math.floor(clock()) if position == LATEST else 0
        self._skip_before = 0
        self._iterator: str | None = None
        self._page = _EMPTY
        if start is None:
            self._iterator = self._take(position)
        else:
            self._page = self._resume()

    @property
    def closed(self) -> bool:
        """
        Whether the shard was read to its end.
        """
        return self._iterator is None and self._page == _EMPTY

    def read(self) -> Page:
        """
        Read the next records, none where there are none yet.

        Raises:
            StreamUnavailableError: Reading later may work.
            LocalRunError: The stream is gone, or may not be read.
        """
        page, self._page = self._page, _EMPTY
        if self._iterator is None or page != _EMPTY:
            return page
        try:
            response = self._client.get_records(ShardIterator=self._iterator, Limit=PAGE_RECORDS)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ExpiredIteratorException":
                return self._resume()
            if code == "TrimmedDataAccessException":
                return self._restart()
            fail(error, self._stream_arn)
        except (NoConnectionError, HTTPClientError) as error:
            raise StreamUnavailableError(str(error)) from error
        self._iterator = response.get("NextShardIterator")
        records = tuple(json_record(raw, self._stream_arn) for raw in response["Records"])
        if records:
            self._last = sequence_number(records[-1])
        return Page(tuple(record for record in records if self._is_new(record)))

    def _is_new(self, record: Record) -> bool:
        if self.start.is_decided(record):
            return False
        return bool(record["dynamodb"].get("ApproximateCreationDateTime", math.inf) >= self._skip_before)

    def _resume(self) -> Page:
        if not self._last:
            self._skip_before = self.since
            self._iterator = self._take(TRIM_HORIZON)
            return Page()
        try:
            self._iterator = self._take(_AFTER, SequenceNumber=self._last)
        except _TrimmedError:
            return self._restart()
        return Page()

    def _restart(self) -> Page:
        self._iterator = self._take(TRIM_HORIZON)
        return Page(trimmed_after=self._last)

    def _take(self, kind: str, **where: str) -> str | None:
        try:
            response = self._client.get_shard_iterator(
                StreamArn=self._stream_arn, ShardId=self.shard_id, ShardIteratorType=kind, **where
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "TrimmedDataAccessException":
                raise _TrimmedError from error
            fail(error, self._stream_arn)
        except (NoConnectionError, HTTPClientError) as error:
            raise StreamUnavailableError(str(error)) from error
        iterator: str | None = response.get("ShardIterator")
        return iterator


class _TrimmedError(Exception):
    """
    The wanted position is older than what the stream keeps.
    """


def fail(error: ClientError, stream_arn: str) -> NoReturn:
    """
    Raise the error of ours that an error of the Streams API means.

    Raises:
        StreamUnavailableError: Trying later may work.
        LocalRunError: It will not.
    """
    code = error.response["Error"]["Code"]
    if code in _BUSY or error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_ERROR:
        raise StreamUnavailableError(str(error)) from error
    raise LocalRunError(f"the stream {stream_arn} cannot be read: {error}; check that its table is deployed") from error
