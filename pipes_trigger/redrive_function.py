"""
The scheduled function that brings back what a pipe gave up, with the least that it needs.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource
from aws_cdk.aws_lambda import Code

from pipes_trigger import policies
from pipes_trigger.design import CodeToBuild
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.function import FunctionParts, build_function
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.making import loaded
from pipes_trigger.options.function import FunctionOptions
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.redrive_bundle import HANDLER, write_bundle
from pipes_trigger.stack_facts import facts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.aws_lambda import Function
    from aws_cdk.aws_sqs import IQueue
    from constructs import Construct

    from pipes_trigger.enrichment import Enrichment
    from pipes_trigger.policies import Statement
    from pipes_trigger.spec import PipeSpec

_SCHEDULE: Final = re.compile(r"(rate|cron)\(.+\)")
_MEMORY: Final = 512
_TIMEOUT: Final = 900  # seconds: an invocation of the pipe's target may take as long
_READ_STREAM: Final = ("dynamodb:GetRecords", "dynamodb:GetShardIterator")
_PARTS: Final = FunctionParts("Redrive", "RedriveRole", "RedriveLogs", "Redrive")
_WORK_ON_QUEUE: Final = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage")


def build_redrive(
    scope: Construct,
    *,
    schedule: Any,
    pipe: PipeSpec,
    queue: IQueue | None,
    stream_arn: str,
    key_arn: str | None,
    target_arn: str,
    target_statements: Sequence[Statement],
    enrichment: Enrichment | None,
    boundary: str | None,
    options: FunctionOptions,
) -> Function:
    """
    Build the function, its role, its log group and the rule that starts it.

    Args:
        scope: The trigger.
        schedule: `rate(1 hour)`, `cron(...)`, or a `Schedule` of CDK.
        pipe: The pipe: its name, filters, templates, target parameters, batch size, and whether it bisects.
        queue: Where the pipe puts what it gives up.
        stream_arn: The stream.
        key_arn: The table's customer key, where it has one.
        target_arn: What the pipe delivers to.
        target_statements: What that needs: the statements of the pipe's own role, such as `sqs:SendMessage`.
        enrichment: The pipe's enrichment, where it has one.
        boundary: The ARN of the managed policy that bounds the function's role.
        options: How the function is built.

    Raises:
        ConfigurationError: There is no queue, the schedule is none, a filter holds a token, the enrichment cannot be
            called by a function, or the trigger has such a function already; every fault at once.
    """
    expression = getattr(schedule, "expression_string", schedule)
    faults = []
    if not isinstance(expression, str) or not (is_token(expression) or _SCHEDULE.fullmatch(expression)):
        fix = "write 'rate(1 hour)', 'cron(...)', or pass a Schedule"
        faults.append(Violation("RD006", "schedule", f"is no schedule: {expression!r}", fix))
    if queue is None:
        fix = "give the trigger a queue: FailureHandling(dead_letter='queue')"
        faults.append(Violation("RD007", "failure_handling", "has no dead-letter queue to redrive from", fix))
    if scope.node.try_find_child(_PARTS.function) is not None:
        problem = "the trigger has its redrive already"
        faults.append(Violation("RD011", "add_redrive", problem, "call it once, and keep what it returns"))
    if enrichment is not None and enrichment.over_http:
        fix = "bring back what this pipe gave up by hand"
        problem = "is called over HTTP, which Pipes alone can do"
        faults.append(Violation("RD008", "enrichment", problem, fix))
    with TemporaryDirectory(prefix="pipes-trigger-") as directory:
        try:
            write_bundle(Path(directory), pipe)
        except ConfigurationError as error:
            faults += error.violations
        if faults or queue is None:
            raise ConfigurationError(faults)
        function = build_function(
            scope,
            name=None,
            code=CodeToBuild(path="", handler=HANDLER, runtime=options.runtime, given=Code.from_asset(directory)),
            env_vars={
                "QUEUE_URL": queue.queue_url,
                "TARGET_ARN": target_arn,
                **({} if enrichment is None else {"ENRICHMENT_ARN": enrichment.arn}),
                **({"PIPE_NAME": pipe.name} if is_token(pipe.name) else {}),
            },
            statements=[
                policies.allow(_WORK_ON_QUEUE, [queue.queue_arn]),
                policies.allow(_READ_STREAM, [stream_arn]),
                *target_statements,
                *([] if enrichment is None else enrichment.statements),
                *_decrypt(queue, key_arn),
            ],
            options=options,
            boundary=boundary,
            facts=facts_of(scope),
            parts=_PARTS,
        ).function
    if enrichment is not None and enrichment.grant is not None and function.role is not None:
        enrichment.grant(function.role)
    _run_on(scope, expression, function)
    return loaded(function)


def _decrypt(queue: IQueue, key_arn: str | None) -> list[Statement]:
    queue_key = queue.encryption_master_key
    keys = [*([key_arn] if key_arn else []), *([queue_key.key_arn] if queue_key is not None else [])]
    return [policies.allow(["kms:Decrypt"], keys)] if keys else []


def redrive_options(options: FunctionOptions) -> FunctionOptions:
    """
    Give the options of a redrive function from those of the pipe's own: the same network, keys and logs.

    It runs Python whatever the other one runs, with room and time for whole batches, and one run at a time where the
    other one's runs are counted.
    """
    runtime = str(options.runtime)
    return replace(
        options,
        runtime=runtime if runtime.startswith("python") else FunctionOptions().runtime,
        memory_size=_MEMORY,
        timeout=_TIMEOUT,
        description="Delivers what the pipe gave up once more",
        own_log_group=True,
        layers=(),
        role=None,
        reserved_concurrency=None if options.reserved_concurrency is None else 1,
    )


def _run_on(scope: Construct, schedule: str, function: Function) -> None:
    rule = CfnResource(
        scope,
        "RedriveRule",
        type="AWS::Events::Rule",
        properties={
            "ScheduleExpression": schedule,
            "State": "ENABLED",
            "Targets": [{"Arn": function.function_arn, "Id": "Redrive"}],
        },
    )
    CfnResource(
        scope,
        "RedrivePermission",
        type="AWS::Lambda::Permission",
        properties={
            "Action": "lambda:InvokeFunction",
            "FunctionName": function.function_arn,
            "Principal": "events.amazonaws.com",
            "SourceArn": rule.get_att("Arn").to_string(),
        },
    )
