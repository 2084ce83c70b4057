"""
What a pipe's template says of the call of its target, beside what is sent.

Sources: EventBridge Pipes API reference, `PipeTargetParameters`; EventBridge user guide, "Target parameters".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Self, TypeAlias

from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.spec.sections import Faults, choice, section
from pipes_trigger.templates.placeholders import steps_of
from pipes_trigger.templates.rendering import find

Intrinsic: TypeAlias = str | Mapping[str, Any]
"""A value as it stands in the template: text, or a function such as `{"Fn::GetAtt": [...]}`."""

REQUEST_RESPONSE: Final = "REQUEST_RESPONSE"
FIRE_AND_FORGET: Final = "FIRE_AND_FORGET"

# EventBridge Pipes API reference (doc): the pattern of a JSON path in place of a static value.
_PATH: Final = re.compile(r"\$(?:\.[\w/_-]+(?:\[(?:\d+|\*)\])*)*")
_SHOWN: Final = 60


class ParameterError(ValueError):
    """
    A parameter that has no value for one event.

    Example:
        >>> value_for("$.dynamodb.Keys.id.S", {})
        Traceback (most recent call last):
        pipes_trigger.spec.parameters.ParameterError: ...
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetParameters:
    """
    How a target is called. Each kind of target reads its own part.

    A value may be a path into the event, such as `$.dynamodb.Keys.id.S`: `value_for` reads it. It may also be an
    expression of the template, whose value only the deployment knows.

    Attributes:
        invocation: For a function or a state machine: `REQUEST_RESPONSE`, the pipe waits for the answer, or
            `FIRE_AND_FORGET`.
        message_group_id: For a queue.
        message_deduplication_id: For a FIFO queue.
        detail_type: For an event bus, as the four that follow.
        source: The event's source.
        resources: The ARNs that the event is about.
        time: A path to the event's time.
        endpoint_id: The global endpoint that the event is sent to.

    Example:
        >>> TargetParameters(message_group_id="$.dynamodb.Keys.id.S").unknown
        ()
    """

    invocation: str = REQUEST_RESPONSE
    message_group_id: Intrinsic | None = None
    message_deduplication_id: Intrinsic | None = None
    detail_type: Intrinsic | None = None
    source: Intrinsic | None = None
    resources: tuple[Intrinsic, ...] = ()
    time: Intrinsic | None = None
    endpoint_id: Intrinsic | None = None

    @classmethod
    def from_section(cls, section: Mapping[str, Any]) -> Self:
        """
        Read them from a pipe's `TargetParameters`, as CloudFormation spells them; `section()` writes them again.

        Raises:
            PipeSpecError: Something in it is malformed; every fault at once.

        Example:
            >>> TargetParameters.from_section({"SqsQueueParameters": {"MessageGroupId": "a"}}).message_group_id
            'a'
        """
        faults = Faults("Pipe")
        parameters = cls(**_read(section, faults))
        faults.raise_any()
        return parameters

    @property
    def waits(self) -> bool:
        """
        Whether the pipe waits for the target's answer.
        """
        return self.invocation == REQUEST_RESPONSE

    @property
    def unknown(self) -> tuple[str, ...]:
        """
        The names of the values that only the deployment knows.
        """
        named = {name: getattr(self, name) for name in self.__slots__ if name != "resources"}
        named |= {f"resources[{position}]": each for position, each in enumerate(self.resources)}
        return tuple(name for name, value in named.items() if isinstance(value, Mapping))

    def section(self) -> dict[str, Any]:
        """
        Write them as a template has them, `InputTemplate` aside.

        Example:
            >>> TargetParameters(message_group_id="$.eventID").section()
            {'SqsQueueParameters': {'MessageGroupId': '$.eventID'}}
        """
        found: dict[str, dict[str, Any]] = {}
        for part, keys in _PARTS.items():
            values = {key: getattr(self, name) for key, name in keys.items()}
            found[part] = {
                key: list(value) if isinstance(value, tuple) else value for key, value in values.items() if value
            }
        if not self.waits:
            # Only one kind of target reads it, and each has a part of its own for it.
            found |= {part: {"InvocationType": self.invocation} for part in _INVOKED}
        return {part: values for part, values in found.items() if values}


_PARTS: Final = {
    "SqsQueueParameters": {
        "MessageGroupId": "message_group_id",
        "MessageDeduplicationId": "message_deduplication_id",
    },
    "EventBridgeEventBusParameters": {
        "DetailType": "detail_type",
        "Source": "source",
        "Resources": "resources",
        "Time": "time",
        "EndpointId": "endpoint_id",
    },
}
_INVOKED: Final = ("StepFunctionStateMachineParameters", "LambdaFunctionParameters")
_INVOCATIONS: Final = (REQUEST_RESPONSE, FIRE_AND_FORGET)


def read_parameters(target: Mapping[str, Any], faults: Faults) -> TargetParameters:
    """
    Read them from a pipe's `TargetParameters`; what is malformed is added to `faults`.
    """
    return TargetParameters(**_read(target, faults))


def _read(target: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for part, keys in _PARTS.items():
        found = section(target, part, faults)
        for key, name in keys.items():
            if key == "Resources":
                values[name] = _resources(found.get(key, []), f"{part}.{key}", faults)
            elif isinstance(value := found.get(key), str | Mapping | None):
                values[name] = value
            else:
                faults.add(f"{part}.{key}", f"must be text, got {value!r}", "write a string, or a path such as $.a")
    for part in _INVOKED:
        if "InvocationType" in (found := section(target, part, faults)):
            values["invocation"] = choice(found, "InvocationType", _INVOCATIONS, None, faults)
    return values


def value_for(value: str, event: object) -> str:
    """
    Give what a parameter comes to for one event.

    A path is followed into the event as it is before the target's input template (documented). What Pipes does where
    it leads nowhere, or to an object or a list, is documented nowhere [?]: here it is an error. A number or a boolean
    is written as JSON has it [?].

    Args:
        value: Text that stands for itself, or a path.
        event: The record, or with an enrichment one element of what that answered.

    Raises:
        ParameterError: A path without a value that could be sent.

    Example:
        >>> value_for("orders", {}), value_for("$.dynamodb.Keys.id.S", {"dynamodb": {"Keys": {"id": {"S": "o-1"}}}})
        ('orders', 'o-1')
    """
    if not _PATH.fullmatch(value):
        return value
    found = find(event, steps_of(value))
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str | int | float):
        return str(found)
    raise ParameterError(f"{value[:_SHOWN]} leads to no text, number or boolean in this event")


def _resources(listed: object, path: str, faults: Faults) -> tuple[Intrinsic, ...]:
    if isinstance(listed, list) and all(isinstance(each, str | Mapping) for each in listed):
        return tuple(listed)
    faults.add(path, f"must list ARNs, got {listed!r}", "write a list of ARNs, or of paths such as $.a")
    return ()
