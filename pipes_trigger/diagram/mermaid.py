"""
A picture as Mermaid text, for Markdown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipes_trigger.diagram.model import Kind, Meaning
from pipes_trigger.diagram.text import ELLIPSIS, printable
from pipes_trigger.look import COLOURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipes_trigger.diagram.model import Diagram, Node, StackTriggers

LONGEST: Final = 160
_SHAPES: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.TABLE: ("[(", ")]"),
    Kind.FILTER: ("{{", "}}"),
    Kind.PIPE: ("([", "])"),
    Kind.ENRICHMENT: ("[/", "/]"),
    Kind.TARGET: ("[", "]"),
    Kind.DOWNSTREAM: ("(", ")"),
    Kind.DEAD_LETTER: ("[[", "]]"),
    Kind.ALARM: (">", "]"),
}
_ARROWS: Final[Mapping[Meaning, str]] = {
    Meaning.FLOW: "-->",
    Meaning.GIVEN_UP: "-. given up .->",
    Meaning.WATCHES: "-. watched by .-",
}
STROKES: Final[Mapping[Kind, str]] = {
    Kind.PIPE: "accent",
    Kind.DOWNSTREAM: "delivered",
    Kind.DEAD_LETTER: "dead-lettered",
    Kind.ALARM: "undecided",
}
# Everything else could mean something to Mermaid, to HTML, or to Markdown around it, and is written as its code.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9 .,_/\-]")


def to_mermaid(diagram: Diagram, *, narrow: bool = False) -> str:
    """
    Write a picture as a Mermaid flowchart; ends with a newline.

    Names and filters are data: whatever stands in them is text to the reader, and no Mermaid, HTML or Markdown.

    Args:
        diagram: What is shown.
        narrow: Whether triggers lead from top to bottom, instead of from left to right.

    Example:
        >>> from pipes_trigger.diagram import Diagram
        >>> print(to_mermaid(Diagram(stacks=())).splitlines()[0])
        flowchart LR
    """
    direction = "TB" if narrow else "LR"
    lines = [
        f"flowchart {direction}",
        f"  accTitle: {escape(diagram.title)}",
        f"  accDescr: {escape(diagram.description)}",
    ]
    names: dict[tuple[str, str], str] = {}
    for number, stack in enumerate(diagram.stacks, 1):
        lines += _stack(number, stack, names, direction)
    lines += _classes(diagram, names)
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """
    Write text so that Mermaid shows it and reads nothing into it.

    Example:
        >>> escape('is "A" <or> #1; `B`')
        'is #34;A#34; #60;or#62; #35;1#59; #96;B#96;'
    """
    return _UNSAFE.sub(lambda found: f"#{ord(found[0])};", printable(text))


def _stack(number: int, stack: StackTriggers, names: dict[tuple[str, str], str], direction: str) -> Iterator[str]:
    yield f'  subgraph stack{number}["{escape(stack.name) or " "}"]'
    yield f"    direction {direction}"
    for node in dict.fromkeys(node for trigger in stack.triggers for node in trigger.nodes):
        if (stack.name, node.key) not in names:
            names[stack.name, node.key] = f"n{len(names) + 1}"
            before, after = _SHAPES[node.kind]
            yield f'    {names[stack.name, node.key]}{before}"{_label(node)}"{after}'
    yield "  end"
    for wire in dict.fromkeys(wire for trigger in stack.triggers for wire in trigger.wires):
        start, end = names[stack.name, wire.start.key], names[stack.name, wire.end.key]
        yield f"  {start} {_ARROWS[wire.meaning]} {end}"


def _label(node: Node) -> str:
    said = [node.noun, node.name, *node.lines] if node.name else [node.noun, *node.lines]
    return "<br/>".join(escape(_short(each)) for each in said)


def _short(text: str) -> str:
    shown = printable(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}{ELLIPSIS}"


def _classes(diagram: Diagram, names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    kinds: dict[Kind, dict[str, None]] = {}
    for stack in diagram.stacks:
        for trigger in stack.triggers:
            for node in trigger.nodes:
                kinds.setdefault(node.kind, {})[names[stack.name, node.key]] = None
    for kind, colour in STROKES.items():
        if kind in kinds:
            dashes = ",stroke-dasharray:5 4" if kind is Kind.DEAD_LETTER else ""
            # The outline alone: the fill is left to the theme, which knows whether it is day or night.
            yield f"  classDef {_class(kind)} stroke:{COLOURS['light'][colour]},stroke-width:2px{dashes}"
            yield f"  class {','.join(kinds[kind])} {_class(kind)}"


def _class(kind: Kind) -> str:
    return kind.value.replace("-", "")
