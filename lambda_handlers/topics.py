"""
Publishing records to SNS topics: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from clients import client
from environment import Environment
from failures import RecordError
from logs import Log
from messages import EVENT_NAME, TABLE, message_of
from outbox import Outbox, Topic
from records import answer, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paths import AttributePath

_ARN: Final = re.compile(r"arn:[a-z0-9-]+:sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?")
_ARN_EXAMPLE: Final = "arn:aws:sns:us-east-1:123456789012:my-topic"
# SNS message attributes (doc): letters, digits, `_`, `-` and single `.` inside; the prefixes are the service's own.
_ATTRIBUTE_NAME: Final = re.compile(r"(?!(?i:aws|amazon)\.)(?=.{1,256}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ATTRIBUTE_RULE: Final = "1 to 256 letters, digits, _, - and single dots inside, not starting with AWS. or Amazon."
_ATTRIBUTE_EXAMPLE: Final = '{"customer": "customer.id", "status": "status"}'
# SNS message attributes (doc): to a queue that is subscribed with raw delivery a message with more is not delivered.
_RAW_ATTRIBUTES_MAX: Final = 10
# SNS (doc): 256 KiB by default; a topic's MaximumMessageSize goes up to 1 MiB.
_MESSAGE_BYTES: Final = 256 * 1024
_MESSAGE_BYTES_MIN: Final = 1024
_MESSAGE_BYTES_MAX: Final = 1024 * 1024


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        topics: Every record is published to each.
        attributes: Message attributes and the item's attributes that fill them.
        omit_missing: Leave a message attribute out where the item's is missing, instead of failing the record.
        whole_record: The body is the record as it came, not the change as plain JSON.
        message_bytes: The most bytes of a message, and of all messages in one request.
        log: Where to write.
    """

    topics: tuple[Topic, ...]
    attributes: Mapping[str, AttributePath]
    omit_missing: bool
    whole_record: bool
    message_bytes: int
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        arns = environment.arns("sns", _ARN, _ARN_EXAMPLE)
        paths = environment.attribute_paths("SNS_ATTRIBUTES", _ATTRIBUTE_NAME, _ATTRIBUTE_RULE, _ATTRIBUTE_EXAMPLE)
        for name in sorted({EVENT_NAME, TABLE} & paths.keys()):
            environment.fault(f"SNS_ATTRIBUTES[{name!r}]", "is always there with its own meaning", "write another name")
        settings = cls(
            topics=tuple(Topic(match[0], match["region"]) for match in arns),
            attributes=paths,
            omit_missing=environment.choice("MISSING_ATTRIBUTE", ("omit", "error")) == "omit",
            whole_record=environment.choice("MESSAGE_BODY", ("change", "record")) == "record",
            message_bytes=environment.integer(
                "MESSAGE_BYTES", _MESSAGE_BYTES, low=_MESSAGE_BYTES_MIN, high=_MESSAGE_BYTES_MAX
            ),
            log=Log.from_environment(environment),
        )
        environment.check()
        if len(paths.keys() | {EVENT_NAME, TABLE}) > _RAW_ATTRIBUTES_MAX:
            settings.log.warning(
                "messages with more than 10 attributes do not reach queues subscribed with raw delivery",
                variable="SNS_ATTRIBUTES",
            )
        return settings


def connect(settings: Settings) -> dict[str, Any]:
    """
    Make an SNS client for each region of the topics.
    """
    clients = {region: client("sns", region) for region in {topic.region for topic in settings.topics}}
    for sns in clients.values():
        sns.meta.events.register("before-call.sns", _encode)
    return clients


def handle(event: Any, settings: Settings, clients: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """
    Publish every record to every topic; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was published.
        WholeBatchError: When a record without an eventID failed; the others were published.
    """
    records = read_records(event)
    outboxes = [Outbox(topic, clients[topic.region], settings.message_bytes, settings.log) for topic in settings.topics]
    for record in records:
        try:
            message = message_of(
                record, settings.attributes, omit_missing=settings.omit_missing, whole_record=settings.whole_record
            )
        except RecordError as error:
            for outbox in outboxes:
                outbox.fail(record, error)
        else:
            for outbox in outboxes:
                outbox.add(message)
    places = {record.place for outbox in outboxes for record in outbox.close()}
    settings.log.info("batch done", records=len(records), failed=len(places))
    return answer(record for record in records if record.place in places)


def _encode(params: dict[str, Any], **_: Any) -> None:
    # botocore would encode the form twice, to sign it and to send it: a tenth to a quarter of the CPU of a batch.
    if isinstance(params["body"], dict):
        params["body"] = urlencode(params["body"])
