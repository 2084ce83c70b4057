"""
The table and its stream: looked up, given or built, and what is known of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    ConfigurationError,
    DynamoDBStreamTrigger,
    FailureHandling,
    InputTemplate,
    InputTemplateError,
    ParameterNotFoundError,
    StreamSource,
    TableNames,
)
from pipes_trigger.helpers.parameters import DeployTimeReference, GivenValues

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger import ApplicationHelper

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

ACCOUNT, REGION = "111122223333", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/acme-web-dev-deployment-requests"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"


def warnings_of(stack: Stack) -> list[str]:
    """
    List the warnings that a synth would print.
    """
    from aws_cdk.assertions import Annotations, Match

    found = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    return [str(entry.entry.data) for entry in found]


def test_a_missing_parameter_is_a_value_error(call: dict[str, Any], stack: Stack) -> None:
    """
    The contract's ValueError names the parameter.
    """
    with pytest.raises(ValueError, match="dynamodb_table_acme_web_dev_orders") as caught:
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": "orders"})

    assert isinstance(caught.value, ParameterNotFoundError)


def test_a_stream_of_another_account_is_a_warning_with_the_policy_it_would_need(
    call: dict[str, Any], stack: Stack
) -> None:
    """
    No document says that a pipe can read it, so the synth goes on and says what would be needed.
    """
    helper = call["app_helper"]
    helper.parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": TABLE.replace(ACCOUNT, "999999999999"),
            "dynamodb_table_stream_acme_web_dev_deployment_requests": STREAM.replace(ACCOUNT, "999999999999"),
        }
    )
    DynamoDBStreamTrigger(stack, **call)
    (warning,) = [text for text in warnings_of(stack) if "SA005" in text]

    assert "belongs to account 999999999999, and the pipe to 111122223333" in warning
    assert '"Principal": {"AWS": "arn:aws:iam::111122223333:root"}' in warning
    assert "unverified" in warning


@pytest.mark.parametrize(
    ("table", "stream", "message"),
    [
        (
            "arn:aws:s3:::bucket",
            STREAM,
            "[SA001] table ARN: is no ARN of a DynamoDB table: 'arn:aws:s3:::bucket'; "
            "give the table's own ARN, in its SSM parameter or where it is imported",
        ),
        (
            TABLE,
            TABLE,
            f"[SA002] stream ARN: is no ARN of a DynamoDB stream: '{TABLE}'; "
            "give the stream's own ARN, in its SSM parameter or where it is imported",
        ),
        (
            TABLE,
            STREAM.replace("requests", "others"),
            f"[SA003] stream ARN: belongs to {TABLE.replace('requests', 'others')}, and the table is {TABLE}; "
            "look both up under the name of one table",
        ),
        (
            TABLE.replace(REGION, "us-east-1"),
            STREAM.replace(REGION, "us-east-1"),
            "[SA004] stream ARN: lies in us-east-1, and the pipe in eu-west-1: a pipe reads streams of its own region "
            "only; deploy the trigger's stack to us-east-1",
        ),
    ],
)
def test_arns_that_do_not_fit_are_refused(
    call: dict[str, Any], stack: Stack, table: str, stream: str, message: str
) -> None:
    """
    The table's and the stream's ARN are checked against each other and against the pipe's region.
    """
    call["app_helper"].parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": table,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": stream,
        }
    )

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **call)

    assert str(caught.value) == message


def test_tokens_in_place_of_arns_are_never_looked_into(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    With deploy-time references everything is a token, and the index' ARN continues the table's.
    """
    call["app_helper"].parameters = DeployTimeReference()
    trigger = DynamoDBStreamTrigger(stack, **call, table_index_name="status-index")
    query = [resource for action, resource in allowed(synth(stack), "lambda") if action == "dynamodb:Query"]

    assert query[1]["Fn::Join"][1] == [query[0], "/index/status-index"]
    assert trigger.table.table_arn.startswith("${Token[")


