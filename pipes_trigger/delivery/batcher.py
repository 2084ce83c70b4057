"""
Records that passed the filter and wait for their batch.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from pipes_trigger.delivery.batches import Batch, Condition, Entry
from pipes_trigger.errors import InputTemplateError
from pipes_trigger.limits import LAMBDA_PAYLOAD_BYTES

if TYPE_CHECKING:
    from pipes_trigger.delivery.batches import Record
    from pipes_trigger.delivery.settings import PipeSettings
    from pipes_trigger.templates import PipeContext


class Batcher:
    """
    A queue that gives its records away in batches: full ones at once, others when the batching window is over.

    The window begins when the first waiting record arrives. A batch is full at the pipe's batch size, or where one more
    record would take the payload past what its first stop takes: the enrichment, where there is one, or the target.

    Args:
        pipe: The pipe's settings.
        payload_bytes: The most that the first stop takes.
    """

    def __init__(self, pipe: PipeSettings, payload_bytes: int = LAMBDA_PAYLOAD_BYTES) -> None:
        self._pipe = pipe
        self._payload_bytes = payload_bytes
        self._render, self._template = pipe.element_text, "input template"
        if pipe.enrichment is not None:
            self._render, self._template = pipe.enrichment_text, "enrichment's input template"
        self._entries: deque[Entry] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def records(self) -> tuple[Record, ...]:
        """
        The waiting records, in stream order.
        """
        return tuple(entry.record for entry in self._entries)

    def add(self, record: Record, now: float, context: PipeContext | None = None) -> None:
        """
        Let a record wait.

        Args:
            record: The record.
            now: Seconds since 1970.
            context: What the template's reserved variables stand for.
        """
        try:
            text = self._render(record, context)
            # Two more for brackets or a separator.
            entry = Entry(record, now, text, len(text.encode()) + 2)
        except InputTemplateError as error:
            entry = Entry(record, now, fault=f"the {self._template} cannot be rendered: {error}")
        self._entries.append(entry)
        self._bytes += entry.size

    def ready_at(self) -> float | None:
        """
        Say when the next batch may be taken, in seconds since 1970; None where nothing waits.
        """
        if not self._entries:
            return None
        first = self._entries[0]
        full = len(self._entries) >= self._pipe.batch_size or self._bytes >= self._payload_bytes
        return first.arrived if full or first.fault else first.arrived + self._pipe.batching_window

    def take(self) -> Batch:
        """
        Take the next batch; at least one record waits.

        A record that can never be sent comes alone and given up.
        """
        if self._entries[0].fault:
            entry = self._entries.popleft()
            return Batch((entry,)).given_up(Condition.RETRY_ATTEMPTS_EXHAUSTED, entry.fault)
        entries: list[Entry] = []
        size = 0
        while self._entries and len(entries) < self._pipe.batch_size and not self._entries[0].fault:
            size += self._entries[0].size
            if entries and size > self._payload_bytes:
                break
            entries.append(self._entries.popleft())
        self._bytes -= sum(entry.size for entry in entries)
        return Batch(tuple(entries))
