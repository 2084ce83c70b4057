"""
What the runtime has to know of a pipe, and whether it can run it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from pipes_trigger.delivery import PipeSettings
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.arns import Arn, table_of_stream
from pipes_trigger.local.deadletter import dead_letter_faults
from pipes_trigger.local.destinations import EVENT_BUS, QUEUE, STATE_MACHINE, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipes_trigger.spec import TargetParameters

_EXPRESS: Final = "EXPRESS"
_FIFO: Final = ".fifo"


class RunnablePipe(PipeSettings, Protocol):
    """
    What the runtime reads of a pipe; `pipes_trigger.spec.PipeSpec` has it all.
    """

    @property
    def name(self) -> str:
        """
        The pipe's name.
        """
        ...

    @property
    def starting_position(self) -> str:
        """
        `LATEST` or `TRIM_HORIZON`.
        """
        ...

    @property
    def target_parameters(self) -> TargetParameters:
        """
        How the target is called.
        """
        ...


def check_runnable(
    spec: RunnablePipe,
    source_arn: str,
    target_arn: str,
    dead_letter_arn: str | None,
    enrichment_arn: str | None = None,
) -> Arn:
    """
    Give the stream's ARN in parts where this pipe can be run.

    Raises:
        ConfigurationError: An ARN of the wrong kind, or something that its target or enrichment cannot do; every fault
            at once.
    """
    faults = []
    source = Arn.try_parse(source_arn)
    if source is None or table_of_stream(source) is None:
        fix = "pass arn:<partition>:dynamodb:<region>:<account>:table/<name>/stream/<label>"
        faults.append(Violation("LR003", "source_arn", f"must be a DynamoDB stream, got {source_arn!r}", fix))
    faults += target_faults(spec, target_arn)
    if dead_letter_arn is not None:
        faults += dead_letter_faults(dead_letter_arn)
    faults += enrichment_faults(spec, enrichment_arn)
    if source is None or faults:
        raise ConfigurationError(faults)
    return source


def target_faults(spec: RunnablePipe, arn: str) -> Iterator[Violation]:
    """
    List why a pipe cannot send to a target; nothing where it can.
    """
    kind = kind_of(arn)
    if kind is None:
        problem = f"must be a function, a state machine, a queue, a standard topic or an event bus, got {arn!r}"
        yield Violation("LR004", "target_arn", problem, "pass the ARN of one; other targets are not run here")
        return
    if kind.entries is not None and spec.batch_size > kind.entries:
        problem = f"must be at most {kind.entries} for a queue, topic or event bus, got {spec.batch_size!r}"
        yield Violation("LR007", "spec.batch_size", problem, f"set BatchSize to {kind.entries} or less")
    parameters = spec.target_parameters
    for name in parameters.unknown:
        path = f"spec.target_parameters.{name}"
        yield Violation("LR008", path, "is known only at deploy time", "run the deployed stack, or write the value out")
    if kind is QUEUE and arn.endswith(_FIFO) and parameters.message_group_id is None:
        problem = f"a FIFO queue needs one, got none for {arn!r}"
        fix = 'set SqsQueueParameters: {"MessageGroupId": "$.dynamodb.Keys.id.S"}'
        yield Violation("LR009", "spec.target_parameters.message_group_id", problem, fix)
    if kind is EVENT_BUS and parameters.endpoint_id is not None:
        problem = f"global endpoints are not run here, got {parameters.endpoint_id!r}"
        yield Violation("LR012", "spec.target_parameters.endpoint_id", problem, "run the pipe without one")


def enrichment_faults(spec: RunnablePipe, arn: str | None) -> Iterator[Violation]:
    """
    List why something cannot be a pipe's enrichment; nothing where it can.
    """
    if spec.enrichment is None:
        if arn is not None:
            problem = f"is the enrichment of a pipe without one, got {arn!r}"
            yield Violation("LR014", "enrichment_arn", problem, "leave it out")
        return
    kind = None if arn is None else kind_of(arn)
    if kind is None or not kind.enriches:
        problem = f"must be a function or an Express state machine, got {arn!r}"
        fix = "pass the ARN of one; API destinations and API Gateway are not run here"
        yield Violation("LR005", "enrichment_arn", problem, fix)


def check_express(
    spec: RunnablePipe, clients: Callable[[str], Any], target_arn: str, enrichment_arn: str | None
) -> None:
    """
    Check that state machines which a pipe waits for are Express ones; others cannot be waited for (documented).

    Raises:
        ConfigurationError: One is not; every fault at once. One that cannot be asked for fails when it is run.
    """
    waited_for = {"target_arn": target_arn if spec.target_parameters.waits else None, "enrichment_arn": enrichment_arn}
    faults = []
    for path, arn in waited_for.items():
        if arn is None or kind_of(arn) is not STATE_MACHINE:
            continue
        found = _type_of(clients(STATE_MACHINE.client), arn)
        if found not in {None, _EXPRESS}:
            problem = f"is waited for and must be an Express state machine, got a {found} one: {arn!r}"
            fix = 'make it an Express one, or do not wait for a target: "InvocationType": "FIRE_AND_FORGET"'
            faults.append(Violation("LR013", path, problem, fix))
    if faults:
        raise ConfigurationError(faults)


def _type_of(client: Any, arn: str) -> str | None:
    try:
        return str(client.describe_state_machine(stateMachineArn=arn)["type"])
    except (ClientError, BotoCoreError):
        return None
