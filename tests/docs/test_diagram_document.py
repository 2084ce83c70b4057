"""
docs/DIAGRAM.md and README's picture show what there is.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pipes_trigger.diagram import Kind, read_diagram
from pipes_trigger.diagram.svg import to_svg
from pipes_trigger.diagram.words import filter_words
from pipes_trigger.filters import FilterPattern
from pipes_trigger.local.assembly import CloudAssembly

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "DIAGRAM.md").read_text(encoding="utf-8")
PICTURE = "docs/images/order_notifications.svg"


def test_the_picture_is_that_of_the_example(example_assemblies: dict[str, Path]) -> None:
    """
    README's picture is what the command draws today; where it is not, draw it anew: the message says how.
    """
    assembly = CloudAssembly.load(example_assemblies["order_notifications"])
    drawn = to_svg(read_diagram({stack.display_name: stack.template() for stack in assembly.stacks}))
    again = f"(cd examples/order_notifications && cdk synth) and pipes-trigger diagram <cdk.out> --output {PICTURE}"

    assert (ROOT / PICTURE).read_text(encoding="utf-8") == drawn, again
    assert f"]({PICTURE})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_part_is_explained() -> None:
    """
    The table of outlines has every kind of box, in order.
    """
    parts = re.findall(r"^\| ([a-z-]+) \| [a-z ,]+ \| .* \|$", TEXT, re.MULTILINE)

    assert [part for part in parts if part != "part"] == [kind.value for kind in Kind]


@pytest.mark.parametrize(("pattern", "words"), re.findall(r"^\| `(\{.*\})` \| (.*) \|$", TEXT, re.MULTILINE))
def test_filters_read_as_the_document_says(pattern: str, words: str) -> None:
    """
    Each filter of the table is said in those words.
    """
    assert filter_words(FilterPattern(json.loads(pattern))) == words
