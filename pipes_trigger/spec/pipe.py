"""
A pipe that reads a DynamoDB stream, as its template describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from pipes_trigger.errors import PipeSpecError, Violation
from pipes_trigger.spec import reading
from pipes_trigger.spec.templates import Template, choose, load, stream_pipes
from pipes_trigger.templates import InputTemplate, PipeContext
from pipes_trigger.templates.rendering import read_event

if TYPE_CHECKING:
    from pipes_trigger.filters import FilterPattern

Intrinsic: TypeAlias = str | Mapping[str, Any]
"""A value as it stands in the template: text, or a function such as `{"Fn::GetAtt": [...]}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeSpec:
    """
    A pipe, read back from a synthesized template, so independent of what made the template.

    Attributes:
        logical_id: The pipe's logical id in the template.
        name: The pipe's name; the logical id where CloudFormation makes up the name.
        source: The stream's ARN.
        target: The target's ARN.
        enrichment: The enrichment's ARN, or None.
        role: The ARN of the pipe's role.
        filters: A record passes if any one of them matches, or if there are none.
        input_template: What is made of each record, or None: records arrive as they are.
        starting_position: `LATEST` or `TRIM_HORIZON`.
        batch_size: Records per batch, 1 to 10,000. Where the template does not say, 100 (AWS's documents disagree).
        batching_window: Seconds to wait for a full batch, 0 to 300.
        parallelization_factor: Batches in flight per shard, 1 to 10.
        maximum_retry_attempts: 0 to 10,000; -1: until the record expires.
        maximum_record_age: Seconds, 60 to 604,800; -1: until the record expires.
        bisect: Whether a failed batch is halved and retried.
        dead_letter: The ARN of the queue or topic for records that failed for good, or None.
        desired_state: `RUNNING` or `STOPPED`.

    Example:
        >>> pipe = PipeSpec.from_template({"Resources": {"Orders": {"Type": "AWS::Pipes::Pipe", "Properties": {
        ...     "Source": {"Fn::GetAtt": ["Table", "StreamArn"]}, "Target": {"Fn::GetAtt": ["Function", "Arn"]},
        ...     "SourceParameters": {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 2},
        ...                          "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}},
        ...     "TargetParameters": {"InputTemplate": '{"id": <$.eventID>}'}}}}})
        >>> changes = [{"eventID": f"e{n}", "eventName": "INSERT"} for n in range(3)]
        >>> pipe.simulate([*changes, {"eventID": "e3", "eventName": "REMOVE"}])
        ([{'id': 'e0'}, {'id': 'e1'}], [{'id': 'e2'}])
    """

    logical_id: str
    name: str
    source: Intrinsic
    target: Intrinsic
    enrichment: Intrinsic | None = None
    role: Intrinsic | None = None
    filters: tuple[FilterPattern, ...] = ()
    input_template: InputTemplate | None = None
    starting_position: str = "LATEST"
    batch_size: int = reading.UNSTATED_BATCH_SIZE
    batching_window: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int = -1
    maximum_record_age: int = -1
    bisect: bool = False
    dead_letter: Intrinsic | None = None
    desired_state: str = "RUNNING"

    @classmethod
    def from_template(cls, template: Template, logical_id: str | None = None) -> Self:
        """
        Read one pipe.

        Args:
            template: A synthesized template as a mapping, as JSON text, or a path.
            logical_id: Which pipe; needed if several read DynamoDB streams.

        Raises:
            PipeSpecError: No template, no such pipe, or several and no id; or a value that cannot be read.
            FilterPatternError: A filter pattern that is not valid, with the pipe named.
            InputTemplateError: An input template that is not valid, with the pipe named.
        """
        chosen, properties = choose(load(template), logical_id)
        return cls(**reading.read(chosen, properties))

    @classmethod
    def all_from_template(cls, template: Template) -> tuple[Self, ...]:
        """
        Read every pipe that reads a DynamoDB stream, in the order of the template; there may be none.

        Raises:
            PipeSpecError: As for `from_template`, and so for the others.
            FilterPatternError: As for `from_template`.
            InputTemplateError: As for `from_template`.
        """
        return tuple(cls(**reading.read(*found)) for found in stream_pipes(load(template)).items())

    @property
    def context(self) -> PipeContext:
        """
        What the reserved variables of the input template stand for, as far as the template says.
        """
        return PipeContext(
            # The name that CloudFormation will make up is not known.
            pipe_name=None if self.name == self.logical_id else self.name,
            source_arn=_known(self.source),
            enrichment_arn=_known(self.enrichment),
            target_arn=_known(self.target),
        )

    def passes(self, record: Mapping[str, Any] | str) -> bool:
        """
        Say whether a record gets through the filters.
        """
        return not self.filters or any(each.matches(record) for each in self.filters)

    def element_text(self, record: Mapping[str, Any] | str, pipe: PipeContext | None = None) -> str:
        """
        Write what becomes of one record as JSON text: one element of the list that the function is invoked with.

        Args:
            record: The record, filtered already.
            pipe: What reserved variables stand for; without it, what the template says (`context`).

        Raises:
            InputTemplateError: A record that the input template cannot be rendered for.
        """
        template = self.input_template
        if template is None:
            return json.dumps(read_event(record), ensure_ascii=False, separators=(",", ":"))
        rendered = template.render(record, pipe or self.context)
        return rendered if template.is_json else json.dumps(rendered, ensure_ascii=False)

    def payload_text(self, records: Iterable[Mapping[str, Any] | str], pipe: PipeContext | None = None) -> str:
        """
        Write one batch as the JSON text that the function is invoked with: a list, one element per record.

        Args:
            records: The batch, filtered already.
            pipe: As for `element_text`.

        Raises:
            InputTemplateError: A record that the input template cannot be rendered for.
        """
        known = pipe or self.context
        return f"[{','.join([self.element_text(record, known) for record in records])}]"

    def payload(self, records: Iterable[Mapping[str, Any] | str], pipe: PipeContext | None = None) -> list[Any]:
        """
        Make of one batch what the handler gets as `event`.

        Raises:
            InputTemplateError: As for `payload_text`.
        """
        payload: list[Any] = json.loads(self.payload_text(records, pipe))
        return payload

    def simulate(
        self, records: Iterable[Mapping[str, Any] | str], pipe: PipeContext | None = None
    ) -> tuple[list[Any], ...]:
        """
        Give what the function would get for these records, one payload per full or last batch.

        Time, failures and shards are left out: all records are there at once, in one shard, and every batch succeeds.

        Raises:
            PipeSpecError: The pipe has an enrichment; what that answers is not known here.
            InputTemplateError: As for `payload_text`.
        """
        if self.enrichment is not None:
            fix = "pass what the enrichment answers to payload()"
            raise PipeSpecError(
                [Violation("PS007", self.logical_id, "has an enrichment between filter and target", fix)]
            )
        passing = [record for record in records if self.passes(record)]
        starts = range(0, len(passing), self.batch_size)
        return tuple(self.payload(passing[start : start + self.batch_size], pipe) for start in starts)


def _known(value: Intrinsic | None) -> str | None:
    return value if isinstance(value, str) else None
