"""
What the settings of SNS topics and of SQS queues have in common: where to send, with which attributes, how large.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from logs import Log
from messages import EVENT_NAME, TABLE, Message, message_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from environment import Environment
    from paths import AttributePath
    from records import Record

_ATTRIBUTE_EXAMPLE: Final = '{"customer": "customer.id", "status": "status"}'
# Message attributes of both (doc): letters, digits, `_`, `-` and single `.` inside; the prefixes are AWS's own.
_ATTRIBUTE_NAME: Final = re.compile(r"(?!(?i:aws|amazon)\.)(?=.{1,256}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ATTRIBUTE_RULE: Final = "1 to 256 letters, digits, _, - and single dots inside, not starting with AWS. or Amazon."
MIB: Final = 1024 * 1024
_MESSAGE_BYTES_MIN: Final = 1024


class Address(NamedTuple):
    """
    A topic or a queue.
    """

    arn: str
    region: str

    @property
    def fifo(self) -> bool:
        """
        Whether it keeps order; SNS and SQS want such a name to say so.
        """
        return self.arn.endswith(".fifo")


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        addresses: Every record is sent to each.
        attributes: Message attributes and the item's attributes that fill them.
        omit_missing: Leave a message attribute out where the item's is missing, instead of failing the record.
        whole_record: The body is the record as it came, not the change as plain JSON.
        message_bytes: The most bytes of a message.
        log: Where to write.
    """

    addresses: tuple[Address, ...]
    attributes: Mapping[str, AttributePath]
    omit_missing: bool
    whole_record: bool
    message_bytes: int
    log: Log

    @classmethod
    def read(
        cls,
        environment: Environment,
        *,
        service: str,
        arn: re.Pattern[str],
        arn_example: str,
        attributes: str,
        message_bytes: int,
    ) -> Self:
        """
        Read the settings; the faults are left to `environment.check`.

        Args:
            environment: The function's environment.
            service: Where to send, as in an ARN.
            arn: The whole ARN, with the group `region`.
            arn_example: One of them.
            attributes: The variable that maps message attributes.
            message_bytes: What a message may have by default; up to 1 MiB can be set.
        """
        arns = environment.arns(service, arn, arn_example)
        paths = environment.attribute_paths(attributes, _ATTRIBUTE_NAME, _ATTRIBUTE_RULE, _ATTRIBUTE_EXAMPLE)
        for name in sorted({EVENT_NAME, TABLE} & paths.keys()):
            environment.fault(f"{attributes}[{name!r}]", "is always there with its own meaning", "write another name")
        return cls(
            addresses=tuple(Address(match[0], match["region"]) for match in arns),
            attributes=paths,
            omit_missing=environment.choice("MISSING_ATTRIBUTE", ("omit", "error")) == "omit",
            whole_record=environment.choice("MESSAGE_BODY", ("change", "record")) == "record",
            message_bytes=environment.integer("MESSAGE_BYTES", message_bytes, low=_MESSAGE_BYTES_MIN, high=MIB),
            log=Log.from_environment(environment),
        )

    @property
    def attribute_names(self) -> set[str]:
        """
        The message attributes that a message can have.
        """
        return self.attributes.keys() | {EVENT_NAME, TABLE}

    @property
    def regions(self) -> set[str]:
        """
        The regions of all addresses.
        """
        return {address.region for address in self.addresses}

    def message_of(self, record: Record) -> Message:
        """
        Give the message of a record.

        Raises:
            RecordError: When an attribute is missing that may not be, or a value has no JSON or UTF-8.
        """
        return message_of(record, self.attributes, omit_missing=self.omit_missing, whole_record=self.whole_record)
