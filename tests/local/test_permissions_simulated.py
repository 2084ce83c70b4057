"""
What is explained is what IAM allows, and what is not needed is denied: asked of the roles that the emulator has.

A trigger of another type is one more function in `TRIGGERS`, with how much is asked of each of its roles.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from pipes_trigger.local.deploy import deploy
from pipes_trigger.permissions import explain
from pipes_trigger.permissions.expressions import expression, show
from tests.stacks import ARNS, DIRECT_TYPES, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger import DynamoDBStreamTrigger, StreamTriggerType
    from pipes_trigger.local.deployment import DeployedStack
    from pipes_trigger.local.emulator import Emulator
    from pipes_trigger.local.session import LocalSession
    from pipes_trigger.permissions import Permission

PLACE = "us-east-1:111122223333"
ROLES = ("the pipe's role", "the function's role", "the redrive function's role")

# What no role of a trigger needs: somebody else's resources, more than it does to its own, and the keys to more.
NEVER_NEEDED: dict[str, str] = {
    "dynamodb:GetRecords": "arn:aws:dynamodb:{region}:{account}:table/other/stream/2026-01-01T00:00:00.000",
    "dynamodb:PutItem": "{table}",
    "dynamodb:DeleteItem": "{table}",
    "dynamodb:Scan": "{table}",
    "lambda:InvokeFunction": "arn:aws:lambda:{region}:{account}:function:other",
    "lambda:UpdateFunctionCode": "{function}",
    "sns:Publish": "arn:aws:sns:{region}:{account}:other",
    "sns:Subscribe": "arn:aws:sns:{region}:{account}:other",
    "sqs:SendMessage": "arn:aws:sqs:{region}:{account}:other",
    "sqs:PurgeQueue": "{queue}",
    "codepipeline:StartPipelineExecution": "arn:aws:codepipeline:{region}:{account}:other",
    "codepipeline:PutJobSuccessResult": "*",
    "iam:PassRole": "arn:aws:iam::{account}:role/other",
    "sts:AssumeRole": "arn:aws:iam::{account}:role/other",
    "s3:GetObject": "arn:aws:s3:::other/key",
    "kms:Decrypt": "arn:aws:kms:{region}:{account}:key/11111111-2222-3333-4444-555555555555",
    "logs:DeleteLogGroup": "{logs}",
    "secretsmanager:GetSecretValue": "arn:aws:secretsmanager:{region}:{account}:secret:other",
}
# What one role needs and another must not have.
NOT_FOR: dict[str, dict[str, str]] = {
    "the pipe's role": {
        "dynamodb:Query": "{table}",
        "dynamodb:UpdateItem": "{table}",
        "sqs:ReceiveMessage": "{queue}",
        "sqs:DeleteMessage": "{queue}",
        "xray:PutTraceSegments": "*",
    },
    "the function's role": {
        "dynamodb:GetRecords": "{stream}",
        "dynamodb:GetShardIterator": "{stream}",
        "lambda:InvokeFunction": "{function}",
        "sqs:SendMessage": "{queue}",
        "sqs:ReceiveMessage": "{queue}",
    },
    "the redrive function's role": {
        "dynamodb:Query": "{table}",
        "dynamodb:UpdateItem": "{table}",
        "dynamodb:DescribeStream": "{stream}",
        "sqs:SendMessage": "{queue}",
    },
}


@dataclass(frozen=True)
class Simulation:
    """
    The emulator's IAM, asked about one deployed stack.
    """

    stack: DeployedStack

    @property
    def iam(self) -> Any:
        """
        Its client.
        """
        return self.stack.session.client("iam")

    def is_allowed(self, role: str, action: str, resource: str) -> bool:
        """
        Ask whether the role with this logical id may do something.
        """
        name = self.stack.resources[role].physical_id
        arn = self.iam.get_role(RoleName=name)["Role"]["Arn"]
        # The ARN of a group ends in `:*` for its streams; what is asked for is one of them.
        asked = resource.removesuffix(":*") + ":log-stream:one" if resource.endswith(":*") else resource
        answer = self.iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[asked])
        (result,) = answer["EvaluationResults"]
        return bool(result["EvalDecision"] == "allowed")

    def resources_of(self, role: str) -> dict[str, str]:
        """
        Give the ARNs that the deployed policies of a role name, by how the template writes them.
        """
        found = {}
        for written, deployed in self._policies(role):
            for one, other in zip(_statements(written), _statements(deployed), strict=True):
                pairs = zip(_listed(one["Resource"]), _listed(other["Resource"]), strict=True)
                found.update({show(expression(before)): after for before, after in pairs})
        return found

    def _policies(self, role: str) -> Iterator[tuple[Any, Any]]:
        resources = self.stack.template["Resources"]
        named = list(resources[role]["Properties"].get("Policies", []))
        named += [
            each["Properties"]
            for each in resources.values()
            if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
        ]
        for policy in named:
            name = self.stack.resources[role].physical_id
            deployed = self.iam.get_role_policy(RoleName=name, PolicyName=policy["PolicyName"])
            yield policy["PolicyDocument"], deployed["PolicyDocument"]


def simulated(stack: DeployedStack, permissions: tuple[Permission, ...]) -> dict[str, Any]:
    """
    Ask IAM about everything that was explained of the roles of a deployed stack, and about what nobody needs.

    Returns:
        By who acts: what was explained but is refused, what is not needed but is allowed, and how much was asked.
    """
    simulation = Simulation(stack)
    roles = {one.who: one.principal.removeprefix("${").removesuffix(".Arn}") for one in permissions if one.who in ROLES}
    names = _names(stack)
    found = {}
    for who, role in roles.items():
        arns = simulation.resources_of(role)
        allows = [one for one in permissions if one.who == who and one.effect == "Allow"]
        explained = [(one.action, arns[one.resource]) for one in allows]
        denied = [(action, arn.format(**names)) for action, arn in (*NEVER_NEEDED.items(), *NOT_FOR[who].items())]
        refused = [asked for asked in explained if not simulation.is_allowed(role, *asked)]
        allowed = [asked for asked in denied if simulation.is_allowed(role, *asked)]
        found[who] = {"refused": refused, "allowed": allowed, "asked": (len(explained), len(denied))}
    return found


def _names(stack: DeployedStack) -> dict[str, str]:
    (pipe,) = stack.pipes
    account, region = stack.session.account, stack.session.region
    return {
        "account": account,
        "region": region,
        "stream": pipe.source,
        "table": pipe.source.partition("/stream/")[0],
        "function": pipe.target,
        "queue": pipe.dead_letter or f"arn:aws:sqs:{region}:{account}:none",
        "logs": f"arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{pipe.name}",
    }


def _statements(document: Mapping[str, Any]) -> list[Any]:
    return _listed(document["Statement"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def trigger_of(stack: Stack, code_path: str, **more: Any) -> DynamoDBStreamTrigger:
    """
    Build a trigger on a new table; more arguments say of which type.
    """
    from pipes_trigger import ApplicationHelper, DynamoDBStreamTrigger, StreamSource

    arguments: dict[str, Any] = {
        "app_helper": ApplicationHelper(environment="dev", environments={"dev": {}}),
        "source": StreamSource.new_table(),
        "resource_base_name": "orders",
        "lambda_handler": "handlers.process_deployment",
        "lambda_code_path": code_path,
    }
    return DynamoDBStreamTrigger(stack, "orders", **{**arguments, **more})


def bare_pipeline(stack: Stack, code_path: str) -> None:
    """
    Build as little as there can be.
    """
    from pipes_trigger import FailureHandling, FunctionOptions, StreamTriggerType

    trigger_of(
        stack,
        code_path,
        trigger_type=StreamTriggerType.PIPELINE,
        env_vars={"PIPELINE_ARN": "arn:aws:codepipeline:us-east-1:111122223333:release"},
        failure_handling=FailureHandling.none(),
        function_options=FunctionOptions(own_log_group=False, tracing=False),
    )


def redriven_topic(stack: Stack, code_path: str) -> None:
    """
    Build a topic trigger with an index, pipe logs and a redrive function.
    """
    from aws_cdk.aws_sns import Topic

    from pipes_trigger import PipeLogging, StreamTriggerType

    trigger_of(
        stack,
        code_path,
        trigger_type=StreamTriggerType.SNS_TOPIC,
        env_vars={"TOPIC_ARN": Topic(stack, "Events").topic_arn},
        table_index_name="status-index",
        logging=PipeLogging(),
    ).add_redrive()


PIPE, FUNCTION, REDRIVE = ROLES
# How much is explained of each role and asked of IAM; as many things as `NEVER_NEEDED` and `NOT_FOR` name are denied.
TRIGGERS: dict[Callable[[Stack, str], None], dict[str, int]] = {
    bare_pipeline: {PIPE: 5, FUNCTION: 5},
    redriven_topic: {PIPE: 8, FUNCTION: 8, REDRIVE: 10},
}
EXAMPLES: dict[tuple[str, str], dict[str, int]] = {
    ("deployment_requests", "DeploymentPlatform"): {PIPE: 6, FUNCTION: 9},
    ("order_notifications", "OrderNotifications"): {PIPE: 6, FUNCTION: 7},
    ("search_index", "SearchIndex"): {PIPE: 6, FUNCTION: 5},
    ("users_ids", "UsersIds"): {PIPE: 6, FUNCTION: 5},
}


def holds(explained: dict[str, int]) -> dict[str, Any]:
    """
    Say what a simulation finds where all is as it should be.
    """
    return {
        who: {"refused": [], "allowed": [], "asked": (count, len(NEVER_NEEDED) + len(NOT_FOR[who]))}
        for who, count in explained.items()
    }


@pytest.fixture
def bare_stack(tmp_path: Path) -> Stack:
    """
    Give a stack that is deployed wherever a test wants it.
    """
    from aws_cdk import App, Stack

    return Stack(App(outdir=str(tmp_path / "cdk.out")), "Orders")


@pytest.fixture
def forgetful(emulator: Emulator) -> Iterator[None]:
    """
    Let the emulator forget what a test deployed: an example names its account, where the next test would find it.
    """
    yield
    with closing(HTTPConnection(urlsplit(emulator.url).netloc, timeout=30)) as connection:
        connection.request("POST", "/_ministack/reset")
        assert connection.getresponse().status == HTTPStatus.OK


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(("app", "stack"), EXAMPLES)
def test_an_examples_roles_may_do_what_is_explained_and_nothing_that_is_not_needed(
    example_assemblies: dict[str, Path], local_session: LocalSession, app: str, stack: str
) -> None:
    """
    Each role of an example may do all that is explained of it, and none of more than twenty other things.
    """
    deployed = deploy(example_assemblies[app], local_session).stack(stack)
    permissions = explain(deployed.template)

    assert all(one.as_needed for one in permissions)
    assert simulated(deployed, permissions) == holds(EXAMPLES[app, stack])


@pytest.mark.parametrize("build", TRIGGERS, ids=lambda build: build.__name__)
def test_a_triggers_roles_may_do_what_is_explained_and_nothing_that_is_not_needed(
    bare_stack: Stack, code_path: str, local_session: LocalSession, build: Callable[[Stack, str], None]
) -> None:
    """
    Each role of a trigger may do all that is explained of it, and none of more than twenty other things.
    """
    build(bare_stack, code_path)
    deployed = deployed_from(bare_stack, local_session)
    permissions = explain(deployed.template)

    assert all(one.as_needed for one in permissions)
    assert simulated(deployed, permissions) == holds(TRIGGERS[build])


@pytest.mark.parametrize(
    ("kind", "direct"),
    [*((kind, False) for kind in TYPES), *((kind, True) for kind in DIRECT_TYPES)],
    ids=lambda value: getattr(value, "value", "direct" if value else "function"),
)
def test_a_trigger_of_each_type_may_do_what_is_explained_and_nothing_that_is_not_needed(
    *, bare_stack: Stack, code_path: str, local_session: LocalSession, kind: StreamTriggerType, direct: bool
) -> None:
    """
    With every default, with a function and without.
    """
    arn = ARNS[kind].replace("eu-west-1", "us-east-1")
    how = {"lambda_handler": None, "lambda_code_path": None, "direct": True} if direct else {}
    trigger_of(bare_stack, code_path, **{"trigger_type": kind, "target_arns": [arn], **how})
    deployed = deployed_from(bare_stack, local_session)
    permissions = explain(deployed.template)

    assert all(one.as_needed for one in permissions)
    roles = {PIPE: 6} if direct else {PIPE: 6, FUNCTION: len(kind.strategy.actions) + 4}
    assert simulated(deployed, permissions) == holds(roles)


def test_what_an_app_adds_is_allowed_and_said_to_be_more_than_is_needed(
    bare_stack: Stack, code_path: str, local_session: LocalSession
) -> None:
    """
    A grant of the app is found by IAM, and explained as one that no call of the trigger needs.
    """
    from aws_cdk.aws_iam import PolicyStatement

    trigger = trigger_of(bare_stack, code_path, trigger_type="sns_topic", target_arns=[f"arn:aws:sns:{PLACE}:orders"])
    trigger.function.add_to_role_policy(PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::other/*"]))
    deployed = deployed_from(bare_stack, local_session)
    permissions = explain(deployed.template)

    beyond = [(one.who, one.action, one.resource, one.why) for one in permissions if not one.as_needed]
    assert beyond == [
        (
            FUNCTION,
            "s3:GetObject",
            "arn:aws:s3:::other/*",
            "Granted beyond what pipes-trigger needs; added by the app, or by a strategy of its own.",
        )
    ]
    found = simulated(deployed, permissions)
    assert {who: told["allowed"] for who, told in found.items()} == {
        PIPE: [],
        FUNCTION: [("s3:GetObject", "arn:aws:s3:::other/key")],
    }
    assert {who: told["refused"] for who, told in found.items()} == {PIPE: [], FUNCTION: []}


def test_what_is_explained_but_not_granted_is_found(
    bare_stack: Stack, code_path: str, local_session: LocalSession
) -> None:
    """
    The simulation is no formality: a permission that the deployed role lacks is refused.
    """
    bare_pipeline(bare_stack, code_path)
    deployed = deployed_from(bare_stack, local_session)
    permissions = explain(deployed.template)
    invented = [replace(one, action="dynamodb:DeleteTable") for one in permissions if one.action.endswith("GetRecords")]

    found = simulated(deployed, (*permissions, *invented))
    (pipe,) = deployed.pipes
    assert found[PIPE]["refused"] == [("dynamodb:DeleteTable", pipe.source)]


def deployed_from(stack: Stack, session: LocalSession) -> DeployedStack:
    """
    Synthesize a stack's app and deploy it.
    """
    from aws_cdk import Stage

    stage = Stage.of(stack)
    assert stage is not None
    return deploy(stage.synth().directory, session).stack(stack.stack_name)
