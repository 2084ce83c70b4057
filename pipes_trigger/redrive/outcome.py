"""
What became of dead-letter messages.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum, unique
from typing import TYPE_CHECKING, Any

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from pipes_trigger.redrive.message import GivenUp


@unique
class Fate(Enum):
    """
    What became of one message. Only a `REDRIVEN` one is deleted; the others stay in the queue.

    Example:
        >>> Fate.REDRIVEN.value
        'redriven'
    """

    REDRIVEN = "redriven"
    WOULD_REDRIVE = "would redrive"
    FAILED = "failed"
    EXPIRED = "expired"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What became of one message.

    Attributes:
        fate: The same in one word.
        message_id: The message's id in its queue.
        given_up: What the message says; None where it is no message of a pipe.
        delivered: How many records the target took now; in a dry run, how many it would get.
        failed: How many records failed again.
        filtered: How many records of the range the pipe's filters refuse.
        reason: Why the message stays in the queue; empty where it does not.

    Example:
        >>> str(Outcome(fate=Fate.REDRIVEN, message_id="m1", delivered=2))
        'm1  redriven  2 records delivered'
        >>> str(Outcome(fate=Fate.FAILED, message_id="m1", delivered=1, failed=1, reason="function error: KeyError"))
        'm1  failed  1 record delivered, 1 failed again: function error: KeyError'
    """

    fate: Fate
    message_id: str
    given_up: GivenUp | None = None
    delivered: int = 0
    failed: int = 0
    filtered: int = 0
    reason: str = ""

    def __str__(self) -> str:
        records = "record" if self.delivered == 1 else "records"
        verb = "to deliver" if self.fate is Fate.WOULD_REDRIVE else "delivered"
        counts = [f"{self.delivered} {records} {verb}"] if self.delivered or not self.reason else []
        counts += [f"{self.failed} failed again"] if self.failed else []
        where = "" if self.given_up is None else str(self.given_up)
        detail = ": ".join(part for part in (", ".join(counts), self.reason) if part)
        return "  ".join(part for part in (self.message_id, where, self.fate.value, detail) if part)


class Summary:
    """
    How many messages met which fate, and how many records were delivered.

    Example:
        >>> summary = Summary()
        >>> summary.add(Outcome(fate=Fate.REDRIVEN, message_id="m1", delivered=2))
        >>> str(summary)
        '1 message: 1 redriven; 2 records delivered, 0 failed again'
    """

    def __init__(self) -> None:
        self._fates: Counter[Fate] = Counter()
        self.delivered = 0
        self.failed = 0

    def __str__(self) -> str:
        total = self._fates.total()
        fates = ", ".join(f"{self._fates[fate]} {fate.value}" for fate in Fate if self._fates[fate])
        messages = f"{total} message{'' if total == 1 else 's'}{f': {fates}' if fates else ''}"
        verb = "to deliver" if self._fates[Fate.WOULD_REDRIVE] else "delivered"
        records = f"{self.delivered} record{'' if self.delivered == 1 else 's'} {verb}"
        return f"{messages}; {records}, {self.failed} failed again"

    def add(self, outcome: Outcome) -> None:
        """
        Count an outcome.
        """
        self._fates[outcome.fate] += 1
        self.delivered += outcome.delivered
        self.failed += outcome.failed

    @property
    def stayed(self) -> int:
        """
        How many messages stay in the queue though they should have gone: failed, expired, kept.
        """
        return sum(self._fates[fate] for fate in (Fate.FAILED, Fate.EXPIRED, Fate.KEPT))

    def counts(self) -> dict[str, Any]:
        """
        Give the numbers by name, for machines.
        """
        fates = {fate.value.replace(" ", "_"): self._fates[fate] for fate in Fate}
        return {"messages": fates, "records": {"delivered": self.delivered, "failed": self.failed}}
