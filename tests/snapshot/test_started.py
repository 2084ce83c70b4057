"""
What a trigger starts: found in its environment and beside it, granted, or refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    ConfigurationError,
    DynamoDBStreamTrigger,
    FailureHandling,
    StreamTriggerType,
    TriggerStrategy,
    TriggerTargetError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

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


def test_tokens_are_found_as_targets(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    A topic of this stack, one of another, and a pipeline's formatted ARN are all found in env_vars.
    """
    from aws_cdk import App, Stack
    from aws_cdk.aws_sns import Topic

    app = stack.node.root
    assert isinstance(app, App)
    here = Topic(stack, "Here")
    there = Topic(Stack(app, "Other", env={"account": ACCOUNT, "region": REGION}), "There")
    changes = {
        "trigger_type": StreamTriggerType.SNS_TOPIC,
        "env_vars": {"HERE": here.topic_arn, "THERE": there.topic_arn, "REGION": stack.region, "NAME": here.topic_name},
    }
    DynamoDBStreamTrigger(stack, **{**call, **changes})
    publish = [resource for action, resource in allowed(synth(stack), "lambda") if action == "sns:Publish"]

    assert len(publish) == 2
    assert list(publish[0]) == ["Ref"]
    assert list(publish[1]) == ["Fn::ImportValue"]


def test_a_pipelines_token_is_found(call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed) -> None:
    """
    `pipeline.pipeline_arn` tells its service in its text.
    """
    from aws_cdk.aws_codepipeline import Pipeline

    pipeline = Pipeline.from_pipeline_arn(
        stack, "Imported", stack.format_arn(service="codepipeline", resource="deploy")
    )
    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"ARN": pipeline.pipeline_arn}})

    assert allowed(synth(stack), "lambda")[0][0] == "codepipeline:StartPipelineExecution"


def test_an_opaque_token_is_taken_when_it_is_alone(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    An import that nobody can read is the target when nothing else can be.
    """
    from aws_cdk import Fn

    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"ARN": Fn.import_value("Pipeline"), "LEVEL": "INFO"}})

    assert allowed(synth(stack), "lambda")[0] == (
        "codepipeline:StartPipelineExecution",
        {"Fn::ImportValue": "Pipeline"},
    )


def test_a_wrong_target_is_a_type_error_and_leaves_the_scope_as_it_was(call: dict[str, Any], stack: Stack) -> None:
    """
    The contract's TypeError; nothing is half built, so the same id can be used again.
    """
    with pytest.raises(TypeError, match="TOPIC") as caught:
        DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"TOPIC": TOPIC}})
    DynamoDBStreamTrigger(stack, **call)

    assert isinstance(caught.value, TriggerTargetError)


def test_a_strategy_of_the_users_own_is_a_trigger_type(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    A new downstream is data.
    """
    bus = TriggerStrategy(noun="bus", service="events", resource="event-bus/.+", actions=("events:PutEvents",))
    arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/orders"
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": bus, "env_vars": {"BUS": arn}})

    assert allowed(synth(stack), "lambda")[0] == ("events:PutEvents", arn)


def test_a_pipeline_of_another_account_is_a_warning(call: dict[str, Any], stack: Stack) -> None:
    """
    StartPipelineExecution takes a name, so the function cannot reach it.
    """
    arn = f"arn:aws:codepipeline:{REGION}:999999999999:p"
    DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"PIPELINE_ARN": arn}})
    (warning,) = [text for text in warnings_of(stack) if "TG004" in text]

    assert warning.startswith(
        f"[TG004] {arn}: lies in account 999999999999, and the function in 111122223333; the API takes a "
        "CodePipeline pipeline by its name; deploy the trigger to the account of what it starts"
    )


def test_a_trigger_type_may_be_named_by_its_value(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    The contract's values are what people keep in settings.
    """
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": "sns_topic", "env_vars": {"TOPIC_ARN": TOPIC}})

    assert allowed(synth(stack), "lambda")[0] == ("sns:Publish", TOPIC)


@pytest.mark.parametrize("arn", ["arn:aws:codepipeline:*:*:p", "arn:*:codepipeline:eu-west-1:111122223333:p"])
def test_a_target_with_a_wildcard_is_refused(call: dict[str, Any], stack: Stack, arn: str) -> None:
    """
    What is granted is named.
    """
    with pytest.raises(TriggerTargetError, match=re.escape(arn)):
        DynamoDBStreamTrigger(stack, **{**call, "env_vars": {"PIPELINE_ARN": arn}})


def test_a_function_that_starts_nothing_known(
    call: dict[str, Any], stack: Stack, synth: Synth, allowed: Allowed
) -> None:
    """
    Without a trigger type the function is granted nothing but its log, whatever ARNs stand in its environment.
    """
    DynamoDBStreamTrigger(stack, **{**call, "trigger_type": None, "failure_handling": FailureHandling.none()})

    assert {action.partition(":")[0] for action, _ in allowed(synth(stack), "lambda")} == {"logs", "xray"}


def test_an_existing_function_that_starts_nothing_known_is_left_alone(call: dict[str, Any], stack: Stack) -> None:
    """
    A function that was imported without its role needs nothing there, so nothing is warned of.
    """
    from aws_cdk.aws_lambda import Function

    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:mine"
    existing = {"lambda_handler": None, "lambda_code_path": None, "env_vars": None, "trigger_type": None}
    DynamoDBStreamTrigger(stack, **{**call, **existing}, function=Function.from_function_arn(stack, "Mine", arn))

    assert warnings_of(stack) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"target_arns": [TOPIC]},
            "[TR020] target_arns: says what is started, and trigger_type=None that nothing known is; "
            "pass a trigger_type, or grant on trigger.function what it needs",
        ),
        (
            {"direct": True, "lambda_handler": None, "lambda_code_path": None, "env_vars": None},
            "[TR021] direct: needs a trigger type: without a function the pipe itself delivers; "
            "pass a trigger_type, or a function",
        ),
    ],
)
def test_nothing_known_cannot_be_named(
    call: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Without a trigger type there is nothing to name, and nothing to deliver to.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "trigger_type": None, **changes})

    assert str(caught.value) == message


@pytest.mark.parametrize("direct", [True, False])
def test_a_standard_machine_of_the_app_cannot_be_waited_for(
    *, call: dict[str, Any], stack: Stack, direct: bool
) -> None:
    """
    A Standard state machine is refused where an Express one is run and waited for, with a function and without.
    """
    from aws_cdk.aws_stepfunctions import DefinitionBody, Pass, StateMachine

    machine = StateMachine(stack, "Machine", definition_body=DefinitionBody.from_chainable(Pass(stack, "Pass")))
    none = {"lambda_handler": None, "lambda_code_path": None}
    changes = {"trigger_type": "state_machine_sync", "env_vars": None, "target_arns": [machine.state_machine_arn]}
    with pytest.raises(TriggerTargetError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes, **(none if direct else {})}, direct=direct)

    assert str(caught.value) == (
        "[TG005] target_arns: is a Standard state machine, which cannot be run and waited for; "
        "build it with state_machine_type=StateMachineType.EXPRESS, or pass StreamTriggerType.STATE_MACHINE"
    )
