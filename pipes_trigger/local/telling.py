"""
The words in which a pipe's events are told to people: on the console, and in the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.local import events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.delivery import Record

_KEYS_LENGTH: Final = 48


def describe_keys(record: Record | Mapping[str, Any], length: int = _KEYS_LENGTH) -> str:
    """
    Write an item's key as `name=value` pairs, shortened where it is long.

    Example:
        >>> describe_keys({"dynamodb": {"Keys": {"customer": {"S": "ada"}, "order": {"N": "7"}}}})
        'customer=ada order=7'
    """
    keys = record.get("dynamodb", {}).get("Keys", {})
    text = " ".join(f"{name}={next(iter(value.values()), '')}" for name, value in keys.items())
    return text if len(text) <= length else f"{text[: length - 1]}…"


def describe(event: events.PipeEvent) -> str:
    """
    Write what there is to say of an event beside its word and its record; empty where there is nothing.
    """
    detail = ""
    match event:
        case events.RecordDelivered(skipped=True):
            detail = "the enrichment answered nothing, so the target was not invoked"
        case events.RecordFiltered(reasons=(reason,)):
            detail = f"by {reason}"
        case events.RecordFiltered(reasons=reasons):
            detail = "by " + " | ".join(f"filter {number}: {reason}" for number, reason in enumerate(reasons, 1))
        case events.RecordDeadLettered(reason=reason, destination=destination):
            detail = f"{reason}, to {destination.rpartition(':')[2]}"
        case events.RecordDiscarded(reason=reason):
            detail = f"{reason}, and the pipe has no dead-letter target"
        case events.BatchFailed(reason=reason, next_step=next_step, size=size):
            detail = f"{size} record{'s' if size > 1 else ''}: {reason} -> {next_step}"
        case events.DeadLetterFailed(reason=reason) | events.StreamUnavailable(reason=reason):
            detail = f"{reason} -> tried again"
        case events.RecordsTrimmed(shard_id=shard_id):
            detail = f"the stream forgot records of {shard_id} before they were read"
        case events.PipeFailed(error=error):
            detail = str(error)
    return detail
