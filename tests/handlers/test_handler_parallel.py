"""
Several requests at the same time, to topics and queues, without breaking the order of a FIFO one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from threading import Barrier, Lock
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
import queues
import topics
from hypothesis import given, settings
from hypothesis import strategies as st
from workers import WORKERS, together

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRecord = Callable[..., dict[str, Any]]

ROOMS: Final = {"sns": topics, "sqs": queues}


class Service:
    """
    A client of SNS or SQS that notes what comes, refuses some of it, and can wait until several requests are there.
    """

    meta = SimpleNamespace(endpoint_url="https://sqs.eu-central-1.amazonaws.com")

    def __init__(self, refused: frozenset[str] = frozenset(), barrier: Barrier | None = None) -> None:
        self.came: dict[str, list[str]] = defaultdict(list)
        self.together: list[list[str]] = []
        self._refused = refused
        self._barrier = barrier
        self._lock = Lock()
        self._under_way: list[str] = []

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """
        Take what is not refused, as SNS.
        """
        return self._take(request["PublishBatchRequestEntries"], "Message")

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """
        Take what is not refused, as SQS.
        """
        return self._take(request["Entries"], "MessageBody")

    def _take(self, entries: list[dict[str, Any]], body_name: str) -> dict[str, Any]:
        bodies = [json.loads(entry[body_name]) for entry in entries]
        items = [body["keys"]["id"] for body in bodies]
        with self._lock:
            self._under_way += items
            self.together.append([*self._under_way])
        if self._barrier:
            self._barrier.wait(timeout=30)
        with self._lock:
            for item in items:
                self._under_way.remove(item)
            for body, item in zip(bodies, items, strict=True):
                if body["eventID"] not in self._refused:
                    self.came[item].append(body["eventID"])
        answers = [(entry["Id"], body["eventID"] in self._refused) for entry, body in zip(entries, bodies, strict=True)]
        return {
            "Successful": [{"Id": each, "MessageId": "m"} for each, refused in answers if not refused],
            "Failed": [{"Id": each, "Code": "Refused"} for each, refused in answers if refused],
        }


def change(item: int, number: int) -> dict[str, Any]:
    """
    Give the n-th change of an item.
    """
    key = {"id": {"S": str(item)}}
    return {"eventID": f"{item}-{number}", "dynamodb": {"Keys": key, "NewImage": key}}


def send(service: str, suffix: str, records: list[dict[str, Any]], client: Service) -> dict[str, Any]:
    """
    Send records to a topic or a queue.
    """
    room: Any = ROOMS[service]
    arn = f"arn:aws:{service}:eu-central-1:111122223333:changes{suffix}"
    read = room.Settings.from_environment({"ARN": arn, "LOG_LEVEL": "ERROR"})
    answer: dict[str, Any] = room.handle(records, read, {"eu-central-1": client})
    return answer


@pytest.mark.parametrize("service", ROOMS)
@settings(max_examples=50, deadline=None)
@given(items=st.lists(st.integers(0, 12), max_size=60), data=st.data())
def test_fifo_keeps_order(service: str, items: list[int], data: st.DataObject) -> None:
    """
    Whatever fails, the changes of an item arrive in order, never two at the same time, and none after one that failed.
    """
    counts: dict[int, int] = defaultdict(int)
    records = []
    for item in items:
        records.append(change(item, counts[item]))
        counts[item] += 1
    events = [record["eventID"] for record in records]
    refused = data.draw(st.frozensets(st.sampled_from(events), max_size=3)) if events else frozenset()
    client = Service(refused)

    answer = send(service, ".fifo", records, client)

    first = {
        item: min((n for n in range(count) if f"{item}-{n}" in refused), default=count)
        for item, count in counts.items()
    }
    expected = {str(item): [f"{item}-{n}" for n in range(number)] for item, number in first.items() if number}
    lost = {f"{item}-{n}" for item, count in counts.items() for n in range(first[item], count)}
    assert (expected, lost) == (client.came, {failure["itemIdentifier"] for failure in answer["batchItemFailures"]})
    assert [each for each in client.together if len(each) != len(set(each))] == []


@pytest.mark.parametrize("service", ROOMS)
@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_at_the_same_time(service: str, suffix: str) -> None:
    """
    A hundred records are ten requests, and all of them are on their way before the first one is answered.
    """
    client = Service(barrier=Barrier(WORKERS))
    records = [change(item, 0) for item in range(10 * WORKERS)]

    answer = send(service, suffix, records, client)

    assert (answer, len(client.came)) == ({"batchItemFailures": []}, 10 * WORKERS)


def test_together_raises_when_all_have_ended() -> None:
    """
    An error is raised once every call has ended.
    """
    ended = []
    others = Barrier(2)

    def call(number: int) -> None:
        if number == 0:
            raise KeyError(number)
        others.wait(timeout=30)
        ended.append(number)

    with pytest.raises(KeyError):
        together(call, [0, 1, 2])

    assert sorted(ended) == [1, 2]
