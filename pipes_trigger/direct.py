"""
What a pipe that delivers without a function says of its target, and what is wrong with it: pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.quick_dataclasses import dataclass, field
from pipes_trigger.triggers import StreamTriggerType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipes_trigger.options.direct import DirectDelivery
    from pipes_trigger.triggers import PipeTarget, TriggerStrategy

_GROUP: Final = "message_group_id"
_DEDUPLICATION: Final = "message_deduplication_id"
_FIFO: Final = ".fifo"
_PATH_STEP: Final = re.compile(r"[A-Za-z0-9_-]+")  # EventBridge user guide (doc), "Dynamic path parameters"


@dataclass(slots=True)
class DirectTarget:
    """
    The one target of a pipe, as decided.

    Attributes:
        parameters: The pipe's target parameters, in CloudFormation's spelling.
        faults: What is wrong.
    """

    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[Violation] = field(default_factory=list)


def design_direct(
    strategy: TriggerStrategy,
    delivery: DirectDelivery,
    targets: Sequence[str],
    *,
    fifo: bool,
    batch_size: int,
    keys: Mapping[str, str] | None,
) -> DirectTarget:
    """
    Decide how a pipe delivers to its target.

    Args:
        strategy: The kind of target.
        delivery: What the call says of it.
        targets: The ARNs that were found; there must be one.
        fifo: Whether CDK knows the target to be FIFO, where its ARN does not tell.
        batch_size: The most records of one delivery.
        keys: The table's key attributes with their types, partition key first; None where they are not known.

    Example:
        >>> from pipes_trigger import DirectDelivery
        >>> queue = "arn:aws:sqs:eu-west-1:111122223333:orders.fifo"
        >>> strategy = StreamTriggerType.SQS_QUEUE.strategy
        >>> delivery = DirectDelivery()
        >>> design_direct(strategy, delivery, [queue], fifo=False, batch_size=10, keys={"id": "S"}).parameters
        {'SqsQueueParameters': {'MessageGroupId': '$.dynamodb.Keys.id.S', 'MessageDeduplicationId': '$.eventID'}}
    """
    decided = DirectTarget()
    if strategy.target is None:
        able = ", ".join(member.name for member in StreamTriggerType if member.strategy.target is not None)
        problem = f"Pipes cannot deliver to {strategy.one} without a function"
        fix = f"leave direct out, or pass a trigger type that it can ({able})"
        decided.faults.append(Violation("TD001", "direct", problem, fix))
        return decided
    if len(targets) > 1:
        problem = f"a pipe has one target, and {len(targets)} were given: {', '.join(targets)}"
        decided.faults.append(Violation("TD002", "target_arns", problem, "make a trigger for each"))
    if batch_size > strategy.target.largest_batch:
        problem = f"must be at most {strategy.target.largest_batch} for {strategy.one}, got {batch_size}"
        fix = f"pass at most {strategy.target.largest_batch}"
        decided.faults.append(Violation("TD003", "StreamReading(batch_size=)", problem, fix))
    is_fifo = fifo or any(target.endswith(_FIFO) for target in targets)
    if is_fifo and not strategy.target.fifo:
        problem = f"a FIFO {strategy.noun} is no target of a pipe"
        decided.faults.append(Violation("TD004", "target_arns", problem, "pass a standard one, or use a function"))
        return decided
    options = _options(strategy.target, delivery, decided, is_fifo=is_fifo, keys=keys)
    for block, values in [
        *strategy.target.parameters.items(),
        *((block, {name: value}) for (block, name), value in options),
        *(delivery.parameters or {}).items(),
    ]:
        decided.parameters.setdefault(block, {}).update(values)
    return decided


def _options(
    target: PipeTarget,
    delivery: DirectDelivery,
    decided: DirectTarget,
    *,
    is_fifo: bool,
    keys: Mapping[str, str] | None,
) -> list[tuple[tuple[str, str], str]]:
    given = delivery.given
    for name in given:
        if name not in target.options:
            problem = "is no option of this kind of target"
            fix = known_names(name, sorted(target.options)) if target.options else "leave it out"
            decided.faults.append(Violation("TD005", f"DirectDelivery({name}=)", problem, fix))
    if is_fifo and _GROUP in target.options:
        name, kind = next(iter((keys or {}).items()), ("", ""))
        if _PATH_STEP.fullmatch(name):
            # One group an item's partition: the order of its changes is kept, and others do not wait for it.
            given.setdefault(_GROUP, f"$.dynamodb.Keys.{name}.{kind}")
        if _GROUP not in given:
            fix = "pass DirectDelivery(message_group_id='$.dynamodb.Keys.<partition key>.<its type>')"
            problem = "is needed for a FIFO queue, and the table's keys are not known here"
            decided.faults.append(Violation("TD006", f"DirectDelivery({_GROUP}=)", problem, fix))
        given.setdefault(_DEDUPLICATION, "$.eventID")
    return [(target.options[name], value) for name, value in given.items() if name in target.options]
