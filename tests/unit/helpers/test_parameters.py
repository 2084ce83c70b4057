"""
Who answers an SSM look-up: the four ways, found and not found.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from pipes_trigger import ConfigurationError, ParameterNotFoundError
from pipes_trigger.helpers.parameters import (
    ContextLookup,
    DeployTimeReference,
    GivenValues,
    LiveLookup,
    ParameterQuery,
    is_stand_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

HERE = ParameterQuery(name="dynamodb_table_stream_orders", account="111122223333", region="eu-west-1")
DEVOPS = ParameterQuery(name="dynamodb_table_orders", account="999999999999", region="eu-west-1", elsewhere=True)
KEY = "ssm:account=111122223333:parameterName=dynamodb_table_stream_orders:region=eu-west-1"


def test_given_values_answer_from_the_mapping() -> None:
    """
    A known name is answered, and the values do not show in a repr.
    """
    source = GivenValues({HERE.name: "arn:x"})

    assert source.value(None, HERE) == "arn:x"  # type: ignore[arg-type]
    assert repr(source) == "GivenValues()"


def test_given_values_name_what_is_not_there() -> None:
    """
    The error is a ValueError that names parameter, account, region and fix.
    """
    with pytest.raises(ValueError, match="was not found") as caught:
        GivenValues({"dynamodb_table_stream_order": "x"}).value(None, HERE)  # type: ignore[arg-type]

    assert isinstance(caught.value, ParameterNotFoundError)
    assert str(caught.value) == (
        "SSM parameter 'dynamodb_table_stream_orders' was not found in account 111122223333, region eu-west-1; "
        "add it to GivenValues (did you mean 'dynamodb_table_stream_order'?)"
    )


def test_the_first_pass_of_a_context_look_up_goes_on_with_an_arn(
    stack: Stack, missing_context: Callable[[Stack], list[dict[str, Any]]]
) -> None:
    """
    Before the CLI has asked, the value parses as a stream's ARN and the question is in the assembly.
    """
    value = ContextLookup().value(stack, HERE)

    assert is_stand_in(value)
    assert value.startswith("arn:aws:dynamodb:eu-west-1:111122223333:table/")
    assert "/stream/" in value
    assert [question["key"] for question in missing_context(stack)] == [KEY]


def test_the_second_pass_of_a_context_look_up_answers(stack: Stack) -> None:
    """
    What the CLI found is the value.
    """
    stack.node.set_context(KEY, "arn:found")

    assert ContextLookup().value(stack, HERE) == "arn:found"


def test_a_context_look_up_tells_missing_from_not_asked_yet(stack: Stack) -> None:
    """
    The stand-in in the context means that SSM had nothing; the error says how to ask again.
    """
    stand_in = ContextLookup().value(stack, HERE)
    stack.node.set_context(KEY, stand_in)

    with pytest.raises(ParameterNotFoundError) as caught:
        ContextLookup().value(stack, HERE)

    assert str(caught.value) == (
        "SSM parameter 'dynamodb_table_stream_orders' was not found in account 111122223333, region eu-west-1; "
        f"create it, then forget the old answer: cdk context --reset '{KEY}'"
    )


def test_a_context_look_up_in_the_devops_account_asks_in_that_account(
    stack: Stack, missing_context: Callable[[Stack], list[dict[str, Any]]]
) -> None:
    """
    The question is asked by an empty stack of that account, with that account's role, once for all triggers.
    """
    values = {ContextLookup().value(stack, DEVOPS) for _ in range(2)}
    questions = missing_context(stack)

    assert len(values) == 1
    assert "999999999999" in values.pop()
    assert [question["key"] for question in questions] == [
        "ssm:account=999999999999:parameterName=dynamodb_table_orders:region=eu-west-1"
    ]
    assert "999999999999" in questions[0]["props"]["lookupRoleArn"]


def test_a_devops_look_up_asks_in_the_account_that_the_settings_name(
    stack: Stack, missing_context: Callable[[Stack], list[dict[str, Any]]]
) -> None:
    """
    A stack of another account than the settings' own does not draw the question there.
    """
    ContextLookup().value(stack, ParameterQuery(name="p", account="9" * 12, region="eu-west-1", devops=True))

    assert [question["props"]["account"] for question in missing_context(stack)] == ["9" * 12]


def test_a_context_look_up_needs_an_account_and_a_region() -> None:
    """
    A stack without an environment, and settings without one: the error says both ways out.
    """
    from aws_cdk import App, Stack

    nowhere = ParameterQuery(name="p", account=None, region=None)

    with pytest.raises(ConfigurationError) as caught:
        ContextLookup().value(Stack(App(), "Anywhere"), nowhere)

    assert str(caught.value) == (
        "[PM001] stack 'Anywhere': has no account and region, and SSM parameter 'p' is looked up at synth time; "
        "pass env=Environment(account=..., region=...) to the stack, or set account and region in the environment's "
        "settings, or use parameters=DeployTimeReference()"
    )


def test_the_settings_say_where_to_ask_for_a_stack_without_an_environment() -> None:
    """
    The environment's account and region stand in for the stack's.
    """
    from aws_cdk import App, Stack

    assert "111122223333" in ContextLookup().value(Stack(App(), "Anywhere"), HERE)


def test_a_deploy_time_reference_is_a_cloudformation_parameter(
    stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    CloudFormation reads SSM by the parameter's name.
    """
    value = DeployTimeReference().value(stack, HERE)
    parameters = synth(stack)["Parameters"]

    assert value.startswith("${Token[")
    assert {"Type": "AWS::SSM::Parameter::Value<String>", "Default": HERE.name} in parameters.values()


