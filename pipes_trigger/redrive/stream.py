"""
Reading back from a stream the records of one dead-letter message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from pipes_trigger.delivery import sequence_number
from pipes_trigger.errors import PipesTriggerError
from pipes_trigger.local.shard import json_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipes_trigger.delivery import Record
    from pipes_trigger.redrive.message import GivenUp

# A shard is read page by page, and a page may be empty although more follow (doc). No end was found documented: after
# so many in a row the record is taken for missing.
_EMPTY_PAGES: Final = 30
_TRIMMED: Final = "TrimmedDataAccessException"
_EXPIRED_ITERATOR: Final = "ExpiredIteratorException"
_GONE: Final = "ResourceNotFoundException"
_DENIED: Final = "AccessDeniedException"

EXPIRED: Final = "the stream keeps records for 24 hours, and these are gone; their keys are unknown"
PARTLY_EXPIRED: Final = "the stream keeps records for 24 hours, and the first of these are gone; their keys are unknown"
STREAM_GONE: Final = "the stream or its shard is gone, and the records with it; their keys are unknown"
NOT_FOUND: Final = "the stream holds no record with the last sequence number of the message"


class StreamDeniedError(PipesTriggerError):
    """
    A stream that whoever runs this may not read.
    """


class StreamRange:
    """
    The records of one message.

    Args:
        client: A boto3 client of DynamoDB Streams.
        given_up: The message.

    Attributes:
        missing: After `pages`, why not every record was there; empty where every one was.
    """

    def __init__(self, client: Any, given_up: GivenUp) -> None:
        self._client = client
        self._wanted = given_up
        self._last = ""
        self.missing = ""

    def pages(self) -> Iterator[tuple[Record, ...]]:
        """
        Read the records that are left, in stream order.

        Raises:
            StreamDeniedError: The stream may not be read.
            ClientError: It cannot be read.
            BotoCoreError: It cannot be reached.
        """
        iterator = self._start()
        empty = 0
        while iterator is not None and empty < _EMPTY_PAGES:
            try:
                response = self._client.get_records(ShardIterator=iterator)
            except ClientError as error:
                # An invocation between two pages may take longer than an iterator lives.
                iterator = self._resume(error)
                empty += 1
                continue
            iterator = response.get("NextShardIterator")
            found = [json_record(raw, self._wanted.stream_arn) for raw in response["Records"]]
            empty = 0 if found else empty + 1
            if found:
                self._last = sequence_number(found[-1])
                wanted = tuple(record for record in found if self._wanted.holds(sequence_number(record)))
                if wanted and self.missing == EXPIRED:
                    self.missing = PARTLY_EXPIRED
                yield wanted
                if int(self._last) >= int(self._wanted.last):
                    return
        self.missing = self.missing or NOT_FOUND

    def _start(self) -> str | None:
        try:
            return self._iterator("AT_SEQUENCE_NUMBER", SequenceNumber=self._wanted.first)
        except ClientError as error:
            if _code(error) == _GONE:
                self.missing = STREAM_GONE
                return None
            if _code(error) == _DENIED:
                raise StreamDeniedError(f"its stream may not be read: {error}") from error
            if _code(error) != _TRIMMED:
                raise
            self.missing = EXPIRED
            return self._iterator("TRIM_HORIZON")

    def _resume(self, error: ClientError) -> str | None:
        if _code(error) == _EXPIRED_ITERATOR and self._last:
            try:
                return self._iterator("AFTER_SEQUENCE_NUMBER", SequenceNumber=self._last)
            except ClientError as again:
                error = again
        if _code(error) == _EXPIRED_ITERATOR and not self._last:
            return self._start()
        if _code(error) != _TRIMMED:
            raise error
        self.missing = PARTLY_EXPIRED if self._last else EXPIRED
        return self._iterator("TRIM_HORIZON")

    def _iterator(self, kind: str, **where: str) -> str | None:
        response = self._client.get_shard_iterator(
            StreamArn=self._wanted.stream_arn, ShardId=self._wanted.shard_id, ShardIteratorType=kind, **where
        )
        iterator: str | None = response.get("ShardIterator")
        return iterator


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
