"""
JSON text, read so that a fault is named by line and column.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.filters.json_text import JsonTextError, read

if TYPE_CHECKING:
    from pipes_trigger.cli.sources import Source


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


PLAIN: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def decode(text: str, decoder: json.JSONDecoder = PLAIN) -> Any:
    """
    Read JSON text.

    Raises:
        JsonTextError: With the line and the column.
    """
    try:
        return decoder.decode(text)
    except (ValueError, RecursionError):
        # Read again by the reader that says where the fault is, in words that do not change with Python.
        return read(text, objects=dict)


def not_json(name: str, error: JsonTextError, first_line: int = 1) -> Violation:
    """
    Make the fault of text that is not JSON.
    """
    place = f"line {first_line + error.line - 1}, column {error.column}"
    return Violation("SH004", name, f"is not JSON at {place}: {error.problem}", "write valid JSON")


def read_document(source: Source) -> Any:
    """
    Read an input that is one JSON value.

    Raises:
        ViolationsError: It cannot be read, is too large, or is not JSON.
    """
    try:
        return decode(source.text())
    except JsonTextError as error:
        raise ViolationsError([not_json(source.name, error)]) from None
