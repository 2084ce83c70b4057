"""
Reading a stream: shards, positions, and what goes wrong, against a stream made of lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from pipes_trigger.delivery import ShardPosition
from pipes_trigger.errors import LocalRunError
from pipes_trigger.local.checkpoints import ShardCheckpoint
from pipes_trigger.local.shard import LATEST, TRIM_HORIZON, Page, ShardReader, StreamUnavailableError, json_record
from pipes_trigger.local.stream import StreamReader

ARN = "arn:aws:dynamodb:us-east-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
NOW = 1_800_000_000.5


def client_error(code: str, status: int = 400) -> ClientError:
    """
    Make an error as boto3 raises it.
    """
    response = {"Error": {"Code": code, "Message": "why"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "GetRecords")


@dataclass
class Shard:
    """
    One shard: its records, whether it is closed, and how much of its front is trimmed.
    """

    parent: str = ""
    closed: bool = False
    trimmed: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)

    def add(self, *numbers: int, created: float = NOW + 1) -> None:
        """
        Append records with these sequence numbers.
        """
        for number in numbers:
            time = datetime.fromtimestamp(created, UTC)
            change = {"SequenceNumber": str(number), "ApproximateCreationDateTime": time}
            self.records.append({"eventID": f"e{number}", "dynamodb": change})


class Streams:
    """
    The four calls of the Streams API that matter, on lists; errors queued in `errors` come first.
    """

    def __init__(self, **shards: Shard) -> None:
        self.shards = shards
        self.errors: list[Exception] = []
        self.page = 2

    def describe_stream(self, **request: str) -> dict[str, Any]:
        """
        Describe one shard a page.
        """
        self._check(request["StreamArn"])
        names = list(self.shards)
        position = names.index(request["ExclusiveStartShardId"]) + 1 if "ExclusiveStartShardId" in request else 0
        if position >= len(names):
            return {"StreamDescription": {"Shards": []}}
        name, shard = names[position], self.shards[names[position]]
        described: dict[str, Any] = {"ShardId": name, "SequenceNumberRange": {"StartingSequenceNumber": "1"}}
        if shard.closed:
            described["SequenceNumberRange"]["EndingSequenceNumber"] = "9"
        if shard.parent:
            described["ParentShardId"] = shard.parent
        more = {"LastEvaluatedShardId": name} if position + 1 < len(names) else {}
        return {"StreamDescription": {"Shards": [described], **more}}

    def get_shard_iterator(self, **request: str) -> dict[str, Any]:
        """
        Take a position.
        """
        self._check(request["StreamArn"])
        shard = self.shards[request["ShardId"]]
        position = {"LATEST": len(shard.records), "TRIM_HORIZON": shard.trimmed}.get(request["ShardIteratorType"])
        if position is None:
            numbers = [record["dynamodb"]["SequenceNumber"] for record in shard.records]
            position = numbers.index(request["SequenceNumber"])
            position += request["ShardIteratorType"] == "AFTER_SEQUENCE_NUMBER"
            if position <= shard.trimmed:
                raise client_error("TrimmedDataAccessException")
        return {"ShardIterator": f"{request['ShardId']}:{position}"}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803 - boto3
        """
        Read two records a page.
        """
        self._check(ARN)
        assert Limit == 1000
        name, position = ShardIterator.split(":")
        shard = self.shards[name]
        end = min(int(position) + self.page, len(shard.records))
        done = shard.closed and end == len(shard.records)
        following = {} if done else {"NextShardIterator": f"{name}:{end}"}
        return {"Records": shard.records[int(position) : end], **following}

    def _check(self, arn: str) -> None:
        assert arn == ARN
        if self.errors:
            raise self.errors.pop(0)


def opened(streams: Streams, position: str = TRIM_HORIZON) -> StreamReader:
    """
    Open a stream.
    """
    reader = StreamReader(streams, ARN, position, lambda: NOW)
    reader.refresh()
    return reader


def numbers(page: Page) -> list[str]:
    """
    Name a page's records.
    """
    return [record["eventID"] for record in page.records]


def names(reader: StreamReader) -> list[str]:
    """
    Name the shards to read now.
    """
    return [shard.shard_id for shard in reader.readers]


def test_records_become_json() -> None:
    """
    Bytes become base64, also in sets and nested attributes, times become numbers, and the stream's ARN is added.
    """
    raw = {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 1, 1, tzinfo=UTC),
            "Keys": {"id": {"B": b"\x00\xff"}},
            "NewImage": {"deep": {"M": {"l": {"L": [{"BS": [b"a", b"b"]}]}}}, "n": {"N": "1.10"}, "t": {"BOOL": True}},
        },
    }

    assert json_record(raw, ARN) == {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": 1767225600,
            "Keys": {"id": {"B": "AP8="}},
            "NewImage": {
                "deep": {"M": {"l": {"L": [{"BS": ["YQ==", "Yg=="]}]}}},
                "n": {"N": "1.10"},
                "t": {"BOOL": True},
            },
        },
        "eventSourceARN": ARN,
    }


def test_fractions_of_a_second_are_kept() -> None:
    """
    A time between two seconds stays one.
    """
    raw = {"dynamodb": {"ApproximateCreationDateTime": datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)}}

    assert json_record(raw, ARN)["dynamodb"]["ApproximateCreationDateTime"] == 1767225600.5


def test_trim_horizon_reads_all_pages() -> None:
    """
    From the horizon every record is read, page by page, and later ones after them.
    """
    shard = Shard()
    shard.add(1, 2, 3)
    (reader,) = opened(Streams(a=shard)).readers

    assert [numbers(reader.read()) for _read in range(3)] == [["e1", "e2"], ["e3"], []]
    shard.add(4)
    assert numbers(reader.read()) == ["e4"]
    assert not reader.closed


def test_latest_reads_what_comes_after() -> None:
    """
    From the end only what is written after the position stands is read.
    """
    shard = Shard()
    shard.add(1)
    stream = opened(Streams(a=shard), LATEST)
    shard.add(2)

    assert stream.opened
    assert numbers(stream.readers[0].read()) == ["e2"]


def test_closed_shard_ends() -> None:
    """
    A closed shard is read to its end and reading past it gives nothing.
    """
    shard = Shard(closed=True)
    shard.add(1)
    (reader,) = opened(Streams(a=shard)).readers

    assert numbers(reader.read()) == ["e1"]
    assert reader.closed
    assert reader.read() == Page()


def test_children_wait_for_their_parent() -> None:
    """
    A shard is read only after the one that it came from is done with.
    """
    stream = opened(Streams(a=Shard(closed=True), b=Shard(parent="a"), c=Shard(parent="gone")))

    assert names(stream) == ["a", "c"]
    stream.finish("a")
    stream.refresh()
    assert names(stream) == ["c", "b"]


def test_latest_skips_closed_shards_and_reads_new_ones_whole() -> None:
    """
    From the end, shards closed before are left out, and a shard that appears later is read from its beginning.
    """
    streams = Streams(old=Shard(closed=True), now=Shard(parent="old"))
    streams.shards["old"].add(1)
    stream = opened(streams, LATEST)
    assert names(stream) == ["now"]

    streams.shards["now"].closed = True
    streams.shards["next"] = Shard(parent="now")
    streams.shards["next"].add(7)
    stream.refresh()
    assert names(stream) == ["now"]
    stream.finish("now")
    stream.refresh()

    assert [numbers(reader.read()) for reader in stream.readers] == [["e7"]]


def test_latest_stays_latest_when_opening_takes_two_tries() -> None:
    """
    A shard whose position could not be taken at first is still read from its end, and the stream is not open before.
    """
    streams = Streams(a=Shard())
    streams.shards["a"].add(1)
    stream = StreamReader(streams, ARN, LATEST, lambda: NOW)
    take, streams.get_shard_iterator = streams.get_shard_iterator, _busy  # type: ignore[method-assign]  # a fault
    with pytest.raises(StreamUnavailableError):
        stream.refresh()
    before = stream.opened

    streams.get_shard_iterator = take  # type: ignore[method-assign]  # the fault is over
    stream.refresh()
    streams.shards["a"].add(2)
    assert (before, stream.opened) == (False, True)
    assert numbers(stream.readers[0].read()) == ["e2"]


def _busy(**_arguments: str) -> dict[str, Any]:
    raise client_error("ThrottlingException")


def test_no_shards_yet() -> None:
    """
    A stream without shards is not open.
    """
    stream = opened(Streams(), LATEST)

    assert names(stream) == []
    assert not stream.opened


def test_expired_iterator_resumes_after_the_last_record() -> None:
    """
    When an iterator expires reading goes on after the record that was read last.
    """
    shard = Shard()
    shard.add(1, 2, 3)
    streams = Streams(a=shard)
    (reader,) = opened(streams).readers
    assert numbers(reader.read()) == ["e1", "e2"]

    streams.errors.append(client_error("ExpiredIteratorException"))
    assert reader.read() == Page()
    assert numbers(reader.read()) == ["e3"]


def test_expired_latest_iterator_loses_nothing() -> None:
    """
    When a LATEST iterator expires before anything was read, what came after it is read, and what came before is not.
    """
    shard = Shard()
    shard.add(1, created=NOW - 10)
    streams = Streams(a=shard)
    (reader,) = opened(streams, LATEST).readers
    shard.add(2, 3, created=NOW - 0.4)

    streams.errors.append(client_error("ExpiredIteratorException"))
    assert reader.read() == Page()
    assert [numbers(reader.read()) for _read in range(2)] == [["e2"], ["e3"]]


def test_trimmed_records_are_told() -> None:
    """
    When the stream forgot records before they were read, that is told and reading goes on at the horizon.
    """
    shard = Shard()
    shard.add(1, 2, 3, 4, 5)
    streams = Streams(a=shard)
    (reader,) = opened(streams).readers
    reader.read()
    shard.trimmed = 4

    streams.errors.append(client_error("TrimmedDataAccessException"))
    assert reader.read() == Page(trimmed_after="2")
    assert numbers(reader.read()) == ["e5"]


def test_expired_iterator_of_trimmed_records() -> None:
    """
    An iterator that expires where the next record is forgotten as well is told as trimmed.
    """
    shard = Shard()
    shard.add(1, 2, 3, 4)
    streams = Streams(a=shard)
    (reader,) = opened(streams).readers
    reader.read()
    shard.trimmed = 3

    streams.errors.append(client_error("ExpiredIteratorException"))
    assert reader.read() == Page(trimmed_after="2")
    assert numbers(reader.read()) == ["e4"]


def resumed(streams: Streams, **start: ShardCheckpoint) -> StreamReader:
    """
    Open a stream where an earlier run left it.
    """
    reader = StreamReader(streams, ARN, LATEST, lambda: NOW, start)
    reader.refresh()
    return reader


def test_resuming_leaves_out_what_is_decided() -> None:
    """
    A shard is taken up after what is decided in all lanes, and what is decided in one is left out.
    """
    shard = Shard()
    for number, item in enumerate("acacac", 1):
        shard.add(number)
        shard.records[-1]["dynamodb"]["Keys"] = {"id": {"S": item}}
    streams = Streams(x=shard)
    (reader,) = resumed(streams, x=ShardCheckpoint(position=ShardPosition(("4", "1")))).readers

    assert [numbers(reader.read()) for _read in range(4)] == [["e3"], ["e5"], ["e6"], []]


def test_resuming_where_nothing_was_decided() -> None:
    """
    A shard that was opened at its end, and of which nothing was decided, is read from the time of the opening.
    """
    shard = Shard()
    shard.add(1, created=NOW - 10)
    shard.add(2, created=NOW)
    (reader,) = resumed(Streams(x=shard), x=ShardCheckpoint(since=int(NOW))).readers

    assert numbers(reader.read()) == ["e2"]
    assert reader.since == int(NOW)


def test_resuming_after_the_stream_forgot() -> None:
    """
    Where the stream forgot what comes after the checkpoint that is told, and reading goes on at the horizon.
    """
    shard = Shard(closed=True)
    shard.add(1, 2, 3, 4)
    shard.trimmed = 3
    (reader,) = resumed(Streams(x=shard), x=ShardCheckpoint(position=ShardPosition(("1",)))).readers

    assert not reader.closed
    assert reader.read() == Page(trimmed_after="1")
    assert numbers(reader.read()) == ["e4"]
    assert reader.closed


def test_resuming_skips_finished_shards_and_reads_new_ones_whole() -> None:
    """
    A shard that was done with stays so, and one that appeared meanwhile is read from its beginning, also from LATEST.
    """
    streams = Streams(old=Shard(closed=True), new=Shard(parent="old"))
    streams.shards["old"].add(1)
    streams.shards["new"].add(2)
    stream = resumed(streams, old=ShardCheckpoint(finished=True))

    assert [numbers(reader.read()) for reader in stream.readers] == [["e2"]]


def test_checkpoint_of_what_nobody_reads() -> None:
    """
    Shards that are done with or wait to be taken up are remembered until the stream no longer lists them.
    """
    old, waiting = ShardCheckpoint(finished=True), ShardCheckpoint(position=ShardPosition(("7",)))
    streams = Streams(old=Shard(closed=True))
    stream = StreamReader(streams, ARN, LATEST, lambda: NOW, {"old": old, "waiting": waiting})
    assert stream.checkpoint == {"old": old, "waiting": waiting}
    stream.refresh()
    assert stream.checkpoint == {"old": old}

    fresh = StreamReader(streams, ARN, LATEST, lambda: NOW)
    assert fresh.checkpoint is None
    fresh.refresh()
    assert fresh.checkpoint == {"old": old}


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("LimitExceededException"),
        client_error("InternalServerError"),
        client_error("Whatever", 503),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_busy_streams_are_unavailable(error: Exception) -> None:
    """
    Throttling, a fault of the server and a lost connection mean trying later, wherever they happen.
    """
    streams = Streams(a=Shard())
    (reader,) = opened(streams).readers
    streams.errors.append(error)
    with pytest.raises(StreamUnavailableError) as raised:
        reader.read()
    assert str(raised.value) == str(error)

    streams.errors.append(error)
    with pytest.raises(StreamUnavailableError):
        StreamReader(streams, ARN, LATEST, lambda: NOW).refresh()
    streams.errors.append(error)
    with pytest.raises(StreamUnavailableError):
        ShardReader(streams, ARN, "a", LATEST, lambda: NOW)


def test_missing_stream() -> None:
    """
    A stream that is not there ends the run, with its ARN and what to check.
    """
    streams = Streams(a=Shard())
    streams.errors.append(client_error("ResourceNotFoundException"))
    with pytest.raises(LocalRunError) as raised:
        opened(streams)

    assert str(raised.value) == (
        f"the stream {ARN} cannot be read: An error occurred (ResourceNotFoundException) when calling the GetRecords "
        "operation: why; check that its table is deployed"
    )
    assert not isinstance(raised.value, StreamUnavailableError)
