"""
Filter patterns in words: `INSERT where NewImage.status is PENDING`.

The words say what Event Ruler does, not what was perhaps meant: a `numeric` is a number, an attribute that is absent is
absent in that type.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Final

from pipes_trigger.filters.operators.address import Address
from pipes_trigger.filters.operators.affix import Prefix, PrefixIgnoringCase, Suffix, SuffixIgnoringCase
from pipes_trigger.filters.operators.anything_but import AnythingButMatching, AnythingButNumbers, AnythingButTexts
from pipes_trigger.filters.operators.exact import Constant, NumberLiteral, Text
from pipes_trigger.filters.operators.exists import Absent, Present
from pipes_trigger.filters.operators.ignore_case import EqualsIgnoreCase
from pipes_trigger.filters.operators.numeric import NumericRange
from pipes_trigger.filters.operators.wildcard import Wildcard
from pipes_trigger.filters.record_shape import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.filters.condition import Condition
    from pipes_trigger.filters.operators.matcher import Matcher

    Branch = Sequence[Condition]

EVERYTHING: Final = "every change"
_PLAIN: Final = re.compile(r"[\w.:/@#+*$%~-]+")
_ANY_CASE: Final = (PrefixIgnoringCase, SuffixIgnoringCase, EqualsIgnoreCase)
_VALUES: Final = (Text, Address, NumberLiteral, Constant)
# With these words a value would read like the sentence around it.
_RESERVED: Final = frozenset({"and", "or", "is", "not", "where", "anything", "any", "but", "absent", "present"})


def filter_words(pattern: FilterPattern) -> str:
    """
    Say in words which changes a pattern lets through.

    Example:
        >>> from pipes_trigger.filters import FilterPattern
        >>> image = {"status": {"S": ["A", "B"]}}
        >>> filter_words(FilterPattern({"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}))
        'INSERT where NewImage.status is A or B'
        >>> sizes = [{"numeric": [">", 0]}]
        >>> filter_words(FilterPattern({"$or": [{"eventName": ["REMOVE"]}, {"dynamodb": {"SizeBytes": sizes}}]}))
        'any change where eventName is REMOVE or SizeBytes is a number above 0'
    """
    branches = pattern.branches
    shared = [each for each in branches[0] if all(each in branch for branch in branches[1:])]
    alternatives = [[each for each in branch if each not in shared] for branch in branches]
    event = next((each for each in shared if each.name == "eventName" and each.texts()), None)
    said = [_condition(each) for each in shared if each is not event]
    if len(branches) > 1 and all(alternatives):
        said.append(_alternatives(alternatives, is_alone=not said))
    head = "any change" if event is None else _or(_listed(event.matchers))
    return f"{head} where {' and '.join(said)}" if said else (EVERYTHING if event is None else f"every {head}")


def field_words(steps: Sequence[str]) -> tuple[str, str]:
    """
    Name a field as people do, without the types that the record wraps values in; give the value's type apart.

    Example:
        >>> field_words(("dynamodb", "NewImage", "lines", "L", "M", "sku", "S"))
        ('NewImage.lines[].sku', 'S')
        >>> field_words(("dynamodb", "Keys", "S", "S")), field_words(("userIdentity", "type"))
        (('Keys.S', 'S'), ('userIdentity.type', ''))
    """
    named: list[str] = []
    place, kind = RECORD, ""
    for position, step in enumerate(steps):
        kind = step if place.is_typed else ""
        if kind == "L" and named:
            named[-1] += "[]"
        elif not kind and not (position == 0 and step == "dynamodb" and len(steps) > 1):
            named.append(step if _PLAIN.fullmatch(step) else json.dumps(step, ensure_ascii=False))
        below = place.below(step)
        if below is None:
            # No record has such a field, so all that is left is said as it stands.
            named += steps[position + 1 :]
            break
        place = below
    return ".".join(named), kind


def _alternatives(branches: Iterable[Branch], *, is_alone: bool) -> str:
    said = [" and ".join(map(_condition, branch)) for branch in branches]
    if is_alone and all(len(branch) == 1 for branch in branches):
        return _or(said)
    return " or ".join(f"({each})" for each in said) if is_alone else f"({' or '.join(said)})"


def _condition(condition: Condition) -> str:
    field, kind = field_words(condition.steps)
    nothing = all(isinstance(each, Constant) and each.value is True for each in condition.matchers)
    if kind == "NULL" and nothing:
        return f"{field} is null"
    values = [each for each in condition.matchers if isinstance(each, _VALUES)]
    said = [f"is {_or(_listed(values))}"] if values else []
    said += [_matcher(each, kind) for each in condition.matchers if each not in values]
    return f"{field} {_or(dict.fromkeys(said))}"


def _matcher(matcher: Matcher, kind: str) -> str:
    match matcher:
        case Present() | Absent():
            word = "present" if isinstance(matcher, Present) else "absent"
            return f"is {word} ({kind})" if kind else f"is {word}"
        case NumericRange():
            return f"is {_range(matcher)}"
        case AnythingButTexts(texts=texts):
            return f"is anything but {_or(sorted(map(_quoted, texts)))}"
        case AnythingButNumbers(numbers=numbers):
            return f"is anything but {_or(sorted(each.text for each in numbers))}"
        case AnythingButMatching(conditions=conditions):
            return f"is anything but a text that {_or(sorted(map(_text_form, conditions)))}"
    return _text_form(matcher)


def _text_form(matcher: Matcher) -> str:
    match matcher:
        case Prefix(text="") | Suffix(text="") | PrefixIgnoringCase(text="") | SuffixIgnoringCase(text=""):
            return "is any text"
        case Prefix(text=text) | PrefixIgnoringCase(text=text):
            said = f"begins with {_quoted(text)}"
        case Suffix(text=text) | SuffixIgnoringCase(text=text):
            said = f"ends with {_quoted(text)}"
        case EqualsIgnoreCase(text=text):
            said = f"is {_quoted(text)}"
        case Wildcard(text=text):
            said = f"looks like {_quoted(text)}"
        case _:  # an address range, or an operator to come: each says it in its own words
            said = f"is {matcher}"
    return f"{said} in any case" if isinstance(matcher, _ANY_CASE) else said


def _range(matcher: NumericRange) -> str:
    if matcher.low == matcher.high:
        return f"the number {matcher.low:g}"
    bounds = []
    if matcher.low != -math.inf:
        bounds.append(f"{'above' if matcher.low_is_open else 'at least'} {matcher.low:g}")
    if matcher.high != math.inf:
        bounds.append(f"{'below' if matcher.high_is_open else 'at most'} {matcher.high:g}")
    return f"a number {' and '.join(bounds)}"


def _listed(matchers: Iterable[Matcher]) -> list[str]:
    return list(dict.fromkeys(map(_value, matchers)))


def _value(matcher: Matcher) -> str:
    match matcher:
        case Text(text=text) | Address(text=text):
            return _quoted(text)
        case Constant(value=value):
            return json.dumps(value)
    return str(matcher)


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _RESERVED else json.dumps(text, ensure_ascii=False)


def _or(said: Iterable[str]) -> str:
    *first, last = said
    return f"{', '.join(first)} or {last}" if first else last
