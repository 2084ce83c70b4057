"""
The reserved variables of a template, and what they stand for in one pipe.
"""

from __future__ import annotations

from typing import Final

from pipes_trigger.quick_dataclasses import dataclass

# Pipes user guide (doc), "Input transformation", "Reserved variables".
EVENT: Final = "aws.pipes.event"
EVENT_JSON: Final = "aws.pipes.event.json"
PIPE_VARIABLES: Final = {
    "aws.pipes.pipe-arn": "pipe_arn",
    "aws.pipes.pipe-name": "pipe_name",
    "aws.pipes.source-arn": "source_arn",
    "aws.pipes.enrichment-arn": "enrichment_arn",
    "aws.pipes.target-arn": "target_arn",
    "aws.pipes.event.ingestion-time": "ingestion_time",
}
RESERVED: Final = (*PIPE_VARIABLES, EVENT, EVENT_JSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeContext:
    """
    What the reserved variables of one pipe stand for. Only those that the template uses need a value.

    Attributes:
        pipe_arn: `<aws.pipes.pipe-arn>`
        pipe_name: `<aws.pipes.pipe-name>`
        source_arn: `<aws.pipes.source-arn>`, the stream's ARN.
        enrichment_arn: `<aws.pipes.enrichment-arn>`
        target_arn: `<aws.pipes.target-arn>`
        ingestion_time: `<aws.pipes.event.ingestion-time>`, an ISO 8601 time; nothing here reads a clock.

    Example:
        >>> from pipes_trigger.templates import InputTemplate
        >>> InputTemplate('{"by": <aws.pipes.pipe-name>}').render({}, PipeContext(pipe_name="orders"))
        '{"by": "orders"}'
    """

    pipe_arn: str | None = None
    pipe_name: str | None = None
    source_arn: str | None = None
    enrichment_arn: str | None = None
    target_arn: str | None = None
    ingestion_time: str | None = None
