"""
The input template of a pipe: checked when made, rendered as Pipes would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pipes_trigger.errors import InputTemplateError, Violation
from pipes_trigger.quick_dataclasses import dataclass, field
from pipes_trigger.templates.build import text_of
from pipes_trigger.templates.checks import WHERE, check
from pipes_trigger.templates.rendering import Position, Slot, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.templates.context import PipeContext
    from pipes_trigger.templates.placeholders import Placeholder


@dataclass(frozen=True, slots=True)
class InputTemplate:
    """
    What the pipe makes of each record before the function sees it.

    The text is JSON with placeholders, or free text with placeholders (the function then gets a JSON string).
    Placeholders are paths into the record, `<$.dynamodb.Keys.id.S>`, and the reserved variables of the pipe,
    `<aws.pipes.pipe-name>`. As a value a placeholder becomes the JSON value; inside quotes, part of the string.

    Attributes:
        text: The template as it is deployed, 1 to 8,192 characters.
        placeholders: Every placeholder, in the order of the text.
        is_json: Whether what is rendered is JSON; otherwise it is free text.

    Raises:
        InputTemplateError: Everything that Pipes would refuse, or that could not become JSON; every fault at once.

    Example:
        >>> template = InputTemplate('{"id": <$.eventID>, "note": "item <$.dynamodb.Keys.id.S>"}')
        >>> template.render({"eventID": "1", "dynamodb": {"Keys": {"id": {"S": "o-1"}}}})
        '{"id": "1", "note": "item o-1"}'
        >>> template.paths
        ('$.eventID', '$.dynamodb.Keys.id.S')
    """

    text: str
    placeholders: tuple[Placeholder, ...] = field(init=False, repr=False, compare=False)
    is_json: bool = field(init=False, repr=False, compare=False)
    _parts: tuple[str | Slot, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        placeholders, is_json, faults = check(self.text)
        if faults:
            raise InputTemplateError(faults)
        object.__setattr__(self, "placeholders", placeholders)
        object.__setattr__(self, "is_json", is_json)
        object.__setattr__(self, "_parts", tuple(self._split()))

    @classmethod
    def record(cls) -> Self:
        """
        Make the default: one envelope per record, with what a handler needs to report partial failures.
        """
        return cls(
            '{"Records": [{"eventID": <$.eventID>, "eventName": <$.eventName>, '
            '"eventSourceARN": <$.eventSourceARN>, "dynamodb": <$.dynamodb>}]}'
        )

    @classmethod
    def new_image(cls) -> Self:
        """
        Make the original trigger's template: the new image alone, which a REMOVE does not have.
        """
        return cls('{"Records": [{"dynamodb": {"NewImage": <$.dynamodb.NewImage>}}]}')

    @classmethod
    def build(cls, structure: Mapping[str, object] | Sequence[object]) -> Self:
        """
        Make a template from a Python structure with `field(...)` and `variable(...)` in it.

        Raises:
            InputTemplateError: A value that is neither JSON nor such a marker, or a template that cannot work.

        Example:
            >>> from pipes_trigger.templates import field
            >>> InputTemplate.build({"id": field("dynamodb.Keys.id.S"), "all": field("dynamodb")}).text
            '{"id": <$.dynamodb.Keys.id.S>, "all": <$.dynamodb>}'
        """
        try:
            text = text_of(structure)
        except (TypeError, ValueError, RecursionError) as error:
            fix = "build it of dicts, lists, JSON values, field(...) and variable(...)"
            raise InputTemplateError([Violation("IT009", WHERE, f"cannot be written: {error}", fix)]) from None
        return cls(text)

    @property
    def paths(self) -> tuple[str, ...]:
        """
        The paths into the record, each once, in the order of the text.
        """
        return tuple(dict.fromkeys(each.content for each in self.placeholders if each.is_path))

    @property
    def variables(self) -> tuple[str, ...]:
        """
        The reserved variables, each once, in the order of the text.
        """
        return tuple(dict.fromkeys(each.content for each in self.placeholders if not each.is_path))

    def render(self, record: Mapping[str, Any] | str, pipe: PipeContext | None = None) -> str:
        """
        Write what the pipe makes of one record.

        Args:
            record: The record as a mapping, or as JSON text.
            pipe: What the reserved variables stand for; needed only if the template uses one.

        Raises:
            InputTemplateError: A path that the record does not have, an object inside quotes, a variable without a
                value, ...; AWS says of none of these what comes out, so nothing is guessed. Every fault at once.
        """
        return render(self._parts, record, pipe)

    def _split(self) -> Sequence[str | Slot]:
        parts: list[str | Slot] = []
        read = 0
        for each in self.placeholders:
            parts += [self.text[read : each.start], Slot(each, each.steps, self._position(each))]
            read = each.end
        return [*parts, self.text[read:]]

    def _position(self, placeholder: Placeholder) -> Position:
        if self.text.strip() == str(placeholder):
            return Position.WHOLE
        if not self.is_json:
            return Position.TEXT
        return Position.STRING if placeholder.quoted else Position.VALUE
