"""
Publishing records to SNS topics: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

import addressed
from botocore.config import Config
from clients import client
from environment import Environment
from outbox import receipts_of, send_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from messages import Message
    from outbox import Receipt

# SNS message attributes (doc): to a queue that is subscribed with raw delivery a message with more is not delivered.
_RAW_ATTRIBUTES_MAX: Final = 10

# The types of all that is sent are those of `Message`, and SNS checks the rest anyway.
_CONFIG: Final = Config(parameter_validation=False)

# How each byte of a form is written, and what stays as it is.
_FORMS: Final = [quote_plus(bytes([byte])) for byte in range(256)]
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")


class Settings(addressed.Settings):
    """
    What the function is told by its environment; `addresses` are topics.
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
            service="sns",
            arn=re.compile(r"arn:[a-z0-9-]+:sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?"),
            arn_example="arn:aws:sns:us-east-1:123456789012:my-topic",
            attributes="SNS_ATTRIBUTES",
            message_bytes=256 * 1024,  # (doc) by default; a topic's MaximumMessageSize goes up to 1 MiB
        )
        environment.check()
        if len(settings.attribute_names) > _RAW_ATTRIBUTES_MAX:
            settings.log.warning(
                "messages with more than 10 attributes do not reach queues subscribed with raw delivery",
                variable="SNS_ATTRIBUTES",
            )
        return settings


class Topic:
    """
    A topic to publish to, through the boto3 client of its region.
    """

    noun: Final = "topic"
    done: Final = "published"
    service: Final = "SNS"

    def __init__(self, address: addressed.Address, message_bytes: int, sns: Any) -> None:
        self.arn: Final = address.arn
        self.fifo: Final = address.fifo
        self.message_bytes: Final = message_bytes
        self.request_bytes: Final = message_bytes  # a request has no more room than one message (doc)
        self._sns: Final = sns

    def send(self, messages: Sequence[Message]) -> list[Receipt]:
        """
        Publish up to ten messages.
        """
        entries = [message.entry(str(number), "Message", fifo=self.fifo) for number, message in enumerate(messages)]
        answered = self._sns.publish_batch(TopicArn=self.arn, PublishBatchRequestEntries=entries)
        return receipts_of(answered, len(entries))


def connect(settings: Settings) -> dict[str, Any]:
    """
    Make an SNS client for each region of the topics.
    """
    clients = {region: client("sns", region, _CONFIG) for region in settings.regions}
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
    topics = [Topic(each, settings.message_bytes, clients[each.region]) for each in settings.addresses]
    return send_all(event, topics, settings.log, settings.message_of)


def urlencode(form: Mapping[str, Any]) -> str:
    """
    Give what `urllib.parse.urlencode` gives, with less work.

    Example:
        >>> urlencode({"Message": '{"name":"Zoë & Ada"}'})
        'Message=%7B%22name%22%3A%22Zo%C3%AB+%26+Ada%22%7D'
    """
    return "&".join([f"{_quoted_name(name)}={_quoted(value)}" for name, value in form.items()])


def _quoted(value: Any) -> str:
    if not isinstance(value, str):
        return quote_plus(value if isinstance(value, bytes) else str(value))
    return value if _PLAIN.fullmatch(value) else value.encode().decode("latin-1").translate(_FORMS)


# The same ones in each request.
_quoted_name: Final = lru_cache(4096)(_quoted)


def _encode(params: dict[str, Any], **_: Any) -> None:
    # botocore would encode the form twice, to sign it and to send it, and each time more slowly.
    if isinstance(params["body"], dict):
        params["body"] = urlencode(params["body"])
