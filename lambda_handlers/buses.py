"""
Putting records on EventBridge buses: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from clients import client
from environment import Environment
from logs import Log
from messages import Message, body_of
from outbox import NO_ANSWER, send_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from outbox import Receipt
    from records import Record

# The API model: the pattern of `EventBusName` in PutEvents, which takes no partner's bus.
_ARN: Final = re.compile(r"arn:[a-z0-9-]+:events:(?P<region>[a-z0-9-]+):[0-9]{12}:event-bus/[A-Za-z0-9._-]{1,256}")
_ARN_EXAMPLE: Final = "arn:aws:events:us-east-1:123456789012:event-bus/my-bus"
_DETAIL_TYPE_CHARACTERS: Final = 128  # the API model
# The API model: all entries of a request have less than 1 MB. Older documents, and the emulators of some, say 256 KB.
_ENTRY_BYTES: Final = 1_000_000 - 1
_ENTRY_BYTES_MIN: Final = 1024
_TIME_BYTES: Final = 14  # the user guide: what the time of an entry counts


class Bus(NamedTuple):
    """
    An event bus.
    """

    arn: str
    region: str


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        buses: Every record is put on each.
        source: The events' source.
        detail_type: The events' detail type.
        whole_record: The detail is the record as it came, not the change as plain JSON.
        entry_bytes: The most bytes of an entry, and of all entries in one request.
        log: Where to write.
    """

    buses: tuple[Bus, ...]
    source: str
    detail_type: str
    whole_record: bool
    entry_bytes: int
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        arns = environment.arns("events", _ARN, _ARN_EXAMPLE)
        source = environment.text("EVENT_SOURCE") or "pipes-trigger"
        if source.startswith("aws."):
            environment.fault("EVENT_SOURCE", f"is {source!r}, and aws. is for AWS alone", "write another source")
        detail_type = environment.text("DETAIL_TYPE") or "DynamoDB change"
        if len(detail_type) > _DETAIL_TYPE_CHARACTERS:
            problem = f"has {len(detail_type)} characters"
            environment.fault("DETAIL_TYPE", problem, f"write at most {_DETAIL_TYPE_CHARACTERS}")
        settings = cls(
            buses=tuple(Bus(match[0], match["region"]) for match in arns),
            source=source,
            detail_type=detail_type,
            whole_record=environment.choice("EVENT_DETAIL", ("change", "record")) == "record",
            entry_bytes=environment.integer("ENTRY_BYTES", _ENTRY_BYTES, low=_ENTRY_BYTES_MIN, high=_ENTRY_BYTES),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings

    def message_of(self, record: Record) -> Message:
        """
        Give the detail of a record's event, with the size of its entry.

        Raises:
            RecordError: When a value has no JSON.
        """
        body = body_of(record, whole_record=self.whole_record)
        parts = (body, self.source, self.detail_type, record.table_arn or "")
        size = sum(len(part.encode()) for part in parts) + (0 if record.created is None else _TIME_BYTES)
        return Message(record=record, body=body, attributes={}, size=size)


class Entries:
    """
    What puts events on one bus, through the boto3 client of its region.
    """

    fifo: Final = False
    noun: Final = "bus"
    done: Final = "put"
    service: Final = "EventBridge"

    def __init__(self, bus: Bus, settings: Settings, events: Any) -> None:
        self.arn: Final = bus.arn
        self.message_bytes: Final = settings.entry_bytes
        self.request_bytes: Final = settings.entry_bytes  # a request has no more room than one event (the API model)
        self._settings: Final = settings
        self._events: Final = events

    def send(self, messages: Sequence[Message]) -> list[Receipt]:
        """
        Put up to ten events.
        """
        entries = [self._entry(message) for message in messages]
        answered = self._events.put_events(Entries=entries)["Entries"]
        receipts: list[Receipt] = [
            (entry.get("EventId"), entry.get("ErrorCode", "no answer"), entry.get("ErrorMessage", ""))
            for entry in answered
        ]
        # The answer has the request's order (the API model).
        return [*receipts, *[NO_ANSWER] * len(entries)][: len(entries)]

    def _entry(self, message: Message) -> dict[str, Any]:
        record = message.record
        entry: dict[str, Any] = {
            "EventBusName": self.arn,
            "Source": self._settings.source,
            "DetailType": self._settings.detail_type,
            "Detail": message.body,
        }
        if record.created is not None:
            entry["Time"] = datetime.fromtimestamp(record.created, UTC)
        if record.table_arn is not None:
            entry["Resources"] = [record.table_arn]
        return entry


def connect(settings: Settings) -> dict[str, Any]:
    """
    Make an EventBridge client for each region of the buses.
    """
    return {region: client("events", region) for region in {bus.region for bus in settings.buses}}


def handle(event: Any, settings: Settings, clients: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """
    Put every record on every bus; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was put.
        WholeBatchError: When a record without an eventID failed; the others were put.
    """
    channels = [Entries(bus, settings, clients[bus.region]) for bus in settings.buses]
    return send_all(event, channels, settings.log, settings.message_of)
