"""
Building what a design says: the function, what the pipe needs beside it, and the pipe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Fn, Tags
from aws_cdk.aws_pipes import CfnPipe

from pipes_trigger import policies
from pipes_trigger.function import build_function, use_function
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.making import make
from pipes_trigger.pipe import dead_letter, pipe_role
from pipes_trigger.pipe_logs import log_configuration, pipe_logs
from pipes_trigger.pipe_name import label_of
from pipes_trigger.pipe_options import arn_of_boundary
from pipes_trigger.pipe_properties import source_parameters, target_parameters
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.stream_checks import index_arn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aws_cdk.aws_iam import CfnRole, IRole
    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_logs import ILogGroup
    from aws_cdk.aws_sns import ITopic
    from aws_cdk.aws_sqs import IQueue
    from constructs import Construct

    from pipes_trigger.design import CodeToBuild, TriggerDesign
    from pipes_trigger.enrichment import Enrichment
    from pipes_trigger.options.failures import FailureHandling
    from pipes_trigger.options.function import FunctionOptions
    from pipes_trigger.options.logging import PipeLogging
    from pipes_trigger.options.reading import StreamReading
    from pipes_trigger.pipe_name import PipeName
    from pipes_trigger.pipe_options import PipeOptions
    from pipes_trigger.policies import Statement
    from pipes_trigger.source import TableStream
    from pipes_trigger.stack_facts import StackFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """
    What of a call is built as it says, without a decision.

    Attributes:
        direct: Whether the pipe delivers without a function.
        function: The existing function; None where `code` is built, or where there is none.
        code: The code to build; None where the function exists, or where there is none.
        env_vars: The built function's environment.
        function_options: How it is built.
        table_index_name: The index that the function queries.
        reading: How the stream is read.
        failures: What happens to what fails.
        logging: What the pipe logs; None for nothing.
        enrichment: What stands between filter and target; None for nothing.
        options: What else is said of the pipe.
    """

    direct: bool
    function: IFunction | None
    code: CodeToBuild | None
    env_vars: Mapping[str, str]
    function_options: FunctionOptions
    table_index_name: str | None
    reading: StreamReading
    failures: FailureHandling
    logging: PipeLogging | None
    enrichment: Enrichment | None
    options: PipeOptions

    @property
    def reached(self) -> dict[str, str]:
        """
        The ARNs that the pipe itself reaches, by the argument that gives them.
        """
        dead_letter = self.failures.dead_letter
        arns = {
            "function": getattr(self.function, "function_arn", None),
            "enrichment": None if self.enrichment is None else self.enrichment.arn,
            "FailureHandling(dead_letter=)": getattr(dead_letter, "queue_arn", getattr(dead_letter, "topic_arn", None)),
        }
        return {name: arn for name, arn in arns.items() if arn is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """
    What was built, or taken.

    `deliver` is what the pipe's role needs on the target; `to_grant` grants it what pipes-alpha's own types alone know.
    """

    function: IFunction | None
    log_group: ILogGroup | None
    dead_letter_queue: IQueue | None
    dead_letter_topic: ITopic | None
    pipe_name: str
    pipe_role: CfnRole
    pipe: CfnPipe
    target_arn: str
    deliver: Sequence[Statement]
    to_grant: Sequence[Callable[[IRole], Any]]


def wire(trigger: Construct, design: TriggerDesign, facts: StackFacts, stream: TableStream, wishes: Wishes) -> Parts:
    """
    Build a trigger's parts as its children.

    Args:
        trigger: The parent of them all.
        design: What was decided.
        facts: What is known of the stack.
        stream: The table and its stream.
        wishes: What the call says of the parts.
    """
    for name, value in wishes.options.tags.items():
        Tags.of(trigger).add(name, value)
    function, log_group, target_arn, deliver = _target(trigger, design, facts, stream, wishes)
    name = _pipe_name(design.pipe_name, stream.stream_arn)
    given_up = dead_letter(trigger, wishes.failures)
    # Called after the trigger, so that logs survive a pipe that is replaced.
    enrichment, key = wishes.enrichment, wishes.options.encryption_key
    logs = pipe_logs(trigger, design.name, wishes.logging, facts.place, key)
    needed = [
        *policies.read_stream(stream.stream_arn, stream.key_arn),
        *(enrichment.statements if enrichment else []),
        *deliver,
        *given_up.statements,
        *logs.statements,
        *([] if key is None else policies.protect_pipe(key.key_arn, facts.place, name)),
    ]
    role = pipe_role(trigger, facts.place, name, needed, wishes.options.boundary_arn)
    properties = {
        "name": name,
        "roleArn": role,
        "source": stream.stream_arn,
        "sourceParameters": source_parameters(design.filters, wishes.reading, wishes.failures, given_up.arn),
        "enrichment": enrichment.arn if enrichment else None,
        "enrichmentParameters": enrichment.parameters if enrichment else None,
        "target": target_arn,
        "targetParameters": target_parameters(
            design.template.text if design.template else None, design.target_parameters
        ),
        "logConfiguration": log_configuration(wishes.logging, logs),
        "desiredState": wishes.options.desired_state,
        "description": wishes.options.description,
        "kmsKeyIdentifier": None if key is None else key.key_arn,
    }
    pipe = make(CfnPipe, trigger, "Pipe", properties)
    return Parts(
        function=function,
        log_group=log_group,
        dead_letter_queue=given_up.queue,
        dead_letter_topic=given_up.topic,
        pipe_name=name,
        pipe_role=role,
        pipe=pipe,
        target_arn=target_arn,
        deliver=deliver,
        to_grant=[*logs.to_grant, *([enrichment.grant] if enrichment and enrichment.grant else [])],
    )


def _pipe_name(name: PipeName, stream_arn: str) -> str:
    if not name.per_stream:
        return name.fixed
    if not is_token(stream_arn):
        return name.with_label(label_of(stream_arn))
    # arn:<partition>:dynamodb:<region>:<account>:table/<name>/stream/<label>, known when it is deployed.
    label = Fn.select(3, Fn.split("/", stream_arn))
    return name.with_label(Fn.join("-", Fn.split(":", label)))


def _target(
    trigger: Construct, design: TriggerDesign, facts: StackFacts, stream: TableStream, wishes: Wishes
) -> tuple[IFunction | None, ILogGroup | None, str, list[Statement]]:
    """
    Build or take what the pipe delivers to, and say what its role needs for that.
    """
    strategy = design.strategy
    encrypt = [] if strategy is None else policies.encrypt(design.key_arns, strategy.key_actions)
    if wishes.direct:
        # The design refused a strategy that Pipes cannot deliver to, and more than one target.
        assert strategy is not None  # noqa: S101 - for the type checker
        assert strategy.target is not None  # noqa: S101 - as above
        (arn,) = design.targets
        return None, None, arn, [policies.allow(strategy.target.actions, [arn]), *encrypt]
    start = [] if strategy is None else [policies.allow(strategy.actions, design.targets)]
    statements = [*start, *encrypt]
    if wishes.table_index_name is not None:
        index = index_arn(stream.table_arn, wishes.table_index_name)
        statements += policies.use_index(stream.table_arn, index, stream.key_arn)
    function, function_arn, log_group = _function(trigger, design, facts, wishes, statements)
    return function, log_group, function_arn, [policies.allow(["lambda:InvokeFunction"], [function_arn])]


def _function(
    trigger: Construct,
    design: TriggerDesign,
    facts: StackFacts,
    wishes: Wishes,
    statements: Sequence[Statement],
) -> tuple[IFunction, str, ILogGroup | None]:
    if wishes.function is not None:
        use_function(trigger, wishes.function, statements)
        return wishes.function, wishes.function.function_arn, None
    # The choice of arguments left one of the two.
    assert wishes.code is not None  # noqa: S101 - for the type checker
    options = wishes.function_options
    return build_function(
        trigger,
        name=design.name,
        code=wishes.code,
        env_vars=wishes.env_vars,
        statements=statements,
        options=options,
        boundary=arn_of_boundary(options.permissions_boundary) or wishes.options.boundary_arn,
        facts=facts,
    )
