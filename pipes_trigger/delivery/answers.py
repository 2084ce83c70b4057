"""
Reading the target's answer: which record of the batch failed first.

Sources: EventBridge Pipes user guide, "Reporting batch item failures" (DynamoDB stream source) and "Partial batch
failure"; Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.delivery.results import InvokeStatus
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipes_trigger.delivery.results import InvokeResult

_FAILURES: Final = "batchItemFailures"
_IDENTIFIER: Final = "itemIdentifier"
_SHOWN: Final = 60
_LISTED: Final = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Where a batch has to be taken up again.

    Attributes:
        first_failed: Index of the first record that failed, 0 for the whole batch; None where all went well.
        reason: Why, for people; empty where all went well.

    Example:
        >>> Verdict(first_failed=2, reason="the function reported 1 failed: 'e3'").first_failed
        2
    """

    first_failed: int | None = None
    reason: str = ""


SUCCESS: Final = Verdict()


def judge(result: InvokeResult, event_ids: Sequence[object]) -> Verdict:
    """
    Say which record of a batch failed first.

    Everything from the lowest failed record on is retried: that is told for Lambda's event source mappings, where it
    keeps the order within a shard. For Pipes the guide says "the rest" without saying which. [?]

    Args:
        result: The outcome of the invocation.
        event_ids: The `eventID` of each record, in the order in which they were sent.

    Example:
        >>> from pipes_trigger.delivery.results import InvokeResult
        >>> answer = '{"batchItemFailures": [{"itemIdentifier": "e3"}, {"itemIdentifier": "e2"}]}'
        >>> judge(InvokeResult(InvokeStatus.ANSWERED, answer=answer), ["e1", "e2", "e3"])
        Verdict(first_failed=1, reason="the function reported 2 failed: 'e3', 'e2'")
        >>> judge(InvokeResult(InvokeStatus.ANSWERED, answer='{"statusCode": 200}'), ["e1"])
        Verdict(first_failed=None, reason='')
    """
    if result.status is not InvokeStatus.ANSWERED:
        reason = f"{result.status.label}: {result.reason}" if result.reason else result.status.label
        return Verdict(0, reason)
    if not result.answer.strip():
        return SUCCESS
    try:
        answer = json.loads(result.answer)
    except (ValueError, RecursionError):
        # Lambda's own runtimes cannot answer this; what Pipes would make of it is told nowhere. [?]
        return _whole(f"the answer is not JSON: {_short(result.answer)}")
    # An answer that reports nothing reports no failure: null, {}, "done", {"statusCode": 200}.
    failures = answer.get(_FAILURES) if isinstance(answer, dict) else None
    if failures is None or failures == []:
        return SUCCESS
    return _first_failed(failures, event_ids, result.reason)


def _first_failed(failures: Any, event_ids: Sequence[object], reason: str) -> Verdict:
    if not isinstance(failures, list):
        return _whole(f"{_FAILURES} must be a list, got {_short(failures)}")
    # The lowest position of each id; a report and a batch may both be long.
    positions = {identifier: index for index, identifier in reversed(list(enumerate(event_ids)))}
    named = []
    for position, failure in enumerate(failures):
        identifier = failure.get(_IDENTIFIER) if isinstance(failure, dict) else None
        where = f"{_FAILURES}[{position}]"
        if not isinstance(identifier, str) or not identifier:
            return _whole(f"{where} has no {_IDENTIFIER}, got {_short(failure)}")
        if identifier not in positions:
            # Undocumented [?]: taking it as the whole batch loses nothing.
            return _whole(f"{where} names {identifier!r}, which is the eventID of no record in this batch")
        named.append(identifier)
    listed = ", ".join([repr(name) for name in named[:_LISTED]] + ["..."] * (len(named) > _LISTED))
    reason = reason or f"the function reported {len(named)} failed: {listed}"
    return Verdict(min(positions[name] for name in named), reason)


def _whole(problem: str) -> Verdict:
    return Verdict(0, f"{problem}; the whole batch counts as failed")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}...")
