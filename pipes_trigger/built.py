"""
What can be done with a trigger once it is built.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from aws_cdk.aws_iam import Role
from constructs import Construct

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_number_token
from pipes_trigger.making import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aws_cdk.aws_dynamodb import ITable
    from aws_cdk.aws_events import Schedule
    from aws_cdk.aws_iam import IRole
    from aws_cdk.aws_lambda import Function, IFunction
    from aws_cdk.aws_pipes import CfnPipe
    from aws_cdk.aws_sqs import IQueue

    from pipes_trigger.design import TriggerDesign
    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.options.function import FunctionOptions
    from pipes_trigger.permissions import Permission
    from pipes_trigger.source import TableStream
    from pipes_trigger.spec import PipeSpec
    from pipes_trigger.templates import InputTemplate
    from pipes_trigger.wiring import Parts, Wishes


class BuiltTrigger(Construct):
    """
    The methods of a trigger that need what it has built.
    """

    pipe: CfnPipe
    pipe_name: str
    dead_letter_queue: IQueue | None
    filter_patterns: tuple[FilterPattern, ...]
    input_template: InputTemplate
    _stream: TableStream
    _design: TriggerDesign
    _wishes: Wishes
    _parts: Parts

    @property
    def function(self) -> IFunction:
        """
        The function; None with `direct`.
        """
        # Typed as if it were always there: only `direct` leaves it out, and every other caller would have to check.
        return cast("IFunction", loaded(self._parts.function))

    def simulate(
        self,
        records: Iterable[Mapping[str, Any] | str],
        *,
        enrich: Callable[[list[Any]], Any] | None = None,
    ) -> tuple[list[Any], ...]:
        """
        Give what the function would get for these records, batch by batch: each is the handler's `event`.

        Without a function each is what is delivered, one element a record.

        Args:
            records: Stream records as mappings or JSON text; `pipes_trigger.testing.records` makes them.
            enrich: Answers for the enrichment: it takes the list that the enrichment would get.

        Raises:
            InputTemplateError: A record, or an answer, that the input template cannot be rendered for.
            PipeSpecError: The trigger has an enrichment and nothing answers for it, or the other way round.
            ConfigurationError: The batch size is a token.

        Example:
            ```python
            from pipes_trigger.testing import records

            (event,) = trigger.simulate([records.insert({"id": "1", "status": "PENDING"})])
            ```
        """
        return self._spec.simulate(records, enrich=enrich)

    @cached_property
    def _spec(self) -> PipeSpec:
        from pipes_trigger.spec import PipeSpec, TargetParameters  # noqa: PLC0415 - only a simulation needs it
        from pipes_trigger.templates import InputTemplate  # noqa: PLC0415 - as above

        if is_number_token(self._wishes.reading.batch_size):
            problem = "is a token, which nobody can read before it is deployed"
            fault = Violation("TR023", "StreamReading(batch_size=)", problem, "pass a number")
            raise ConfigurationError([fault])
        enrichment = self._wishes.enrichment
        text = None if enrichment is None else enrichment.input_template
        return PipeSpec(
            logical_id="Pipe",
            name=self.pipe_name,
            source=self._stream.stream_arn,
            target=self._parts.target_arn,
            target_parameters=TargetParameters.from_section(self._design.target_parameters),
            enrichment=None if enrichment is None else enrichment.arn,
            enrichment_template=None if text is None else InputTemplate(text),
            filters=self.filter_patterns,
            input_template=self.input_template,
            batch_size=self._wishes.reading.batch_size,
            bisect=self._wishes.failures.bisect,
        )

    def add_redrive(
        self, schedule: Schedule | str = "rate(1 hour)", *, options: FunctionOptions | None = None
    ) -> Function:
        """
        Add a function that brings back, on a schedule, what the pipe gave up: `docs/REDRIVE.md` tells how.

        Args:
            schedule: `rate(...)`, `cron(...)`, or a `Schedule` of CDK.
            options: How the function is built; the default is the pipe's own function's network, keys and logs, 512 MB
                and 15 minutes. The runtime has to be a Python.

        Raises:
            ConfigurationError: The trigger has no dead-letter queue or a redrive already, the schedule is none, the
                enrichment is called over HTTP, or a filter or the template holds a token; every fault at once.

        Example:
            ```python
            trigger.add_redrive("rate(1 hour)")
            ```
        """
        from pipes_trigger.redrive_function import build_redrive, redrive_options  # noqa: PLC0415 - few triggers have one

        return build_redrive(
            self,
            schedule=schedule,
            pipe=self._spec,
            queue=self.dead_letter_queue,
            stream_arn=self._stream.stream_arn,
            key_arn=self._stream.key_arn,
            target_arn=self._parts.target_arn,
            target_statements=self._parts.deliver,
            enrichment=self._wishes.enrichment,
            boundary=self._wishes.options.boundary_arn,
            options=options or redrive_options(self._wishes.function_options),
        )

    def explain_permissions(self) -> tuple[Permission, ...]:
        """
        Say who may do what to what, why, and which call needs it; what is granted later is not seen.

        `pipes-trigger permissions cdk.out` says the same of what was synthesized.

        Raises:
            ConfigurationError: A resource of another stack cannot be told from one of this stack before synthesis.

        Example:
            ```python
            for permission in trigger.explain_permissions():
                print(permission.who, permission.action, permission.resource, permission.why)
            ```
        """
        from pipes_trigger.permissions_of import explain  # noqa: PLC0415 - for those who ask

        return explain(self)

    def acknowledge_findings(self) -> None:
        """
        Tell cdk-nag, checkov and cfn-lint what a trigger has by design, each finding with its evidence.

        What only the account's owner can decide is left to be found; `docs/security.md` lists both.

        Example:
            ```python
            trigger.acknowledge_findings()
            ```
        """
        from pipes_trigger.acknowledging import acknowledge_findings  # noqa: PLC0415 - for those who run the checks

        acknowledge_findings(self)

    @cached_property
    def pipe_arn(self) -> str:
        """
        The pipe's ARN, a token.
        """
        return self.pipe.attr_arn

    @cached_property
    def pipe_role(self) -> IRole:
        """
        The pipe's role; what is granted to it here becomes a policy beside its inline one.
        """
        handle = Role.from_role_name(self, "PipeRoleHandle", self._parts.pipe_role.ref)
        # What is granted to the handle is a policy of its own, which the pipe must not race.
        self.pipe.node.add_dependency(handle)
        return handle

    @cached_property
    def table(self) -> ITable:
        """
        The table: the one given or built, or a handle on the one that was looked up.
        """
        if self._stream.table is not None:
            return self._stream.table
        from aws_cdk.aws_dynamodb import Table  # noqa: PLC0415 - costs 29 ms, and few need it

        return Table.from_table_attributes(
            self, "TableHandle", table_arn=self._stream.table_arn, table_stream_arn=self._stream.stream_arn
        )
