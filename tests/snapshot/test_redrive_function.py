"""
The scheduled redrive function: what is built, and what it may do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import FunctionOptions
from pipes_trigger.enrichment import Enrichment, given_enrichment
from pipes_trigger.errors import ConfigurationError
from pipes_trigger.redrive_bundle import write_bundle
from pipes_trigger.spec import PipeSpec, TargetParameters
from pipes_trigger.templates import InputTemplate

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import Stack

SPEC = PipeSpec(
    logical_id="Pipe",
    name="orders",
    source="stream",
    target="function",
    input_template=InputTemplate.record(),
    batch_size=25,
    bisect=True,
)
STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1"


def build(stack: Stack, **changes: Any) -> None:
    """
    Build the function of a pipe with a queue.
    """
    from aws_cdk.aws_sqs import Queue

    from pipes_trigger.redrive_function import build_redrive

    arguments: dict[str, Any] = {
        "enrichment": None,
        "boundary": None,
        "options": FunctionOptions(tracing=False),
        "schedule": "rate(1 hour)",
        "pipe": SPEC,
        "queue": Queue(stack, "DeadLetters"),
        "stream_arn": STREAM,
        "key_arn": None,
        "target_arn": FUNCTION,
        "target_statements": [{"Action": "lambda:InvokeFunction", "Effect": "Allow", "Resource": FUNCTION}],
        **changes,
    }
    build_redrive(stack, **arguments)


def statements(template: dict[str, Any]) -> list[tuple[Any, Any]]:
    """
    List what the function's role may do to what.
    """
    (role,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    (policy,) = role["Properties"]["Policies"]
    return [(each["Action"], each["Resource"]) for each in policy["PolicyDocument"]["Statement"]]


def test_the_function_may_do_what_it_needs_and_nothing_else(
    stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    Work on this queue, read this stream, invoke this function, decrypt with the table's key, write its own log.
    """
    build(stack, key_arn=KEY)

    template = synth(stack)

    names = {name.rstrip("0123456789ABCDEF"): name for name in template["Resources"]}
    assert statements(template) == [
        (
            ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"],
            {"Fn::GetAtt": [names["DeadLetters"], "Arn"]},
        ),
        (["dynamodb:GetRecords", "dynamodb:GetShardIterator"], STREAM),
        ("lambda:InvokeFunction", FUNCTION),
        ("kms:Decrypt", KEY),
        (["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [names["RedriveLogs"], "Arn"]}),
    ]


QUEUE = "arn:aws:sqs:eu-west-1:111122223333:orders.fifo"
ENRICHMENT = "arn:aws:lambda:eu-west-1:111122223333:function:enrichment"
SEND = {"Action": "sqs:SendMessage", "Effect": "Allow", "Resource": QUEUE}
# A pipe with an enrichment that delivers to a queue.
DIRECT = replace(
    SPEC,
    enrichment="enrichment",
    enrichment_template=InputTemplate('{"id": <$.eventID>}'),
    input_template=InputTemplate('{"total": <$.total>}'),
    batch_size=10,
    target_parameters=TargetParameters(message_group_id="$.id"),
)


def test_a_pipe_without_a_function_comes_back_to_its_target(
    stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    The function may do what the pipe's own role may do to target and enrichment, and finds both in its environment.
    """
    build(
        stack,
        pipe=DIRECT,
        target_arn=QUEUE,
        target_statements=[SEND],
        enrichment=Enrichment(arn=ENRICHMENT, action="lambda:InvokeFunction"),
    )

    template = synth(stack)

    assert [each for each in statements(template) if each[1] in (QUEUE, ENRICHMENT)] == [
        ("sqs:SendMessage", QUEUE),
        ("lambda:InvokeFunction", ENRICHMENT),
    ]
    (function,) = [each for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    variables = function["Properties"]["Environment"]["Variables"]
    assert (variables["TARGET_ARN"], variables["ENRICHMENT_ARN"]) == (QUEUE, ENRICHMENT)


def test_the_bundle_holds_how_the_target_is_called(tmp_path: Path) -> None:
    """
    What is read back enriches, renders and groups like the pipe.
    """
    write_bundle(tmp_path, DIRECT)

    pipe = PipeSpec.from_template(json.loads((tmp_path / "pipe.json").read_text(encoding="utf-8")))
    assert (pipe.enrichment, pipe.enrichment_template) == ("enrichment", DIRECT.enrichment_template)
    assert (pipe.input_template, pipe.target_parameters) == (DIRECT.input_template, DIRECT.target_parameters)


def test_what_only_the_deployment_knows_is_in_no_bundle(tmp_path: Path) -> None:
    """
    A token in a parameter, or an expression.
    """
    from aws_cdk import Aws

    token = f"from {Aws.REGION}"
    spec = replace(SPEC, target_parameters=TargetParameters(source=token, resources=({"Ref": "Table"},)))
    with pytest.raises(ConfigurationError) as caught:
        write_bundle(tmp_path, spec)

    assert [str(fault).partition(":")[0] for fault in caught.value.violations] == [
        "[RD005] target_parameters",
        "[RD010] target_parameters.resources[0]",
    ]


@pytest.mark.parametrize("alpha", [False, True])
def test_an_enrichment_that_pipes_alone_can_call(*, stack: Stack, alpha: bool) -> None:
    """
    A redrive goes through the enrichment, and no function can call an API destination, whatever it was given as.
    """
    from aws_cdk.aws_events import ApiDestination, Connection
    from aws_cdk.aws_pipes_enrichments_alpha import ApiDestinationEnrichment

    place = "eu-west-1:111122223333"
    connection = Connection.from_event_bus_arn(
        stack, "Account", f"arn:aws:events:{place}:connection/rates/1", f"arn:aws:secretsmanager:{place}:secret:rates"
    )
    destination = ApiDestination.from_api_destination_attributes(
        stack,
        "Rates",
        api_destination_arn=f"arn:aws:events:{place}:api-destination/rates/1",
        connection=connection,
    )
    with pytest.raises(ConfigurationError) as caught:
        build(
            stack,
            pipe=DIRECT,
            enrichment=given_enrichment(ApiDestinationEnrichment(destination) if alpha else destination),
        )

    assert str(caught.value) == (
        "[RD008] enrichment: is called over HTTP, which Pipes alone can do; bring back what this pipe gave up by hand"
    )


def test_a_rule_starts_the_function(stack: Stack, synth: Callable[[Stack], dict[str, Any]]) -> None:
    """
    On schedule, and only this rule may.
    """
    build(stack)

    resources = synth(stack)["Resources"]

    (function,) = [name for name, each in resources.items() if each["Type"] == "AWS::Lambda::Function"]
    (rule,) = [name for name, each in resources.items() if each["Type"] == "AWS::Events::Rule"]
    (permission,) = [each for each in resources.values() if each["Type"] == "AWS::Lambda::Permission"]
    assert resources[rule]["Properties"] == {
        "ScheduleExpression": "rate(1 hour)",
        "State": "ENABLED",
        "Targets": [{"Arn": {"Fn::GetAtt": [function, "Arn"]}, "Id": "Redrive"}],
    }
    assert permission["Properties"] == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": [function, "Arn"]},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
    }


def test_a_queue_with_a_key_is_decrypted(stack: Stack, synth: Callable[[Stack], dict[str, Any]]) -> None:
    """
    A queue of the user's own may have a customer key.
    """
    from aws_cdk.aws_kms import Key
    from aws_cdk.aws_sqs import Queue, QueueEncryption

    key = Key.from_key_arn(stack, "Key", KEY)
    queue = Queue(stack, "Encrypted", encryption=QueueEncryption.KMS, encryption_master_key=key)
    build(stack, queue=queue)

    assert ("kms:Decrypt", KEY) in statements(synth(stack))


def test_a_schedule_of_cdk_is_taken(stack: Stack, synth: Callable[[Stack], dict[str, Any]]) -> None:
    """
    `Schedule.rate(...)` says the same as its text.
    """
    from aws_cdk import Duration
    from aws_cdk.aws_events import Schedule

    build(stack, schedule=Schedule.rate(Duration.hours(6)))

    resources = synth(stack)["Resources"].values()
    (rule,) = [each for each in resources if each["Type"] == "AWS::Events::Rule"]
    assert rule["Properties"]["ScheduleExpression"] == "rate(6 hours)"


def test_the_code_is_the_same_for_the_same_pipe(stack: Stack, tmp_path: Path) -> None:
    """
    What was not changed is not deployed again: the bundle depends on nothing but the package and the pipe.
    """
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        directory.mkdir()
        write_bundle(directory, SPEC)

    def contents(directory: Path) -> dict[str, bytes]:
        files = sorted(path for path in directory.rglob("*") if path.is_file())
        return {str(path.relative_to(directory)): path.read_bytes() for path in files}

    assert contents(first) == contents(second)
    assert not any("construct" in name or "aws_cdk" in name for name in contents(first))


def test_the_bundle_holds_the_pipe_and_all_that_the_handler_imports(tmp_path: Path) -> None:
    """
    With nothing else of this project on the path the handler starts, and reads back the same pipe.
    """
    write_bundle(tmp_path, SPEC)
    # The folder comes before the installed package, and hides it.
    script = "import redrive, sys; print(redrive.SETTINGS.pipe.batch_size, sys.modules['pipes_trigger'].__file__)"
    environment = {**os.environ, "QUEUE_URL": "q", "TARGET_ARN": FUNCTION, "AWS_DEFAULT_REGION": "eu-west-1"}

    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout.split()

    assert printed == ["25", str(tmp_path / "pipes_trigger" / "__init__.py")]
    pipe = PipeSpec.from_template(json.loads((tmp_path / "pipe.json").read_text(encoding="utf-8")))
    assert (pipe.filters, pipe.input_template, pipe.bisect) == (SPEC.filters, SPEC.input_template, True)


def test_every_fault_of_a_call_is_named(stack: Stack) -> None:
    """
    No queue, no schedule, and a template that only CloudFormation knows.
    """
    from aws_cdk import Aws

    spec = replace(SPEC, input_template=InputTemplate(f'{{"id": <$.eventID>, "in": "{Aws.REGION}"}}'))

    with pytest.raises(ConfigurationError) as caught:
        build(stack, schedule="hourly", queue=None, pipe=spec)

    assert spec.input_template is not None
    assert [str(fault) for fault in caught.value.violations] == [
        "[RD006] schedule: is no schedule: 'hourly'; write 'rate(1 hour)', 'cron(...)', or pass a Schedule",
        "[RD007] failure_handling: has no dead-letter queue to redrive from; "
        "give the trigger a queue: FailureHandling(dead_letter='queue')",
        f"[RD005] template: holds a token: {spec.input_template.text!r}; "
        "write it without deploy-time values, or do not redrive",
    ]


def test_a_trigger_adds_it(stack: Stack, call: dict[str, Any], synth: Callable[[Stack], dict[str, Any]]) -> None:
    """
    The trigger gives its own queue, stream and function, and the pipe as it is deployed.
    """
    from aws_cdk import Stage

    from pipes_trigger import DynamoDBStreamTrigger, FailureHandling

    trigger = DynamoDBStreamTrigger(stack, **call, failure_handling=FailureHandling(bisect=True))
    trigger.add_redrive()

    resources = synth(stack)["Resources"]
    assert trigger.dead_letter_queue is not None
    given = {
        "TARGET_ARN": stack.resolve(trigger.function.function_arn),
        "QUEUE_URL": stack.resolve(trigger.dead_letter_queue.queue_url),
    }
    (deployed,) = [
        each
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Function" and each["Properties"]["Handler"] == "redrive.handler"
    ]
    assert deployed["Properties"]["Environment"]["Variables"] == given
    stage = Stage.of(stack)
    assert stage is not None
    (code,) = Path(stage.synth().directory).glob("asset.*/pipe.json")
    pipe = PipeSpec.from_template(json.loads(code.read_text(encoding="utf-8")))
    assert (pipe.name, pipe.filters, pipe.bisect) == (trigger.pipe_name, trigger.filter_patterns, True)


def test_a_triggers_boundary_bounds_its_redrive(
    stack: Stack, call: dict[str, Any], synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    Whoever may build bounded roles only can add a redrive, too.
    """
    from pipes_trigger import DynamoDBStreamTrigger

    boundary = "arn:aws:iam::111122223333:policy/developers"
    DynamoDBStreamTrigger(stack, **call, permissions_boundary=boundary).add_redrive()

    roles = [each for each in synth(stack)["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    assert [role["Properties"]["PermissionsBoundary"] for role in roles] == [boundary] * 3


def test_a_trigger_has_one_redrive(stack: Stack, call: dict[str, Any]) -> None:
    """
    A second one would bring back what the first does.
    """
    from pipes_trigger import DynamoDBStreamTrigger

    trigger = DynamoDBStreamTrigger(stack, **call)
    trigger.add_redrive()

    with pytest.raises(ConfigurationError) as caught:
        trigger.add_redrive()
    assert str(caught.value) == (
        "[RD011] add_redrive: the trigger has its redrive already; call it once, and keep what it returns"
    )


def test_a_trigger_without_a_queue_cannot_be_redriven(stack: Stack, call: dict[str, Any]) -> None:
    """
    Who builds only what the original built has nothing to bring back.
    """
    from pipes_trigger import DynamoDBStreamTrigger, FailureHandling

    trigger = DynamoDBStreamTrigger(stack, **call, failure_handling=FailureHandling.none())

    with pytest.raises(ConfigurationError, match="RD007"):
        trigger.add_redrive()


def test_a_redrive_runs_where_the_pipes_function_runs(
    call: dict[str, Any], stack: Stack, synth: Callable[[Stack], dict[str, Any]]
) -> None:
    """
    The network, the keys and the logs are those of the trigger's function; the runtime is a Python all the same.
    """
    from aws_cdk.aws_ec2 import Vpc
    from aws_cdk.aws_kms import Key

    from pipes_trigger import DynamoDBStreamTrigger

    options = FunctionOptions(
        runtime="nodejs22.x",
        vpc=Vpc(stack, "Vpc", max_azs=1),
        environment_key=Key(stack, "Key"),
        log_retention_days=7,
        reserved_concurrency=20,
    )
    DynamoDBStreamTrigger(stack, **call, function_options=options).add_redrive()
    resources = synth(stack)["Resources"].values()
    own, redrive = (item["Properties"] for item in resources if item["Type"] == "AWS::Lambda::Function")

    assert (redrive["Runtime"], redrive["Timeout"], redrive["ReservedConcurrentExecutions"]) == ("python3.12", 900, 1)
    assert (redrive["KmsKeyArn"], redrive["TracingConfig"]) == (own["KmsKeyArn"], {"Mode": "Active"})
    assert redrive["VpcConfig"]["SubnetIds"] == own["VpcConfig"]["SubnetIds"]
    groups = [item["Properties"] for item in resources if item["Type"] == "AWS::Logs::LogGroup"]
    assert [group["RetentionInDays"] for group in groups] == [7, 7]


def test_a_pipe_that_is_named_after_its_stream_is_named_when_it_is_deployed(
    call: dict[str, Any], stack: Stack, synth: Callable[[Stack], dict[str, Any]], tmp_path: Path
) -> None:
    """
    The code holds no token, and the environment has the name by which the redrive knows its pipe's messages.
    """
    from pipes_trigger import DynamoDBStreamTrigger, StreamReading, StreamSource

    changes = {"table_base_name": None, "source": StreamSource.new_table()}
    DynamoDBStreamTrigger(stack, **{**call, **changes}, reading=StreamReading(name_per_stream=True)).add_redrive()
    resources = synth(stack)["Resources"]
    (pipe,) = (item["Properties"] for item in resources.values() if item["Type"] == "AWS::Pipes::Pipe")
    (redrive,) = (
        item["Properties"]
        for name, item in resources.items()
        if "TriggerRedrive" in name or "Redrive" in name
        if item["Type"] == "AWS::Lambda::Function"
    )
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    write_bundle(bundle, replace(SPEC, name="orders-${Token[TOKEN.1]}"))

    assert redrive["Environment"]["Variables"]["PIPE_NAME"] == pipe["Name"]
    assert PipeSpec.from_template(bundle / "pipe.json").name == "pipe"
