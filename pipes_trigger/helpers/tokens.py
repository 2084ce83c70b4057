"""
Telling CDK's unresolved tokens from text and numbers, without asking CDK.

Asking `Token.is_unresolved` costs a round trip to Node for each value; the marker that CDK's Python binding writes into
strings is part of its public encoding and costs a search; numbers have a marker, too.
"""

from __future__ import annotations

import re
import struct
from typing import Final

_MARKER: Final = "${Token["
_WHOLE: Final = re.compile(r"\$\{Token\[[^\]]*\]\}")
_NUMBER_MARKER: Final = b"\xfb\xff"


def is_token(value: str) -> bool:
    """
    Say whether a string holds a CDK token anywhere.

    Example:
        >>> is_token("arn:${Token[AWS.Partition.3]}:sns:eu-west-1:111122223333:orders"), is_token("orders")
        (True, False)
    """
    return _MARKER in value


def is_opaque_token(value: str) -> bool:
    """
    Say whether a string is one CDK token and nothing else, so that no part of it can be read.

    Example:
        >>> is_opaque_token("${Token[TOKEN.59]}"), is_opaque_token("arn:${Token[AWS.Partition.3]}:sns:::x")
        (True, False)
    """
    return _WHOLE.fullmatch(value) is not None


def is_number_token(value: object) -> bool:
    """
    Say whether a number stands for an unresolved CDK token: a float whose top two bytes are CDK's marker.

    Example:
        >>> is_number_token(-1.8881545897087529e+289), is_number_token(-1.0), is_number_token(10)
        (True, False, False)
    """
    return isinstance(value, float) and struct.pack(">d", value).startswith(_NUMBER_MARKER)
