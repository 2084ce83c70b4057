"""
Targets with a batch API: queues, topics and event buses take an entry for each event.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnectionError

from pipes_trigger.delivery import InvokeResult, InvokeStatus
from pipes_trigger.limits import BATCH_API_ENTRIES
from pipes_trigger.local.targets import failure
from pipes_trigger.spec import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipes_trigger.delivery import Element, Invoke


class EntryTarget:
    """
    A target that takes entries, at most ten at once (documented), and tells which of them it refuses.

    What is refused, or no entry can be made of, is reported like records by a function, so that the pipe takes the
    batch up at the first of them.

    Args:
        what: What an entry is, for people: `messages`, `events`.
        make: Makes the entry of an element, or raises `ParameterError`.
        send: Sends entries, and gives the places of those that were refused, and why.
    """

    def __init__(
        self,
        what: str,
        make: Callable[[Element], dict[str, Any]],
        send: Callable[[Sequence[dict[str, Any]]], Mapping[int, str]],
    ) -> None:
        self._what = what
        self._make = make
        self._send = send

    def take(self, action: Invoke) -> InvokeResult:
        """
        Send a batch.
        """
        elements = action.elements
        if len(elements) > BATCH_API_ENTRIES:
            # The target is not invoked then (documented); that the batch counts as failed is not told [?].
            reason = f"{len(elements)} {self._what} are more than the {BATCH_API_ENTRIES} that the target takes at once"
            return InvokeResult(InvokeStatus.REFUSED, reason=reason)
        entries: list[dict[str, Any]] = []
        places: list[int] = []
        refused: dict[int, str] = {}
        for place, element in enumerate(elements):
            try:
                entries.append(self._make(element))
                places.append(place)
            except ParameterError as error:
                refused[place] = str(error)
        try:
            sent = self._send(entries) if entries else {}
        except (ClientError, NoConnectionError, HTTPClientError) as error:
            return failure(error)
        return self._result(action, elements, refused | {places[number]: why for number, why in sent.items()})

    def _result(self, action: Invoke, elements: Sequence[Element], refused: Mapping[int, str]) -> InvokeResult:
        if not refused:
            return InvokeResult(InvokeStatus.ANSWERED)
        why = refused[min(refused)]
        reason = f"{len(refused)} of {len(elements)} {self._what} were refused: {why}"
        known = {each for each in action.batch.event_ids if isinstance(each, str)}
        named = [elements[place].event_id for place in sorted(refused)]
        if not all(isinstance(each, str) and each in known for each in named):
            # An enrichment that keeps no eventID leaves nothing to tell the records apart by.
            reason += "; it holds no eventID of the batch, so the whole batch counts as failed"
            return InvokeResult(InvokeStatus.REFUSED, reason=reason)
        answer = json.dumps({"batchItemFailures": [{"itemIdentifier": each} for each in named]})
        return InvokeResult(InvokeStatus.ANSWERED, answer=answer, reason=reason)


def message_of(element: Element) -> str:
    """
    Write an element as the body of a message: what the template made of it; where that is text, the text itself [?].
    """
    return str(json.loads(element.text)) if element.text.startswith('"') else element.text
