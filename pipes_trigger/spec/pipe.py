"""
A pipe that reads a DynamoDB stream, as its template describes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from pipes_trigger.errors import PipeSpecError, Violation
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.spec import reading
from pipes_trigger.spec.enrichment import NULL_ANSWER, events_of
from pipes_trigger.spec.parameters import Intrinsic, TargetParameters
from pipes_trigger.spec.templates import Template, choose, load, stream_pipes
from pipes_trigger.templates import InputTemplate, PipeContext
from pipes_trigger.templates.rendering import read_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipes_trigger.filters import FilterPattern

_DEFAULTS: Final = TargetParameters()


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
        input_template: What is made of each record, with an enrichment of each event that it answers; None: they
            arrive as they are.
        enrichment_template: What the enrichment gets of each record, or None: it gets records as they are.
        target_parameters: How the target is called.
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
    enrichment_template: InputTemplate | None = None
    target_parameters: TargetParameters = _DEFAULTS
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
        Write what becomes of one record as JSON text: one element of the list that a function is invoked with.

        Args:
            record: The record, filtered already; with an enrichment an event that this answered.
            pipe: What reserved variables stand for; without it, what the template says (`context`).

        Raises:
            InputTemplateError: A record that the input template cannot be rendered for.
        """
        return self._rendered(self.input_template, record, pipe)

    def enrichment_text(self, record: Mapping[str, Any] | str, pipe: PipeContext | None = None) -> str:
        """
        Write what the enrichment gets of one record as JSON text: one element of the list that it is invoked with.

        Args:
            record: The record, filtered already.
            pipe: As for `element_text`.

        Raises:
            InputTemplateError: A record that the enrichment's input template cannot be rendered for.
        """
        return self._rendered(self.enrichment_template, record, pipe)

    def enriched_text(self, event: Any, pipe: PipeContext | None = None) -> str:
        """
        Write what the target gets of one event that the enrichment answered, as JSON text.

        Args:
            event: The event, JSON-shaped.
            pipe: As for `element_text`.

        Raises:
            InputTemplateError: An event that the input template cannot be rendered for.
        """
        if self.input_template is None:
            return _json(event)
        return self.element_text(event if isinstance(event, Mapping) else _json(event), pipe)

    def _rendered(
        self, template: InputTemplate | None, record: Mapping[str, Any] | str, pipe: PipeContext | None
    ) -> str:
        if template is None:
            return _json(read_event(record))
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
        self,
        records: Iterable[Mapping[str, Any] | str],
        pipe: PipeContext | None = None,
        *,
        enrich: Callable[[list[Any]], Any] | None = None,
    ) -> tuple[list[Any], ...]:
        """
        Give what the target would get for these records, one payload per full or last batch.

        A function and a state machine get the payload as it is; a queue, a topic and an event bus get each element of
        it as a message or event of its own. Time, failures and shards are left out: all records are there at once, in
        one shard, and every batch succeeds.

        Args:
            records: The records, in stream order.
            pipe: As for `element_text`.
            enrich: Answers in place of the pipe's enrichment: it gets the list that the enrichment would get and gives
                what that answers. A batch that it answers nothing for does not reach the target.

        Raises:
            PipeSpecError: The records are no list of records; the pipe has an enrichment and `enrich` is not given, or
                the other way round; `enrich` answers null.
            InputTemplateError: A record that a template cannot be rendered for.

        Example:
            >>> from pipes_trigger.testing import insert
            >>> pipe = PipeSpec(logical_id="P", name="orders", source="s", target="t", enrichment="e", batch_size=2)
            >>> orders = [insert({"id": f"o-{number}"}) for number in range(3)]
            >>> keys = lambda batch: [each["dynamodb"]["Keys"] for each in batch]
            >>> pipe.simulate(orders, enrich=keys)
            ([{'id': {'S': 'o-0'}}, {'id': {'S': 'o-1'}}], [{'id': {'S': 'o-2'}}])
        """
        self._check_enrich(given=enrich is not None)
        passing = [record for record in _list_of_records(records) if self.passes(record)]
        batches = [passing[start : start + self.batch_size] for start in range(0, len(passing), self.batch_size)]
        if enrich is None:
            return tuple(self.payload(batch, pipe) for batch in batches)
        return tuple(payload for batch in batches if (payload := self._enriched(batch, pipe, enrich)))

    def _check_enrich(self, *, given: bool) -> None:
        if given is (self.enrichment is not None):
            return
        rule, problem, fix = (
            ("PS008", "has no enrichment that enrich= could answer for", "leave enrich= out")
            if given
            else ("PS007", "has an enrichment between filter and target", "pass enrich=, which answers in its place")
        )
        raise PipeSpecError([Violation(rule, self.logical_id, problem, fix)])

    def _enriched(
        self, batch: Iterable[Mapping[str, Any] | str], pipe: PipeContext | None, enrich: Callable[[list[Any]], Any]
    ) -> list[Any]:
        events = events_of(enrich([json.loads(self.enrichment_text(record, pipe)) for record in batch]))
        if events is None:
            raise PipeSpecError([Violation("PS009", "enrich", *NULL_ANSWER.split("; "))])
        return [json.loads(self.enriched_text(event, pipe)) for event in events]


def _list_of_records(records: Any) -> list[Mapping[str, Any] | str]:
    if isinstance(records, (Mapping, str)) or not isinstance(records, Iterable):
        problem = f"must be a list of records, got {type(records).__name__}"
        raise PipeSpecError([Violation("PS010", "records", problem, "put each into a list: [record]")])
    listed = list(records)
    problems = [
        Violation(
            "PS010",
            f"records[{index}]",
            f"must be a mapping or JSON text, got {type(record).__name__}",
            "pass what the stream has, or make one: pipes_trigger.testing.insert(...)",
        )
        for index, record in enumerate(listed)
        if not isinstance(record, (Mapping, str))
    ]
    if problems:
        raise PipeSpecError(problems)
    return listed


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _known(value: Intrinsic | None) -> str | None:
    return value if isinstance(value, str) else None
