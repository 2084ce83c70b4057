"""
Building what a design says: the function, what the pipe needs beside it, and the pipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk.aws_pipes import CfnPipe

from pipes_trigger import policies
from pipes_trigger.function import build_function, use_function
from pipes_trigger.making import make
from pipes_trigger.pipe import dead_letter, pipe_log_group, pipe_role
from pipes_trigger.pipe_properties import log_configuration, source_parameters
from pipes_trigger.stream_checks import index_arn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.aws_iam import CfnRole
    from aws_cdk.aws_lambda import IFunction
    from aws_cdk.aws_logs import ILogGroup
    from aws_cdk.aws_sqs import IQueue
    from constructs import Construct

    from pipes_trigger.design import CodeToBuild, TriggerDesign
    from pipes_trigger.options import FailureHandling, FunctionOptions, PipeLogging, StreamReading
    from pipes_trigger.policies import Statement
    from pipes_trigger.source import TableStream
    from pipes_trigger.stack_facts import StackFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """
    What of a call is built as it says, without a decision.

    Attributes:
        function: The existing function; None where `code` is built.
        code: The code to build; None where the function exists.
        env_vars: The built function's environment.
        function_options: How it is built.
        table_index_name: The index that the function queries.
        reading: How the stream is read.
        failures: What happens to what fails.
        logging: What the pipe logs; None for nothing.
        desired_state: `RUNNING` or `STOPPED`; None leaves it to the service.
        description: The pipe's description.
    """

    function: IFunction | None
    code: CodeToBuild | None
    env_vars: Mapping[str, str]
    function_options: FunctionOptions
    table_index_name: str | None
    reading: StreamReading
    failures: FailureHandling
    logging: PipeLogging | None
    desired_state: str | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """
    What was built, or taken.
    """

    function: IFunction
    log_group: ILogGroup | None
    dead_letter_queue: IQueue | None
    pipe_role: CfnRole
    pipe: CfnPipe


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
    statements = [policies.allow(design.strategy.actions, design.targets)]
    if wishes.table_index_name is not None:
        index = index_arn(stream.table_arn, wishes.table_index_name)
        statements += policies.use_index(stream.table_arn, index, stream.key_arn)
    function, log_group = _function(trigger, design, facts, wishes, statements)

    given_up = dead_letter(trigger, wishes.failures)
    logs_arn = pipe_log_group(trigger, design.name, wishes.logging)
    function_arn = function.function_arn
    needed = [
        *policies.read_stream(stream.stream_arn, stream.key_arn),
        policies.allow(["lambda:InvokeFunction"], [function_arn]),
        *given_up.statements,
        *([] if logs_arn is None else [policies.write_logs(logs_arn)]),
    ]
    role = pipe_role(trigger, facts.place, design.name, needed)
    properties = {
        "name": design.name,
        "roleArn": role,
        "source": stream.stream_arn,
        "sourceParameters": source_parameters(design.filters, wishes.reading, wishes.failures, given_up.arn),
        "target": function_arn,
        "targetParameters": {"inputTemplate": design.template.text},
        "logConfiguration": log_configuration(wishes.logging, logs_arn),
        "desiredState": wishes.desired_state,
        "description": wishes.description,
    }
    pipe = make(CfnPipe, trigger, "Pipe", properties)
    return Parts(function=function, log_group=log_group, dead_letter_queue=given_up.queue, pipe_role=role, pipe=pipe)


def _function(
    trigger: Construct,
    design: TriggerDesign,
    facts: StackFacts,
    wishes: Wishes,
    statements: Sequence[Statement],
) -> tuple[IFunction, ILogGroup | None]:
    if wishes.function is not None:
        return use_function(trigger, wishes.function, statements), None
    # The choice of arguments left one of the two.
    assert wishes.code is not None  # noqa: S101 - for the type checker
    return build_function(
        trigger,
        name=design.name,
        code=wishes.code,
        env_vars=wishes.env_vars,
        statements=statements,
        options=wishes.function_options,
        facts=facts,
    )
