"""
What a picture shows, as data: nodes, the triggers that they make up, and the stacks that hold these.
"""

from __future__ import annotations

from enum import Enum, unique

from pipes_trigger.quick_dataclasses import dataclass


@unique
class Kind(Enum):
    """
    The part that a node plays in a trigger.

    Example:
        >>> Kind.DEAD_LETTER.value
        'dead-letter'
    """

    TABLE = "table"
    FILTER = "filter"
    PIPE = "pipe"
    ENRICHMENT = "enrichment"
    TARGET = "target"
    DOWNSTREAM = "downstream"
    DEAD_LETTER = "dead-letter"
    ALARM = "alarm"


@unique
class Meaning(Enum):
    """
    What a wire between two nodes means.
    """

    FLOW = "records"
    GIVEN_UP = "given up"
    WATCHES = "watched by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """
    One box of a picture.

    Attributes:
        key: What makes it one: triggers whose nodes have the same key share the box.
        kind: Its part.
        noun: What it is, in words: `DynamoDB table`.
        name: Its name; empty where it has none, as a filter.
        lines: What else is to be said, each a sentence of its own.
    """

    key: str
    kind: Kind
    noun: str
    name: str = ""
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """
        All that it says, in one text.

        Example:
            >>> Node(key="a", kind=Kind.PIPE, noun="pipe", name="orders", lines=("batches of 10",)).text
            'pipe orders (batches of 10)'
        """
        head = f"{self.noun} {self.name}".strip()
        return f"{head} ({'; '.join(self.lines)})" if self.lines else head


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """
    What leads from one node to another.

    Attributes:
        start: Where it begins.
        end: Where it ends.
        meaning: What it means.
    """

    start: Node
    end: Node
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """
    One pipe with all that stands around it.

    Attributes:
        table: The table with its stream.
        filter: What gets through, in words.
        pipe: The pipe.
        enrichment: What is asked between the filter and the target, None where nothing is.
        target: The function that is invoked, None where the pipe delivers to the downstream itself.
        downstream: What the function may start, or what the pipe delivers to.
        dead_letter: Where records go that were given up, None where they are lost.
        alarms: What watches the trigger, None where nothing does.

    Example:
        >>> table = Node(key="t", kind=Kind.TABLE, noun="DynamoDB table", name="orders")
        >>> filtered = Node(key="f", kind=Kind.FILTER, noun="new items")
        >>> pipe = Node(key="p", kind=Kind.PIPE, noun="pipe", name="announcer")
        >>> Trigger(table=table, filter=filtered, pipe=pipe).text
        'DynamoDB table orders, then to new items, then to pipe announcer'
    """

    table: Node
    filter: Node
    pipe: Node
    enrichment: Node | None = None
    target: Node | None = None
    downstream: tuple[Node, ...] = ()
    dead_letter: Node | None = None
    alarms: Node | None = None

    @property
    def way(self) -> tuple[Node, ...]:
        """
        The nodes that every record passes, in order, up to the last before the downstream.
        """
        steps = (self.table, self.filter, self.pipe, self.enrichment, self.target)
        return tuple(step for step in steps if step is not None)

    @property
    def wires(self) -> tuple[Wire, ...]:
        """
        What leads from where to where.
        """
        way = [*zip(self.way, self.way[1:], strict=False), *((self.way[-1], node) for node in self.downstream)]
        wires = [Wire(start=start, end=end, meaning=Meaning.FLOW) for start, end in way]
        if self.dead_letter is not None:
            wires.append(Wire(start=self.pipe, end=self.dead_letter, meaning=Meaning.GIVEN_UP))
        if self.alarms is not None:
            wires.append(Wire(start=self.pipe, end=self.alarms, meaning=Meaning.WATCHES))
        return tuple(wires)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """
        Every node, in the order in which records meet them.
        """
        return tuple(dict.fromkeys([self.table, *(wire.end for wire in self.wires)]))

    @property
    def text(self) -> str:
        """
        The whole of it in one sentence, for those who hear the picture.
        """
        words = {Meaning.FLOW: "then to", Meaning.GIVEN_UP: "given up to", Meaning.WATCHES: "watched by"}
        said = [self.table.text, *(f"{words[wire.meaning]} {wire.end.text}" for wire in self.wires)]
        return ", ".join(said)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackTriggers:
    """
    The triggers of one stack.

    Attributes:
        name: The stack's name.
        triggers: Its triggers, those of one table side by side.

    Example:
        >>> StackTriggers(name="Orders", triggers=()).name
        'Orders'
    """

    name: str
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """
    A picture's content.

    Attributes:
        stacks: The stacks that hold a trigger.

    Example:
        >>> Diagram(stacks=(StackTriggers(name="Orders", triggers=()),)).title
        '0 triggers of Orders'
    """

    stacks: tuple[StackTriggers, ...]

    @property
    def title(self) -> str:
        """
        What the picture shows, in a few words.
        """
        number = sum(len(stack.triggers) for stack in self.stacks)
        return (
            f"{number} {'trigger' if number == 1 else 'triggers'} of {', '.join(stack.name for stack in self.stacks)}"
        )

    @property
    def description(self) -> str:
        """
        What the picture says, for those who hear it.
        """
        return " ".join(f"{trigger.text}." for stack in self.stacks for trigger in stack.triggers)
