"""
Starting something for every record: what pipelines, builds and executions have in common.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar

from clients import SERVICE_ERRORS, client
from failures import RecordError
from records import Record, answer, distinct, read_records

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from botocore.config import Config
    from claims import Claim
    from logs import Log

    _Prepared = TypeVar("_Prepared")

    class StartSettings(Protocol):
        """
        What the settings of all of them hold. For the type checker alone: to make a protocol takes time.
        """

        @property
        def targets(self) -> tuple[Target, ...]:
            """
            What is started for every record.
            """

        @property
        def claim(self) -> Claim | None:
            """
            How the item is claimed first, or None.
            """

        @property
        def log(self) -> Log:
            """
            Where to write.
            """


class Target(NamedTuple):
    """
    What is started: a pipeline, a project, a state machine.
    """

    arn: str
    region: str
    name: str

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        """
        Read an ARN that matched a pattern with the groups `region` and `name`.
        """
        return cls(match[0], match["region"], match["name"])

    def token(self, record: Record) -> str:
        """
        Give what the service knows a start by: the same for every delivery of a record, different for each target.

        Example:
            >>> pipeline = Target("arn:aws:codepipeline:us-east-1:123456789012:p", "us-east-1", "p")
            >>> len(pipeline.token(Record({"eventID": "e1", "dynamodb": {}}, "event[0]")))
            64
        """
        return sha256(f"{record.identity}\n{self.arn}".encode()).hexdigest()


class Clients(NamedTuple):
    """
    The boto3 clients: of the service by region, and of DynamoDB where items are claimed.
    """

    by_region: Mapping[str, Any]
    dynamodb: Any

    @classmethod
    def connect(cls, service: str, settings: StartSettings, config: Config | None = None) -> Self:
        """
        Make what these settings need.
        """
        regions = {target.region for target in settings.targets}
        return cls(
            {region: client(service, region, config) for region in regions},
            client("dynamodb") if settings.claim else None,
        )


def start_all(
    event: Any,
    settings: StartSettings,
    dynamodb: Any,
    noun: str,
    *,
    label: str,
    prepare: Callable[[Record], _Prepared],
    start: Callable[[Target, Record, _Prepared], Mapping[str, Any]],
) -> dict[str, list[dict[str, str]]]:
    """
    Start every target for every record, one after the other; answer which records failed.

    Args:
        event: What the function got.
        settings: The settings.
        dynamodb: The client to claim items with, where the settings want that.
        noun: What is started, for the log.
        label: What a target is, for the log.
        prepare: Gives what a record's starts need. Called before the claim.
        start: Starts one target, and gives what the log should tell of it.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was started.
        WholeBatchError: When a record without an eventID failed; the others were started.
    """
    records = read_records(event)
    nameless = sum(record.event_id is None for record in records)
    if nameless:
        settings.log.warning("records without eventID: equal ones count as one, and none fails alone", count=nameless)

    done = f"{noun} started"

    def start_one(target: Target, record: Record, prepared: _Prepared) -> bool:
        named = {label: target.arn}
        try:
            told = start(target, record, prepared)
        except (RecordError, *SERVICE_ERRORS) as error:
            settings.log.failure(f"{noun} not started", record, error, **named)
            return False
        settings.log.info(done, eventID=record.event_id, **named, **told)
        return True

    def start_record(record: Record) -> bool:
        try:
            # Before the claim: a record that cannot be started must not take the item.
            prepared = prepare(record)
            if settings.claim and not settings.claim.take(record, dynamodb):
                settings.log.info("nothing started: the item is not free", eventID=record.event_id)
                return True
        except (RecordError, *SERVICE_ERRORS) as error:
            settings.log.failure("nothing started", record, error)
            return False
        # All of them, also after a failure: one broken target must not keep the others from running.
        started = [start_one(target, record, prepared) for target in settings.targets]
        return all(started)

    failed = [record for record in distinct(records) if not start_record(record)]
    settings.log.info("batch done", records=len(records), failed=len(failed))
    return answer(failed)
