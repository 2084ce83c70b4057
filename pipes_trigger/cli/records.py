"""
Records, read one after the other: JSON lines of any length in constant memory, or one JSON document.
"""

from __future__ import annotations

import itertools
import json
import sys
from contextlib import nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.cli.documents import PLAIN, decode, not_json
from pipes_trigger.cli.progress import Progress
from pipes_trigger.cli.sources import decoded, too_large
from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.filters.json_text import JsonTextError, read
from pipes_trigger.filters.nodes import show
from pipes_trigger.filters.number import Number
from pipes_trigger.limits import INPUT_FILE_BYTES
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from pipes_trigger.cli.sources import Source

# Numbers keep their spelling, on which verdicts of Event Ruler can depend.
EXACT: Final = json.JSONDecoder(parse_constant=PLAIN.parse_constant, parse_float=Number)
_MOST_FAULTS: Final = 100
_MOST_SHOWN: Final = 60
_FIX: Final = 'write a record, a list of records, or {"Records": [...]}'


@dataclass(frozen=True, slots=True)
class Record:
    """
    A record, and where it was read.

    Attributes:
        place: The input's name, with the line or the index: `records.jsonl:3`, `records.json[0]`.
        value: The record.
    """

    place: str
    value: dict[str, Any]

    def __str__(self) -> str:
        change = self.value.get("dynamodb")
        keys = change.get("Keys") if isinstance(change, dict) else None
        shown = [_plain(self.value["eventName"])] if "eventName" in self.value else []
        for name, typed in keys.items() if isinstance(keys, dict) else ():
            value = next(iter(typed.values()), None) if isinstance(typed, dict) else typed
            shown.append(f"{_plain(name)}={_plain(value)}")
        return " ".join([self.place, *shown])


@dataclass(frozen=True, slots=True)
class _Chunk:
    """
    A JSON value's text: a line of JSON lines, or the whole document.
    """

    content: bytes
    first_line: int
    is_line: bool


def read_records(source: Source, decoder: json.JSONDecoder = PLAIN) -> Iterator[Record]:
    """
    Read records; what is wrong with any of them is raised behind the last good one, so that nothing is held back.

    Raises:
        ViolationsError: It cannot be read; or every line that is not JSON or no record, of the first 100.
    """
    faults: list[Violation] = []
    lost = seen = 0
    # Results on the same terminal are the progress already; it is then shown only while the next record is waited for.
    with source.open() as file, _progress(source, lambda: f"{source.name}: {seen:,} records read") as progress:
        aside = progress.hidden if sys.stdout.isatty() else nullcontext
        for chunk in _chunks(file):
            try:
                for record in _records(chunk, source.name, decoder):
                    seen += 1
                    with aside():
                        yield record
            except ViolationsError as error:
                room = _MOST_FAULTS - len(faults)
                faults += error.violations[:room]
                lost += len(error.violations[room:])
    if lost:
        faults.append(Violation("SH005", source.name, f"has {lost} more faults", "mend these first"))
    if faults:
        raise ViolationsError(faults)


def _progress(source: Source, describe: Callable[[], str]) -> Progress:
    # Whoever types the records sees them as it is.
    return Progress(describe, is_wanted=not (source.is_stdin and sys.stdin.isatty()))


def _plain(value: object) -> str:
    # What a terminal would obey, and what no encoding can write, is shown escaped.
    is_plain = isinstance(value, str) and value.isprintable() and len(value) <= _MOST_SHOWN
    return str(value) if is_plain else show(value)


def _records(chunk: _Chunk, name: str, decoder: json.JSONDecoder) -> Iterator[Record]:
    whole = f"{name}:{chunk.first_line}" if chunk.is_line else name
    if len(chunk.content) > INPUT_FILE_BYTES:
        raise ViolationsError([too_large(whole)])
    try:
        # Where text ends too soon, the fault is in its last line, not in an empty one behind it.
        value = decode(decoded(chunk.content, whole).rstrip("\r\n"), decoder)
    except JsonTextError as error:
        raise ViolationsError([not_json(name, error, chunk.first_line)]) from None
    faults = []
    for place, item in _items(value, whole):
        if isinstance(item, dict):
            yield Record(place, item)
        else:
            faults.append(Violation("SH006", place, f"must be a JSON object, got {show(item)}", _FIX))
    if faults:
        raise ViolationsError(faults)


def _items(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and isinstance(value.get("Records"), list):
        value, place = value["Records"], f"{place}['Records']"
    if isinstance(value, list):
        yield from ((f"{place}[{index}]", item) for index, item in enumerate(value))
    else:
        yield place, value


def _chunks(file: BinaryIO) -> Iterator[_Chunk]:
    lines = _lines(file)
    first = next(lines, None)
    if first is None:
        return
    if not _is_json(first.content) and len(first.content) <= INPUT_FILE_BYTES:
        # The beginning of a document that is written over several lines, or a bad line before good ones.
        rest = file.read(INPUT_FILE_BYTES + 1 - len(first.content))
        if _is_document(first.content, rest):
            yield _Chunk(first.content + rest, first.first_line, is_line=False)
            return
        lines = _lines(BytesIO(rest + file.readline()), file, number=first.first_line + 1)
    yield first
    yield from lines


def _lines(*files: BinaryIO, number: int = 1) -> Iterator[_Chunk]:
    numbers = itertools.count(number)
    for file in files:
        while line := file.readline(INPUT_FILE_BYTES + 1):
            end = line
            while len(end) > INPUT_FILE_BYTES and not end.endswith(b"\n"):
                end = file.readline(INPUT_FILE_BYTES + 1)
            chunk = _Chunk(line, next(numbers), is_line=True)
            if not line.isspace():
                yield chunk


def _is_document(first: bytes, rest: bytes) -> bool:
    if len(first) + len(rest) > INPUT_FILE_BYTES:
        return False
    if _is_json(first + rest) or first.lstrip().startswith(b"["):
        return True
    return not any(line.startswith(b"{") and _is_json(line) for line in rest.split(b"\n"))


def _is_json(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
        try:
            PLAIN.decode(text)
        except RecursionError:
            # How deep that one goes differs between versions of Python; the slower one goes as deep as Event Ruler's.
            read(text, objects=dict)
    except ValueError:
        return False
    return True
