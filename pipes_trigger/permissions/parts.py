"""
The parts of a trigger that permissions are about, and telling which of them the resource of a statement is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, IntEnum, unique
from typing import Final, TypeAlias

from pipes_trigger.permissions.expressions import Expression, Hole, HoleKind, show
from pipes_trigger.permissions.globs import covers, overlaps


@unique
class By(Enum):
    """
    Who acts; the value is how people call it.
    """

    PIPE = "the pipe's role"
    FUNCTION = "the function's role"
    ENRICHMENT = "the enrichment's role"
    REDRIVE = "the redrive function's role"
    PIPES = "EventBridge Pipes"
    EVENTS = "EventBridge"
    LAMBDA = "Lambda"
    LOGS = "CloudWatch Logs"
    LOG_DELIVERY = "log delivery"
    SNS = "SNS"
    ACCOUNT = "the account"
    ANYBODY = "anybody"


@unique
class Part(Enum):
    """
    What is acted on; the value is how people call it.
    """

    ANY = "any resource"
    NETWORK = "network interfaces of a function in a VPC"
    STREAM = "the stream"
    TABLE = "the table"
    INDEX = "an index of the table"
    TARGET = "the target"
    ENRICHMENT = "the enrichment"
    DEAD_LETTER = "the dead-letter target"
    PIPE_LOGS = "where the pipe logs"
    OWN_LOGS = "the function's own log group"
    DOWNSTREAM = "what the function starts"
    REDRIVE = "the redrive function"
    PIPE_ROLE = "the pipe's role"
    FUNCTION_ROLE = "a function's role"
    TABLE_KEY = "the table's key"
    DEAD_LETTER_KEY = "the dead-letter target's key"
    TARGET_KEY = "the target's key"
    PIPE_KEY = "the pipe's key"
    FUNCTION_KEY = "the function's key"
    LOGS_KEY = "the log group's key"
    DOWNSTREAM_KEY = "the key of what the function starts"
    KEY = "any key of the trigger"


KEYS: Final = (
    *(Part.TABLE_KEY, Part.DEAD_LETTER_KEY, Part.TARGET_KEY, Part.PIPE_KEY),
    *(Part.FUNCTION_KEY, Part.LOGS_KEY, Part.DOWNSTREAM_KEY),
)

Parts: TypeAlias = Mapping[Part, tuple[Expression, ...]]
"""The ARNs, written out, of each part that a trigger has."""


@unique
class Match(IntEnum):
    """
    How well the resource of a statement fits a part.
    """

    EXACT = 0
    PRESUMED = 1
    WIDER = 2


WHATEVER: Final[Expression] = ("*",)
"""Any ARN, of a part of which the template does not tell more."""
ELSEWHERE: Final[Expression] = (Hole("elsewhere", HoleKind.IMPORTED),)
"""An ARN that the template does not tell; certainly none of its own resources."""

# An ARN that is not told could be either; whether it ends in an index's name is told.
_OF_TABLE: Final = {Part.TABLE: False, Part.INDEX: True}
_ACTED_ON_AS_A_WHOLE: Final = frozenset({Part.ANY, Part.NETWORK})
_STREAMS_OF_A_GROUP: Final = (tuple(":log-stream:*"), tuple(":*"))


def match(resource: Expression, part: Part, parts: Parts) -> Match | None:
    """
    Say how well a resource fits a part of a trigger; None where it does not.

    Example:
        >>> queue = tuple("arn:aws:sqs:eu-west-1:111122223333:failed")
        >>> match(queue, Part.DEAD_LETTER, {Part.DEAD_LETTER: (queue,)}).name
        'EXACT'
        >>> match(tuple("arn:aws:sqs:*"), Part.DEAD_LETTER, {Part.DEAD_LETTER: (queue,)}).name
        'WIDER'
        >>> match(tuple("arn:aws:sns:*"), Part.DEAD_LETTER, {Part.DEAD_LETTER: (queue,)}) is None
        True
    """
    if part not in parts or (part in _OF_TABLE and ("/index/" in show(resource)) is not _OF_TABLE[part]):
        return None
    if part in _ACTED_ON_AS_A_WHOLE:
        return Match.EXACT
    found = [how for arn in parts[part] if (how := _fits(_group(resource), _group(arn))) is not None]
    return min(found, default=None)


def _fits(resource: Expression, arn: Expression) -> Match | None:
    if not overlaps(resource, arn):
        return None
    if arn == WHATEVER:
        return Match.WIDER if _has_wildcard(resource) else Match.EXACT
    if covers(arn, resource):
        return Match.EXACT
    if _has_wildcard(resource):
        return Match.WIDER
    return Match.PRESUMED if any(map(_is_opaque, (*resource, *arn))) else Match.EXACT


def _group(arn: Expression) -> Expression:
    """
    Leave out what the ARN of a log group ends in for its streams: no wildcard that reaches beyond it.
    """
    if ":log-group:" in show(arn):
        for end in _STREAMS_OF_A_GROUP:
            if arn[-len(end) :] == end:
                return arn[: -len(end)]
    return arn


def _is_opaque(part: str | Hole) -> bool:
    return isinstance(part, Hole) and part.kind in (HoleKind.UNKNOWN, HoleKind.IMPORTED)


def _has_wildcard(resource: Expression) -> bool:
    return "*" in resource or "?" in resource
