"""
Everything that can be wrong with a template's text, found before anything is deployed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.limits import INPUT_TEMPLATE_LENGTH
from pipes_trigger.templates.context import EVENT_JSON, RESERVED
from pipes_trigger.templates.placeholders import PATH, Placeholder, scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WHERE: Final = "input_template"
# What looks like a JSON document is checked as one; anything else is free text, which Pipes allows too.
_JSON_STARTS: Final = ("{", "[", '"')
# Stands for a placeholder inside a string while the JSON is checked; no Unicode text uses this code point.
_MARK: Final = "\ufdd0"


def check(text: str) -> tuple[tuple[Placeholder, ...], bool, list[Violation]]:
    """
    Read a template's text: its placeholders, whether it is JSON once they are filled in, and every fault.
    """
    if not isinstance(text, str) or not text.strip():
        problem = f"must be a non-empty str, got {text!r}"
        fix = "leave the template out to pass records on as they are, or use InputTemplate.record()"
        return (), False, [Violation("IT001", WHERE, problem, fix)]
    scanned = list(scan(text))
    placeholders = tuple(placeholder for placeholder, _ in scanned)
    faults = []
    if not INPUT_TEMPLATE_LENGTH.allows(len(text)):
        problem = f"has {len(text)} characters, and Pipes takes {INPUT_TEMPLATE_LENGTH}"
        faults.append(Violation("IT002", WHERE, problem, "pass whole objects on, such as <$.dynamodb>"))
    for placeholder, closed in scanned:
        faults.extend(_placeholder_faults(placeholder, closed=closed))
    is_json, json_faults = _check_json(text, placeholders)
    return placeholders, is_json, faults + json_faults


def place(text_offset: int) -> str:
    """
    Say where an offset is, counting characters from 1 as editors do.
    """
    return f"{WHERE}, character {text_offset + 1}"


def _placeholder_faults(placeholder: Placeholder, *, closed: bool) -> Iterator[Violation]:
    where, content = place(placeholder.start), placeholder.content
    if not closed:
        yield Violation("IT003", where, f"<{content[:60]} is not closed", "write > behind the path")
    elif placeholder.is_path:
        if not PATH.fullmatch(content):
            fix = "write field names (letters, digits, - _ /) and indices, as <$.dynamodb.Keys.id.S> or <$.lines[0]>"
            yield Violation("IT003", where, f"{placeholder} is no path that Pipes reads", fix)
    elif content not in RESERVED:
        fix = known_names(content, RESERVED)
        if not content.startswith("aws."):
            fix = f"write <$.{content}> for a field of the record"
        yield Violation("IT004", where, f"there is no variable {placeholder}", fix)


def _check_json(text: str, placeholders: Sequence[Placeholder]) -> tuple[bool, list[Violation]]:
    faults: list[Violation] = []
    try:
        json.loads(_probe(text, placeholders), object_pairs_hook=_keys_checked(faults), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        if not text.lstrip().startswith(_JSON_STARTS):
            return False, [_misplaced_event(each) for each in placeholders if each.content == EVENT_JSON]
        where, problem = WHERE, "is no JSON once the placeholders are filled in"
        if isinstance(error, json.JSONDecodeError):
            # Not Python's wording: it changes from release to release.
            where, problem = place(error.pos), f"{problem}: {text[error.pos :][:20]!r} does not belong here"
        return True, [Violation("IT005", where, problem, "mend the JSON; a placeholder stands where a value does")]
    bare = len(placeholders) == 1 and text.strip() == str(placeholders[0])
    faults.extend(
        _misplaced_event(each) for each in placeholders if each.content == EVENT_JSON and (each.quoted or bare)
    )
    return True, faults


def _probe(text: str, placeholders: Sequence[Placeholder]) -> str:
    # As long as the template, so that an offset that json reports is an offset in the template. A value is probed with
    # null, because no character beside it makes another JSON value of it (1<$.a> is no number for any record).
    pieces, read = [], 0
    for each in placeholders:
        length = each.end - each.start
        pieces += [text[read : each.start], _MARK * length if each.quoted else "null".ljust(length)]
        read = each.end
    return "".join([*pieces, text[read:]])


def _keys_checked(faults: list[Violation]) -> Any:
    def check_keys(pairs: list[tuple[str, object]]) -> None:
        seen = set()
        for key, _ in pairs:
            if _MARK in key:
                problem = "a placeholder stands in the key of an object"
                faults.append(Violation("IT007", WHERE, problem, "give the key a fixed name"))
            elif key in seen:
                faults.append(Violation("IT008", WHERE, f"the key {key!r} is there twice", "drop one of the two"))
            seen.add(key)

    return check_keys


def _misplaced_event(placeholder: Placeholder) -> Violation:
    fix = f'write it as the value of a field, without quotes: {{"event": <{EVENT_JSON}>}}'
    return Violation("IT006", place(placeholder.start), f"{placeholder} can only be the value of a JSON field", fix)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
