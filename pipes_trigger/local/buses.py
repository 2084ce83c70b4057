"""
An event bus as the pipe's target: each event is an entry of PutEvents.

Source: EventBridge API reference, PutEvents.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.local.entries import EntryTarget
from pipes_trigger.spec import ParameterError, value_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.delivery import Element
    from pipes_trigger.spec import TargetParameters

# Read in events of pipes that people published; AWS documents no default [?].
_DETAIL_TYPE: Final = "Event from aws:dynamodb"
_SHOWN: Final = 60


def bus_target(client: Any, bus_arn: str, parameters: TargetParameters, pipe_name: str) -> EntryTarget:
    """
    Give an event bus as a target.

    Args:
        client: A boto3 client of EventBridge.
        bus_arn: The bus.
        parameters: Say detail type, source, resources and time of each event.
        pipe_name: The pipe's name, which the source tells where the parameters do not.
    """

    def make(element: Element) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "EventBusName": bus_arn,
            "Source": _value(parameters.source, f"Pipe {pipe_name}", element.event),
            "DetailType": _value(parameters.detail_type, _DETAIL_TYPE, element.event),
            "Detail": _detail(element),
        }
        if parameters.resources:
            entry["Resources"] = [_value(each, "", element.event) for each in parameters.resources]
        if parameters.time is not None:
            return {**entry, "Time": _time(_value(parameters.time, "", element.event))}
        return entry

    def send(entries: Sequence[dict[str, Any]]) -> Mapping[int, str]:
        results = client.put_events(Entries=list(entries)).get("Entries", [])
        return {
            number: f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}"
            for number, result in enumerate(results)
            if result.get("ErrorCode")
        }

    return EntryTarget("events", make, send)


def _value(value: Any, unstated: str, event: Any) -> str:
    return value_for(value, event) if isinstance(value, str) else unstated


def _detail(element: Element) -> str:
    # The service refuses anything else, an emulator might not.
    if not element.text.lstrip().startswith("{"):
        kind = type(json.loads(element.text)).__name__
        raise ParameterError(f"the detail of an event must be a JSON object, got {kind}")
    return element.text


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise ParameterError(f"the time of an event must be as RFC 3339 has it, got {text[:_SHOWN]!r}")
    return time
