"""
Text in boxes: whatever it is, it fits, and nothing of it gets lost unsaid.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipes_trigger.diagram.text import ELLIPSIS, printable, width, wrap

SIZE, ROOM = 12.0, 90.0


@given(st.text(max_size=80), st.integers(1, 4), st.booleans())
def test_every_line_fits(text: str, most: int, bold: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    """
    No line is wider than its room, and there are never more than there may be.
    """
    lines = wrap(text, SIZE, ROOM, most=most, is_bold=bold)

    assert 1 <= len(lines) <= most
    assert [line for line in lines if width(line, SIZE, is_bold=bold) > ROOM] == []


@given(st.text(max_size=60))
def test_what_is_not_cut_is_whole(text: str) -> None:
    """
    With lines enough the text is there, but for the spaces at which it was broken.
    """
    lines = wrap(text, SIZE, ROOM, most=10_000)

    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


@given(st.text(max_size=60))
def test_nothing_invisible_is_left(text: str) -> None:
    """
    Control characters, halves of surrogate pairs and what turns the direction of text are written as escapes.
    """
    assert printable(text).isprintable()


def test_names_break_where_people_would_break_them() -> None:
    """
    A word that fits stays whole; a longer one breaks after a dash or before a capital letter.
    """
    assert wrap("as OldImage.state is", 12, 100, most=9) == ("as", "OldImage.state", "is")
    assert wrap("acme-platform-dev-orders", 12, 110, most=9) == ("acme-platform-", "dev-orders")
    assert wrap("orderTriggerDeadLetterQueue", 12, 100, most=9) == ("orderTrigger", "DeadLetter", "Queue")
    assert wrap("a b c d e f g h i j k l m n o p", 12, 60, most=2) == ("a b c d e", f"f g h i j{ELLIPSIS}")
