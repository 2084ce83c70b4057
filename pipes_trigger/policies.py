"""
The IAM of a trigger as data: who may do what to what.

No statement has a wildcard but X-Ray's, which takes nothing else, and the `:*` with which a log group's ARN ends.

Sources: "EventBridge Pipes permissions" and the service authorization reference (doc).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipes_trigger.stream_checks import Place

Statement = dict[str, Any]


def allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """
    Allow actions on resources; a single one stands without its list, as CDK writes it.

    Example:
        >>> allow(["sns:Publish"], ["arn:x"])
        {'Action': 'sns:Publish', 'Effect': 'Allow', 'Resource': 'arn:x'}
    """
    return {"Action": _single(actions), "Effect": "Allow", "Resource": _single(resources)}


def document(statements: Iterable[Statement]) -> dict[str, Any]:
    """
    Wrap statements into a policy document.
    """
    return {"Statement": list(statements), "Version": "2012-10-17"}


def _single(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def pipe_trust(place: Place, pipe_name: str) -> dict[str, Any]:
    """
    Let EventBridge Pipes assume the role for this one pipe, and for nobody else's (the confused deputy).
    """
    return document(
        [
            {
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {
                        "aws:SourceAccount": place.account,
                        "aws:SourceArn": f"arn:{place.partition}:pipes:{place.region}:{place.account}:pipe/{pipe_name}",
                    }
                },
                "Effect": "Allow",
                "Principal": {"Service": "pipes.amazonaws.com"},
            }
        ]
    )


def read_stream(stream_arn: str, key_arn: str | None) -> list[Statement]:
    """
    Read one stream, and decrypt with the table's customer key where it has one.
    """
    actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"]
    statements = [allow([f"dynamodb:{action}" for action in actions], [stream_arn])]
    return [*statements, allow(["kms:Decrypt"], [key_arn])] if key_arn else statements


def use_index(table_arn: str, index_arn: str, key_arn: str | None) -> list[Statement]:
    """
    Query a table and one of its indexes, and update items: an update is a table's action, an index has none.

    A table with a customer key is read and written with that key.
    """
    statements = [allow(["dynamodb:Query"], [table_arn, index_arn]), allow(["dynamodb:UpdateItem"], [table_arn])]
    return [*statements, allow(["kms:Decrypt"], [key_arn])] if key_arn else statements


def write_logs(log_group_arn: str) -> Statement:
    """
    Write to one log group; the ARN that CloudFormation gives of one ends in `:*`, which means its streams.
    """
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group_arn])


def trace() -> Statement:
    """
    Send traces; X-Ray knows no resources for these actions (service authorization reference).
    """
    return allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])
