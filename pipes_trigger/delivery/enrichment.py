"""
The enrichment stage: what came back of it, and what the target gets of that.

Sources: EventBridge user guide, "Event enrichment in Amazon EventBridge Pipes" and "Amazon EventBridge Pipes batching
and concurrency".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipes_trigger.delivery.results import InvokeStatus
from pipes_trigger.errors import InputTemplateError
from pipes_trigger.limits import ENRICHMENT_ANSWER_BYTES
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.spec.enrichment import NULL_ANSWER, events_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipes_trigger.delivery.results import InvokeResult
    from pipes_trigger.delivery.settings import PipeSettings
    from pipes_trigger.templates import PipeContext


@dataclass(frozen=True, slots=True)
class Element:
    """
    What the target gets of one event.

    Attributes:
        event: The record, or with an enrichment one event that this answered: what paths in the target's parameters
            are followed into.
        text: What the input template makes of it, as JSON text.

    Example:
        >>> Element({"eventID": "e-1"}, '{"id": "e-1"}').text
        '{"id": "e-1"}'
    """

    event: Any
    text: str

    @property
    def event_id(self) -> object:
        """
        The `eventID` by which a record is known; an enrichment has to keep it for a part of a batch to fail alone.
        """
        return self.event.get("eventID") if isinstance(self.event, dict) else None


def payload_of(texts: Sequence[str]) -> str:
    """
    Write a list of what each element is.

    Example:
        >>> payload_of(['{"id": 1}', '"two"'])
        '[{"id": 1},"two"]'
    """
    return f"[{','.join(texts)}]"


def read_answer(
    result: InvokeResult, pipe: PipeSettings, context: PipeContext | None
) -> tuple[tuple[Element, ...], str]:
    """
    Give what the target gets after an enrichment, and why it gets nothing because the enrichment failed.

    There are no partial failures of an enrichment (documented): it fails for its whole batch. So it does where it
    answers null, what is no JSON or what the input template cannot be rendered for, of which no document tells what
    Pipes does [?]: a batch that failed is sent again, or leaves a dead letter, and nothing is lost.

    Args:
        result: How the invocation ended.
        pipe: The pipe's settings.
        context: What the input template's reserved variables stand for.

    Returns:
        The elements, none where the enrichment answered that there is nothing to send on; and the fault, empty where
        there is none.
    """
    if result.status is not InvokeStatus.ANSWERED:
        ending = f"enrichment ended with {result.status.label}"
        return (), f"{ending}: {result.reason}" if result.reason else ending
    if len(result.answer.encode()) > ENRICHMENT_ANSWER_BYTES:
        return (), f"enrichment answered more than {ENRICHMENT_ANSWER_BYTES} bytes"
    if not result.answer.strip():
        return (), ""
    try:
        answer = json.loads(result.answer)
    except (ValueError, RecursionError):
        return (), "enrichment answered what is no JSON"
    return _elements(answer, pipe, context)


def _elements(answer: Any, pipe: PipeSettings, context: PipeContext | None) -> tuple[tuple[Element, ...], str]:
    events = events_of(answer)
    if events is None:
        return (), f"enrichment failed: {NULL_ANSWER}"
    elements = []
    for position, event in enumerate(events):
        try:
            elements.append(Element(event, pipe.enriched_text(event, context)))
        except InputTemplateError as error:
            return (), f"enrichment answered what the input template cannot be rendered for, in [{position}]: {error}"
    return tuple(elements), ""
