"""
The IAM of a trigger as data: who may do what to what.

No statement has a wildcard but where the service takes nothing else: X-Ray's, those for network interfaces in a VPC,
the `:*` with which a log group's ARN ends, and the names that a pipe makes up for its logs in a bucket.

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


def pipe_arn(place: Place, pipe_name: str) -> str:
    """
    Give a pipe's ARN before the pipe is there.
    """
    return f"arn:{place.partition}:pipes:{place.region}:{place.account}:pipe/{pipe_name}"


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
                        "aws:SourceArn": pipe_arn(place, pipe_name),
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


def put_logs_to_bucket(bucket_arn: str, prefix: str, key_arn: str | None) -> list[Statement]:
    """
    Write a pipe's logs below a prefix of a bucket, and encrypt with the bucket's customer key where it has one.
    """
    put = allow(["s3:PutObject"], [f"{bucket_arn}/{prefix}/*"])
    return [put, *encrypt([key_arn] if key_arn else [])]


def encrypt(
    key_arns: Sequence[str], actions: Sequence[str] = ("kms:GenerateDataKey", "kms:Decrypt")
) -> list[Statement]:
    """
    Write to what is encrypted with customer keys.
    """
    return [allow(actions, key_arns)] if key_arns and actions else []


def protect_pipe(key_arn: str, place: Place, pipe_name: str) -> list[Statement]:
    """
    Keep a pipe's filter and template under a customer key ("Encrypting EventBridge Pipes data with AWS KMS keys", doc).

    The page names the encryption context `aws:pipes:arn` where it explains it, `aws:pipe:arn` where it shows a policy.
    [?] Each gets a statement: a context that never comes grants nothing.
    """
    arn = pipe_arn(place, pipe_name)
    use = allow(["kms:GenerateDataKey", "kms:Decrypt"], [key_arn])
    return [
        allow(["kms:DescribeKey"], [key_arn]),
        *(
            {**use, "Condition": {"StringEquals": {f"kms:EncryptionContext:{context}": arn}}}
            for context in ("aws:pipe:arn", "aws:pipes:arn")
        ),
    ]


def log_with_key(key_arn: str, place: Place) -> Statement:
    """
    Let a role that writes to CloudWatch Logs use the key of its log group, through that service alone.

    Source: "Encrypt log data in CloudWatch Logs using AWS KMS" (doc).
    """
    actions = ("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
    condition = {"StringEquals": {"kms:ViaService": f"logs.{place.region}.amazonaws.com"}}
    return {**allow([f"kms:{action}" for action in actions], [key_arn]), "Condition": condition}


def log_data_with_key(key_arn: str, place: Place) -> Statement:
    """
    Let a pipe under a customer key have its records logged ("Encrypting EventBridge Pipes data", doc).
    """
    return {**allow(["kms:GenerateDataKey"], [key_arn]), "Condition": _delivered_logs(place)}


def let_delivery_use_key(place: Place) -> Statement:
    """
    Let the delivery of logs read what a pipe logs under a customer key: a statement of the key's own policy.
    """
    return {
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Condition": _delivered_logs(place),
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Resource": "*",
    }


def _delivered_logs(place: Place) -> dict[str, Any]:
    source = f"arn:{place.partition}:logs:{place.region}:{place.account}:*"
    return {"StringLike": {"kms:EncryptionContext:SourceArn": source}}


def let_logs_use_key(place: Place, log_group: str) -> Statement:
    """
    Let CloudWatch Logs encrypt log groups of this name with a key: a statement of the key's own policy.

    Source: "Encrypt log data in CloudWatch Logs using AWS KMS" (doc); in a key's policy `*` is the key itself.
    """
    group = f"arn:{place.partition}:logs:{place.region}:{place.account}:log-group:{log_group}"
    actions = ["Encrypt*", "Decrypt*", "ReEncrypt*", "GenerateDataKey*", "Describe*"]
    return {
        "Action": [f"kms:{action}" for action in actions],
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": group}},
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{place.region}.amazonaws.com"},
        "Resource": "*",
    }


def join_network(place: Place) -> list[Statement]:
    """
    Let a function have network interfaces in a VPC ("Giving Lambda functions access to resources in a VPC", doc).

    Describing takes no resource; a function whose role names single interfaces may not reach its VPC.
    """
    changes = (
        "CreateNetworkInterface",
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
    )
    describe = ("DescribeNetworkInterfaces", "DescribeSubnets")
    here = f"arn:{place.partition}:ec2:{place.region}:{place.account}:*/*"
    return [
        allow([f"ec2:{action}" for action in changes], [here]),
        allow([f"ec2:{action}" for action in describe], ["*"]),
    ]


def trace() -> Statement:
    """
    Send traces; X-Ray knows no resources for these actions (service authorization reference).
    """
    return allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])
