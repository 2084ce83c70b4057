"""
One field of a pattern with the alternatives that its value may satisfy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipes_trigger.filters.operators.address import AddressRange, address_digits
from pipes_trigger.filters.operators.exact import Exactly, NumberLiteral, Text
from pipes_trigger.filters.operators.exists import Absent
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from pipes_trigger.filters.faults import Step
    from pipes_trigger.filters.operators.matcher import Matcher

_CONTAINERS = (Mapping, list, tuple)


@dataclass(frozen=True, slots=True)
class Condition:
    """
    A field, and the conditions of which one must hold for its value.

    Attributes:
        steps: The keys that lead to the field, as the pattern nests them.
        path: Where the pattern says it: the steps, with those through `$or`.
        values: The alternatives as the pattern writes them.
        name: The field's name: the keys joined by dots.
        matchers: The alternatives, in the pattern's order.
        is_absent_allowed: Whether the field may be missing (`exists: false` among the alternatives).
        looks_at_numbers: Whether the verdict depends on how a number is spelled.
    """

    steps: tuple[str, ...]
    matchers: tuple[Matcher, ...]
    path: tuple[Step, ...] = field(default=(), compare=False)
    values: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    name: str = field(init=False)
    is_absent_allowed: bool = field(init=False)
    looks_at_numbers: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", field_name(self.steps))
        object.__setattr__(self, "is_absent_allowed", any(isinstance(each, Absent) for each in self.matchers))
        numeric = any(each.is_numeric or isinstance(each, (NumberLiteral, AddressRange)) for each in self.matchers)
        object.__setattr__(self, "looks_at_numbers", numeric)

    @property
    def wanted(self) -> str:
        """
        What a value must be, in words.
        """
        return " or ".join(dict.fromkeys(map(str, self.matchers)))

    @property
    def identity(self) -> tuple[str, frozenset[Matcher]]:
        """
        What makes two conditions the same.
        """
        return self.name, frozenset(self.matchers)

    @property
    def sort_key(self) -> bytes:
        """
        Where Event Ruler sorts the field: by UTF-16 code units.
        """
        return utf16(self.name)

    def predicate(self, *, reads_addresses: bool) -> Callable[[Any], bool]:
        """
        Make the function that says whether a value satisfies one of the conditions; objects and lists satisfy none.

        Args:
            reads_addresses: Whether a string that is an IP address is compared as one, and as nothing else.
        """
        accepts = _any_of([each.accepts for each in self.matchers])
        always = any(each.takes_other_types for each in self.matchers)
        ranges = tuple(each for each in self.matchers if isinstance(each, AddressRange))

        def accepts_no_container(value: Any) -> bool:
            return not isinstance(value, _CONTAINERS) and accepts(value)

        def accepts_as_address(value: Any) -> bool:
            digits = address_digits(value) if isinstance(value, str) else None
            if digits is None:
                return accepts_no_container(value)
            return always or any(each.covers(digits) for each in ranges)

        if reads_addresses:
            return accepts_as_address
        return accepts_no_container if always else accepts

    def texts(self) -> frozenset[str] | None:
        """
        Return the strings that are asked for, if nothing else is.
        """
        if all(type(each) in {Text, Exactly} for each in self.matchers):
            return frozenset(each.text for each in self.matchers if isinstance(each, Text))
        return None


def field_name(steps: tuple[str, ...]) -> str:
    """
    Join keys to a field's name as Event Ruler does: a dot follows the keys so far unless they are empty.
    """
    path = ".".join(steps[:-1])
    return f"{path}.{steps[-1]}" if path else steps[-1]


def utf16(text: str) -> bytes:
    """
    Return a key that sorts strings as Java does.
    """
    return text.encode("utf-16-be", "surrogatepass")


def _any_of(accepts: Sequence[Callable[[Any], bool]]) -> Callable[[Any], bool]:
    if len(accepts) == 1:
        return accepts[0]
    return lambda value: any(accept(value) for accept in accepts)
