"""
Where the table comes from, and who else reads its stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from pipes_trigger import ConfigurationError, DynamoDBStreamTrigger, StreamSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_a_third_reader_of_a_stream_is_a_warning(call: dict[str, Any], stack: Stack) -> None:
    """
    Two triggers may read one stream; the third in the app, whatever its stack, is told of the limit, once for all.
    """
    from aws_cdk import Environment, Stack, Stage
    from aws_cdk.assertions import Annotations, Match

    other = Stack(Stage.of(stack), "Other", env=Environment(account="111122223333", region="eu-west-1"))
    for number, scope in enumerate((stack, other, other, other)):
        names = {"id": f"trigger-{number}", "resource_base_name": f"processor-{number}"}
        DynamoDBStreamTrigger(scope, **{**call, **names})
    warnings = [
        str(found.entry.data)
        for each in (stack, other)
        for found in Annotations.from_stack(each).find_warning("*", Match.any_value())
    ]

    assert warnings == [
        "[SA006] stream ARN: is read by 3 triggers of this app: arn:aws:dynamodb:eu-west-1:111122223333:table/"
        "acme-web-dev-deployment-requests/stream/2026-01-01T00:00:00.000; more than 2 readers of one shard are "
        "throttled; let one trigger start both, over a topic or a bus [ack: pipes-trigger:SA006]"
    ]


def test_a_table_from_parameters_with_a_customer_key(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    SSM does not tell a table's key, so it may be named; the pipe may then decrypt with it.
    """
    source = StreamSource.from_parameters("deployment-requests", encryption_key=KEY)
    DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": source})

    assert ("kms:Decrypt", KEY) in allowed(synth(stack), "pipes")


def test_a_table_of_the_second_version(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    A TableV2 under a customer key is a source like any other.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, TableEncryptionV2, TableV2
    from aws_cdk.aws_kms import Key

    table = TableV2(
        stack,
        "Table",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        dynamo_stream=StreamViewType.NEW_AND_OLD_IMAGES,
        encryption=TableEncryptionV2.customer_managed_key(Key(stack, "Key")),
    )
    DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": StreamSource.from_table(table)})
    granted = allowed(synth(stack), "pipes")

    assert [str(resource)[:25] for action, resource in granted if action == "kms:Decrypt"] == [
        "{'Fn::GetAtt': ['Key961B7"
    ]


def test_a_replicas_stream_is_not_known(call: dict[str, Any], stack: Stack) -> None:
    """
    CDK writes `*` for the label of a replica's stream, which only a deployment would refuse.
    """
    from aws_cdk import Environment, Stack, Stage
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, ReplicaTableProps, StreamViewType, TableV2

    table = TableV2(
        stack,
        "Table",
        table_name="orders",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        dynamo_stream=StreamViewType.NEW_AND_OLD_IMAGES,
        replicas=[ReplicaTableProps(region="eu-west-2")],
    )
    other = Stack(Stage.of(stack), "Other", env=Environment(account="111122223333", region="eu-west-2"))
    source = StreamSource.from_table(table.replica("eu-west-2"))

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(other, **{**call, "table_base_name": None, "source": source})
    (fault,) = caught.value.violations
    assert (fault.rule, fault.path) == ("SA007", "stream ARN")
    assert fault.problem.endswith("/stream/*'")
    assert fault.fix == "import the table with its stream: TableV2.from_table_attributes(..., table_stream_arn=...)"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: StreamSource.from_parameters("", encryption_key=cast("Any", 5)),
            "2 faults in the trigger:\n"
            "  [OP012] from_parameters(encryption_key=): must be a KMS key, got 5; "
            "pass a Key, or Key.from_key_arn(...)\n"
            "  [SR004] from_parameters: must be a table's name, got ''; write what the table is called",
        ),
        (
            lambda: StreamSource.new_table(partition_key="id", stream="NEW_IMAGE"),
            "2 faults in the trigger:\n"
            "  [SR005] new_table(partition_key=): must be a CDK Attribute, got 'id'; pass Attribute\n"
            "  [SR005] new_table(stream=): must be a CDK StreamViewType, got 'NEW_IMAGE'; pass StreamViewType",
        ),
    ],
)
def test_a_source_is_checked_when_it_is_made(make: Callable[[], StreamSource], message: str) -> None:
    """
    What cannot name or build a table is refused before a trigger sees it.
    """
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value) == message


def test_a_new_table_with_a_key_is_encrypted_with_it(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    A key alone says how the table is encrypted, as it does for CDK's own table.
    """
    from aws_cdk.aws_kms import Key

    source = StreamSource.new_table(encryption_key=Key(stack, "Key"))
    DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": source})
    template = synth(stack)

    (table,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"]
    key = table["Properties"]["SSESpecification"]["KMSMasterKeyId"]
    assert ("kms:Decrypt", key) in allowed(template, "pipes")
