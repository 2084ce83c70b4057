"""
What a call cannot be: every fault at once, and nothing left behind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import (
    ConfigurationError,
    DynamoDBStreamTrigger,
    FilterPatternError,
    InputTemplate,
    InputTemplateError,
    StreamSource,
    TriggerTargetError,
)
from pipes_trigger.helpers.parameters import GivenValues

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    Allowed = Callable[[dict[str, Any], str], list[tuple[str, Any]]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]

ACCOUNT, REGION = "111122223333", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/acme-web-dev-deployment-requests"
STREAM = f"{TABLE}/stream/2026-01-01T00:00:00.000"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"


def test_a_second_trigger_of_the_same_name_is_refused(call: dict[str, Any], stack: Stack) -> None:
    """
    CloudFormation would refuse it at deploy; here it is refused at synth.
    """
    DynamoDBStreamTrigger(stack, **call)

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "id": "other"})

    assert str(caught.value) == (
        "[TR006] resource_base_name: is taken in this stack by 'Platform/deployment-trigger': 'deployment-processor'; "
        "give each trigger its own"
    )


def test_every_fault_of_a_call_is_in_one_error(call: dict[str, Any], stack: Stack, tmp_path: Path) -> None:
    """
    Name, options, code, ARNs, targets, filter: one synth shows them all.
    """
    empty = tmp_path / "empty"
    empty.mkdir()
    helper = call["app_helper"]
    helper.parameters = GivenValues(
        {
            "dynamodb_table_acme_web_dev_deployment_requests": TABLE,
            "dynamodb_table_stream_acme_web_dev_deployment_requests": STREAM.replace("requests", "others").replace(
                REGION, "us-east-1"
            ),
        }
    )
    changes = {
        "resource_base_name": "deployment processor",
        "env_vars": {"PIPELINE_ARN": TOPIC, "1ST": "x"},
        "table_index_name": "i",
        "lambda_code_path": str(empty),
        "description": "x" * 513,
        "desired_state": "PAUSED",
        "filter_pattern": {"eventName": "INSERT"},
        "input_template": "<$.eventID",
    }

    with pytest.raises(TriggerTargetError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    rules = [violation.rule for violation in caught.value.violations]
    assert rules[:9] == ["NM002", "TR002", "TR003", "TR004", "TR005", "CO003", "SA003", "SA004", "TG001"]
    assert any(rule.startswith("FP") for rule in rules)
    assert any(rule.startswith("IT") for rule in rules)


def test_faults_of_the_filters_alone_are_a_filter_pattern_error(call: dict[str, Any], stack: Stack) -> None:
    """
    A value that is no list, which CDK lets through and AWS refuses at deploy (aws/aws-cdk#23057).
    """
    with pytest.raises(FilterPatternError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": {"eventName": "INSERT"}})

    assert "INSERT" in str(caught.value)


def test_a_template_that_a_passing_record_breaks_is_refused(call: dict[str, Any], stack: Stack) -> None:
    """
    A REMOVE has no NewImage: the original's template needs a filter that keeps removals out.
    """
    with pytest.raises(InputTemplateError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, "filter_pattern": None, "input_template": InputTemplate.new_image()})
    DynamoDBStreamTrigger(stack, **{**call, "input_template": InputTemplate.new_image()})

    assert "REMOVE" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"table_base_name": None},
            "[TR010] table_base_name: no table is named; pass table_base_name=..., or source=StreamSource....",
        ),
        (
            {"source": StreamSource.from_parameters("x")},
            "[TR012] source, table_base_name: say the same thing in two ways; pass source or table_base_name",
        ),
        (
            {"trigger_type": "pipelines"},
            "[TR015] trigger_type: there is no 'pipelines'; pass a StreamTriggerType (did you mean 'pipeline'?)",
        ),
        (
            {"reading": {}, "failure_handling": True, "target_arns": "arn:x", "source": "orders"},
            "4 faults in the trigger:\n"
            "  [TR014] target_arns: must be list or tuple, got str; pass list or tuple\n"
            "  [TR014] source: must be StreamSource, got str; pass StreamSource\n"
            "  [TR014] reading: must be StreamReading, got dict; pass StreamReading\n"
            "  [TR014] failure_handling: must be FailureHandling, got bool; pass FailureHandling",
        ),
        (
            {
                "resource_base_name": None,
                "is_devops": "yes",
                "target_key_arns": None,
                "target_arns": ["arn:x", object()],
            },
            "4 faults in the trigger:\n"
            "  [TR014] resource_base_name: must be str, got NoneType; pass str\n"
            "  [TR014] target_arns[1]: must be str, got object; pass its ARN\n"
            "  [TR014] target_key_arns: must be list or tuple, got NoneType; pass list or tuple\n"
            "  [TR014] is_devops: must be bool, got str; pass bool",
        ),
        (
            {"input_template": {"id": "<$.eventID>"}},
            "[TR014] input_template: must be an InputTemplate, its text or an IInputTransformation, got dict; "
            "pass one of them",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", 5: "x"}},
            "[TR002] env_vars: is no name of a variable that Lambda takes: 5; use only [a-zA-Z][a-zA-Z0-9_]+",
        ),
        (
            {"filter_pattern": 5},
            "[TR014] filter_pattern: must be a pattern, a list of patterns or an IFilter, got int; "
            "pass a mapping, or JSON text",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", "AWS_REGION": "x" * 5000}},
            "2 faults in the trigger:\n"
            "  [TR007] env_vars['AWS_REGION']: is reserved by Lambda; "
            "choose another name: Lambda sets this one itself\n"
            "  [TR008] env_vars: must be at most 4096 bytes, names and values together, got 5067; "
            "keep large settings in SSM or S3",
        ),
        (
            {"resource_base_name": "x-${Token[AWS.Region.7]}"},
            "[TR009] resource_base_name: holds a token: 'x-${Token[AWS.Region.7]}'; "
            "write the name: the pipe's role is trusted for it before the pipe is there",
        ),
        (
            {"lambda_handler": None, "lambda_code_path": None},
            "2 faults in the trigger:\n"
            "  [TR011] lambda_handler: is missing; pass lambda_handler=..., or an existing function=...\n"
            "  [TR011] lambda_code_path: is missing; pass lambda_code_path=..., or an existing function=...",
        ),
        (
            {"function": object(), "target_arns": [f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p"]},
            "4 faults in the trigger:\n"
            "  [TR012] function, lambda_handler: say the same thing in two ways; pass function or lambda_handler\n"
            "  [TR012] function, lambda_code_path: say the same thing in two ways; pass function or lambda_code_path\n"
            "  [TR012] function, env_vars: say the same thing in two ways; set the variables on the function itself, "
            "and pass what it starts in target_arns\n"
            "  [TR014] function: must be a function, an alias or a version, got object; "
            "pass the L2 construct, or Function.from_function_arn(...)",
        ),
        (
            {"env_vars": {"PIPELINE_ARN": f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:p", "COUNT": 5}},
            "[TR001] env_vars['COUNT']: must be a string, got a value of type int; write it as a string",
        ),
    ],
)
def test_arguments_that_do_not_go_together(
    call: dict[str, Any], stack: Stack, changes: dict[str, Any], message: str
) -> None:
    """
    Both ways, or none, to say one thing: the error names them.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert str(caught.value) == message


def test_a_scope_that_is_no_construct(call: dict[str, Any]) -> None:
    """
    It is told with the other arguments of another type.
    """
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(None, **{**call, "tags": []})  # type: ignore[arg-type] # as a slip would have it

    assert str(caught.value) == (
        "2 faults in the trigger:\n"
        "  [TR014] scope: must be Construct, got NoneType; pass Construct\n"
        "  [TR014] tags: must be Mapping, got list; pass Mapping"
    )


def test_faults_of_the_choice_come_with_all_others(call: dict[str, Any], stack: Stack) -> None:
    """
    A missing table, a wrong name and a wrong filter stand in one error.
    """
    changes: dict[str, Any] = {
        "table_base_name": None,
        "resource_base_name": "a b",
        "filter_pattern": {"eventName": []},
    }

    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **changes})

    assert [violation.rule[:2] for violation in caught.value.violations] == ["TR", "NM", "FP"]


