"""
What a trigger costs, counted, so that it cannot creep; and what the cheap way of building it must not cost its users.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import DynamoDBStreamTrigger, FailureHandling, FunctionOptions
from pipes_trigger.making import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

    Synth = Callable[[Stack], dict[str, Any]]
    OfType = Callable[[dict[str, Any], str], list[dict[str, Any]]]
    Calls = Callable[[Callable[[], object]], int]

LAMBDA = "AWS::Lambda::Function"
BARE: dict[str, Any] = {
    "failure_handling": FailureHandling.none(),
    "function_options": FunctionOptions(own_log_group=False, tracing=False),
}


@pytest.fixture
def calls_of(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """
    Return a function that counts the calls to Node which something makes.
    """
    import jsii

    assert stack is not None  # with it Node runs
    process = jsii.kernel.provider._process  # type: ignore[attr-defined] # jsii counts nothing itself
    sent: list[object] = []
    send = process.send

    def counting(request: object, response_type: type) -> object:
        sent.append(request)
        return send(request, response_type)

    def _calls_of(action: Callable[[], object]) -> int:
        sent.clear()
        action()
        return len(sent)

    monkeypatch.setattr(process, "send", counting)
    return _calls_of


def numbered(call: dict[str, Any], number: int) -> dict[str, Any]:
    """
    Return the call of one trigger among many.
    """
    return {**call, "id": f"trigger-{number}", "resource_base_name": f"processor-{number}"}


@pytest.mark.parametrize(
    ("options", "expected", "most_bytes"), [(BARE, (7, 4), 3200), ({}, (14, 7), 4400)], ids=["bare", "defaults"]
)
def test_a_further_trigger_costs(
    *,
    call: dict[str, Any],
    stack: Stack,
    synth: Synth,
    calls_of: Calls,
    options: dict[str, Any],
    expected: tuple[int, int],
    most_bytes: int,
) -> None:
    """
    A trigger beside another costs this many calls to Node, resources, and bytes of a template.
    """
    DynamoDBStreamTrigger(stack, **numbered(call, 0), **options)
    counted = calls_of(lambda: DynamoDBStreamTrigger(stack, **numbered(call, 1), **options))
    built = synth(stack)["Resources"]
    second = {name: item for name, item in built.items() if name.startswith("trigger1")}

    assert (counted, len(second)) == expected
    assert len(json.dumps(second, separators=(",", ":"))) < most_bytes


@pytest.mark.parametrize(
    ("options", "expected"), [({"failure_handling": FailureHandling.none()}, (3, 2)), ({}, (5, 4))]
)
def test_a_further_trigger_without_a_function_costs(
    *,
    call: dict[str, Any],
    stack: Stack,
    synth: Synth,
    calls_of: Calls,
    options: dict[str, Any],
    expected: tuple[int, int],
) -> None:
    """
    A pipe that delivers by itself costs less than half of one with a function: calls to Node, and resources.
    """
    changes = {
        "trigger_type": "sns_topic",
        "target_arns": ["arn:aws:sns:eu-west-1:111122223333:orders"],
        "direct": True,
    }
    kept = ("app_helper", "table_base_name", "filter_pattern")
    arguments = {name: call[name] for name in kept} | changes | options
    DynamoDBStreamTrigger(stack, "trigger-0", **arguments, resource_base_name="first")
    counted = calls_of(lambda: DynamoDBStreamTrigger(stack, "trigger-1", **arguments, resource_base_name="second"))
    second = [name for name in synth(stack)["Resources"] if name.startswith("trigger1")]

    assert (counted, len(second)) == expected


def test_a_trigger_within_a_construct_asks_for_its_stack_once(
    call: dict[str, Any], stack: Stack, calls_of: Calls
) -> None:
    """
    Triggers of one scope ask Node which stack they lie in only the first time.
    """
    from constructs import Construct

    group = Construct(stack, "Group")
    DynamoDBStreamTrigger(group, **numbered(call, 0), **BARE)

    assert calls_of(lambda: DynamoDBStreamTrigger(group, **numbered(call, 1), **BARE)) == 7


def test_a_stack_holds_125_bare_triggers(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    CloudFormation takes 500 resources a stack, and CDK refuses more.
    """
    for number in range(125):
        DynamoDBStreamTrigger(stack, **numbered(call, number), **BARE)

    assert len(synth(stack)["Resources"]) == 500


