"""
ARNs: parsing, building, partitions.
"""

from __future__ import annotations

import pytest

from pipes_trigger import ArnUriHelper, ConfigurationError
from pipes_trigger.helpers.arns import Arn, arn_faults, partition_of_region, table_name, table_of_stream


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-east-1", "aws"),
        ("cn-northwest-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_index_arn_lies_in_the_partition_of_its_region(region: str, partition: str) -> None:
    """
    A region's name tells the partition of the ARNs in it.
    """
    arn = ArnUriHelper.build_dynamodb_table_index_arn(region, "111122223333", "orders", "by-status")

    assert f"arn:{partition}:dynamodb:{region}:111122223333:table/orders/index/by-status" == arn
    assert partition == partition_of_region(region)


def test_partition_can_be_given_where_the_region_is_a_token() -> None:
    """
    With a region that nobody can read, the caller says the partition.
    """
    arn = ArnUriHelper.build_dynamodb_table_arn("${Token[AWS.Region.7]}", "1" * 12, "orders", "aws-cn")

    assert f"arn:aws-cn:dynamodb:${{Token[AWS.Region.7]}}:{'1' * 12}:table/orders" == arn


def test_parse_keeps_colons_of_the_resource() -> None:
    """
    Only the first five colons divide an ARN.
    """
    arn = ArnUriHelper.parse("arn:aws:lambda:eu-west-1:111122223333:function:name:alias")

    assert arn.resource == "function:name:alias"
    assert str(arn) == "arn:aws:lambda:eu-west-1:111122223333:function:name:alias"


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:sns", "urn:aws:sns:r:1:x", "arn::sns:r:1:x", "arn:aws:sns:r:1:"])
def test_parse_refuses_what_is_no_arn(text: str) -> None:
    """
    The error names the argument, the value and the shape of an ARN.
    """
    with pytest.raises(ConfigurationError) as caught:
        ArnUriHelper.parse(text)

    shape = "arn:<partition>:<service>:<region>:<account>:<resource>"
    assert f"[AR001] arn: is no ARN: {text!r}; write {shape}" == str(caught.value)


@pytest.mark.parametrize(
    "resource", ["table/orders", "table/orders/stream/", "table//stream/x", "table/orders/index/i/stream/x", "orders"]
)
def test_only_a_stream_belongs_to_a_table(resource: str) -> None:
    """
    What is no stream's ARN belongs to no table.
    """
    assert table_of_stream(Arn("aws", "dynamodb", "eu-west-1", "1" * 12, resource)) is None


@pytest.mark.parametrize(
    ("name", "known"),
    [("abc", True), ("ab", False), ("a" * 255, True), ("a" * 256, False), ("a b c", False), ("${Token[T.1]}", True)],
)
def test_a_table_has_a_name_that_dynamodb_takes(name: str, known: bool) -> None:  # noqa: FBT001
    """
    3 to 255 of DynamoDB's characters, or a token.
    """
    assert (table_name(f"table/{name}") == name) is known


SHAPES = {
    "AR003": "has no partition, got {!r}; write aws, aws-cn or aws-us-gov",
    "AR004": "has no region, got {!r}; write for example eu-west-1",
    "AR005": "has no account of twelve digits, got {!r}; write the account's id",
}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("arn:aws:sns:eu-west-1:111122223333:orders", {}),
        ("arn:aws-us-gov:sns:us-gov-west-1:111122223333:orders", {}),
        ("arn:aws-iso-b:sns:us-isob-east-1:111122223333:orders", {}),
        ("arn:${Token[P.1]}:sns:${Token[R.2]}:${Token[A.3]}:orders", {}),
        ("arn:aws:s3:::bucket", {}),
        ("arn:aws:iam::111122223333:role/x", {}),
        ("arn:aws2:sns:europe:12345:orders", {"AR003": "aws2", "AR004": "europe", "AR005": "12345"}),
        ("arn:aws:sns:::orders", {"AR004": "", "AR005": ""}),
        ("arn:aws:sns:${Token[R.2]}:1:orders", {"AR005": "1"}),
    ],
)
def test_a_granted_arn_has_parts_that_are_possible(text: str, wrong: dict[str, str]) -> None:
    """
    Every impossible part is named at once, and parts that hold a token are trusted.
    """
    faults = arn_faults(Arn.parse(text), "env_vars['X']")

    assert [str(fault) for fault in faults] == [
        f"[{rule}] env_vars['X']: {SHAPES[rule].format(part)}" for rule, part in wrong.items()
    ]


@pytest.mark.parametrize(
    "text",
    ["arn:aws:sns:*:111122223333:orders", "arn:aws:sns:eu-west-1:?:orders", "arn:aws:sns:${Token[R.1]}:1:orders-*"],
)
def test_a_granted_arn_has_no_wildcards(text: str) -> None:
    """
    A wildcard in any part would grant more than one resource.
    """
    (fault,) = arn_faults(Arn.parse(text), "env_vars['X']")

    assert str(fault) == f"[AR002] env_vars['X']: has a wildcard, got {text!r}; name each resource by its own ARN"


def test_kinesis_streams_belong_to_no_table() -> None:
    """
    Another service's stream is no table's.
    """
    assert table_of_stream(Arn("aws", "kinesis", "eu-west-1", "1" * 12, "table/orders/stream/x")) is None
    assert table_name("index/orders") is None
