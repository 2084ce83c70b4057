"""
DynamoDBStreamTrigger: the one construct. Wiring only; what it wires is decided in the rooms that it imports from.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from aws_cdk import Annotations
from constructs import Construct

from pipes_trigger.argument_types import refuse_wrong_types
from pipes_trigger.arguments import (
    FunctionArguments,
    choose,
    given_direct,
    given_filters,
    given_logging,
    given_state,
    given_template,
    strategy_of,
)
from pipes_trigger.built import BuiltTrigger
from pipes_trigger.design import design_trigger
from pipes_trigger.enrichment import given_enrichment
from pipes_trigger.faults import Faults
from pipes_trigger.monitoring.monitored import MonitoredTrigger
from pipes_trigger.options.failures import FailureHandling
from pipes_trigger.options.function import FunctionOptions
from pipes_trigger.options.reading import StreamReading
from pipes_trigger.pipe_options import PipeOptions
from pipes_trigger.source import StreamShape, StreamSource
from pipes_trigger.stack_facts import facts_of, known_target, reference_of
from pipes_trigger.triggers import StreamTriggerType, TriggerStrategy
from pipes_trigger.wiring import Wishes, wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_events import IApiDestination
    from aws_cdk.aws_iam import IManagedPolicy
    from aws_cdk.aws_kms import IKey
    from aws_cdk.aws_lambda import Code, IFunction
    from aws_cdk.aws_pipes_alpha import DesiredState, IEnrichment, IFilter, IInputTransformation, ILogDestination
    from aws_cdk.aws_stepfunctions import IStateMachine

    from pipes_trigger.filters import FilterPattern
    from pipes_trigger.helpers.app import AppHelper
    from pipes_trigger.options.direct import DirectDelivery
    from pipes_trigger.options.logging import PipeLogging
    from pipes_trigger.templates import InputTemplate


class DynamoDBStreamTrigger(MonitoredTrigger, BuiltTrigger):
    """
    Changes in a DynamoDB table, turned into work by a Lambda function, or delivered without one.

    Builds the function with a role and a log group of its own, an EventBridge Pipe from the table's stream to it with
    a role that may read that stream and invoke that function, and an encrypted queue for what could not be delivered.
    With `direct` there is no function: the pipe delivers to the topic, queue, state machine or event bus itself.

    Args:
        scope: The parent construct.
        id: The construct's id.
        app_helper: Answers SSM look-ups and settings; anything of the shape of `ApplicationHelper`.
        trigger_type: What the function starts: a `StreamTriggerType` or its value, a `TriggerStrategy` of your own, or
            None for a function that starts nothing, or only what the app grants it.
        resource_base_name: The name of the function and of the pipe; over 64 characters it is shortened with a hash.
        table_base_name: The table, looked up in SSM; or give `source`.
        lambda_handler: `<module>.<function>`; or give `function`.
        lambda_code_path: A directory or a zip file; or give `lambda_code` or `function`.
        env_vars: The function's environment; the ARNs of what it starts are found in it.
        filter_pattern: One pattern or up to five, as a mapping, JSON text, `FilterPattern` or pipes-alpha's `IFilter`;
            a record that matches any of them passes. None lets every record pass.
        table_index_name: An index that the function may query; it may then update the table's items, too.
        is_devops: Look the parameters up in the devops account.
        source: Where the table is, where it is not in SSM.
        function: An existing function, alias or version, in place of a built one.
        lambda_code: CDK's `Code`, such as an object in S3, in place of `lambda_code_path`.
        function_options: How the function is built.
        target_arns: ARNs or tokens of what the function starts, beside those in `env_vars`; with `direct` the one
            target.
        target_key_arns: The customer keys that what is started is encrypted with; those of topics, queues and state
            machines of this app are found.
        direct: Deliver without a function: True, or a `DirectDelivery` with options of the target.
        input_template: What the function gets of a record; the default is `InputTemplate.record()`. With an enrichment
            it applies to what that answered, which nobody can prove, and the default is none.
        enrichment: What stands between the filter and the target: a function, an Express state machine, an API
            destination, or an `IEnrichment` of pipes-alpha, whose own input template is proved.
        reading: How the stream is read; the default is `StreamReading()`.
        failure_handling: What happens to what fails; the default is `FailureHandling()`.
        logging: What the pipe itself logs; the default is nothing. `ILogDestination`s of pipes-alpha do as well.
        encryption_key: A customer key for the pipe's filter and template.
        desired_state: `RUNNING` (the service's default) or `STOPPED`.
        description: The pipe's description, at most 512 characters.
        tags: Tags for everything that is built, at most 50.
        permissions_boundary: The managed policy, or its ARN, that bounds the roles that are built.

    Attributes:
        pipe: The `CfnPipe`.
        pipe_name: The pipe's name; a token where it tells a stream that is yet to be built.
        function: The function; None with `direct`.
        log_group: The function's log group where one was built.
        dead_letter_queue: The queue of what could not be delivered, built or given, where there is one.
        dead_letter_topic: The topic of what could not be delivered, where one was given.
        filter_patterns: The filters.
        input_template: The template; None where an enrichment's answer goes on as it is.

    Raises:
        TriggerTargetError: (a TypeError) An ARN of another trigger type, or none of this one.
        ParameterNotFoundError: (a ValueError) An SSM parameter is not there.
        FilterPatternError: (a ValueError) A filter cannot work.
        InputTemplateError: (a ValueError) The template cannot work with these filters.
        ConfigurationError: (a ValueError) Anything else that cannot work, every fault at once.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - CDK's name for it, and the contract's
        *,
        app_helper: AppHelper,
        trigger_type: StreamTriggerType | TriggerStrategy | str | None,
        resource_base_name: str,
        table_base_name: str | None = None,
        lambda_handler: str | None = None,
        lambda_code_path: str | Path | None = None,
        env_vars: Mapping[str, str] | None = None,
        filter_pattern: Mapping[str, Any]
        | str
        | FilterPattern
        | IFilter
        | Sequence[Mapping[str, Any] | str | FilterPattern]
        | None = None,
        table_index_name: str | None = None,
        is_devops: bool = False,
        source: StreamSource | None = None,
        function: IFunction | None = None,
        lambda_code: Code | None = None,
        function_options: FunctionOptions | None = None,
        target_arns: Sequence[str] = (),
        target_key_arns: Sequence[str] = (),
        direct: bool | DirectDelivery = False,
        input_template: InputTemplate | IInputTransformation | str | None = None,
        enrichment: IFunction | IStateMachine | IApiDestination | IEnrichment | None = None,
        reading: StreamReading | None = None,
        failure_handling: FailureHandling | None = None,
        logging: PipeLogging | ILogDestination | Sequence[ILogDestination] | None = None,
        encryption_key: IKey | None = None,
        desired_state: DesiredState | str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        permissions_boundary: IManagedPolicy | str | None = None,
    ) -> None:
        refuse_wrong_types(
            {
                "scope": (scope, Construct),
                "trigger_type": (trigger_type, (StreamTriggerType, TriggerStrategy, str)),
                "resource_base_name": (resource_base_name, str),
                "table_base_name": (table_base_name, str),
                "lambda_handler": (lambda_handler, str),
                "lambda_code_path": (lambda_code_path, (str, Path)),
                "env_vars": (env_vars, Mapping),
                "target_arns": (target_arns, (list, tuple)),
                "target_key_arns": (target_key_arns, (list, tuple)),
                "table_index_name": (table_index_name, str),
                "is_devops": (is_devops, bool),
                "source": (source, StreamSource),
                "function_options": (function_options, FunctionOptions),
                "reading": (reading, StreamReading),
                "failure_handling": (failure_handling, FailureHandling),
                "description": (description, str),
                "tags": (tags, Mapping),
            },
            required=("scope", "resource_base_name", "target_arns", "target_key_arns", "is_devops"),
            arns=("target_arns", "target_key_arns"),
        )
        # What each argument may be given as is brought into one form, and what cannot be is told at once.
        given = Faults()
        delivery = given.collect(lambda: given_direct(direct))
        pipe_logging = given.collect(lambda: given_logging(logging))
        between = given.collect(lambda: given_enrichment(enrichment))
        strategy = given.collect(lambda: strategy_of(trigger_type))
        filters = given.collect(lambda: given_filters(filter_pattern))
        template = given.collect(lambda: given_template(input_template))
        given.refuse()
        choice = choose(
            source=source,
            table_base_name=table_base_name,
            direct=delivery,
            function=FunctionArguments(
                function=function,
                lambda_handler=lambda_handler,
                lambda_code_path=lambda_code_path,
                lambda_code=lambda_code,
                env_vars=env_vars,
                function_options=function_options,
                table_index_name=table_index_name,
            ),
        )
        wishes = Wishes(
            direct=delivery is not None,
            function=function,
            code=choice.code,
            env_vars=env_vars or {},
            function_options=function_options or FunctionOptions(),
            table_index_name=table_index_name,
            reading=reading or StreamReading(),
            failures=failure_handling or FailureHandling(),
            logging=pipe_logging,
            enrichment=between,
            options=PipeOptions(
                desired_state=given_state(desired_state),
                description=description,
                tags=tags or {},
                encryption_key=encryption_key,
                permissions_boundary=permissions_boundary,
            ),
        )
        facts = facts_of(scope)
        # Everything is checked before the first construct is made: a refused call leaves the scope as it was.
        stream = None
        if choice.source is not None and not choice.faults:
            stream = choice.source.look_up(scope, app_helper, is_devops=is_devops)
        design = design_trigger(
            earlier=choice.faults,
            resource_base_name=resource_base_name,
            stream=stream,
            shape=choice.source.shape() if choice.source else StreamShape(),
            place=facts.place,
            strategy=strategy,
            env_vars=wishes.env_vars,
            target_arns=target_arns,
            target_key_arns=target_key_arns,
            direct=delivery,
            filters=filters,
            template=template,
            enrichment=wishes.enrichment,
            table_index_name=table_index_name,
            code=choice.code,
            reading=wishes.reading,
            name_per_stream=facts.tells_stream(wishes.reading.name_per_stream),
            options=wishes.options,
            reached=wishes.reached,
            reference_of=reference_of,
            known_target=known_target,
        )
        names = (design.name, design.pipe_name.fixed)
        facts.refuse_taken_names(names)
        super().__init__(scope, id)
        try:
            self._stream = stream or cast("StreamSource", choice.source).build(self)
            parts = wire(self, design, facts, self._stream, wishes)
            self.pipe = parts.pipe
            self._parts = parts
            for grant in parts.to_grant:
                grant(self.pipe_role)
        except Exception:
            # What CDK itself refuses must not leave half a trigger behind, whose id nobody could use again.
            scope.node.try_remove_child(id)
            raise
        facts.take_names(names, scope, id)
        for warning in (*design.warnings, *facts.add_reader(self._stream.stream_arn)):
            Annotations.of(self).add_warning_v2(f"pipes-trigger:{warning.rule}", str(warning))
        self.pipe_name = parts.pipe_name
        # Typed as if it were always there: only an enrichment leaves it out, and all others would have to check.
        self.input_template = cast("InputTemplate", design.template)
        self.log_group = parts.log_group
        self.dead_letter_queue = parts.dead_letter_queue
        self.dead_letter_topic = parts.dead_letter_topic
        self.filter_patterns = tuple(design.filters)
        self._wishes = wishes
        self._design = design
