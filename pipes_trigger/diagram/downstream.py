"""
What a function may start, by the policies of its role; and what a pipe without a function delivers to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.diagram.model import Kind, Node
from pipes_trigger.diagram.things import thing_of_arn, value_of
from pipes_trigger.permissions.arns import arns_of
from pipes_trigger.permissions.expressions import Expression, Hole
from pipes_trigger.permissions.globs import covers
from pipes_trigger.permissions.statements import policies_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipes_trigger.diagram.things import Stacks, Thing

# Actions that start or deliver something, and what they are done to (service authorization reference).
STARTS: Final[Mapping[str, str]] = {
    "codebuild:StartBuild": "CodeBuild project",
    "codepipeline:StartPipelineExecution": "CodePipeline",
    "ecs:RunTask": "ECS task",
    "events:PutEvents": "event bus",
    "firehose:PutRecordBatch": "Firehose stream",
    "kinesis:PutRecords": "Kinesis stream",
    "lambda:InvokeFunction": "Lambda function",
    "sns:Publish": "SNS topic",
    "sqs:SendMessage": "SQS queue",
    "states:StartExecution": "state machine",
}

EVERY_ACTION: Final[Expression] = ("*",)


def downstream_of(role: Any, stacks: Stacks, stack: str) -> tuple[Node, ...]:
    """
    Give what a function's role allows it to start, each with the actions that do so.

    Args:
        role: The role's ARN, as the template has it.
        stacks: All templates.
        stack: The name of the function's stack.
    """
    found: dict[str, tuple[Thing, str, list[str]]] = {}
    for action, target in _allowed(role, stacks, stack):
        thing = _thing(target, stacks, stack)
        noun = thing.noun or STARTS.get(action, "anything")
        _, _, actions = found.setdefault(f"{noun} {thing.key}", (thing, noun, []))
        if action not in actions:
            actions.append(action)
    return tuple(
        Node(key=key, kind=Kind.DOWNSTREAM, noun=noun, name=thing.name, lines=tuple(actions))
        for key, (thing, noun, actions) in found.items()
    )


def delivered_to(thing: Thing) -> Node:
    """
    Give what a pipe delivers to without a function in between.
    """
    noun = thing.noun or "target"
    lines = ("delivered by the pipe itself",)
    return Node(key=f"{noun} {thing.key}", kind=Kind.DOWNSTREAM, noun=noun, name=thing.name, lines=lines)


def _allowed(role: Any, stacks: Stacks, stack: str) -> Iterator[tuple[str, Expression]]:
    for statement in policies_of(role, stacks.resources(stack)).statements:
        if not statement.allows or statement.not_actions or statement.not_resources:
            continue
        if EVERY_ACTION in statement.actions:
            yield from (("*", resource) for resource in statement.resources)
            continue
        for action in STARTS:
            if any(covers(pattern, tuple(action.lower())) for pattern in statement.actions):
                yield from ((action, resource) for resource in statement.resources)


def _thing(target: Expression, stacks: Stacks, stack: str) -> Thing:
    resources = stacks.resources(stack)
    for logical_id in resources:
        if target in arns_of(logical_id, resources):
            return stacks.thing({"Ref": logical_id}, stack)
    match target:
        case (Hole() as hole,):  # what the template only refers to: an attribute, a parameter, an import
            return stacks.thing(value_of(hole), stack)
    return thing_of_arn(stacks.text(target, stack))
