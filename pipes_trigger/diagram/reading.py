"""
Reading the triggers out of synthesized templates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.diagram.alarms import alarms_of
from pipes_trigger.diagram.downstream import delivered_to, downstream_of
from pipes_trigger.diagram.model import Diagram, Kind, Node, StackTriggers, Trigger
from pipes_trigger.diagram.things import Stacks
from pipes_trigger.diagram.words import EVERYTHING, filter_words
from pipes_trigger.permissions.references import logical_id
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Collection

    from pipes_trigger.diagram.things import Thing

_FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"})
_FOREVER: Final = -1
_SECONDS: Final = (("h", 3600), ("min", 60), ("s", 1))


def read_diagram(templates: Mapping[str, Mapping[str, Any]], only: Collection[str] | None = None) -> Diagram:
    """
    Read what the pipes of an app are that read DynamoDB streams, and what stands around them.

    Args:
        templates: The synthesized templates, by the names of their stacks. What one makes and another uses is followed.
        only: The stacks to draw; all by default. The others are looked into all the same.

    Raises:
        PipeSpecError: A pipe that cannot be read, with everything that is wrong with it.
        FilterPatternError: A filter pattern that is not valid.
        InputTemplateError: An input template that is not valid.

    Example:
        >>> pipe = {"Type": "AWS::Pipes::Pipe", "Properties": {
        ...     "Name": "orders", "Source": {"Fn::GetAtt": ["Orders", "StreamArn"]}, "Target": {"Ref": "Topic"},
        ...     "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 10}}}}
        >>> resources = {"Orders": {"Type": "AWS::DynamoDB::Table"}, "Topic": {"Type": "AWS::SNS::Topic"}, "Pipe": pipe}
        >>> diagram = read_diagram({"Shop": {"Resources": resources}})
        >>> diagram.title
        '1 trigger of Shop'
        >>> [node.name for node in diagram.stacks[0].triggers[0].downstream]
        ['Topic']
    """
    stacks = Stacks(templates)
    read = (
        StackTriggers(name=name, triggers=_side_by_side(_alike([_trigger(pipe, stacks, name) for pipe in pipes])))
        for name, template in templates.items()
        if (only is None or name in only) and (pipes := PipeSpec.all_from_template(template))
    )
    return Diagram(stacks=tuple(read))


def _alike(triggers: list[Trigger]) -> list[Trigger]:
    """
    Let what several triggers start say the same in each of them.
    """
    lines: dict[str, dict[str, None]] = {}
    for node in (node for trigger in triggers for node in trigger.downstream):
        lines.setdefault(node.key, {}).update(dict.fromkeys(node.lines))
    return [
        replace(trigger, downstream=tuple(replace(node, lines=tuple(lines[node.key])) for node in trigger.downstream))
        for trigger in triggers
    ]


def _side_by_side(triggers: list[Trigger]) -> tuple[Trigger, ...]:
    tables = list(dict.fromkeys(trigger.table.key for trigger in triggers))
    return tuple(sorted(triggers, key=lambda trigger: tables.index(trigger.table.key)))


def _trigger(pipe: PipeSpec, stacks: Stacks, stack: str) -> Trigger:
    target = stacks.thing(pipe.target, stack)
    is_function = target.noun == "Lambda function" or (target.resource or {}).get("Type") in _FUNCTIONS
    function = _function(target, stacks, stack)
    dead_letter = None if pipe.dead_letter is None else stacks.thing(pipe.dead_letter, stack)
    resources = stacks.resources(stack)
    return Trigger(
        table=_table(stacks.thing(pipe.source, stack)),
        filter=_filter(pipe, stack),
        pipe=_pipe(pipe, stack),
        enrichment=None if pipe.enrichment is None else _enrichment(stacks.thing(pipe.enrichment, stack), stack, pipe),
        target=_target(target, function, pipe, stack) if is_function else None,
        downstream=_downstream(function, stacks, stack) if is_function else (delivered_to(target),),
        dead_letter=None if dead_letter is None else _dead_letter(dead_letter),
        alarms=alarms_of(
            {
                "pipe": pipe.logical_id,
                "function": logical_id(_invoked(pipe.target, target), resources) if is_function else None,
                "dead-letter queue": None if pipe.dead_letter is None else logical_id(pipe.dead_letter, resources),
            },
            stacks,
            stack,
        ),
    )


def _table(thing: Thing) -> Node:
    stream = thing.properties.get("StreamSpecification")
    view = stream.get("StreamViewType") if isinstance(stream, Mapping) else None
    lines = (f"stream: {str(view).replace('_', ' ').lower()}",) if isinstance(view, str) else ("stream",)
    return Node(
        key=f"table {thing.key}", kind=Kind.TABLE, noun=thing.noun or "DynamoDB table", name=thing.name, lines=lines
    )


def _filter(pipe: PipeSpec, stack: str) -> Node:
    said = tuple(dict.fromkeys(map(filter_words, pipe.filters))) or (EVERYTHING,)
    # One record passes where any one of them lets it through.
    lines = (said[0], *(f"or {each}" for each in said[1:]))
    noun = "filter" if len(said) == 1 else f"{len(said)} filters"
    noun = noun if pipe.filters else "no filter"
    return Node(key=f"filter {stack}/{pipe.logical_id}", kind=Kind.FILTER, noun=noun, lines=lines)


def _pipe(pipe: PipeSpec, stack: str) -> Node:
    lines = [f"batches of {pipe.batch_size}" if pipe.batch_size > 1 else "one record at a time"]
    if pipe.batching_window:
        lines[0] += f" or {_duration(pipe.batching_window)}"
    if pipe.parallelization_factor > 1:
        lines.append(f"{pipe.parallelization_factor} batches at once")
    lines.append(_retries(pipe))
    if pipe.starting_position != "LATEST":
        lines.append("from the oldest record")
    if pipe.desired_state != "RUNNING":
        lines.append("STOPPED")
    return Node(key=f"pipe {stack}/{pipe.logical_id}", kind=Kind.PIPE, noun="pipe", name=pipe.name, lines=tuple(lines))


def _retries(pipe: PipeSpec) -> str:
    number = pipe.maximum_retry_attempts
    how = "retries" if number == _FOREVER else f"{number} {'retry' if number == 1 else 'retries'}"
    how = f"{how} within {_duration(pipe.maximum_record_age)}" if pipe.maximum_record_age != _FOREVER else how
    if number == _FOREVER and pipe.maximum_record_age == _FOREVER:
        how = "retries until the record expires"
    return f"{how}, bisecting" if pipe.bisect and number else how


def _duration(seconds: int) -> str:
    unit, length = next(each for each in _SECONDS if seconds % each[1] == 0)
    return f"{seconds // length} {unit}"


def _function(target: Thing, stacks: Stacks, stack: str) -> Thing:
    return stacks.thing(target.properties["FunctionName"], stack) if _is_alias(target) else target


def _invoked(value: Any, target: Thing) -> Any:
    """
    Give the function that is invoked: an alias or a version has the role and the metrics of its function.
    """
    return target.properties["FunctionName"] if _is_alias(target) else value


def _is_alias(target: Thing) -> bool:
    kind = (target.resource or {}).get("Type")
    return kind in _FUNCTIONS and kind != "AWS::Lambda::Function" and "FunctionName" in target.properties


def _target(target: Thing, function: Thing, pipe: PipeSpec, stack: str) -> Node:
    handler, runtime = function.properties.get("Handler"), function.properties.get("Runtime")
    lines = tuple(each for each in (handler, runtime) if isinstance(each, str))
    # Function and downstream of one trigger may be invoked by another; its box stays apart from that.
    return Node(
        key=f"target {stack}/{pipe.logical_id}", kind=Kind.TARGET, noun="Lambda function", name=target.name, lines=lines
    )


def _enrichment(thing: Thing, stack: str, pipe: PipeSpec) -> Node:
    return Node(
        key=f"enrichment {stack}/{pipe.logical_id}",
        kind=Kind.ENRICHMENT,
        noun=f"enrichment by {thing.noun or 'another service'}",
        name=thing.name,
    )


def _downstream(function: Thing, stacks: Stacks, stack: str) -> tuple[Node, ...]:
    return downstream_of(function.properties["Role"], stacks, stack) if "Role" in function.properties else ()


def _dead_letter(thing: Thing) -> Node:
    noun = f"dead-letter {thing.noun.rpartition(' ')[2] or 'target'}"
    return Node(key=f"dead-letter {thing.key}", kind=Kind.DEAD_LETTER, noun=noun, name=thing.name)
