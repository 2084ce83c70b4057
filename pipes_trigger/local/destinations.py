"""
What a pipe can send to: which kinds of targets and enrichments there are, and what each takes.

Source: EventBridge user guide, "Amazon EventBridge Pipes batching and concurrency".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from pipes_trigger.helpers.arns import Arn
from pipes_trigger.limits import BATCH_API_ENTRIES, LAMBDA_PAYLOAD_BYTES, STATE_MACHINE_INPUT_LENGTH
from pipes_trigger.local.buses import bus_target
from pipes_trigger.local.machines import StateMachineTarget
from pipes_trigger.local.messages import queue_target, topic_target
from pipes_trigger.local.targets import LambdaTarget, Target
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.delivery import InvokeResult
    from pipes_trigger.spec import TargetParameters

_FIFO: Final = ".fifo"


class Enrichment(Protocol):
    """
    Something that answers batches.
    """

    def invoke(self, payload: str) -> InvokeResult:
        """
        Answer a batch, JSON text, and give how that ended; never an exception.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    A kind of destination.

    Attributes:
        client: The name of its service's boto3 client.
        begins: How the resource part of its ARNs begins.
        payload_bytes: The most that it takes at once. Step Functions counts characters, of which there are never more.
        entries: The most events that it takes at once, None where only the bytes count.
        fifo: Whether it may be FIFO.
        enriches: Whether it may be a pipe's enrichment, too.
    """

    client: str
    begins: str = ""
    payload_bytes: int = LAMBDA_PAYLOAD_BYTES
    entries: int | None = None
    fifo: bool = False
    enriches: bool = False


FUNCTION: Final = Kind(client="lambda", enriches=True)
STATE_MACHINE: Final = Kind(
    client="stepfunctions", begins="stateMachine:", payload_bytes=STATE_MACHINE_INPUT_LENGTH, enriches=True
)
QUEUE: Final = Kind(client="sqs", entries=BATCH_API_ENTRIES, fifo=True)
TOPIC: Final = Kind(client="sns", entries=BATCH_API_ENTRIES)
EVENT_BUS: Final = Kind(client="events", begins="event-bus/", entries=BATCH_API_ENTRIES)
_KINDS: Final = {"lambda": FUNCTION, "states": STATE_MACHINE, "sqs": QUEUE, "sns": TOPIC, "events": EVENT_BUS}


def kind_of(arn: str) -> Kind | None:
    """
    Give the kind of destination that an ARN names, None where a pipe cannot send to it here.

    Example:
        >>> kind_of("arn:aws:events:eu-west-1:111122223333:event-bus/orders").entries
        10
        >>> kind_of("arn:aws:events:eu-west-1:111122223333:api-destination/orders/1") is None
        True
    """
    parsed = Arn.try_parse(arn)
    kind = None if parsed is None else _KINDS.get(parsed.service)
    if parsed is None or kind is None or not parsed.resource.startswith(kind.begins):
        return None
    return kind if kind.fifo or not parsed.resource.endswith(_FIFO) else None


def payload_bytes(arn: str) -> int:
    """
    Give the most that a destination takes at once.

    Example:
        >>> payload_bytes("arn:aws:states:eu-west-1:111122223333:stateMachine:orders")
        262144
    """
    kind = kind_of(arn)
    return LAMBDA_PAYLOAD_BYTES if kind is None else kind.payload_bytes


def target_of(arn: str, clients: Callable[[str], Any], parameters: TargetParameters, pipe_name: str) -> Target:
    """
    Give the target that an ARN names.

    Args:
        arn: The ARN, of a kind that there is.
        clients: Gives the boto3 client of a service.
        parameters: How it is called.
        pipe_name: The pipe's name, which the events of a bus tell.
    """
    kind = kind_of(arn)
    if kind is QUEUE:
        return queue_target(clients(kind.client), Arn.parse(arn), parameters)
    if kind is TOPIC:
        return topic_target(clients(kind.client), arn)
    if kind is EVENT_BUS:
        return bus_target(clients(kind.client), arn, parameters, pipe_name)
    if kind is STATE_MACHINE:
        return StateMachineTarget(clients(kind.client), arn, waits=parameters.waits)
    return LambdaTarget(clients(FUNCTION.client), arn, waits=parameters.waits)


def enrichment_of(arn: str, clients: Callable[[str], Any]) -> Enrichment:
    """
    Give the enrichment that an ARN names: it is always waited for.

    Args:
        arn: The ARN of a function or an Express state machine.
        clients: Gives the boto3 client of a service.
    """
    if kind_of(arn) is STATE_MACHINE:
        return StateMachineTarget(clients(STATE_MACHINE.client), arn)
    return LambdaTarget(clients(FUNCTION.client), arn)
