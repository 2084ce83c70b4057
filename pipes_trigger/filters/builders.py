"""
Filters without writing JSON: conditions on attributes and events, combined with `&` and `|`.

Attribute types follow from Python values: str is S, int, float and Decimal are N (a string in a stream record), bool is
BOOL, None is NULL, bytes is B. What Pipes cannot say cannot be built; so there is no comparison of numbers.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from pipes_trigger.errors import FilterPatternError, Violation
from pipes_trigger.filters.combining import Branch, Steps, make, values
from pipes_trigger.filters.number import is_number, to_number
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from pipes_trigger.filters.pattern import FilterPattern

    Scalar = str | bool | int | float | Decimal | bytes | bytearray | None

EventName = Literal["INSERT", "MODIFY", "REMOVE"]
LeafType = Literal["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"]

_LEAF_TYPES: Final[tuple[LeafType, ...]] = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS")
_SETS: Final = {"S": "SS", "N": "NS", "B": "BS"}


def new_image(name: str, *names: str) -> Attribute:
    """
    Name an attribute of the item as it is after the change; further names lead into maps.

    Example:
        >>> new_image("status").equals("PENDING").to_json()
        '{"dynamodb":{"NewImage":{"status":{"S":["PENDING"]}}}}'
        >>> new_image("address", "city").equals("Bern").to_json()
        '{"dynamodb":{"NewImage":{"address":{"M":{"city":{"S":["Bern"]}}}}}}'
    """
    return Attribute(("dynamodb", "NewImage", name)).into(*names)


def old_image(name: str, *names: str) -> Attribute:
    """
    Name an attribute of the item as it was before the change; further names lead into maps.

    Example:
        >>> old_image("status").equals("DRAFT").to_json()
        '{"dynamodb":{"OldImage":{"status":{"S":["DRAFT"]}}}}'
    """
    return Attribute(("dynamodb", "OldImage", name)).into(*names)


def keys(name: str) -> Attribute:
    """
    Name a key attribute, which every record has.

    Example:
        >>> keys("pk").prefix("ORDER#").to_json()
        '{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"ORDER#"}]}}}}'
    """
    return Attribute(("dynamodb", "Keys", name))


def event_name(name: EventName, *names: EventName) -> FilterPattern:
    """
    Ask for kinds of change.

    Raises:
        FilterPatternError: There is no such event name.

    Example:
        >>> (event_name("INSERT", "MODIFY") & new_image("status").equals("PENDING")).to_json()
        '{"eventName":["INSERT","MODIFY"],"dynamodb":{"NewImage":{"status":{"S":["PENDING"]}}}}'
    """
    return make([{("eventName",): values([name, *names])}])


@dataclass(frozen=True, slots=True)
class Attribute:
    """
    An attribute of an item; its methods make filters.

    Attributes:
        steps: The keys that lead to it in a record.

    Example:
        >>> status = new_image("status")
        >>> status.equals("PAID").matches({"dynamodb": {"NewImage": {"status": {"S": "PAID"}}}})
        True
    """

    steps: Steps

    def into(self, *names: str) -> Attribute:
        """
        Name an attribute of the map that this attribute is.
        """
        return Attribute((*self.steps, *(step for name in names for step in ("M", name))))

    def each(self) -> Attribute:
        """
        Mean any element of the list that this attribute is; several conditions must hold for one element.

        Example:
            >>> new_image("lines").each().into("sku").equals("A1").to_json()
            '{"dynamodb":{"NewImage":{"lines":{"L":{"M":{"sku":{"S":["A1"]}}}}}}}'
        """
        return Attribute((*self.steps, "L"))

    def equals(self, value: Scalar, *others: Scalar) -> FilterPattern:
        """
        Ask for one of some values; values of several types become alternatives.

        Raises:
            FilterPatternError: A value has no attribute type.

        Example:
            >>> new_image("priority").equals(1, 2).to_json()
            '{"dynamodb":{"NewImage":{"priority":{"N":["1","2"]}}}}'
        """
        return self._any(self._by_type((value, *others)))

    def contains(self, value: Scalar, *others: Scalar) -> FilterPattern:
        """
        Ask for a set that has one of some values.

        Raises:
            FilterPatternError: A value can be in no set.

        Example:
            >>> new_image("tags").contains("urgent").to_json()
            '{"dynamodb":{"NewImage":{"tags":{"SS":["urgent"]}}}}'
        """
        by_type = self._by_type((value, *others))
        self._refuse(by_type, _SETS, "a set holds strings, numbers or bytes")
        return self._any({_SETS[kind]: each for kind, each in by_type.items()})

    def prefix(self, text: str, *others: str, ignore_case: bool = False) -> FilterPattern:
        """
        Ask for a string that begins with one of some texts.
        """
        return self._texts("prefix", (text, *others), ignore_case=ignore_case)

    def suffix(self, text: str, *others: str, ignore_case: bool = False) -> FilterPattern:
        """
        Ask for a string that ends with one of some texts.

        Example:
            >>> new_image("file").suffix(".CSV", ignore_case=True).to_json()
            '{"dynamodb":{"NewImage":{"file":{"S":[{"suffix":{"equals-ignore-case":".CSV"}}]}}}}'
        """
        return self._texts("suffix", (text, *others), ignore_case=ignore_case)

    def equals_ignore_case(self, text: str, *others: str) -> FilterPattern:
        """
        Ask for one of some strings in any case.
        """
        return self._any({"S": [{"equals-ignore-case": each} for each in (text, *others)]})

    def anything_but(self, value: Scalar, *others: Scalar) -> FilterPattern:
        """
        Ask for a value of the same type that is there and is none of these.

        Raises:
            FilterPatternError: The values are of several types, or of one that `anything-but` does not know.

        Example:
            >>> new_image("status").anything_but("DONE", "FAILED").to_json()
            '{"dynamodb":{"NewImage":{"status":{"S":[{"anything-but":["DONE","FAILED"]}]}}}}'
        """
        by_type = self._by_type((value, *others))
        self._refuse(by_type, _SETS, "anything-but takes strings, numbers or bytes")
        if len(by_type) > 1:
            self._fail(f"anything-but takes values of one type, got {' and '.join(by_type)}", "combine filters with |")
        return self._any({kind: [but(each)] for kind, each in by_type.items()})

    def exists(self, kind: LeafType | None = None) -> FilterPattern:
        """
        Ask for the attribute, of one type or of any but map and list, which hold no value of their own.

        Example:
            >>> new_image("dueAt").exists("N").to_json()
            '{"dynamodb":{"NewImage":{"dueAt":{"N":[{"exists":true}]}}}}'
        """
        return self._any({each: [{"exists": True}] for each in ([kind] if kind else self._leaf_types())})

    def is_missing(self, kind: LeafType | None = None) -> FilterPattern:
        """
        Ask for the attribute not to be there, with one type or with any but map and list.
        """
        branch: Branch = {
            (*self.steps, each): values([{"exists": False}]) for each in ([kind] if kind else self._leaf_types())
        }
        return make([branch])

    def _leaf_types(self) -> tuple[LeafType, ...]:
        return ("S", "N", "B") if self.steps[1] == "Keys" else _LEAF_TYPES

    def _texts(self, operator: str, texts: Iterable[str], *, ignore_case: bool) -> FilterPattern:
        return self._any({"S": [{operator: {"equals-ignore-case": each} if ignore_case else each} for each in texts]})

    def _any(self, by_type: dict[str, list[Any]]) -> FilterPattern:
        return make([{(*self.steps, kind): values(each)} for kind, each in by_type.items()])

    def _by_type(self, given: Iterable[Scalar]) -> dict[str, list[Any]]:
        by_type: dict[str, list[Any]] = {}
        for value in given:
            typed = attribute_value(value)
            if typed is None:
                problem = f"no attribute type fits {value!r}"
                self._fail(problem, "pass a string, number, bool, None or bytes; into() names what is in a map")
            by_type.setdefault(typed[0], []).append(typed[1])
        return by_type

    def _refuse(self, by_type: dict[str, list[Any]], known: Iterable[str], problem: str) -> None:
        for kind, given in by_type.items():
            if kind not in known:
                self._fail(f"{problem}, got {given[0]!r}", "use equals")

    def _fail(self, problem: str, fix: str) -> NoReturn:
        path = "pattern" + "".join(f"[{step!r}]" for step in self.steps)
        raise FilterPatternError([Violation(Rule.OPERAND.id, path, problem, fix)])


def but(texts: Iterable[str]) -> dict[str, Any]:
    """
    Write `anything-but` for some strings.
    """
    return {"anything-but": sorted(set(texts))}


def attribute_value(value: Scalar) -> tuple[str, Any] | None:
    """
    Return the type and the value that a Python value has in a stream record, or None where there is none.

    Example:
        >>> attribute_value(5.0), attribute_value(True), attribute_value(None), attribute_value(b"hi")
        (('N', '5'), ('BOOL', True), ('NULL', True), ('B', 'aGk='))
    """
    if isinstance(value, bool):
        return "BOOL", value
    if value is None:
        return "NULL", True
    if isinstance(value, str):
        return "S", str(value)
    if isinstance(value, (bytes, bytearray)):
        return "B", base64.b64encode(value).decode()
    text = _number_text(value) if is_number(value) else None
    return ("N", text) if text else None


def _number_text(value: Any) -> str | None:
    from decimal import Decimal  # noqa: PLC0415 - whoever builds no number does not pay for it

    number = Decimal(to_number(value).text)
    if not number.is_finite():
        return None
    # DynamoDB keeps no zeros behind the last digit. Written out, so that no digit is rounded away.
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
