"""
Mermaid text: the examples as they are drawn in Markdown, and data that stays data.
"""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipes_trigger.diagram import Kind, read_diagram
from pipes_trigger.diagram.mermaid import LONGEST, escape, to_mermaid
from pipes_trigger.diagram.text import printable
from tests.unit.diagram.building import one_pipe_template

NODE = re.compile(
    r'    n\d+(?:\[\(|\{\{|\(\[|\[/|\[\[|\[|\(|>)"(?P<label>[A-Za-z0-9 .,_/#;<>\-]+)"(?:\)\]|\}\}|\]\)|/\]|\]\]|\]|\))'
)
OTHERS = re.compile(
    r"flowchart LR|  accTitle: [\w .,/#;\-]+|  accDescr: [\w .,/#;\-]+|  subgraph stack\d+\[\"[\w .,/#;\-]+\"\]|  end"
    r"|    direction LR|  n\d+ (?:-->|-\. given up \.->|-\. watched by \.-) n\d+"
    r"|  classDef [a-z]+ stroke:#[0-9a-f]{6},stroke-width:2px(?:,stroke-dasharray:5 4)?|  class n\d+(?:,n\d+)* [a-z]+"
)


def shown(text: str) -> str:
    """
    Turn Mermaid's codes into the characters that it shows.
    """
    return re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text)


def test_every_part_of_a_big_picture(twenty: dict[str, Any]) -> None:
    """
    Each node is declared once, each line is one that Mermaid knows, and every kind of node occurs.
    """
    diagram = read_diagram({"Shop": twenty})
    lines = to_mermaid(diagram).splitlines()
    nodes = {node.key for stack in diagram.stacks for trigger in stack.triggers for node in trigger.nodes}

    assert [line for line in lines if not NODE.fullmatch(line) and not OTHERS.fullmatch(line)] == []
    assert len([line for line in lines if NODE.fullmatch(line)]) == len(nodes)
    kinds = {node.kind for stack in diagram.stacks for trigger in stack.triggers for node in trigger.nodes}
    assert kinds == set(Kind)


@given(st.text(max_size=80))
def test_text_comes_back_as_it_was(text: str) -> None:
    """
    Nothing but letters, digits and harmless marks is left, and Mermaid shows what was there.
    """
    escaped = escape(text)

    assert re.fullmatch(r"(?:[A-Za-z0-9 .,_/\-]|#\d+;)*", escaped)
    assert shown(escaped) == printable(text)


@given(st.text(min_size=1, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_name_and_no_filter_becomes_mermaid(name: str, attribute: str, value: str) -> None:
    """
    Whatever a name, an attribute or a value holds, the lines are the same but for the text in them.
    """
    pattern = {"dynamodb": {"NewImage": {attribute: {"S": [value, {"prefix": value}]}}}}
    lines = to_mermaid(read_diagram({name: one_pipe_template(pattern, table=name, name=name)})).splitlines()

    assert len(lines) == 17
    assert [line for line in lines if not NODE.fullmatch(line) and not OTHERS.fullmatch(line)] == []


def test_a_narrow_picture_leads_down(twenty: dict[str, Any]) -> None:
    """
    The same nodes and wires, from top to bottom.
    """
    diagram = read_diagram({"Shop": twenty})

    wide = to_mermaid(diagram)
    assert wide.replace("flowchart LR", "flowchart TB").replace("direction LR", "direction TB") == to_mermaid(
        diagram, narrow=True
    )


def test_a_long_filter_is_cut() -> None:
    """
    A label says no more than a picture can hold.
    """
    values = [f"value-{number}" for number in range(60)]
    pattern = {"dynamodb": {"NewImage": {"status": {"S": values}}}}
    text = to_mermaid(read_diagram({"Shop": one_pipe_template(pattern)}))
    (label,) = re.findall(r"filter<br/>(.*)\"\}\}", text)

    assert len(shown(label)) == LONGEST
    assert shown(label).endswith("…")
