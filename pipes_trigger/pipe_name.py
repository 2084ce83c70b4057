"""
What a pipe is called, so that it can be replaced.

CloudFormation replaces a pipe whose stream or starting position changes: it creates the new one before it removes the
old one, and two pipes of one name cannot be. So what makes a new pipe is part of its name: the starting position
always, where it is not the usual one, and the stream on request. A pipe that does not change keeps its name.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger import limits
from pipes_trigger.helpers.naming import shorten
from pipes_trigger.quick_dataclasses import dataclass

_FROM_THE_START: Final = "-trim-horizon"
# A stream's label is a time, 2026-01-31T12:00:00.000 (DynamoDB API reference, doc); a name takes no colon.
_LABEL_LENGTH: Final = len("-2026-01-31T12-00-00.000")


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeName:
    """
    A pipe's name, in which the stream's label may be known only when it is deployed.

    Attributes:
        base: Where it begins: what the trigger is called.
        per_stream: Whether the stream's label follows.
        ending: Where it ends.

    Example:
        >>> PipeName.of("orders", "LATEST", per_stream=False).fixed
        'orders'
        >>> name = PipeName.of("orders", "TRIM_HORIZON", per_stream=True)
        >>> name.with_label(label_of("arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2026-01-31T12:00:00.000"))
        'orders-2026-01-31T12-00-00.000-trim-horizon'
    """

    base: str
    per_stream: bool
    ending: str = ""

    @classmethod
    def of(cls, trigger_name: str, starting_position: str, *, per_stream: bool) -> PipeName:
        """
        Call a pipe after its trigger, shortened so that all of it fits.
        """
        ending = "" if starting_position == "LATEST" else _FROM_THE_START
        room = limits.PIPE_NAME_LENGTH.high - len(ending) - (_LABEL_LENGTH if per_stream else 0)
        return cls(base=shorten(trigger_name, room), per_stream=per_stream, ending=ending)

    @property
    def fixed(self) -> str:
        """
        The name without the stream's label: the whole name where it has none.
        """
        return f"{self.base}{self.ending}"

    def with_label(self, label: str) -> str:
        """
        Give the name with the stream's label, or a token for it.
        """
        return f"{self.base}-{label}{self.ending}"


def label_of(stream_arn: str) -> str:
    """
    Give a stream's label in letters that a name may have.

    Example:
        >>> label_of("arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-31T12:00:00.000")
        '2026-01-31T12-00-00.000'
    """
    return stream_arn.rpartition("/")[2].replace(":", "-")
