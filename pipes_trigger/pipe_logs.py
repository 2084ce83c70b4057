"""
What a pipe itself logs, and where to: a log group of its own, or what the user has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Annotations

from pipes_trigger import policies
from pipes_trigger.log_groups import add_to_key_policy, log_group
from pipes_trigger.pipes_alpha import bind
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aws_cdk.aws_iam import IRole
    from aws_cdk.aws_kms import IKey
    from constructs import Construct

    from pipes_trigger.options.logging import PipeLogging
    from pipes_trigger.policies import Statement
    from pipes_trigger.stream_checks import Place


@dataclass(slots=True)
class PipeLogs:
    """
    Where a pipe logs, and what it needs for that.

    Attributes:
        destinations: The destinations, as the pipe's log configuration has them.
        statements: What the pipe's role needs.
        to_grant: What pipes-alpha's destinations grant by themselves.
    """

    destinations: dict[str, Any] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    to_grant: list[Callable[[IRole], Any]] = field(default_factory=list)


def pipe_logs(
    scope: Construct, name: str, logging: PipeLogging | None, place: Place, pipe_key: IKey | None
) -> PipeLogs:
    """
    Build the log group of a pipe that logs, or take the destinations that were given.

    Args:
        scope: The trigger.
        name: What the group, or the prefix in a bucket, is called after.
        logging: What to log; None for nothing.
        place: Where the stack deploys to.
        pipe_key: The customer key that the pipe itself is under; None where there is none.
    """
    logs = PipeLogs()
    if logging is None or logging.level == "OFF":
        return logs
    if logging.include_execution_data:
        message = "the pipe logs whole records, which Pipes never redacts (PipeLogging(include_execution_data=True))"
        Annotations.of(scope).add_warning_v2("pipes-trigger:execution-data", message)
        if pipe_key is not None:
            add_to_key_policy(scope, pipe_key, policies.let_delivery_use_key(place))
            logs.statements.append(policies.log_data_with_key(pipe_key.key_arn, place))
    if not logging.destinations:
        # Groups under this prefix share one resource policy of the account, which is limited in size.
        group = log_group(
            scope,
            "PipeLogs",
            place=place,
            retention_days=logging.retention_days,
            name=f"/aws/vendedlogs/pipes/{name}",
            key=logging.encryption_key,
        )
        _to_group(logs, group)
    for destination in logging.destinations:
        _add(logs, name, destination)
    return logs


def _add(logs: PipeLogs, name: str, destination: Any) -> None:
    if hasattr(destination, "log_group_arn"):
        _to_group(logs, destination)
    elif hasattr(destination, "bucket_arn"):
        _to_bucket(logs, name, destination)
    elif hasattr(destination, "delivery_stream_arn"):
        arn = destination.delivery_stream_arn
        logs.destinations["firehoseLogDestination"] = {"deliveryStreamArn": arn}
        logs.statements.append(policies.allow(["firehose:PutRecord", "firehose:PutRecordBatch"], [arn]))
    else:
        logs.destinations |= _bound(destination)
        logs.to_grant.append(destination.grant_push)


def _to_group(logs: PipeLogs, group: Any) -> None:
    arn = group.log_group_arn
    logs.destinations["cloudwatchLogsLogDestination"] = {"logGroupArn": arn}
    logs.statements.append(policies.write_logs(arn))


def _to_bucket(logs: PipeLogs, prefix: str, bucket: Any) -> None:
    logs.destinations["s3LogDestination"] = {
        "bucketName": bucket.bucket_name,
        "bucketOwner": bucket.env.account,
        "prefix": prefix,
    }
    key = bucket.encryption_key
    logs.statements += policies.put_logs_to_bucket(bucket.bucket_arn, prefix, None if key is None else key.key_arn)


def _bound(destination: Any) -> dict[str, Any]:
    parameters = bind(destination)[0].parameters
    given = {
        "cloudwatchLogsLogDestination": parameters.cloudwatch_logs_log_destination,
        "firehoseLogDestination": parameters.firehose_log_destination,
        "s3LogDestination": parameters.s3_log_destination,
    }
    return {name: value for name, value in given.items() if value is not None}


def log_configuration(logging: PipeLogging | None, logs: PipeLogs) -> dict[str, Any] | None:
    """
    Say what the pipe logs, and where; None for nothing.
    """
    if logging is None:
        return None
    data: Sequence[str] = ["ALL"] if logging.include_execution_data else []
    return {**logs.destinations, "level": logging.level, **({"includeExecutionData": data} if data else {})}
