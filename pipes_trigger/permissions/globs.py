"""
IAM's wildcards between expressions: does one certainly cover another, could the two have a text in common?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipes_trigger.permissions.expressions import Hole, HoleKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.permissions.expressions import Expression

_SEPARATORS: Final = (":", "/")
_ANY_TEXT: Final = (HoleKind.UNKNOWN, HoleKind.IMPORTED)
_NEVER_A_FRESH_NAME: Final = (HoleKind.FRESH, HoleKind.IMPORTED)


def covers(pattern: Expression, target: Expression) -> bool:
    """
    Say whether a pattern certainly matches every text that the target stands for.

    Example:
        >>> covers(tuple("arn:*:orders"), ("a", "r", "n", ":", Hole("AWS::Partition"), *":orders"))
        True
        >>> covers(tuple("sns:Publish"), tuple("sns:*"))
        False
    """
    places = _past_stars(pattern, {0})
    for part in target:
        places = _past_stars(pattern, {after for place in places for after in _step(pattern, place, part)})
    return len(pattern) in places


def overlaps(one: Expression, other: Expression) -> bool:
    """
    Say whether some text could fit both; only False is certain.

    Example:
        >>> overlaps(tuple("sns:*"), tuple("*:Publish")), overlaps(tuple("sns:Pub*"), tuple("sqs:*"))
        (True, False)
    """
    todo, seen = [(0, 0)], {(0, 0)}
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(other):
            return True
        for place in _moves(one, i, other, j):
            if place not in seen:
                seen.add(place)
                todo.append(place)
    return False


def _past_stars(pattern: Expression, places: Iterable[int]) -> set[int]:
    found = set()
    for place in places:
        found.add(place)
        after = place
        while after < len(pattern) and pattern[after] == "*":
            after += 1
            found.add(after)
    return found


def _step(pattern: Expression, place: int, part: str | Hole) -> tuple[int, ...]:
    if place == len(pattern):
        return ()
    if pattern[place] == "*":
        return (place,)
    is_one = isinstance(part, str) and part != "*"
    return (place + 1,) if pattern[place] == part or (pattern[place] == "?" and is_one) else ()


def _moves(one: Expression, i: int, other: Expression, j: int) -> list[tuple[int, int]]:
    moves = []
    if i < len(one) and j < len(other):
        if one[i] == other[j] or (isinstance(one[i], str) and isinstance(other[j], str) and "?" in (one[i], other[j])):
            moves.append((i + 1, j + 1))
        if _stands_for(one[i], other, j):
            moves += [(i, j + 1), (i + 1, j + 1)]
        if _stands_for(other[j], one, i):
            moves += [(i + 1, j), (i + 1, j + 1)]
    if i < len(one) and _may_be_empty(one[i]):
        moves.append((i + 1, j))
    if j < len(other) and _may_be_empty(other[j]):
        moves.append((i, j + 1))
    return moves


def _may_be_empty(part: str | Hole) -> bool:
    return part == "*" or (isinstance(part, Hole) and part.kind in _ANY_TEXT)


def _stands_for(part: str | Hole, other: Expression, place: int) -> bool:
    """
    Say whether a part can stand for, among others, the part at `place` of the other expression.
    """
    if isinstance(part, str):
        return part == "*"
    met = other[place]
    if part.kind is HoleKind.WORD:
        return met not in _SEPARATORS
    if part.kind is HoleKind.FRESH:
        return _may_hold_a_fresh_name(other[place:])
    return part.kind is HoleKind.UNKNOWN or isinstance(met, str) or met.kind is not HoleKind.FRESH


def _may_hold_a_fresh_name(rest: Expression) -> bool:
    # Nobody can have written down a name that is yet to be made up, but a wildcard may well fit it.
    for met in rest:
        if met in _SEPARATORS:
            break
        if met in ("*", "?") or (isinstance(met, Hole) and met.kind not in _NEVER_A_FRESH_NAME):
            return True
    return False
