"""
Publishing several requests at the same time, without breaking the order of a FIFO topic.
"""

from __future__ import annotations

import gc
import json
from collections import defaultdict
from threading import Barrier, Lock
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from startup import without_collecting
from topics import Settings, handle
from workers import WORKERS, together

if TYPE_CHECKING:
    from collections.abc import Callable

    MakeRecord = Callable[..., dict[str, Any]]

TOPIC: Final = "arn:aws:sns:eu-central-1:111122223333:changes"
QUIET: Final = {"LOG_LEVEL": "ERROR"}


class Sns:
    """
    An SNS client that notes what comes, refuses some of it, and can wait until several requests are there.
    """

    def __init__(self, refused: frozenset[str] = frozenset(), barrier: Barrier | None = None) -> None:
        self.came: dict[str, list[str]] = defaultdict(list)
        self.together: list[list[str]] = []
        self._refused = refused
        self._barrier = barrier
        self._lock = Lock()
        self._under_way: list[str] = []

    def publish_batch(self, **request: Any) -> dict[str, Any]:
        """
        Take what is not refused.
        """
        entries = request["PublishBatchRequestEntries"]
        bodies = [json.loads(entry["Message"]) for entry in entries]
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


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 12), max_size=60), st.data())
def test_fifo_keeps_order(items: list[int], data: st.DataObject) -> None:
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
    sns = Sns(refused)
    arn = f"{TOPIC}.fifo"

    answer = handle(records, Settings.from_environment({"TOPIC_ARN": arn, **QUIET}), {"eu-central-1": sns})

    first = {
        item: min((n for n in range(count) if f"{item}-{n}" in refused), default=count)
        for item, count in counts.items()
    }
    expected = {str(item): [f"{item}-{n}" for n in range(number)] for item, number in first.items() if number}
    lost = {f"{item}-{n}" for item, count in counts.items() for n in range(first[item], count)}
    assert (expected, lost) == (sns.came, {failure["itemIdentifier"] for failure in answer["batchItemFailures"]})
    assert [each for each in sns.together if len(each) != len(set(each))] == []


@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_at_the_same_time(suffix: str) -> None:
    """
    A hundred records are ten requests, and all of them are on their way before the first one is answered.
    """
    sns = Sns(barrier=Barrier(WORKERS))
    records = [change(item, 0) for item in range(10 * WORKERS)]

    answer = handle(records, Settings.from_environment({"TOPIC_ARN": TOPIC + suffix}), {"eu-central-1": sns})

    assert (answer, len(sns.came)) == ({"batchItemFailures": []}, 10 * WORKERS)


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


def test_collector_after_a_failed_start() -> None:
    """
    The garbage collector works again, also where the start failed.
    """
    with pytest.raises(ValueError, match="settings"), without_collecting():
        raise ValueError("settings")

    assert gc.isenabled()
