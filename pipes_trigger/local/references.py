"""
Where a CloudFormation template refers to its resources, and putting something else there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

# `${Name}` and `${Name.Attribute}`; `${!Name}` is text.
_SUBSTITUTION: Final = re.compile(r"\$\{(?P<name>[A-Za-z0-9:]+)(?:\.(?P<attribute>[A-Za-z0-9.]+))?\}")


def references(value: Any) -> Iterator[str]:
    """
    Give every name that `value` refers to with `Ref`, `Fn::GetAtt` or `Fn::Sub`; parameters are among them.

    Example:
        >>> sorted(references({"Fn::Join": ["", [{"Ref": "Topic"}, {"Fn::Sub": "${Queue.Arn}/${!Text}"}]]}))
        ['Queue', 'Topic']
    """
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        if len(value) == 1:
            yield from _named(*next(iter(value.items())))
        for item in value.values():
            yield from references(item)


def imports(value: Any) -> Iterator[str]:
    """
    Give the name of every export that `value` imports, where it is plain text.

    Example:
        >>> list(imports({"Value": {"Fn::ImportValue": "foundation:Table"}}))
        ['foundation:Table']
    """
    if isinstance(value, list):
        for item in value:
            yield from imports(item)
    elif isinstance(value, dict):
        name = value.get("Fn::ImportValue")
        if isinstance(name, str):
            yield name
        for item in value.values():
            yield from imports(item)


def replaced(value: Any, values: Mapping[str, Any], attribute: Callable[[str, str], Any]) -> Any:
    """
    Give `value` with something else wherever it refers to a key of `values`.

    Args:
        value: A part of a template; it is left as it is.
        values: What `Ref` gives, by the name that is referred to.
        attribute: What `Fn::GetAtt` gives, for a name and an attribute.

    Example:
        >>> replaced({"Fn::Sub": "arn:${Run}"}, {"Run": {"Ref": "Name"}}, lambda name, attribute: "1")
        {'Fn::Sub': ['arn:${Run}', {'Run': {'Ref': 'Name'}}]}
    """
    if isinstance(value, list):
        return [replaced(item, values, attribute) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        function, argument = next(iter(value.items()))
        if function == "Ref" and isinstance(argument, str) and argument in values:
            return values[argument]
        if function == "Fn::GetAtt" and _split(argument)[0] in values:
            return attribute(*_split(argument))
        if function == "Fn::Sub":
            return _replaced_text(*_text(argument), values, attribute)
    return {key: replaced(item, values, attribute) for key, item in value.items()}


def _replaced_text(
    text: str, given: Mapping[str, Any], values: Mapping[str, Any], attribute: Callable[[str, str], Any]
) -> Any:
    given = {name: replaced(item, values, attribute) for name, item in given.items()}

    def substitute(match: re.Match[str]) -> str:
        name = match["name"]
        if name in given or name not in values:
            return match[0]
        # A variable of Fn::Sub has letters and digits in its name, no dots or colons.
        variable = re.sub(r"[.:]", "", name + (match["attribute"] or ""))
        extra[variable] = attribute(name, match["attribute"]) if match["attribute"] else values[name]
        return "${" + variable + "}"

    extra: dict[str, Any] = {}
    text = _SUBSTITUTION.sub(substitute, text)
    variables = {**given, **extra}
    return {"Fn::Sub": [text, variables] if variables else text}


def _named(function: str, argument: Any) -> Iterator[str]:
    if function == "Ref" and isinstance(argument, str):
        yield argument
    elif function == "Fn::GetAtt":
        yield _split(argument)[0]
    elif function == "Fn::Sub":
        text, given = _text(argument)
        yield from (match["name"] for match in _SUBSTITUTION.finditer(text) if match["name"] not in given)


def _split(argument: Any) -> tuple[str, str]:
    match argument:
        case str():
            name, _, attribute = argument.partition(".")
            return name, attribute
        case [str() as name, attribute]:
            return name, str(attribute)
    return "", ""  # CloudFormation says what is wrong with it


def _text(argument: Any) -> tuple[str, dict[str, Any]]:
    match argument:
        case [str() as text, dict() as given]:
            return text, given
        case _:
            return str(argument), {}
