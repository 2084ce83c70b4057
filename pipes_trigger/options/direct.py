"""
How a pipe delivers without a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipes_trigger.errors import Violation
from pipes_trigger.helpers.option_checks import refuse
from pipes_trigger.quick_dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDelivery:
    """
    What a pipe without a function says of the one target that it delivers to.

    A value may be a path into the record, such as `$.dynamodb.Keys.id.S`: Pipes fills it in for each record, before the
    input template is applied (EventBridge user guide, "Dynamic path parameters").

    Attributes:
        message_group_id: For a FIFO queue; the default is the partition key of the app's own table.
        message_deduplication_id: For a FIFO queue; the default is the record's eventID.
        detail_type: For an event bus: the events' detail type; the default is the service's own.
        event_source: For an event bus: the events' source; the default is the service's own.
        parameters: Any other target parameters, named and nested as CloudFormation does:
            `{"KinesisStreamParameters": {"PartitionKey": "$.eventID"}}`.

    Raises:
        ConfigurationError: A value is no text, or empty.

    Example:
        >>> DirectDelivery(message_group_id="$.dynamodb.Keys.id.S").message_group_id
        '$.dynamodb.Keys.id.S'
    """

    message_group_id: str | None = None
    message_deduplication_id: str | None = None
    detail_type: str | None = None
    event_source: str | None = None
    parameters: Mapping[str, Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        faults = [
            Violation("OP007", f"DirectDelivery({name}=)", f"must be text, got {value!r}", "write it, or leave it out")
            for name, value in self.given.items()
            if not isinstance(value, str) or not value
        ]
        blocks = {} if self.parameters is None else self.parameters
        if not isinstance(blocks, Mapping) or not all(isinstance(block, Mapping) for block in blocks.values()):
            fix = "write {'KinesisStreamParameters': {'PartitionKey': '$.eventID'}}"
            faults.append(
                Violation("OP008", "DirectDelivery(parameters=)", f"must be objects by name, got {blocks!r}", fix)
            )
        refuse(faults)

    @property
    def given(self) -> dict[str, str]:
        """
        The options that are set, by name; `parameters` is not among them.
        """
        named = {
            "message_group_id": self.message_group_id,
            "message_deduplication_id": self.message_deduplication_id,
            "detail_type": self.detail_type,
            "event_source": self.event_source,
        }
        return {name: value for name, value in named.items() if value is not None}
