"""
Templates from plain Python structures, so that nobody has to write `<$.` by hand.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Stands beside a marker's text while json writes the structure; no Unicode text uses this code point.
_EDGE: Final = "\ufdd1"


@dataclass(frozen=True, slots=True)
class Field:
    """
    A placeholder in a Python structure. In an f-string it becomes part of the text around it.

    Example:
        >>> field("eventID").content
        '$.eventID'
    """

    content: str

    def __str__(self) -> str:
        return f"<{self.content}>"


def field(path: str) -> Field:
    """
    Stand for a field of the record.

    Args:
        path: Dots and indices, without the leading `$.`: `dynamodb.Keys.id.S`, `dynamodb.NewImage.lines.L[0]`.

    Example:
        >>> str(field("dynamodb.Keys.id.S"))
        '<$.dynamodb.Keys.id.S>'
    """
    return Field(f"$.{path.removeprefix('$.')}")


def variable(name: str) -> Field:
    """
    Stand for a reserved variable of the pipe.

    Args:
        name: `pipe-arn`, `pipe-name`, `source-arn`, `enrichment-arn`, `target-arn`, `event`, `event.json` or
            `event.ingestion-time`.

    Example:
        >>> str(variable("pipe-name"))
        '<aws.pipes.pipe-name>'
    """
    return Field(f"aws.pipes.{name.removeprefix('aws.pipes.')}")


def text_of(structure: Mapping[str, object] | Sequence[object]) -> str:
    """
    Write a structure with markers as a template's text.

    Raises:
        TypeError: A value that is neither JSON nor a marker.
        ValueError: A structure that contains itself, or NaN.

    Example:
        >>> text_of({"id": field("eventID"), "note": f"from {variable('pipe-name')}", "retries": 3})
        '{"id": <$.eventID>, "note": "from <aws.pipes.pipe-name>", "retries": 3}'
    """
    written = json.dumps(structure, default=_mark, ensure_ascii=False, allow_nan=False)
    return written.replace(f'"{_EDGE}', "").replace(f'{_EDGE}"', "")


def _mark(value: object) -> str:
    if isinstance(value, Field):
        return f"{_EDGE}{value}{_EDGE}"
    raise TypeError(f"{type(value).__name__} {value!r} is neither JSON nor a marker; use field(...) or variable(...)")
