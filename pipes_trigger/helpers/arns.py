"""
Amazon Resource Names: parsed, built, and read from the ARNs of tables and streams, in any partition.

Source: "Identify AWS resources with Amazon Resource Names" (IAM user guide) and the service authorization reference.
"""

from __future__ import annotations

import re
from typing import Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass

_PARTS: Final = 6
_SHAPE: Final = "arn:<partition>:<service>:<region>:<account>:<resource>"

_PARTITION: Final = re.compile(r"aws(-[a-z]+)*")
_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_TABLE_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{3,255}")
# Services whose ARNs name no region, or no account (service authorization reference).
_WITHOUT_REGION: Final = frozenset({"cloudfront", "globalaccelerator", "iam", "route53", "s3"})
_WITHOUT_ACCOUNT: Final = frozenset({"apigateway", "route53", "s3"})

# Region name prefixes of the partitions; the longest that fits wins, everything else is `aws`. (AWS General Reference.)
_PARTITIONS: Final = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of_region(region: str) -> str:
    """
    Name the partition that a region lies in.

    Example:
        >>> partition_of_region("eu-west-1"), partition_of_region("cn-north-1"), partition_of_region("us-isob-east-1")
        ('aws', 'aws-cn', 'aws-iso-b')
    """
    for prefix, partition in _PARTITIONS.items():
        if region.startswith(prefix):
            return partition
    return "aws"


@dataclass(frozen=True, slots=True)
class Arn:
    """
    An ARN in its six parts; any part may hold an unresolved CDK token.

    Example:
        >>> arn = Arn.parse("arn:aws-cn:sns:cn-north-1:111122223333:orders.fifo")
        >>> arn.service, arn.resource
        ('sns', 'orders.fifo')
        >>> str(arn)
        'arn:aws-cn:sns:cn-north-1:111122223333:orders.fifo'
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str, path: str = "arn") -> Arn:
        """
        Split an ARN into its parts.

        Args:
            text: The ARN; tokens in its parts are kept.
            path: What to call it in the error.

        Raises:
            ConfigurationError: `text` is no ARN.
        """
        arn = cls.try_parse(text)
        if arn is None:
            raise ConfigurationError([Violation("AR001", path, f"is no ARN: {text!r}", f"write {_SHAPE}")])
        return arn

    @classmethod
    def try_parse(cls, text: str) -> Arn | None:
        """
        Split an ARN into its parts, or return None where `text` is none.

        Example:
            >>> Arn.try_parse("https://example.com") is None
            True
        """
        parts = text.split(":", _PARTS - 1)
        if len(parts) != _PARTS or parts[0] != "arn" or not (parts[1] and parts[2] and parts[5]):
            return None
        return cls(*parts[1:])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def arn_faults(arn: Arn, path: str) -> list[Violation]:
    """
    Say what is impossible in an ARN that a function is to be granted; parts that hold a token are trusted.

    Args:
        arn: The ARN.
        path: What to call it in the faults.

    Example:
        >>> print(*arn_faults(Arn.parse("arn:aws:sns:eu-west-1:1234:orders"), "env_vars['TOPIC']"))
        [AR005] env_vars['TOPIC']: has no account of twelve digits, got '1234'; write the account's id
    """
    text = str(arn)
    if any(wildcard in text for wildcard in "*?"):
        # What a wildcard stands for is unknown, so nothing more can be said of it.
        return [Violation("AR002", path, f"has a wildcard, got {text!r}", "name each resource by its own ARN")]
    parts = [
        ("AR003", "partition", arn.partition, _PARTITION, False, "write aws, aws-cn or aws-us-gov"),
        ("AR004", "region", arn.region, _REGION, arn.service in _WITHOUT_REGION, "write for example eu-west-1"),
        (
            *("AR005", "account of twelve digits", arn.account, _ACCOUNT),
            *(arn.service in _WITHOUT_ACCOUNT, "write the account's id"),
        ),
    ]
    return [
        Violation(rule, path, f"has no {what}, got {part!r}", fix)
        for rule, what, part, shape, optional, fix in parts
        if not (is_token(part) or shape.fullmatch(part) or (optional and not part))
    ]


def table_of_stream(stream: Arn) -> Arn | None:
    """
    Return the ARN of the table that a stream ARN belongs to, or None where it is no stream's.

    Example:
        >>> stream = Arn.parse("arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000")
        >>> str(table_of_stream(stream))
        'arn:aws:dynamodb:eu-west-1:111122223333:table/orders'
    """
    table, separator, label = stream.resource.partition("/stream/")
    if stream.service != "dynamodb" or not (separator and label and table_name(table)):
        return None
    return Arn(stream.partition, stream.service, stream.region, stream.account, table)


def table_name(resource: str) -> str | None:
    """
    Return the name in the resource part of a table's ARN, or None where it is no table; a token is trusted.

    Example:
        >>> table_name("table/orders"), table_name("table/orders/index/status-index")
        ('orders', None)
    """
    kind, _, name = resource.partition("/")
    return name if kind == "table" and (is_token(name) or _TABLE_NAME.fullmatch(name)) else None


class ArnUriHelper:
    """
    ARNs of the resources around a trigger, built from their parts; every part may be a token.
    """

    @staticmethod
    def build_dynamodb_table_arn(region: str, account_id: str, table_name: str, partition: str | None = None) -> str:
        """
        Build a table's ARN.

        Args:
            region: The region's name, which also gives the partition unless one is given.
            account_id: Twelve digits.
            table_name: The table's name.
            partition: `aws`, `aws-cn`, ...; needed where the region is a token.

        Example:
            >>> ArnUriHelper.build_dynamodb_table_arn("eu-west-1", "111122223333", "orders")
            'arn:aws:dynamodb:eu-west-1:111122223333:table/orders'
        """
        return str(Arn(partition or partition_of_region(region), "dynamodb", region, account_id, f"table/{table_name}"))

    @classmethod
    def build_dynamodb_table_index_arn(
        cls, region: str, account_id: str, table_name: str, index_name: str, partition: str | None = None
    ) -> str:
        """
        Build the ARN of a table's secondary index.

        Args:
            region: The region's name, which also gives the partition unless one is given.
            account_id: Twelve digits.
            table_name: The table's name.
            index_name: The index' name.
            partition: `aws`, `aws-cn`, ...; needed where the region is a token.

        Example:
            >>> ArnUriHelper.build_dynamodb_table_index_arn("cn-north-1", "111122223333", "orders", "status-index")
            'arn:aws-cn:dynamodb:cn-north-1:111122223333:table/orders/index/status-index'
        """
        return f"{cls.build_dynamodb_table_arn(region, account_id, table_name, partition)}/index/{index_name}"

    @staticmethod
    def parse(arn: str) -> Arn:
        """
        Split an ARN into its parts.

        Raises:
            ConfigurationError: `arn` is no ARN.

        Example:
            >>> ArnUriHelper.parse("arn:aws:codepipeline:us-east-1:123456789012:my-pipeline").resource
            'my-pipeline'
        """
        return Arn.parse(arn)