def test_a_deploy_time_reference_elsewhere_uses_the_full_arn_once(
    stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    A shared parameter of another account is read by its ARN, and two triggers share the reference.
    """
    first, second = (DeployTimeReference().value(stack, DEVOPS) for _ in range(2))
    parameters = synth(stack)["Parameters"]

    assert first == second
    assert [body for name, body in parameters.items() if name.startswith("SharedParameter")] == [
        {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "arn:aws:ssm:eu-west-1:999999999999:parameter/dynamodb_table_orders",
        }
    ]


def test_deploy_time_references_elsewhere_are_kept_apart(
    stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    Names that differ in a sign, and regions, each have a CloudFormation parameter of their own.
    """
    asked = [("orders_v1_2", "eu-west-1"), ("orders_v12", "eu-west-1"), ("orders_v12", "us-east-1")]
    for name, region in asked:
        query = ParameterQuery(name=name, account="9" * 12, region=region, elsewhere=True)
        DeployTimeReference().value(stack, query)
    parameters = synth(stack)["Parameters"]

    assert [body["Default"] for name, body in parameters.items() if name.startswith("SharedParameter")] == [
        f"arn:aws:ssm:{region}:{'9' * 12}:parameter/{name}" for name, region in asked
    ]


def test_a_deploy_time_reference_elsewhere_needs_to_know_where(stack: Stack) -> None:
    """
    An ARN cannot be made without a region.
    """
    query = ParameterQuery(name="p", account="9" * 12, region=None, elsewhere=True)

    with pytest.raises(ConfigurationError) as caught:
        DeployTimeReference().value(stack, query)

    assert str(caught.value) == (
        "[PM002] settings: SSM parameter 'p' of another account needs that account and its region; "
        "set devops_account and region in the settings"
    )


class NotFound(Exception):  # noqa: N818 - named as boto3's
    """
    Stands for boto3's modelled exception.
    """


class FakeSsm:
    """
    An SSM client that knows one parameter.
    """

    class exceptions:  # noqa: N801 - as on a boto3 client
        """
        The client's modelled exceptions.
        """

        ParameterNotFound = NotFound

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        """
        Answer like boto3.
        """
        if Name != "known":
            raise NotFound
        return {"Parameter": {"Value": "arn:live"}}


@pytest.mark.parametrize(
    ("name", "is_stream"),
    [
        ("dynamodb_table_stream_orders", True),
        ("/orders/stream", True),
        ("dynamodb_table_clickstream", False),
        ("/clickstream/table", False),
    ],
)
def test_the_stand_in_is_a_streams_for_the_parameter_of_a_stream(stack: Stack, name: str, is_stream: bool) -> None:  # noqa: FBT001
    """
    A table whose name ends in stream is a table.
    """
    value = ContextLookup().value(stack, ParameterQuery(name=name, account="1" * 12, region="eu-west-1"))

    assert is_stand_in(value)
    assert ("/stream/" in value) is is_stream


def test_cdks_own_stand_in_is_one(stack: Stack) -> None:
    """
    A helper of another making may call CDK's look-up without a default.
    """
    from aws_cdk.aws_ssm import StringParameter

    assert is_stand_in(StringParameter.value_from_lookup(stack, "/orders/table"))


def fault_of(source: LiveLookup, query: ParameterQuery) -> str:
    """
    Return what a look-up that cannot ask says.
    """
    with pytest.raises(ConfigurationError) as caught:
        source.value(None, query)  # type: ignore[arg-type]  # SSM is asked without a scope
    return str(caught.value)


HERE_IN_WORDS = "SSM parameter 'dynamodb_table_stream_orders' in account 111122223333, region eu-west-1"


def test_a_live_look_up_elsewhere_needs_a_client_of_that_place() -> None:
    """
    Its own credentials would read a parameter of the same name in the wrong account.
    """
    assert fault_of(LiveLookup(), DEVOPS) == (
        "[PM003] SSM parameter 'dynamodb_table_orders' in account 999999999999, region eu-west-1: lies outside the "
        "environment's account and region, and LiveLookup() asks with its own credentials; "
        "pass LiveLookup(client_for=...): a function that assumes a role there and returns its SSM client"
    )


def test_a_live_look_up_without_boto3_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    boto3 is an extra.
    """
    for module in ("boto3", "botocore", "botocore.exceptions"):
        monkeypatch.setitem(sys.modules, module, None)

    assert fault_of(LiveLookup(), HERE) == (
        f"[PM004] {HERE_IN_WORDS}: cannot be read: boto3 is not installed; "
        "pip install boto3, or pip install 'pipes-trigger[local]'"
    )


def test_a_live_look_up_without_a_region_says_where_to_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Neither the settings nor boto3's own configuration name a region.
    """
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)

    assert fault_of(LiveLookup(), ParameterQuery(name="p", account=None, region=None)) == (
        "[PM004] SSM parameter 'p' in account unknown, region unknown: cannot be read: You must specify a region; "
        "set region in the environment's settings, or AWS_REGION"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            NoCredentialsError(),
            "Unable to locate credentials; give boto3 credentials: AWS_PROFILE=<profile>, or aws sso login",
        ),
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetParameter"),
            "An error occurred (AccessDeniedException) when calling the GetParameter operation: no; "
            "see that the credentials may call ssm:GetParameter there",
        ),
    ],
)
def test_a_live_look_up_that_is_refused_says_where_and_why(error: Exception, said: str) -> None:
    """
    boto3's errors do not say which parameter was asked for, nor where.
    """

    class Refusing(FakeSsm):
        def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: ARG002, N803 - boto3's spelling
            raise error

    assert fault_of(LiveLookup(client_for=lambda _query: Refusing()), HERE) == (
        f"[PM004] {HERE_IN_WORDS}: cannot be read: {said}"
    )


def test_a_live_look_up_asks_ssm() -> None:
    """
    The value comes from the client that the query gets.
    """
    source = LiveLookup(client_for=lambda _query: FakeSsm())
    query = ParameterQuery(name="known", account=None, region="eu-west-1")

    assert source.value(None, query) == "arn:live"  # type: ignore[arg-type]


def test_a_live_look_up_names_what_is_not_there() -> None:
    """
    The error gives the command that creates the parameter.
    """
    with pytest.raises(ParameterNotFoundError) as caught:
        LiveLookup(client_for=lambda _query: FakeSsm()).value(None, HERE)  # type: ignore[arg-type]

    assert str(caught.value) == (
        "SSM parameter 'dynamodb_table_stream_orders' was not found in account 111122223333, region eu-west-1; "
        "create it: aws ssm put-parameter --name 'dynamodb_table_stream_orders' --type String --value '<arn>'"
    )


def test_the_default_live_client_is_boto3s_in_the_querys_region() -> None:
    """
    Without a client of one's own, boto3 makes one for the region asked.
    """
    client = LiveLookup().client_for(HERE)

    assert client.meta.region_name == "eu-west-1"
