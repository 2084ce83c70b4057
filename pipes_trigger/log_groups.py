"""
Log groups that forget, and the keys that they are under.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aws_cdk import Annotations, RemovalPolicy, Stack
from aws_cdk.aws_iam import PolicyStatement

from pipes_trigger import policies
from pipes_trigger.making import make

if TYPE_CHECKING:
    from aws_cdk.aws_kms import IKey
    from aws_cdk.aws_logs import LogGroup
    from constructs import Construct

    from pipes_trigger.policies import Statement
    from pipes_trigger.stream_checks import Place

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


def log_group(
    scope: Construct,
    construct_id: str,
    *,
    place: Place,
    retention_days: int,
    keep: bool = False,
    name: str | None = None,
    key: IKey | None = None,
) -> LogGroup:
    """
    Build a log group that forgets, and that goes with its stack unless it is kept.
    """
    from aws_cdk.aws_logs import LogGroup, RetentionDays  # noqa: PLC0415 - only a trigger that builds a log group

    if key is not None:
        # A group without a name gets one that nobody knows before the key's policy has to be there.
        add_to_key_policy(scope, key, policies.let_logs_use_key(place, name or "*"))
    return make(
        LogGroup,
        scope,
        construct_id,
        {
            "logGroupName": name,
            "retention": RetentionDays[_RETENTION[retention_days]],
            "removalPolicy": RemovalPolicy.RETAIN if keep else RemovalPolicy.DESTROY,
            "encryptionKey": key,
        },
    )


def add_to_key_policy(scope: Construct, key: IKey, statement: Statement) -> None:
    """
    Add a statement to a key's policy, or say what the policy of a key that was imported must hold.
    """
    if not key.add_to_resource_policy(PolicyStatement.from_json(statement)).statement_added:
        # A token in it is resolved as CloudFormation writes it: nobody can paste CDK's own marks into a policy.
        needed = json.dumps(Stack.of(scope).resolve(statement))
        message = f"the key {key.key_arn} was imported; its policy must hold: {needed}"
        Annotations.of(scope).add_warning_v2("pipes-trigger:key-policy", message)
