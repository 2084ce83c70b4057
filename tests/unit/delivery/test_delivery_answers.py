"""
What an answer means.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipes_trigger.delivery import InvokeResult, InvokeStatus, Verdict, judge


def answered(answer: str) -> Verdict:
    """
    Judge an answer to a batch of three.
    """
    return judge(InvokeResult(InvokeStatus.ANSWERED, answer=answer), ["e1", "e2", "e3"])


@pytest.mark.parametrize(
    "answer",
    [
        "",
        " ",
        "null",
        "{}",
        "[]",
        '"done"',
        "3",
        '{"statusCode": 200}',
        '{"batchItemFailures": null}',
        '{"batchItemFailures": []}',
    ],
)
def test_answers_without_failures(answer: str) -> None:
    """
    An answer that reports no failure is a success.
    """
    assert Verdict(None, "") == answered(answer)


@pytest.mark.parametrize(
    ("identifiers", "first"), [(["e1"], 0), (["e3"], 2), (["e3", "e2"], 1), (["e2", "e2"], 1), (["e3", "e1", "e2"], 0)]
)
def test_first_failed_record(identifiers: list[str], first: int) -> None:
    """
    Whatever the order of the report, the lowest record decides.
    """
    report = {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}

    assert first == answered(json.dumps(report)).first_failed


WHOLE = "the whole batch counts as failed"


@pytest.mark.parametrize(
    ("failures", "problem"),
    [
        ([{"itemIdentifier": ""}], 'batchItemFailures[0] has no itemIdentifier, got \'{"itemIdentifier": ""}\''),
        ([{"itemIdentifier": None}], "batchItemFailures[0] has no itemIdentifier, got '{\"itemIdentifier\": null}'"),
        ([{"itemIdentifier": 7}], "batchItemFailures[0] has no itemIdentifier, got '{\"itemIdentifier\": 7}'"),
        ([{"itemIdentifer": "e2"}], 'batchItemFailures[0] has no itemIdentifier, got \'{"itemIdentifer": "e2"}\''),
        (["e2"], "batchItemFailures[0] has no itemIdentifier, got 'e2'"),
        (
            [{"itemIdentifier": "e2"}, {"itemIdentifier": "x"}],
            "batchItemFailures[1] names 'x', which is the eventID of no record in this batch",
        ),
        ("e2", "batchItemFailures must be a list, got 'e2'"),
        ({"itemIdentifier": "e2"}, 'batchItemFailures must be a list, got \'{"itemIdentifier": "e2"}\''),
        (False, "batchItemFailures must be a list, got 'false'"),
        ("e" * 100, f"batchItemFailures must be a list, got '{'e' * 57}...'"),
    ],
)
def test_malformed_reports(failures: Any, problem: str) -> None:
    """
    A report that does not say which records failed fails the whole batch, and the reason says what is wrong with it.
    """
    assert Verdict(0, f"{problem}; {WHOLE}") == answered(json.dumps({"batchItemFailures": failures}))


@pytest.mark.parametrize("answer", ["{", "undefined", "[" * 100_000])
def test_answers_that_are_not_json(answer: str) -> None:
    """
    An answer that is not JSON fails the whole batch, also where it is nested without end.
    """
    shown = answer if len(answer) <= 60 else f"{answer[:57]}..."

    assert Verdict(0, f"the answer is not JSON: {shown!r}; {WHOLE}") == answered(answer)


def test_many_failures_are_counted_not_listed() -> None:
    """
    The reason of a long report names the first three.
    """
    report = {"batchItemFailures": [{"itemIdentifier": name} for name in ("e1", "e2", "e3", "e1")]}

    assert Verdict(0, "the function reported 4 failed: 'e1', 'e2', 'e3', ...") == answered(json.dumps(report))


def test_the_same_id_twice() -> None:
    """
    Where two records share an id the first of them decides.
    """
    answer = json.dumps({"batchItemFailures": [{"itemIdentifier": "e2"}]})

    assert judge(InvokeResult(InvokeStatus.ANSWERED, answer=answer), ["e1", "e2", "e2"]).first_failed == 1


def test_status_without_a_reason() -> None:
    """
    A failed invocation without a reason is told by its status.
    """
    assert Verdict(0, "throttled") == judge(InvokeResult(InvokeStatus.THROTTLED), ["e1"])
