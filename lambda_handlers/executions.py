"""
Starting Step Functions executions for records: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from botocore.config import Config
from claims import Claim
from environment import Environment
from failures import RecordError, RefusedError
from logs import Log
from messages import body_of
from starts import Clients, Target, start_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records import Record

# The API reference: what a name does not hold. A version or an alias may follow.
_ARN: Final = re.compile(
    r"arn:[a-z0-9-]+:states:(?P<region>[a-z0-9-]+):[0-9]{12}:stateMachine:"
    r"(?P<name>[^\s\x00-\x1f\x7f-\x9f<>{}\[\]?*\"#%\\^|~`$&,;:/]{1,80})(:[A-Za-z0-9._-]{1,80})?"
)
_ARN_EXAMPLE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:my-machine"
_INPUT_BYTES: Final = 262_144  # the API model, in UTF-8
# An Express execution takes up to five minutes (doc). To ask again while one is under way would start a second one.
_SYNC: Final = Config(read_timeout=310, retries={"mode": "standard", "total_max_attempts": 1})
_LOCAL: Final = re.compile(r"https?://(localhost|[0-9.]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?(/|$)")


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        targets: The state machines. Each is started for every record.
        sync: Wait for the end of each execution; Express state machines only.
        whole_record: The input is the record as it came, not the change as plain JSON.
        claim: How the item is claimed first, or None.
        log: Where to write.
    """

    targets: tuple[Target, ...]
    sync: bool
    whole_record: bool
    claim: Claim | None
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        settings = cls(
            targets=tuple(map(Target.of, environment.arns("states", _ARN, _ARN_EXAMPLE))),
            sync=environment.choice("EXECUTION_MODE", ("async", "sync")) == "sync",
            whole_record=environment.choice("EXECUTION_INPUT", ("change", "record")) == "record",
            claim=Claim.from_environment(environment),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings


def connect(settings: Settings) -> Clients:
    """
    Make the clients.
    """
    clients = Clients.connect("stepfunctions", settings, _SYNC if settings.sync else None)
    for states in clients.by_region.values():
        # AWS has a host of its own for StartSyncExecution, `sync-` and the other one's name. An address has none.
        if _LOCAL.match(states.meta.endpoint_url):
            states.meta.config.inject_host_prefix = False
    return clients


def handle(event: Any, settings: Settings, clients: Clients) -> dict[str, list[dict[str, str]]]:
    """
    Start every state machine for every record; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was started.
        WholeBatchError: When a record without an eventID failed; the others were started.
    """

    def start(machine: Target, record: Record, text: str) -> dict[str, Any]:
        states, name = clients.by_region[machine.region], machine.token(record)
        request = {"stateMachineArn": machine.arn, "name": name, "input": text}
        if settings.sync:
            _check(states.start_sync_execution(**request, includedData="METADATA_ONLY"))
            return {"execution": name}
        try:
            states.start_execution(**request)
        except states.exceptions.ExecutionAlreadyExists:
            # The name tells the record, so an earlier delivery of it has started the execution, and it may have ended.
            return {"execution": name, "before": True}
        return {"execution": name}

    return start_all(
        event,
        settings,
        clients.dynamodb,
        "execution",
        label="stateMachine",
        prepare=lambda record: _input(record, whole_record=settings.whole_record),
        start=start,
    )


def _input(record: Record, *, whole_record: bool) -> str:
    text = body_of(record, whole_record=whole_record)
    size = len(text.encode())
    if size > _INPUT_BYTES:
        raise RecordError(f"the input has {size} bytes, the limit is {_INPUT_BYTES}")
    return text


def _check(ended: Mapping[str, Any]) -> None:
    status = ended["status"]
    if status != "SUCCEEDED":
        words = ": ".join(ended[name] for name in ("error", "cause") if ended.get(name))
        raise RefusedError(f"the execution ended as {status}", words)
