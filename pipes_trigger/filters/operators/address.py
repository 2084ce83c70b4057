"""
IP addresses: `cidr`, and a plain string that is one (`"10.0.0.1"`), which Event Ruler compares as an address.

An address is its hexadecimal digits, 8 or 32 of them, as in Event Ruler. There a range also takes longer and shorter
digits that fall into it; so do these.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from pipes_trigger.filters.faults import Fault
from pipes_trigger.filters.number import is_number, to_number
from pipes_trigger.filters.operators.matcher import Matcher, Read, wrong_operand
from pipes_trigger.filters.rules import Rule
from pipes_trigger.quick_dataclasses import dataclass

# Compiled where they are first needed, and kept by `re`: few patterns hold anything that looks like an address.
_VERSION_4: Final = r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+"
_VERSION_6: Final = r"[0-9a-fA-F:]*:[0-9a-fA-F:]*"
_DIGITS: Final = r"[0-9A-F]*"
_MASK: Final = r"[-+]?[0-9]{1,9}"
_GROUPS: Final = 8
_MAPPED_VERSION_4: Final = [0, 0, 0, 0, 0, 0xFFFF]
_BITS_PER_DIGIT: Final = 4
_OCTET: Final = 255
_GROUP: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class AddressRange(Matcher):
    """
    The addresses from one to another.
    """

    is_address: ClassVar[bool] = True
    text: str
    low: str
    high: str

    def accepts(self, value: Any) -> bool:
        """
        Say whether the value satisfies the condition.
        """
        if is_number(value):
            digits = re.match(_DIGITS, to_number(value).text)
            return digits is not None and self.covers(digits.group())
        return False

    def covers(self, digits: str) -> bool:
        """
        Say whether an address, as its digits, is in the range.
        """
        length = len(digits)
        if length >= len(self.low):
            return self.low <= digits[: len(self.low)] <= self.high
        return self.low[:length] < digits < self.high[:length]

    def __str__(self) -> str:
        return f"an address in {self.text}"


class Address(AddressRange):
    """
    One address, however it is spelled.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return repr(self.text)


def address_digits(text: str) -> str | None:
    """
    Return an IP address as hexadecimal digits, or None where the text is none.

    Example:
        >>> address_digits("10.0.0.1"), address_digits("::ffff:a00:1"), address_digits("::1")[-2:], address_digits("x")
        ('0A000001', '0A000001', '01', None)
    """
    if "." not in text and ":" not in text:
        return None
    if re.fullmatch(_VERSION_4, text):
        octets = [int(octet) if len(octet) <= _GROUPS else _OCTET + 1 for octet in text.split(".")]
        return "".join(f"{octet:02X}" for octet in octets) if max(octets) <= _OCTET else None
    if not re.fullmatch(_VERSION_6, text):
        return None
    groups = _groups(text)
    if groups is None:
        return None
    if groups[:6] == _MAPPED_VERSION_4:
        groups = groups[6:]
    return "".join(f"{group:04X}" for group in groups)


def read_address(text: str) -> Address | None:
    """
    Read a plain string as an address if it is one.
    """
    digits = address_digits(text)
    return Address(text, digits, digits) if digits else None


def read_cidr(operand: Any) -> Read:
    """
    Read the operand of `cidr`.
    """
    if not isinstance(operand, str):
        yield wrong_operand("cidr", "a string", operand, example='{"cidr": "10.0.0.0/8"}')
        return None
    address, slash, mask = operand.rstrip("/").partition("/") if "/" in operand else (operand, "", "")
    digits = address_digits(address)
    bits = int(mask) if slash and re.fullmatch(_MASK, mask) else -1
    width = len(digits or "") * _BITS_PER_DIGIT
    if digits is None or not 0 <= bits < width:
        range_of_bits = f", with 0 to {width - 1} bits" if digits else ""
        problem = f"cidr takes an address, '/' and a number of bits{range_of_bits}, got {operand!r}"
        yield Fault(Rule.CIDR, problem, 'write {"cidr": "10.0.0.0/8"}; a single address is a plain string')
        return None
    host = (1 << (width - bits)) - 1
    high = int(digits, 16) | host
    return AddressRange(operand, f"{high - host:0{len(digits)}X}", f"{high:0{len(digits)}X}")


def _groups(text: str) -> list[int] | None:
    before, gap, after = text.partition("::")
    first, last = _group_values(before), _group_values(after)
    if first is None or last is None:
        return None
    missing = _GROUPS - len(first) - len(last)
    if missing < 0 or bool(gap) != (missing > 0):
        return None
    return first + [0] * missing + last


def _group_values(text: str) -> list[int] | None:
    values = []
    for group in text.split(":") if text else ():
        digits = group.lstrip("0") or group[:1]
        if not digits or len(digits) > _BITS_PER_DIGIT:
            return None
        values.append(int(digits, 16))
    return values