def test_code_is_staged_once_a_stack_and_never_shared_between_apps(
    call: dict[str, Any], tmp_path: Path, synth: Synth, of_type: OfType
) -> None:
    """
    Functions of one folder have one asset; another app, and another stack, stage their own.
    """
    from aws_cdk import App, Stack
    from aws_cdk.aws_lambda import Function

    keys = []
    for name in ("one", "two"):
        app = App(outdir=str(tmp_path / name))
        stacks = [Stack(app, "First"), Stack(app, "Second")]
        triggers = [DynamoDBStreamTrigger(stack, **numbered(call, number)) for stack in stacks for number in range(2)]
        assert all(isinstance(trigger.function, Function) for trigger in triggers)
        keys += [function["Code"]["S3Key"] for stack in stacks for function in of_type(synth(stack), LAMBDA)]
        staged = list((tmp_path / name).glob("asset.*"))
        assert len(staged) == 1

    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_only_the_services_that_a_call_needs_are_loaded(code_path: str) -> None:
    """
    No queue: no `aws_sqs`; a table that is looked up: no `aws_dynamodb`; no struct is typed: nothing that types name.

    A function that nobody looks at, no `aws_lambda`, which alone loads six others.
    """
    script = f"""
import sys
from aws_cdk import App, Stack
from pipes_trigger import *
from pipes_trigger.helpers.parameters import GivenValues

table = "arn:aws:dynamodb:eu-west-1:111122223333:table/d-p-dev-t"
given = {{"dynamodb_table_d_p_dev_t": table, "dynamodb_table_stream_d_p_dev_t": f"{{table}}/stream/1"}}
common = {{"domain": "d", "project": "p"}}
helper = ApplicationHelper(
    environment="dev", environments={{"dev": {{}}}}, common=common, parameters=GivenValues(given)
)
stack = Stack(App(), "S")
bare = FunctionOptions(own_log_group=False, tracing=False)
for name, failures, options in [("bare", FailureHandling.none(), bare), ("defaults", None, None)]:
    DynamoDBStreamTrigger(
        stack, name, app_helper=helper, trigger_type=StreamTriggerType.PIPELINE, table_base_name="t",
        function_options=options, resource_base_name=name,
        lambda_handler="handlers.process_deployment", lambda_code_path={code_path!r},
        env_vars={{"PIPELINE": "arn:aws:codepipeline:eu-west-1:111122223333:p"}}, failure_handling=failures,
    )
    print(*(module.removeprefix("aws_cdk.") for module in sys.modules if module.startswith("aws_cdk.aws_")))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    bare, defaults = (set(line.split()) for line in done.stdout.splitlines())
    needless = {"aws_sns", "aws_dynamodb", "aws_kms", "aws_ssm", "aws_codeguruprofiler"}

    assert needless & defaults == set()
    assert {"aws_sqs", "aws_lambda", "aws_ec2"} & bare == set()
    assert {"aws_lambda", "aws_sqs"} <= defaults


def test_node_refuses_what_a_struct_would_have_refused(stack: Stack) -> None:
    """
    A property that is missing or of the wrong type is an error, though no Python code has looked at it.
    """
    from aws_cdk import CfnResource

    with pytest.raises(RuntimeError, match="type"):
        make(CfnResource, stack, "Missing", {"properties": {}})
    with pytest.raises(RuntimeError, match="type"):
        make(CfnResource, stack, "Wrong", {"type": 5})


def test_tags_reach_every_resource_that_can_have_them(call: dict[str, Any], stack: Stack, synth: Synth) -> None:
    """
    `Tags.of(trigger)` tags both roles, the function, the pipe, the queue and the log group.
    """
    from aws_cdk import Tags

    trigger = DynamoDBStreamTrigger(stack, **call)
    Tags.of(trigger).add("team", "platform")
    resources = synth(stack)["Resources"].values()
    tagged = sorted(item["Type"] for item in resources if "platform" in str(item["Properties"].get("Tags")))

    assert tagged == [
        "AWS::IAM::Role",
        "AWS::IAM::Role",
        LAMBDA,
        "AWS::Logs::LogGroup",
        "AWS::Pipes::Pipe",
        "AWS::SQS::Queue",
    ]


def test_aspects_see_cdks_own_classes(call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType) -> None:
    """
    An aspect that looks for functions, roles and pipes by class finds the trigger's.
    """
    import jsii
    from aws_cdk import Aspects, IAspect
    from aws_cdk.aws_iam import CfnRole
    from aws_cdk.aws_lambda import Function
    from aws_cdk.aws_pipes import CfnPipe

    seen: list[str] = []

    @jsii.implements(IAspect)
    class Look:
        def visit(self, node: Any) -> None:
            seen.extend(kind.__name__ for kind in (Function, CfnRole, CfnPipe) if isinstance(node, kind))
            if isinstance(node, Function):
                node.add_environment("SEEN", "1")

    DynamoDBStreamTrigger(stack, **call)
    Aspects.of(stack).add(Look())
    (function,) = of_type(synth(stack), LAMBDA)

    assert sorted(seen) == ["CfnPipe", "CfnRole", "CfnRole", "Function"]
    assert function["Environment"]["Variables"]["SEEN"] == "1"


def test_what_was_built_can_be_granted_measured_and_extended(
    call: dict[str, Any], stack: Stack, synth: Synth, of_type: OfType
) -> None:
    """
    The queue, the log group and the function are CDK's own, with everything that people do with them.
    """
    from aws_cdk.aws_iam import PolicyStatement, Role, ServicePrincipal
    from aws_cdk.aws_lambda import Function, LayerVersion
    from aws_cdk.aws_logs import LogGroup
    from aws_cdk.aws_sqs import Queue

    trigger = DynamoDBStreamTrigger(stack, **call)
    function, queue, logs = trigger.function, trigger.dead_letter_queue, trigger.log_group
    assert isinstance(function, Function)
    assert isinstance(queue, Queue)
    assert isinstance(logs, LogGroup)
    operator = Role(stack, "Operator", assumed_by=ServicePrincipal("lambda.amazonaws.com"))
    queue.grant_consume_messages(operator)
    logs.grant_read(operator)
    layer = LayerVersion.from_layer_version_arn(stack, "Layer", "arn:aws:lambda:eu-west-1:111122223333:layer:l:1")
    function.add_layers(layer)
    function.add_to_role_policy(PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"]))
    template = synth(stack)
    granted = str(of_type(template, "AWS::IAM::Policy"))

    assert queue.metric_approximate_number_of_messages_visible().metric_name == "ApproximateNumberOfMessagesVisible"
    assert all(action in granted for action in ("sqs:ReceiveMessage", "logs:GetLogEvents", "s3:GetObject"))
    assert len(of_type(template, LAMBDA)[0]["Layers"]) == 1
