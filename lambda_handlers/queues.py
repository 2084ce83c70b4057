"""
Sending records to SQS queues: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import addressed
from clients import client
from environment import Environment
from failures import RecordError
from outbox import receipts_of, send_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from messages import Message
    from outbox import Receipt
    from records import Record

_ATTRIBUTES_MAX: Final = 10  # SQS quotas (doc)
# The API model: a message with any of these is refused. In JSON text they are escaped already.
_NO_CHARACTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Settings(addressed.Settings):
    """
    What the function is told by its environment; `addresses` are queues.
    """

    __slots__ = ()

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Settings:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        settings = cls.read(
            environment,
            service="sqs",
            # The SQS quotas (doc): up to 80 characters, `.fifo` counted.
            arn=re.compile(r"arn:[a-z0-9-]+:sqs:(?P<region>[a-z0-9-]+):[0-9]{12}:(?=.{1,80}$)[A-Za-z0-9_-]+(\.fifo)?"),
            arn_example="arn:aws:sqs:us-east-1:123456789012:my-queue",
            attributes="SQS_ATTRIBUTES",
            message_bytes=addressed.MIB,  # the API model: MaximumMessageSize of a queue by default
        )
        excess = len(settings.attribute_names) - _ATTRIBUTES_MAX
        if excess > 0:
            problem = f"has {len(settings.attributes)} attributes, and eventName and table are always there"
            environment.fault("SQS_ATTRIBUTES", problem, f"write at most {len(settings.attributes) - excess}")
        environment.check()
        return settings

    def message_of(self, record: Record) -> Message:
        """
        Give the message of a record.

        Raises:
            RecordError: As for a topic, and for an attribute that holds a character that SQS takes in no message.
        """
        message = super().message_of(record)
        wrong = [name for name, value in message.attributes.items() if _NO_CHARACTERS.search(value["StringValue"])]
        if wrong:
            raise RecordError(f"{', '.join(wrong)}: the value holds a control character, which SQS takes in no message")
        return message


class Queue:
    """
    A queue to send to, through the boto3 client of its region.
    """

    noun: Final = "queue"
    done: Final = "sent"
    service: Final = "SQS"
    request_bytes: Final = addressed.MIB  # the API model, whatever a message may have

    def __init__(self, address: addressed.Address, message_bytes: int, sqs: Any) -> None:
        self.arn: Final = address.arn
        self.fifo: Final = address.fifo
        self.message_bytes: Final = message_bytes
        self._sqs: Final = sqs

    @property
    def url(self) -> str:
        """
        The queue's URL: where the client sends to, account and name.

        The CDK makes the URL of an imported queue the same way. To ask with GetQueueUrl would need one more permission.
        """
        account, name = self.arn.split(":")[-2:]
        return f"{self._sqs.meta.endpoint_url.rstrip('/')}/{account}/{name}"

    def send(self, messages: Sequence[Message]) -> list[Receipt]:
        """
        Send up to ten messages.
        """
        entries = [message.entry(str(number), "MessageBody", fifo=self.fifo) for number, message in enumerate(messages)]
        return receipts_of(self._sqs.send_message_batch(QueueUrl=self.url, Entries=entries), len(entries))


def connect(settings: Settings) -> dict[str, Any]:
    """
    Make an SQS client for each region of the queues.
    """
    return {region: client("sqs", region) for region in settings.regions}


def handle(event: Any, settings: Settings, clients: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """
    Send every record to every queue; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was sent.
        WholeBatchError: When a record without an eventID failed; the others were sent.
    """
    queues = [Queue(each, settings.message_bytes, clients[each.region]) for each in settings.addresses]
    return send_all(event, queues, settings.log, settings.message_of)
