"""
The trigger's function: built with a role of its own, or an existing one that is given what the trigger type needs.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import jsii
from aws_cdk import Annotations, Duration, Resource, Stack
from aws_cdk.aws_iam import Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal

from pipes_trigger import policies
from pipes_trigger.log_groups import log_group
from pipes_trigger.making import make, stand_in
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.aws_iam import IRole
    from aws_cdk.aws_lambda import Code, Function, IFunction, Runtime
    from aws_cdk.aws_logs import LogGroup
    from constructs import Construct

    from pipes_trigger.design import CodeToBuild
    from pipes_trigger.options.function import FunctionOptions
    from pipes_trigger.policies import Statement
    from pipes_trigger.stack_facts import StackFacts
    from pipes_trigger.stream_checks import Place


class _RuntimeFamily(Enum):
    """
    The one member of CDK's that is needed, which Node knows by the name of its type.
    """

    __jsii_type__ = "aws-cdk-lib.aws_lambda.RuntimeFamily"

    PYTHON = "PYTHON"


# `aws_lambda` loads `aws_ec2`, `aws_logs` and more, which took a quarter of Python's time for an app of fifty triggers.
_FUNCTION: Final = stand_in("aws_lambda.Function", Resource)
_CODE: Final = stand_in("aws_lambda.AssetCode")
_RUNTIME: Final = stand_in("aws_lambda.Runtime")


# CDK's values are immutable and belong to no app, so each is made once a process.
@cache
def seconds(count: int) -> Duration:
    """
    Return a duration.
    """
    return Duration.seconds(count)


@cache
def _runtime(name: str) -> Runtime:
    runtime: Runtime = make(_RUNTIME, name, *([_RuntimeFamily.PYTHON] if name.startswith("python") else []))
    return runtime


@cache
def _lambda_service() -> ServicePrincipal:
    return ServicePrincipal("lambda.amazonaws.com")


@dataclass(frozen=True, slots=True)
class FunctionParts:
    """
    What the parts of a function are called in the construct tree, and its role's policy.
    """

    function: str = "Function"
    role: str = "FunctionRole"
    logs: str = "LogGroup"
    policy: str = "Trigger"


_PARTS: Final = FunctionParts()


class BuiltFunction(NamedTuple):
    """
    A function, its ARN, and its log group where that was built.
    """

    function: Function
    arn: str
    log_group: LogGroup | None


def build_function(
    scope: Construct,
    *,
    name: str | None,
    code: CodeToBuild,
    env_vars: Mapping[str, str],
    statements: Sequence[Statement],
    options: FunctionOptions,
    boundary: str | None,
    facts: StackFacts,
    parts: FunctionParts = _PARTS,
) -> BuiltFunction:
    """
    Build a function, its role and, unless the options say otherwise, its log group.

    Args:
        scope: The trigger.
        name: The function's name; None where CloudFormation makes one up, which takes a log group of its own.
        code: Its code.
        env_vars: Its environment.
        statements: What it needs for its work.
        options: How it is built.
        boundary: The ARN of the managed policy that bounds its role.
        facts: What is known of the stack.
        parts: What the parts are called.
    """
    logs, needed = _logs(scope, name, options, facts.place, parts)
    needed = [*statements, *needed]
    if options.tracing:
        needed.append(policies.trace())
    if options.vpc is not None:
        needed += policies.join_network(facts.place)
    if options.environment_key is not None:
        needed.append(policies.allow(["kms:Decrypt"], [options.environment_key.key_arn]))
    policy = None if options.role is None else _allow(scope, options.role, needed)
    function = make(
        _FUNCTION,
        scope,
        parts.function,
        {
            "functionName": name,
            "runtime": _runtime(code.runtime),
            "handler": code.handler,
            "code": _staged(code.path, facts) if code.given is None else code.given,
            "environment": dict(env_vars),
            "memorySize": options.memory_size,
            "timeout": seconds(options.timeout_seconds),
            "role": _role(scope, needed, boundary, parts) if options.role is None else options.role,
            "logGroup": logs,
            "loggingFormat": None if options.log_format is None else _logging_format(options.log_format),
            "layers": list(options.layers) or None,
            "architecture": _arm64() if options.architecture == "arm64" else None,
            "reservedConcurrentExecutions": options.reserved_concurrency,
            "description": options.description,
            "vpc": options.vpc,
            "vpcSubnets": options.vpc_subnets,
            "securityGroups": list(options.security_groups) or None,
            "environmentEncryption": options.environment_key,
        },
    )
    if policy is not None:
        # CDK lets a function wait for its role's own policies, and this is none: a function in a VPC needs it at once.
        function.node.add_dependency(policy)
    if options.tracing:
        # Function(tracing=...) would add a second policy beside the role's inline one; a raw override would hide the
        # tracing from aspects and checks that read the resource.
        resource: Any = function.node.default_child
        resource.tracing_config = {"mode": "Active"}
    # Read as `function.function_arn` reads it, but from the stand-in, which stays one.
    return BuiltFunction(function, cast("str", jsii.get(function, "functionArn")), logs)


def _logging_format(name: str) -> Any:
    from aws_cdk.aws_lambda import LoggingFormat  # noqa: PLC0415 - few ask for one

    return LoggingFormat[name.upper()]


def _arm64() -> Any:
    from aws_cdk.aws_lambda import Architecture  # noqa: PLC0415 - as above

    return Architecture.ARM_64


def _logs(
    scope: Construct, name: str | None, options: FunctionOptions, place: Place, parts: FunctionParts
) -> tuple[LogGroup | None, list[Statement]]:
    if not options.own_log_group:
        group = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:/aws/lambda/{name}:*"
        # The ARN of a log group ends in `:*` for every action but tagging (CloudWatch Logs user guide, doc).
        return None, [policies.write_logs(group), policies.allow(["logs:CreateLogGroup"], [group])]
    # CloudFormation names it: a group called after the function may be there already, made by Lambda itself.
    logs = log_group(
        scope,
        parts.logs,
        place=place,
        retention_days=options.log_retention_days,
        keep=options.keep_logs,
        key=options.log_key,
    )
    key = [] if options.log_key is None else [policies.log_with_key(options.log_key.key_arn, place)]
    return logs, [policies.write_logs(logs.log_group_arn), *key]


def _role(scope: Construct, statements: Sequence[Statement], boundary: str | None, parts: FunctionParts) -> Role:
    """
    Build the function's role.

    Its policy is inline: with the role it is created in one step, and nothing can run before it is there.
    """
    policy = PolicyDocument.from_json(policies.document(statements))
    properties = {"assumedBy": _lambda_service(), "inlinePolicies": {parts.policy: policy}}
    role = make(Role, scope, parts.role, properties)
    if boundary is not None:
        role.node.default_child.add_property_override("PermissionsBoundary", boundary)  # type: ignore[union-attr]
    return role


def _allow(scope: Construct, role: IRole, statements: Sequence[Statement]) -> Policy | None:
    """
    Give a role of the user's what it needs, and return the policy where that is one of the trigger's.

    A role of another stack keeps its own policy: that would refer to what this stack has, as this stack refers to the
    role, and of two stacks that need each other none can be deployed.
    """
    wanted = [PolicyStatement.from_json(statement) for statement in statements]
    if Stack.of(role).node.path == Stack.of(scope).node.path:
        for statement in wanted:
            role.add_to_principal_policy(statement)
        return None
    policy = Policy(scope, "FunctionPolicy", statements=wanted)
    # The role attaches it, and not the other way round: one that was imported as immutable does not.
    role.attach_inline_policy(policy)
    return policy


def _staged(path: str, facts: StackFacts) -> Code:
    place = str(Path(path).absolute())
    if place not in facts.codes:
        # Byte code differs from machine to machine, and with it the asset's hash.
        # Node would look for a relative path where it was started, whatever the working directory is now.
        facts.codes[place] = make(_CODE, place, {"exclude": ["__pycache__", "*.pyc"]})
    return facts.codes[place]


def use_function(scope: Construct, function: IFunction, statements: Sequence[Statement]) -> None:
    """
    Give an existing function what the trigger type needs, or say that it cannot be given here.
    """
    if not statements:
        return
    if function.role is None:
        # In CloudFormation's words, as nobody can paste CDK's own marks into a policy.
        resolved = Stack.of(scope).resolve(statements)
        needed = "; ".join(f"{statement['Action']} on {statement['Resource']}" for statement in resolved)
        message = f"the function was imported without its role, which must allow: {needed}"
        Annotations.of(scope).add_warning_v2("pipes-trigger:function-role", message)
    else:
        _allow(scope, function.role, statements)
