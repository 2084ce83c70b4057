"""
The trigger's function: built with a role of its own, or an existing one that is given what the trigger type needs.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations, Duration, RemovalPolicy
from aws_cdk.aws_iam import PolicyDocument, PolicyStatement, Role, ServicePrincipal
from aws_cdk.aws_lambda import Architecture, Code, Function, Runtime, RuntimeFamily
from aws_cdk.aws_logs import LogGroup, RetentionDays

from pipes_trigger import policies
from pipes_trigger.making import make

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.aws_lambda import IFunction
    from constructs import Construct

    from pipes_trigger.design import CodeToBuild
    from pipes_trigger.options import FunctionOptions
    from pipes_trigger.policies import Statement
    from pipes_trigger.stack_facts import StackFacts

# CDK names its retentions; the numbers are CloudWatch Logs' own.
_RETENTION: Final = {
    1: "ONE_DAY",
    3: "THREE_DAYS",
    5: "FIVE_DAYS",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    60: "TWO_MONTHS",
    90: "THREE_MONTHS",
    120: "FOUR_MONTHS",
    150: "FIVE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
    400: "THIRTEEN_MONTHS",
    545: "EIGHTEEN_MONTHS",
    731: "TWO_YEARS",
    1096: "THREE_YEARS",
    1827: "FIVE_YEARS",
    2192: "SIX_YEARS",
    2557: "SEVEN_YEARS",
    2922: "EIGHT_YEARS",
    3288: "NINE_YEARS",
    3653: "TEN_YEARS",
}


# CDK's values are immutable and belong to no app, so each is made once a process.
@cache
def seconds(count: int) -> Duration:
    """
    Return a duration.
    """
    return Duration.seconds(count)


@cache
def _runtime(name: str) -> Runtime:
    return Runtime(name, RuntimeFamily.PYTHON) if name.startswith("python") else Runtime(name)


@cache
def _lambda_service() -> ServicePrincipal:
    return ServicePrincipal("lambda.amazonaws.com")


def log_group(scope: Construct, construct_id: str, *, retention_days: int, keep: bool, name: str | None) -> LogGroup:
    """
    Build a log group that forgets, and that goes with its stack unless it is kept.
    """
    return make(
        LogGroup,
        scope,
        construct_id,
        {
            "logGroupName": name,
            "retention": RetentionDays[_RETENTION[retention_days]],
            "removalPolicy": RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
        },
    )


def build_function(
    scope: Construct,
    *,
    name: str,
    code: CodeToBuild,
    env_vars: Mapping[str, str],
    statements: Sequence[Statement],
    options: FunctionOptions,
    facts: StackFacts,
) -> tuple[Function, LogGroup | None]:
    """
    Build the function, its role and, unless the options say otherwise, its log group.
    """
    logs = None
    if options.own_log_group:
        # CloudFormation names it: a group called after the function may be there already, made by Lambda itself.
        retention, keep = options.log_retention_days, options.keep_logs
        logs = log_group(scope, "LogGroup", retention_days=retention, keep=keep, name=None)
        needed = [*statements, policies.write_logs(logs.log_group_arn)]
    else:
        place = facts.place
        group = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:/aws/lambda/{name}:*"
        # The ARN of a log group ends in `:*` for every action but tagging (CloudWatch Logs user guide, doc).
        needed = [*statements, policies.write_logs(group), policies.allow(["logs:CreateLogGroup"], [group])]
    if options.tracing:
        needed.append(policies.trace())
    function = make(
        Function,
        scope,
        "Function",
        {
            "functionName": name,
            "runtime": _runtime(code.runtime),
            "handler": code.handler,
            "code": _staged(code.path, facts),
            "environment": dict(env_vars),
            "memorySize": options.memory_size,
            "timeout": seconds(options.timeout_seconds),
            "role": _role(scope, needed),
            "logGroup": logs,
            "layers": list(options.layers) or None,
            "architecture": Architecture.ARM_64 if options.architecture == "arm64" else None,
            "reservedConcurrentExecutions": options.reserved_concurrency,
            "description": options.description,
        },
    )
    if options.tracing:
        # Function(tracing=...) would add a second policy beside the role's inline one.
        function.node.default_child.add_property_override("TracingConfig", {"Mode": "Active"})  # type: ignore[union-attr]
    return function, logs


def _role(scope: Construct, statements: Sequence[Statement]) -> Role:
    """
    Build the function's role.

    Its policy is inline: with the role it is created in one step, and nothing can run before it is there.
    """
    policy = PolicyDocument.from_json(policies.document(statements))
    properties = {"assumedBy": _lambda_service(), "inlinePolicies": {"Trigger": policy}}
    return make(Role, scope, "FunctionRole", properties)


def _staged(path: str, facts: StackFacts) -> Code:
    place = str(Path(path).absolute())
    if place not in facts.codes:
        # Byte code differs from machine to machine, and with it the asset's hash.
        facts.codes[place] = Code.from_asset(path, exclude=["__pycache__", "*.pyc"])
    return facts.codes[place]


def use_function(scope: Construct, function: IFunction, statements: Sequence[Statement]) -> IFunction:
    """
    Give an existing function what the trigger type needs, or say that it cannot be given here.
    """
    if function.role is None:
        needed = "; ".join(f"{statement['Action']} on {statement['Resource']}" for statement in statements)
        message = f"the function was imported without its role, which must allow: {needed}"
        Annotations.of(scope).add_warning_v2("pipes-trigger:function-role", message)
    else:
        for statement in statements:
            function.add_to_role_policy(PolicyStatement.from_json(statement))
    return function
