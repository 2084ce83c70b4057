"""
Several shards: splits, closed shards, lanes, and kills in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.filters import FilterPattern
from pipes_trigger.local.events import RecordDelivered

if TYPE_CHECKING:
    from pathlib import Path

# Of two lanes these items take the first and the second.
FIRST, SECOND = "c", "a"


def split(service: Any, shard: Any) -> Any:
    """
    Make a stream whose shard was split in two, one of which is closed and has a child: six items, twelve changes.
    """
    aws = service(shards={"root": shard(closed=True)})
    aws.put(*"uvwxyz", shard="root")
    aws.shards |= {"left": shard(parent="root", closed=True), "right": shard(parent="root")}
    aws.put(*"uvw", shard="left", first=6)
    aws.put(*"xyz", shard="right", first=9)
    aws.shards["last"] = shard(parent="left")
    aws.put(*"uvw", shard="last", first=12)
    return aws


def by_item(events: list[Any]) -> dict[str, list[int]]:
    """
    Number the records of each item, in the order in which they were delivered.
    """
    found: dict[str, list[int]] = {}
    for event in events:
        found.setdefault(event.record["dynamodb"]["Keys"]["id"]["S"], []).append(int(event.record["eventID"][1:]))
    return found


IN_ORDER = {"u": [0, 6, 12], "v": [1, 7, 13], "w": [2, 8, 14], "x": [3, 9], "y": [4, 10], "z": [5, 11]}


def test_children_are_read_after_their_parent(*, service: Any, shard: Any, rig: Any) -> None:
    """
    Nothing of a child is read before all of its parent is decided, and both children are read side by side.
    """
    aws = split(service, shard)
    failed: list[int] = []

    def respond(_time: int, numbers: list[int]) -> Any:
        if 5 in numbers and len(failed) < 2:
            failed.append(5)
            return {"batchItemFailures": [{"itemIdentifier": "e5"}]}
        return None

    aws.respond = respond
    pipe = rig(aws, batch_size=4).run()

    assert aws.sent == [[0, 1, 2, 3], [4, 5], [5], [5], [6, 7, 8], [9, 10, 11], [12, 13, 14]]
    assert by_item(pipe.of(RecordDelivered)) == IN_ORDER
    assert list(dict.fromkeys(aws.reads)) == ["root", "left", "right", "last"]


def test_an_open_shard_that_is_closed_and_split_meanwhile(*, service: Any, shard: Any, rig: Any) -> None:
    """
    A shard that closes while it is read is drained, and its children are found.
    """
    aws = service(shards={"root": shard()})
    aws.put(*"abc", shard="root")

    def respond(time: int, _numbers: list[int]) -> None:
        if time == 1:
            aws.put(*"de", shard="root", first=3)
            aws.shards["root"].closed = True
            aws.shards["child"] = shard(parent="root")
            aws.put("f", shard="child", first=5)

    aws.respond = respond
    rig(aws, batch_size=10).run()

    assert aws.sent == [[0, 1, 2], [3, 4], [5]]


def test_a_shard_that_cannot_be_read_holds_up_no_other(*, service: Any, shard: Any, rig: Any) -> None:
    """
    While one shard is throttled the others are read.
    """
    aws = service(shards={"left": shard(), "right": shard()}, down={"get_records left": 3})
    aws.put("a", shard="left")
    aws.put("b", shard="right", first=1)
    rig(aws).run()

    assert aws.sent == [[1], [0]]
    assert aws.down == {"get_records left": 0}


def test_latest_begins_at_the_end_of_every_shard(*, service: Any, shard: Any, rig: Any) -> None:
    """
    From LATEST what was there is left out, also in closed shards, and what appears later is read whole.
    """
    aws = split(service, shard)
    pipe = rig(aws, starting_position="LATEST").run()
    assert aws.sent == []

    aws.put("u", shard="last", first=20)
    aws.shards["right"].closed = True
    aws.shards["new"] = shard(parent="right")
    aws.put("x", shard="new", first=21)
    pipe.now += 60
    pipe.run()
    assert aws.sent == [[20], [21]]


@pytest.mark.parametrize("moment", range(1, 8))
def test_killed_at_any_invocation(
    *, service: Any, shard: Any, rig: Any, killed: Any, tmp_path: Path, moment: int
) -> None:
    """
    Killed in any of its invocations, in whichever shard, the next process loses nothing and repeats that one alone.
    """
    aws = split(service, shard)

    def respond(time: int, _numbers: list[int]) -> None:
        if time == moment:
            raise killed

    aws.respond = respond
    first = rig(aws, tmp_path / "orders.json", batch_size=3, parallelization_factor=2)
    with pytest.raises(killed):
        first.run()
    in_flight = aws.sent[-1]
    second = rig(aws, tmp_path / "orders.json", batch_size=3, parallelization_factor=2).run()

    assert by_item([*first.of(RecordDelivered), *second.of(RecordDelivered)]) == IN_ORDER
    sent = [number for numbers in aws.sent for number in numbers]
    assert sorted([*range(15), *in_flight]) == sorted(sent)


def test_killed_again_while_catching_up(*, service: Any, rig: Any, killed: Any, tmp_path: Path) -> None:
    """
    A second kill, while the records of one lane are read over again, makes nothing of the other lane come twice.
    """
    aws = service()
    aws.put(*(SECOND + FIRST * 5 + SECOND))
    lane_of_second = [0, 6]
    kills: list[int] = []

    def respond(_time: int, numbers: list[int]) -> None:
        if 0 in numbers and len(kills) < 2:
            kills.append(0)
            raise killed

    aws.respond = respond
    for _kill in range(2):
        with pytest.raises(killed):
            rig(aws, tmp_path / "orders.json", batch_size=1, parallelization_factor=2).run()
    rig(aws, tmp_path / "orders.json", batch_size=1, parallelization_factor=2).run()

    assert aws.sent == [[1], [2], [3], [4], [5], [0], [0], [0], [6]]
    assert [number for numbers in aws.sent[5:] for number in numbers if number not in lane_of_second] == []


def test_killed_after_a_dead_letter(*, service: Any, rig: Any, raw: Any, killed: Any, tmp_path: Path) -> None:
    """
    What was dead-lettered before a kill is neither sent nor dead-lettered again.
    """

    def respond(time: int, numbers: list[int]) -> Any:
        if time == 4:
            raise killed
        return raw("boom", {"FunctionError": "Unhandled"}) if 0 in numbers else None

    aws = service(respond)
    aws.put("a", "b")
    with pytest.raises(killed):
        rig(aws, tmp_path / "orders.json", batch_size=1).run()
    rig(aws, tmp_path / "orders.json", batch_size=1).run()

    assert aws.sent == [[0], [0], [0], [1], [1]]
    assert aws.letters == [(0, 0)]


def test_another_parallelization_factor_after_a_kill(*, service: Any, rig: Any, killed: Any, tmp_path: Path) -> None:
    """
    A pipe that comes back with another number of lanes loses nothing, and what was decided does not come twice.
    """
    aws = service()
    aws.put(*(SECOND + FIRST * 3 + SECOND))

    def respond(time: int, _numbers: list[int]) -> None:
        if time == 4:
            raise killed

    aws.respond = respond
    with pytest.raises(killed):
        rig(aws, tmp_path / "orders.json", batch_size=1, parallelization_factor=2).run()
    rig(aws, tmp_path / "orders.json", batch_size=1, parallelization_factor=3).run()

    assert sorted(number for numbers in aws.sent for number in numbers) == [0, 0, 1, 2, 3, 4]


def test_what_is_filtered_needs_no_second_look(*, service: Any, rig: Any, killed: Any, tmp_path: Path) -> None:
    """
    A shard is taken up after filtered records, too, once something that came later was kept.
    """
    aws = service()
    aws.put(*"aaab")
    pipe = rig(aws, tmp_path / "orders.json", batch_size=1, filters=(only("b"),)).run()
    again = rig(aws, tmp_path / "orders.json", batch_size=1, filters=(only("b"),)).run()

    assert aws.sent == [[3]]
    assert (pipe.progress.read, again.progress.read) == (4, 0)


def only(item: str) -> Any:
    """
    Make a filter for one item.
    """
    return FilterPattern({"dynamodb": {"Keys": {"id": {"S": [item]}}}})
