"""
What an enrichment's answer means.

Sources: EventBridge user guide, "Event enrichment in Amazon EventBridge Pipes" and "Amazon EventBridge Pipes batching
and concurrency".
"""

from __future__ import annotations

from typing import Any, Final

NULL_ANSWER: Final = "the answer is null, and no document says what that means; answer [] to send nothing on"


def events_of(answer: Any) -> list[Any] | None:
    """
    Give the events that an enrichment answered, in the order in which the target gets them.

    An empty answer (`""`, `{}`, `[]`) is none: the target is not invoked (documented). A list holds an event in each
    element, as many as it likes (documented). Anything else is one event [?].

    Args:
        answer: The answer, JSON-shaped.

    Returns:
        The events; None for null, of which no document says whether it is empty [?].

    Example:
        >>> events_of([{"id": 1}, {}]), events_of({"id": 1}), events_of({}), events_of(None)
        ([{'id': 1}, {}], [{'id': 1}], [], None)
    """
    if answer is None:
        return None
    if isinstance(answer, str | dict | list) and not answer:
        return []
    return answer if isinstance(answer, list) else [answer]
