"""
What became of each record that a running pipe read, as far as it is known.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from pipes_trigger.local import events
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.delivery import Record

State: TypeAlias = Literal["read", "invoking", "filtered", "delivered", "retrying", "dead-lettered", "discarded"]

DECIDED: Final[frozenset[State]] = frozenset({"filtered", "delivered", "dead-lettered", "discarded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """
    What became of one record in one pipe.

    Attributes:
        pipe: The pipe's name.
        record: The record.
        state: How far it got: `filtered`, `delivered`, `dead-lettered` and `discarded` are the end.
        detail: Why: the leaf that refused it, what the function answered; empty where there is nothing to say.

    Example:
        >>> record = {"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "1"}}}}
        >>> print(Fate(pipe="orders", record=record, state="filtered", detail="by eventName: wanted 'REMOVE'"))
        orders: INSERT id=1 filtered: by eventName: wanted 'REMOVE'
    """

    pipe: str
    record: Record
    state: State
    detail: str = ""

    @property
    def is_decided(self) -> bool:
        """
        Whether nothing more will happen to the record.
        """
        return self.state in DECIDED

    def __str__(self) -> str:
        keys: dict[str, Any] = self.record.get("dynamodb", {}).get("Keys", {})
        named = " ".join(f"{name}={next(iter(value.values()), '')}" for name, value in keys.items())
        said = f"{self.pipe}: {self.record.get('eventName')} {named} {self.state}"
        return f"{said}: {self.detail}" if self.detail else said


class Diary:
    """
    Keeps the fate of every record; an observer of pipes.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._fates: dict[tuple[str, str], Fate] = {}
        self._notes: list[str] = []

    def __call__(self, event: events.PipeEvent) -> None:
        """
        Take down what an event says.
        """
        with self._lock:
            for fate in _told(event):
                self._fates[fate.pipe, str(fate.record.get("eventID"))] = fate
            if isinstance(event, events.PipeFailed):
                self._notes.append(f"{event.pipe} failed: {event.error}")
            elif isinstance(event, events.StreamUnavailable):
                self._notes.append(f"{event.pipe} cannot read its stream: {event.reason}")

    @property
    def fates(self) -> tuple[Fate, ...]:
        """
        The fates of all records so far, in the order in which they were read.
        """
        with self._lock:
            return tuple(self._fates.values())

    def lines(self) -> list[str]:
        """
        Write for people what happened so far.
        """
        with self._lock:
            told = [str(fate) for fate in self._fates.values()]
            return [
                *(told or ["no record was read: has a table been changed that one of the pipes reads?"]),
                *self._notes,
            ]


def _told(event: events.PipeEvent) -> Iterable[Fate]:
    state: State = "retrying"
    detail = ""
    match event:
        case events.RecordRead():
            state = "read"
        case events.EnrichmentInvoked(attempt=attempt):
            state, detail = "invoking", f"enrichment, attempt {attempt}"
        case events.BatchInvoked(attempt=attempt):
            state, detail = "invoking", f"attempt {attempt}"
        case events.RecordFiltered(reasons=reasons):
            state, detail = "filtered", f"by {' | '.join(reasons)}"
        case events.RecordDelivered():
            state, detail = "delivered", "the target took it"
        case events.BatchFailed(reason=reason, next_step=step):
            detail = f"{reason} -> {step}"
        case events.DeadLetterFailed(reason=reason):
            detail = f"the dead-letter message was not taken: {reason}"
        case events.RecordDeadLettered(reason=reason, destination=destination):
            state, detail = "dead-lettered", f"{reason}, to {destination.rpartition(':')[2]}"
        case events.RecordDiscarded(reason=reason):
            state, detail = "discarded", f"{reason}, and the pipe has no dead-letter target"
        case _:
            return ()
    records = event.records if isinstance(event, events.BatchEvent) else (event.record,)
    return [Fate(pipe=event.pipe, record=record, state=state, detail=detail) for record in records]
