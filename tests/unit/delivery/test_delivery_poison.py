"""
One record that always fails: what is sent, what is delivered, what is given up.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.delivery import Condition

EXHAUSTED = Condition.RETRY_ATTEMPTS_EXHAUSTED


# batch size, poison, invocations in order, delivered, dead-lettered; one retry.
FUNCTION_ERRORS = [
    (1, "a", ["a", "a", "b", "c", "d"], "bcd", "a"),
    (1, "b", ["a", "b", "b", "c", "d"], "acd", "b"),
    (1, "d", ["a", "b", "c", "d", "d"], "abc", "d"),
    (4, "a", ["abcd", "abcd"], "", "abcd"),
    (4, "b", ["abcd", "abcd"], "", "abcd"),
    (4, "d", ["abcd", "abcd"], "", "abcd"),
    (10, "b", ["abcd", "abcd"], "", "abcd"),
    (2, "d", ["ab", "cd", "cd"], "ab", "cd"),
]
BISECTED_FUNCTION_ERRORS = [
    (1, "b", ["a", "b", "b", "c", "d"], "acd", "b"),
    (4, "a", ["abcd", "ab", "a", "a", "b", "cd"], "bcd", "a"),
    (4, "b", ["abcd", "ab", "a", "b", "b", "cd"], "acd", "b"),
    (4, "d", ["abcd", "ab", "cd", "c", "d", "d"], "abc", "d"),
    (3, "a", ["abc", "a", "a", "bc", "d"], "bcd", "a"),
    (10, "c", ["abcd", "ab", "cd", "c", "c", "d"], "abd", "c"),
]
PARTIAL_ANSWERS = [
    (1, "b", ["a", "b", "b", "c", "d"], "acd", "b"),
    (4, "a", ["abcd", "abcd"], "", "abcd"),
    (4, "b", ["abcd", "bcd"], "a", "bcd"),
    (4, "d", ["abcd", "d"], "abc", "d"),
    (4, "bd", ["abcd", "bcd"], "a", "bcd"),
]
BISECTED_PARTIAL_ANSWERS = [
    (1, "b", ["a", "b", "b", "c", "d"], "acd", "b"),
    (4, "a", ["abcd", "ab", "a", "a", "b", "cd"], "bcd", "a"),
    (4, "b", ["abcd", "bcd", "b", "b", "cd"], "acd", "b"),
    (4, "d", ["abcd", "d", "d"], "abc", "d"),
    (4, "bd", ["abcd", "bcd", "b", "b", "cd", "d", "d"], "ac", "bd"),
]
CASES = [
    pytest.param(
        bisect, partial, *row, id=f"{'bisect-' if bisect else ''}{'partial' if partial else 'error'}-{row[0]}-{row[1]}"
    )
    for bisect, partial, table in (
        (False, False, FUNCTION_ERRORS),
        (True, False, BISECTED_FUNCTION_ERRORS),
        (False, True, PARTIAL_ANSWERS),
        (True, True, BISECTED_PARTIAL_ANSWERS),
    )
    for row in table
]


@pytest.mark.parametrize(("bisect", "partial", "size", "poison", "invoked", "delivered", "dead"), CASES)
def test_poison(
    pipe: Any,
    world: Any,
    failing_for: Any,
    *,
    bisect: bool,
    partial: bool,
    size: int,
    poison: str,
    invoked: list[str],
    delivered: str,
    dead: str,
) -> None:
    """
    A record that always fails takes exactly these invocations and these records down with it, in this order.
    """
    run = world(pipe(batch_size=size, bisect=bisect), failing_for(poison, partial=partial))
    run.offer("abcd")
    run.run()

    assert invoked == run.invoked
    assert delivered == "".join(run.delivered)
    assert dead == "".join(letters for letters, _condition in run.dead)
    assert {EXHAUSTED} == {condition for _letters, condition in run.dead}
    assert run.delivery.pending == 0


@pytest.mark.parametrize(("retries", "sent"), [(0, 1), (1, 2), (5, 6)])
def test_retries_are_bounded(pipe: Any, world: Any, failing_for: Any, retries: int, sent: int) -> None:
    """
    A batch is sent once and then as often as the pipe retries.
    """
    run = world(pipe(maximum_retry_attempts=retries), failing_for("a", partial=False))
    run.offer("ab")
    run.run()

    assert ["ab"] * sent == run.invoked
    assert list(range(1, sent + 1)) == run.attempts
    assert run.dead == [("ab", EXHAUSTED)]


def test_bisect_without_retries_still_isolates(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    With no retries at all a batch is split down to the poison record, as splitting is no retry.
    """
    run = world(pipe(maximum_retry_attempts=0, bisect=True), failing_for("c", partial=False))
    run.offer("abcd")
    run.run()

    assert run.invoked == ["abcd", "ab", "cd", "c", "d"]
    assert run.dead == [("c", EXHAUSTED)]


def test_what_follows_is_told(pipe: Any, world: Any, failing_for: Any) -> None:
    """
    Every failure tells its reason, what comes next and when, in words.
    """
    run = world(pipe(batch_size=2, maximum_retry_attempts=1, bisect=True), failing_for("b", partial=True))
    run.offer("ab")
    run.run()

    assert [(note.reason, note.next_step, note.retry_at and note.retry_at - 1_800_000_000) for note in run.failed] == [
        ("the function reported 1 failed: 'b'", "split before the first failed record", 1.0),
        ("the function reported 1 failed: 'b'", "retry 1 of 1", 3.0),
        ("the function reported 1 failed: 'b'", "given up after 1 retry", None),
    ]
