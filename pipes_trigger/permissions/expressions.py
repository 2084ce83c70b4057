"""
Values of a template as text in which each unknown is a hole: `arn:${AWS::Partition}:sqs:...:${Inbox}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum, unique
from typing import Any, Final, TypeAlias

from pipes_trigger.quick_dataclasses import dataclass

_HOLE: Final = re.compile(r"\$\{(?P<literal>!)?(?P<name>[^}]*)\}")
# What these stand for has neither a colon nor a slash in it.
_WORDS: Final = frozenset({"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::StackName", "AWS::URLSuffix"})


@unique
class HoleKind(Enum):
    """
    What can be said of the text that a hole stands for.
    """

    UNKNOWN = "any text"
    IMPORTED = "any text of another stack, so nothing that this template makes"
    WORD = "text without separators"
    FRESH = "the name that a resource of this template will get: equal to no name that anybody could write down before"


@dataclass(frozen=True, slots=True)
class Hole:
    """
    A part of a text that only a deployment fills in.

    Attributes:
        name: What is filled in, as `Fn::Sub` would write it: `Orders.StreamArn`.
        kind: What can be said of it.
    """

    name: str
    kind: HoleKind = HoleKind.UNKNOWN

    def __str__(self) -> str:
        return f"${{{self.name}}}"


Expression: TypeAlias = tuple[str | Hole, ...]
"""Single characters and holes, in order; `*` and `?` are IAM's wildcards."""


def expression(value: Any) -> Expression:  # noqa: PLR0911 - one return per function of CloudFormation
    """
    Read a value of a template: text, or functions such as `Ref`, `Fn::GetAtt`, `Fn::Join` and `Fn::Sub`.

    Any other function becomes one hole, so that the same function is equal to itself and to nothing else.

    Example:
        >>> show(expression({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Ref": "Bucket"}]]}))
        'arn:${AWS::Partition}:s3:::${Bucket}'
        >>> expression({"Fn::Sub": "${Orders.Arn}/index/*"}) == (Hole("Orders.Arn"), *"/index/*")
        True
    """
    if isinstance(value, str):
        return tuple(value)
    if isinstance(value, Mapping) and len(value) == 1:
        match next(iter(value.items())):
            case ("Ref", str(name)) | ("Fn::GetAtt", str(name)):
                return (_hole(name),)
            case ("Fn::GetAtt", [str(name), str(attribute)]):
                return (_hole(f"{name}.{attribute}"),)
            case ("Fn::Join", [str(separator), [*values]]):
                return _join(tuple(separator), values)
            case ("Fn::Sub", [str(text), dict(given)]):
                return _substitute(text, given)
            case ("Fn::Sub", str(text)):
                return _substitute(text, {})
    text = json.dumps(value, sort_keys=True, default=str)
    if not isinstance(value, Mapping):
        return tuple(text)
    return (Hole(text, HoleKind.IMPORTED if [*value] == ["Fn::ImportValue"] else HoleKind.UNKNOWN),)


def show(parts: Expression) -> str:
    """
    Write an expression as a person would in `Fn::Sub`.
    """
    return "".join(map(str, parts))


def _hole(name: str) -> Hole:
    return Hole(name, HoleKind.WORD if name in _WORDS else HoleKind.UNKNOWN)


def _join(separator: Expression, values: list[Any]) -> Expression:
    parts: list[str | Hole] = []
    for number, value in enumerate(values):
        parts += (*(separator if number else ()), *expression(value))
    return tuple(parts)


def _substitute(text: str, values: Mapping[str, Any]) -> Expression:
    parts: list[str | Hole] = []
    end = 0
    for found in _HOLE.finditer(text):
        name = found["name"]
        parts += text[end : found.start()]
        if found["literal"]:
            parts += f"${{{name}}}"
        else:
            parts += expression(values[name]) if name in values else (_hole(name),)
        end = found.end()
    return (*parts, *text[end:])
