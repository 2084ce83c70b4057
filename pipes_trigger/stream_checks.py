"""
What is checked of a table's and its stream's ARN: against each other, and against the place of the pipe.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipes_trigger.errors import Violation
from pipes_trigger.helpers.arns import Arn, ArnUriHelper, arn_faults, table_name, table_of_stream
from pipes_trigger.helpers.parameters import is_stand_in
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.source import TableStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    Where a stack deploys to; each part may be a token.
    """

    partition: str
    region: str
    account: str


def index_arn(table_arn: str, index_name: str) -> str:
    """
    Derive an index' ARN from its table's.

    Example:
        >>> index_arn("arn:aws-cn:dynamodb:cn-north-1:111122223333:table/orders", "status-index")
        'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/orders/index/status-index'
    """
    table = Arn.try_parse(table_arn)
    name = None if table is None else table_name(table.resource)
    if table is None or name is None:
        # A token: what it stands for is an ARN all the same, and an index' ARN continues its table's.
        return f"{table_arn}/index/{index_name}"
    return ArnUriHelper.build_dynamodb_table_index_arn(table.region, table.account, name, index_name, table.partition)


def check_stream(stream: TableStream, place: Place) -> tuple[list[Violation], list[Violation]]:
    """
    Check the table's and the stream's ARN against each other and against the pipe's place.
    """
    # An unresolved token is never looked into, and what is yet to be looked up says nothing.
    table_arn, stream_arn = (
        None if is_token(text) or is_stand_in(text) else text for text in (stream.table_arn, stream.stream_arn)
    )
    faults: list[Violation] = []
    warnings: list[Violation] = []
    table = Arn.try_parse(table_arn or "")
    if table_arn is not None and (table is None or table.service != "dynamodb" or not table_name(table.resource)):
        problem = f"is no ARN of a DynamoDB table: {table_arn!r}"
        faults.append(
            Violation(
                "SA001", "table ARN", problem, "give the table's own ARN, in its SSM parameter or where it is imported"
            )
        )
        table = None
    faults += [] if table is None else arn_faults(table, "table ARN")
    if stream.stream_arn.endswith("/stream/*"):
        # What CDK says of a replica, and of a table that was imported without its stream: readable behind any token.
        problem = f"names no one stream: {stream.stream_arn!r}"
        fix = "import the table with its stream: TableV2.from_table_attributes(..., table_stream_arn=...)"
        return [*faults, Violation("SA007", "stream ARN", problem, fix)], warnings
    parsed = Arn.try_parse(stream_arn or "")
    owner = None if parsed is None else table_of_stream(parsed)
    if stream_arn is not None and owner is None:
        problem = f"is no ARN of a DynamoDB stream: {stream_arn!r}"
        faults.append(
            Violation(
                "SA002",
                "stream ARN",
                problem,
                "give the stream's own ARN, in its SSM parameter or where it is imported",
            )
        )
    if table is not None and owner is not None and owner != table:
        problem = f"belongs to {owner}, and the table is {table}"
        faults.append(Violation("SA003", "stream ARN", problem, "look both up under the name of one table"))
    if owner is not None and not is_token(place.region) and owner.region != place.region:
        problem = f"lies in {owner.region}, and the pipe in {place.region}: a pipe reads streams of its own region only"
        faults.append(Violation("SA004", "stream ARN", problem, f"deploy the trigger's stack to {owner.region}"))
    if owner is not None and not is_token(place.account) and owner.account != place.account:
        warnings.append(_other_account(owner, stream.stream_arn, place))
    return faults, warnings


def elsewhere_faults(arns: Mapping[str, str], place: Place) -> list[Violation]:
    """
    Say what of a pipe's own lies in another region than the pipe.

    Args:
        arns: For each argument the ARN that the pipe itself reaches; tokens are trusted.
        place: Where the pipe is.

    Example:
        >>> place = Place(partition="aws", region="eu-west-1", account="111122223333")
        >>> print(*elsewhere_faults({"function": "arn:aws:lambda:us-east-1:111122223333:function:orders"}, place))
        [SA008] function: lies in us-east-1, and the pipe in eu-west-1: a pipe reaches its own region only; ...
    """
    parsed = {path: Arn.try_parse(text) for path, text in arns.items()}
    return [
        Violation(
            "SA008",
            path,
            f"lies in {arn.region}, and the pipe in {place.region}: a pipe reaches its own region only",
            f"pass one of {place.region}",
        )
        for path, arn in parsed.items()
        if arn is not None and arn.region and arn.region != place.region and not is_token(arn.region + place.region)
    ]


def _other_account(owner: Arn, stream_arn: str, place: Place) -> Violation:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{owner.partition}:iam::{place.account}:root"},
        "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        "Resource": stream_arn,
    }
    return Violation(
        "SA005",
        "stream ARN",
        f"belongs to account {owner.account}, and the pipe to {place.account}; that a pipe can read the stream of "
        "another account is documented nowhere (unverified)",
        f"the stream's resource policy would need at least {json.dumps(statement)}",
    )
