"""
The placeholders of a template: where they stand, and which path or variable they name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

Step: TypeAlias = str | int
"""One step of a path: a field's name, an index into a list, or `*`."""

WILDCARD: Final = "*"
# Pipes user guide (doc), "Input transformation": dots, dashes, underscores, letters and digits, indices, *, slashes.
PATH: Final = re.compile(r"\$(?:\.(?:[A-Za-z0-9_/-]+|\*)|\[(?:[0-9]{1,9}|\*)\])+")
_STEP: Final = re.compile(r"\.([A-Za-z0-9_/-]+|\*)|\[(?:([0-9]+)|(\*))\]")
# A path, or a word that can only be meant as a variable. "a < b" and "</b>" are text.
_PLACEHOLDER: Final = re.compile(r"<(\$[^<>]*|[A-Za-z][A-Za-z0-9_.-]*)(>?)")
_STRING_EDGE: Final = re.compile(r'\\.|"', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """
    One `<...>` of a template.

    Attributes:
        content: What stands between the angle brackets: `$.eventID`, `aws.pipes.pipe-name`.
        start: The offset of `<` in the template.
        end: The offset behind `>`.
        quoted: Whether it stands inside a JSON string.

    Example:
        >>> placeholder = Placeholder(content="$.dynamodb.Keys.id.S", start=7, end=29, quoted=False)
        >>> placeholder.steps
        ('dynamodb', 'Keys', 'id', 'S')
    """

    content: str
    start: int
    end: int
    quoted: bool

    def __str__(self) -> str:
        return f"<{self.content}>"

    @property
    def is_path(self) -> bool:
        """
        Whether it names a path into the record, not a reserved variable.
        """
        return self.content.startswith("$")

    @property
    def steps(self) -> tuple[Step, ...]:
        """
        The steps of its path: `<$.a.b[0]>` has `("a", "b", 0)`; a variable has none.
        """
        return steps_of(self.content) if self.is_path else ()


def steps_of(path: str) -> tuple[Step, ...]:
    """
    Split a well-formed path into its steps.

    Example:
        >>> steps_of("$.dynamodb.Keys.id.S"), steps_of("$.lines[0].sku")
        (('dynamodb', 'Keys', 'id', 'S'), ('lines', 0, 'sku'))
    """
    return tuple(int(index) if index else name or star for name, index, star in _STEP.findall(path))


def scan(text: str) -> Iterator[tuple[Placeholder, bool]]:
    """
    Find every placeholder, and say of each whether it is closed.
    """
    quoted, read = False, 0
    for found in _PLACEHOLDER.finditer(text):
        content, closing = found.groups()
        if not closing and not content.startswith(("$", "aws.")):
            continue
        edges = (edge for edge in _STRING_EDGE.findall(text, read, found.start()) if edge == '"')
        quoted ^= sum(1 for _ in edges) % 2 == 1
        read = found.end()
        yield Placeholder(content, found.start(), found.end(), quoted), bool(closing)