def test_an_index_arn_lies_in_its_tables_partition(
    call: dict[str, Any], tmp_path: Path, synth: Synth, allowed: Allowed
) -> None:
    """
    A table in China has its index in China.
    """
    from aws_cdk import App, Environment, Stack

    stack = Stack(App(outdir=str(tmp_path / "o")), "S", env=Environment(account=ACCOUNT, region="cn-north-1"))
    table = TABLE.replace("arn:aws:", "arn:aws-cn:").replace(REGION, "cn-north-1")
    call["app_helper"].parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": table,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": f"{table}/stream/x",
        }
    )
    DynamoDBStreamTrigger(stack, **call, table_index_name="status-index")

    assert ("dynamodb:Query", f"{table}/index/status-index") in allowed(synth(stack), "lambda")


def test_a_given_table_with_a_customer_key_may_be_decrypted(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The pipe reads the stream of a table that is encrypted with a key of the account's own.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table, TableEncryption

    table = Table(
        stack,
        "Mine",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        stream=StreamViewType.NEW_IMAGE,
        encryption=TableEncryption.CUSTOMER_MANAGED,
    )
    trigger = DynamoDBStreamTrigger(
        stack, **{**call, "table_base_name": None, "source": StreamSource.from_table(table)}
    )

    assert trigger.table is table
    assert "kms:Decrypt" in [action for action, _ in allowed(synth(stack), "pipes")]


def test_a_table_without_a_stream_is_refused_with_the_line_to_add(stack: Stack) -> None:
    """
    The fix is the property that switches the stream on.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, Table

    table = Table(stack, "Mine", partition_key=Attribute(name="id", type=AttributeType.STRING))

    with pytest.raises(ConfigurationError) as caught:
        StreamSource.from_table(table)

    assert str(caught.value) == (
        "[SR001] table 'Platform/Mine': has no stream; add stream=StreamViewType.NEW_AND_OLD_IMAGES (Table), "
        "dynamo_stream=StreamViewType.NEW_AND_OLD_IMAGES (TableV2), or import it with "
        "Table.from_table_attributes(..., table_arn=..., table_stream_arn=...)"
    )


def test_a_new_table_is_safe_by_default(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    On demand, AWS-managed key, point-in-time recovery, retained, key `id`, both images.
    """
    DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": StreamSource.new_table()})
    (table,) = (item for item in synth(stack)["Resources"].values() if item["Type"] == "AWS::DynamoDB::Table")

    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert table["Properties"] == {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "SSESpecification": {"SSEEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }


def test_names_of_a_table_and_its_parameters(helper: ApplicationHelper) -> None:
    """
    The stack that makes the table and the trigger that reads it say the names in one way.
    """
    names = TableNames.of(helper, "deployment-requests")

    assert re.fullmatch(r"[a-z0-9-]+", names.table)
    assert names.table_parameter == "dynamodb_table_acme_web_dev_deployment_requests"
    assert names.stream_parameter == "dynamodb_table_stream_acme_web_dev_deployment_requests"


def test_the_proof_knows_the_view_type_of_the_apps_own_table(call: dict[str, Any], stack: Stack) -> None:
    """
    A stream of keys alone has no image for the template, whatever the filter.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table

    table = Table(
        stack,
        "Mine",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        stream=StreamViewType.KEYS_ONLY,
    )
    sources = [StreamSource.from_table(table), StreamSource.new_table(stream=StreamViewType.KEYS_ONLY)]
    changes = {"table_base_name": None, "filter_pattern": {"eventName": ["INSERT"]}}

    for source in sources:
        with pytest.raises(InputTemplateError, match="KEYS_ONLY"):
            DynamoDBStreamTrigger(
                stack, **{**call, **changes, "source": source, "input_template": InputTemplate.new_image()}
            )


def test_the_proof_knows_the_keys_of_the_apps_own_table(call: dict[str, Any], stack: Stack) -> None:
    """
    A key attribute is in every record, so the template may name it.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType

    key = Attribute(name="order", type=AttributeType.NUMBER)
    source = StreamSource.new_table(partition_key=key)
    changes = {"table_base_name": None, "source": source, "input_template": '{"order": <$.dynamodb.Keys.order.N>}'}
    trigger = DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert trigger.input_template.paths == ("$.dynamodb.Keys.order.N",)


class ForeignHelper:
    """
    A helper of another making, which has the three methods of the contract.
    """

    def __init__(self, answer: Callable[[Any, str], str | None]) -> None:
        self._answer = answer

    def get_parameter_value(self, scope: Any, name: str, is_devops: bool) -> str | None:  # noqa: FBT001 - the contract
        """
        Answer in its own way.
        """
        del is_devops
        return self._answer(scope, name)

    def get_from_common(self, key: str) -> str:
        """
        Answer with the key.
        """
        return key

    get_from_env = get_from_common


@pytest.mark.parametrize(
    ("helper", "message"),
    [
        (
            {},
            "[TR014] app_helper: has no method get_parameter_value, get_from_common, get_from_env: {}; "
            "pass an ApplicationHelper, or a helper of your own with these methods",
        ),
        (
            ForeignHelper(lambda *_: 5),  # type: ignore[arg-type] # as a slip would have it
            "[TR014] app_helper.get_parameter_value: answered no text for "
            "'dynamodb_table_domain_project_environment_deployment_requests': 5; "
            "return the parameter's value, or a token for it",
        ),
    ],
)
def test_a_helper_that_cannot_help(call: dict[str, Any], stack: Stack, helper: object, message: str) -> None:
    """
    What is no helper, or answers no text, is named before anything is built.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "app_helper": helper})

    assert str(caught.value) == message
    assert stack.node.children == []


def test_a_foreign_helpers_look_up_gets_past_the_first_pass(
    call: dict[str, Any], stack: Stack, missing_context: Callable[[Stack], list[dict[str, Any]]]
) -> None:
    """
    CDK's own dummy value is no wrong ARN: the CLI has yet to ask.
    """
    from aws_cdk.aws_ssm import StringParameter

    helper = ForeignHelper(StringParameter.value_from_lookup)
    DynamoDBStreamTrigger(stack, **{**call, "app_helper": helper}, table_index_name="status-index", is_devops=True)

    assert len(missing_context(stack)) == 2


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_foreign_helper_that_finds_nothing_is_a_value_error(
    call: dict[str, Any], stack: Stack, nothing: str | None
) -> None:
    """
    The contract's ValueError names the parameter, whatever the helper said in its place.
    """
    helper = ForeignHelper(lambda _scope, _name: nothing)

    with pytest.raises(ParameterNotFoundError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "app_helper": helper})

    name = "dynamodb_table_domain_project_environment_deployment_requests"
    assert str(caught.value) == (
        f"SSM parameter '{name}' was not found in account unknown, region unknown; "
        f"app_helper answered {nothing!r}; create the parameter"
    )


def test_customer_keys_of_table_and_dead_letter_queue_are_granted(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The pipe may write to an encrypted queue, and the function may use the index of an encrypted table.
    """
    from aws_cdk.aws_dynamodb import TableEncryption
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sqs import Queue

    queue = Queue(stack, "Failed", encryption_master_key=Key(stack, "Key"))
    source = StreamSource.new_table(encryption=TableEncryption.CUSTOMER_MANAGED)
    changes = {"table_base_name": None, "source": source, "failure_handling": FailureHandling(dead_letter=queue)}
    DynamoDBStreamTrigger(stack, **{**call, **changes}, table_index_name="status-index")
    template = synth(stack)

    assert [action for action, _ in allowed(template, "pipes") if action.startswith("kms:")] == [
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:Decrypt",
    ]
    assert [action for action, _ in allowed(template, "lambda") if action.startswith("kms:")] == ["kms:Decrypt"]
