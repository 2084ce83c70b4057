"""
What is explained of a trigger in an app that is not synthesized.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError
from pipes_trigger.permissions import explain as explain_template
from pipes_trigger.permissions_of import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

    from pipes_trigger import DynamoDBStreamTrigger


def topic_trigger(stack: Stack, call: dict[str, Any], **more: Any) -> DynamoDBStreamTrigger:
    """
    Build a trigger with a table, a topic and their keys, an index, pipe logs and a redrive function.
    """
    from aws_cdk.aws_dynamodb import Attribute, AttributeType, StreamViewType, Table, TableEncryption
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sns import Topic

    from pipes_trigger import DynamoDBStreamTrigger, PipeLogging, StreamSource, StreamTriggerType

    table = Table(
        stack,
        "Table",
        partition_key=Attribute(name="id", type=AttributeType.STRING),
        stream=StreamViewType.NEW_AND_OLD_IMAGES,
        encryption=TableEncryption.CUSTOMER_MANAGED,
    )
    trigger = DynamoDBStreamTrigger(
        stack,
        **{
            **call,
            "trigger_type": StreamTriggerType.SNS_TOPIC,
            "table_base_name": None,
            "source": StreamSource.from_table(table),
            "env_vars": {"TOPIC_ARN": Topic(stack, "Topic", master_key=Key(stack, "Key")).topic_arn},
            "table_index_name": "by-status",
            "logging": PipeLogging(),
            **more,
        },
    )
    trigger.add_redrive()
    return trigger


def test_an_app_and_its_template_are_explained_alike(
    stack: Stack, call: dict[str, Any], synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    What a trigger says of itself is what its synthesized template says, word for word and in that order.
    """
    trigger = topic_trigger(stack, call)
    before = explain(trigger)

    assert before == explain_template(synth(stack))
    assert len({one.who for one in before}) >= 6
    assert all(one.as_needed for one in before)


def test_explaining_leaves_the_app_open(
    stack: Stack, call: dict[str, Any], synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    Explaining synthesizes nothing and changes nothing: what is granted afterwards is in the template, and explained.
    """
    from aws_cdk.aws_iam import PolicyStatement

    trigger = topic_trigger(stack, call)
    before = explain(trigger)
    trigger.function.add_to_role_policy(PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::other/*"]))
    after = explain(trigger)

    assert [str(one) for one in after if one not in before] == [
        "the function's role may s3:GetObject on arn:aws:s3:::other/*: "
        "Granted beyond what pipes-trigger needs; added by the app, or by a strategy of its own."
    ]
    assert after == explain_template(synth(stack))


def test_a_trigger_is_told_from_its_neighbours(stack: Stack, call: dict[str, Any]) -> None:
    """
    Of two triggers in a stack each explains its own pipe.
    """
    from pipes_trigger import DynamoDBStreamTrigger

    one = DynamoDBStreamTrigger(stack, **call)
    other = DynamoDBStreamTrigger(stack, **{**call, "id": "other", "resource_base_name": "other"})

    for trigger in (one, other):
        assert {each.pipe for each in explain(trigger)} == {stack.resolve(trigger.pipe.logical_id)}


def existing(call: dict[str, Any], stack: Stack, construct_id: str) -> tuple[DynamoDBStreamTrigger, Stack]:
    """
    Build a trigger whose function is in another stack.
    """
    from aws_cdk import Environment, Stack
    from aws_cdk.aws_lambda import Code, Function, Runtime

    from pipes_trigger import DynamoDBStreamTrigger

    there = Stack(stack.node.root, "There", env=Environment(account=stack.account, region=stack.region))  # type: ignore[arg-type]  # an IConstruct is one
    code = Code.from_inline("def handle(event, context): return None")
    function = Function(there, construct_id, runtime=Runtime.PYTHON_3_12, handler="index.handle", code=code)
    given = {key: value for key, value in call.items() if key not in ("lambda_handler", "lambda_code_path", "env_vars")}
    arns = ["arn:aws:codepipeline:eu-west-1:111122223333:my-pipeline"]
    return DynamoDBStreamTrigger(stack, **{**given, "function": function, "target_arns": arns}), there


def test_a_function_of_another_stack_is_read_there(stack: Stack, call: dict[str, Any]) -> None:
    """
    The role of an existing function, and what the trigger and others granted to it, is found in its own stack.
    """
    trigger, _ = existing(call, stack, "Shared")

    assert [(one.action, one.needed) for one in explain(trigger) if one.who == "the function's role"] == [
        ("codepipeline:StartPipelineExecution", True),
        ("codepipeline:ListPipelineExecutions", True),
        ("logs:CreateLogGroup", False),
        ("logs:CreateLogStream", False),
        ("logs:PutLogEvents", False),
    ]


def test_two_resources_of_one_logical_id_are_not_mixed_up(stack: Stack, call: dict[str, Any]) -> None:
    """
    Where the trigger's stack has the logical id of another stack's function, nothing is explained before synthesis.
    """
    from aws_cdk.aws_lambda import Code, Function, Runtime

    trigger, there = existing(call, stack, "Shared")
    code = Code.from_inline("def handle(event, context): return None")
    same = Function(stack, "Shared", runtime=Runtime.PYTHON_3_12, handler="index.handle", code=code)
    name = there.resolve(trigger.function.node.default_child.logical_id)  # type: ignore[union-attr]  # a CfnFunction
    assert name == stack.resolve(same.node.default_child.logical_id)  # type: ignore[union-attr]  # as above

    with pytest.raises(ConfigurationError) as caught:
        explain(trigger)
    assert str(caught.value) == (
        f"[EP002] Platform: cannot be told from There: {name} is in both stacks; "
        "synthesize, and run `pipes-trigger permissions cdk.out`"
    )


def test_without_a_pipe_there_is_nothing_to_explain(stack: Stack) -> None:
    """
    A construct with no pipe, or with several, is no trigger.
    """
    with pytest.raises(ConfigurationError) as caught:
        explain(stack)
    assert str(caught.value) == "[EP001] Platform: has 0 pipes below it; pass one DynamoDBStreamTrigger"
