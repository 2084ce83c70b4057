"""
Random failures against a simple model.
"""

from __future__ import annotations

import json
import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipes_trigger.delivery import Condition, InvokeResult, InvokeStatus

LETTERS = string.ascii_letters
FAILURES = [status for status in InvokeStatus if status is not InvokeStatus.ANSWERED]


def outcome(sent: str, choice: int) -> InvokeResult:
    """
    Turn a number into an outcome: a success, a failed invocation, a partial answer, or garbage.
    """
    kind, detail = choice % 8, choice // 8
    if kind < len(FAILURES):
        return InvokeResult(FAILURES[kind])
    if kind == len(FAILURES):
        bad = [letter for position, letter in enumerate(sent) if detail >> position & 1]
        return InvokeResult(
            InvokeStatus.ANSWERED, json.dumps({"batchItemFailures": [{"itemIdentifier": letter} for letter in bad]})
        )
    return InvokeResult(InvokeStatus.ANSWERED, "{" if kind == len(FAILURES) + 1 else "null")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_lost_invented_or_reordered(pipe: Any, world: Any, data: st.DataObject) -> None:
    """
    Whatever fails: every record is decided once, in order, nothing is sent past an undecided one, attempts are bounded.
    """
    offered = LETTERS[: data.draw(st.integers(0, 16), "records")]
    refused = data.draw(st.frozensets(st.sampled_from(LETTERS[:16])), "refused")
    passing = [letter for letter in offered if letter not in refused]
    size = data.draw(st.integers(1, 6), "batch_size")
    retries = data.draw(st.integers(0, 3), "retries")
    bisect = data.draw(st.booleans(), "bisect")
    choices = iter(data.draw(st.lists(st.integers(0, 511), max_size=60), "outcomes"))
    dead_letter_errors = iter(data.draw(st.lists(st.booleans(), max_size=5), "dead-letter errors"))
    decided: list[str] = []
    counted: dict[str, int] = dict.fromkeys(passing, 0)

    def target(sent: str) -> InvokeResult:
        undecided = passing[len(decided) :]
        assert undecided[: len(sent)] == list(sent)
        assert len(sent) <= size
        result = outcome(sent, next(choices, 7))
        for letter in sent:
            counted[letter] += result.status.counts
        return result

    run = world(
        pipe(batch_size=size, maximum_retry_attempts=retries, bisect=bisect, refused=refused),
        target,
        dead_letter_error=lambda _letters: "no queue" if next(dead_letter_errors, False) else None,
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(offered)), max_size=3), "reads"))
    for begin, end in zip([0, *cuts], [*cuts, len(offered)], strict=True):
        run.offer(offered[begin:end])
        for _step in range(data.draw(st.integers(0, 5), "steps")):
            run.step()
            decided[:] = _decided(run, passing)
    while run.step():
        decided[:] = _decided(run, passing)

    assert passing == decided
    assert [letter for letter in offered if letter in refused] == run.filtered
    most = retries + (size if bisect else 1)
    assert all(times <= most for times in counted.values())
    assert {condition for _letters, condition in run.dead} <= {Condition.RETRY_ATTEMPTS_EXHAUSTED}


def _decided(run: Any, passing: list[str]) -> list[str]:
    delivered, dead = "".join(run.delivered), "".join(letters for letters, _condition in run.dead)
    assert sorted(delivered) == list(delivered)
    assert sorted(dead) == list(dead)
    assert not set(delivered) & set(dead)
    decided = sorted(delivered + dead)
    assert passing[: len(decided)] == decided
    return decided