def test_what_cdk_itself_refuses_leaves_nothing_half_built(call: dict[str, Any], stack: Stack) -> None:
    """
    After an error of CDK's own, the same id and the same name can be used again.
    """
    with pytest.raises(Exception, match="nonsense"):
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": StreamSource.new_table(nonsense=1)})
    trigger = DynamoDBStreamTrigger(stack, **call)

    assert trigger.pipe_name == "deployment-processor"


@pytest.mark.parametrize(
    ("view", "pattern"),
    [
        ("KEYS_ONLY", {"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}),
        ("OLD_IMAGE", {"dynamodb": {"NewImage": {"a": {"S": ["x"]}}}}),
        ("NEW_IMAGE", {"dynamodb": {"OldImage": {"a": {"S": ["x"]}}}}),
        ("NEW_AND_OLD_IMAGES", {"dynamodb": {"Keys": {"nokey": {"S": ["x"]}}}}),
    ],
)
def test_a_filter_that_no_record_of_the_stream_can_match_is_refused(
    call: dict[str, Any], stack: Stack, view: str, pattern: dict[str, Any]
) -> None:
    """
    View type and keys of the app's own table are known, so silence after deployment is an error at synth.
    """
    from aws_cdk.aws_dynamodb import StreamViewType

    source = StreamSource.new_table(stream=StreamViewType[view])

    with pytest.raises(FilterPatternError, match=rf"PR004.*no record of a {view} stream"):
        DynamoDBStreamTrigger(stack, **{**call, "table_base_name": None, "source": source, "filter_pattern": pattern})


def test_every_argument_of_a_wrong_form_is_in_one_error(call: dict[str, Any], stack: Stack) -> None:
    """
    What an argument may be given as is told for all of them at once.
    """
    wrong = {"direct": "x", "logging": "x", "enrichment": "x", "trigger_type": "nope", "filter_pattern": 5}
    with pytest.raises(ConfigurationError) as caught:
        DynamoDBStreamTrigger(stack, **{**call, **wrong})

    assert [violation.path for violation in caught.value.violations] == [
        *("direct", "logging", "enrichment", "trigger_type", "filter_pattern")
    ]


def test_a_fault_quotes_the_filter_as_it_was_given(call: dict[str, Any], stack: Stack) -> None:
    """
    What was found out of an equal filter, written in another order, is not told of this one.
    """
    first, second = ({"dynamodb": {image: {"q": {"S": ["x"]}}}} for image in ("NewImage", "OldImage"))
    told = []
    for pattern in ({"$or": [first, second]}, {"$or": [second, first]}):
        with pytest.raises(InputTemplateError) as caught:
            DynamoDBStreamTrigger(
                stack, **{**call, "filter_pattern": pattern, "input_template": "<$.dynamodb.NewImage>"}
            )
        told.append(str(caught.value))

    assert json.dumps({"$or": [first, second]}, separators=(",", ":")) in told[0]
    assert json.dumps({"$or": [second, first]}, separators=(",", ":")) in told[1]
