"""
The environment of the shipped handlers.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import builds
import buses
import executions
import pipelines
import pytest
import queues
import search
import topics
from addressed import Address
from failures import ConfigurationError
from messages import message_of
from records import Record
from starts import Target

from pipes_trigger import handlers

if TYPE_CHECKING:
    from collections.abc import Callable

    Logged = Callable[[], list[dict[str, Any]]]

ROOT = Path(__file__).parents[2]
PIPELINE = "arn:aws-cn:codepipeline:cn-north-1:123456789012:my-pipeline"
TOPIC = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:my-topic.fifo"
QUEUE = "arn:aws-cn:sqs:cn-north-1:123456789012:my-queue.fifo"
BUS = "arn:aws-iso:events:us-iso-east-1:123456789012:event-bus/my.bus"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:My-Machine"
PROJECT = "arn:aws:codebuild:eu-west-1:123456789012:project/my_project"
DOMAIN = "https://my-domain.eu-west-1.es.amazonaws.com"
SETTINGS: dict[str, Any] = {
    "index_opensearch": search.Settings,
    "publish_sns": topics.Settings,
    "put_events": buses.Settings,
    "send_sqs": queues.Settings,
    "start_build": builds.Settings,
    "start_execution": executions.Settings,
    "start_pipeline": pipelines.Settings,
}
LEAST = {
    "index_opensearch": {"OPENSEARCH_ENDPOINT": DOMAIN, "OPENSEARCH_INDEX": "orders"},
    "publish_sns": {"TOPIC_ARN": TOPIC},
    "put_events": {"EVENT_BUS_ARN": BUS},
    "send_sqs": {"QUEUE_ARN": QUEUE},
    "start_build": {"PROJECT_ARN": PROJECT},
    "start_execution": {"STATE_MACHINE_ARN": MACHINE},
    "start_pipeline": {"PIPELINE_ARN": PIPELINE},
}
ENDPOINT_FIX = "write one like https://my-domain.eu-west-1.es.amazonaws.com"
PIPELINE_FIX = 'write {"SERVICE": "service", "VERSION": "release.version"}'
TOPIC_FIX = 'write {"customer": "customer.id", "status": "status"}'


def none_of(service: str, resource: str) -> str:
    """
    Give the fault of an environment without an ARN of a service.
    """
    example = f"arn:aws:{service}:us-east-1:123456789012:{resource}"
    return f"environment: no variable holds an ARN of {service}; set one, such as {example}"


NO_PIPELINE = none_of("codepipeline", "my-pipeline")


class Recording(dict[str, str]):
    """
    Environment variables that note which of them are asked for.
    """

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """
        Give a variable.
        """
        self.asked.add(name)
        return super().get(name, default)


def test_partitions() -> None:
    """
    ARNs of any partition are recognized, whatever their variable is called; other services' are left alone.
    """
    arns = (PIPELINE, TOPIC, QUEUE, BUS, f"{MACHINE}, {MACHINE}:live", PROJECT)
    environment = {f"ANY_NAME_{number}": arn for number, arn in enumerate(arns)}
    environment |= {"AWS_REGION": "cn-north-1", "EMPTY": ""}

    started = [room.Settings.from_environment(environment).targets for room in (pipelines, builds, executions)]
    addressed = [room.Settings.from_environment(environment).addresses for room in (topics, queues)]
    put = buses.Settings.from_environment(environment).buses

    assert started == [
        (Target(PIPELINE, "cn-north-1", "my-pipeline"),),
        (Target(PROJECT, "eu-west-1", "my_project"),),
        (Target(MACHINE, "eu-west-1", "My-Machine"), Target(MACHINE + ":live", "eu-west-1", "My-Machine")),
    ]
    assert addressed == [(Address(TOPIC, "us-gov-west-1"),), (Address(QUEUE, "cn-north-1"),)]
    assert [each.fifo for (each,) in addressed] == [True, True]
    assert put == (buses.Bus(BUS, "us-iso-east-1"),)


@pytest.mark.parametrize(
    ("handler", "environment", "faults"),
    [
        ("start_pipeline", {}, [NO_PIPELINE]),
        ("start_pipeline", {"TOPIC_ARN": TOPIC}, [NO_PIPELINE]),
        (
            "start_pipeline",
            {
                "PIPELINE_ARN": PIPELINE + "/Stage",
                "PIPELINE_VARIABLES": "x",
                "MISSING_ATTRIBUTE": "ignore",
                "CLAIM_ATTRIBUTE": "status",
                "CLAIM_FROM": "PENDING",
                "LOG_LEVEL": "info",
                "LOG_RECORDS": "yes",
            },
            [
                f"PIPELINE_ARN: holds a malformed ARN, '{PIPELINE}/Stage'; "
                "write one like arn:aws:codepipeline:us-east-1:123456789012:my-pipeline",
                f"PIPELINE_VARIABLES: is not JSON (Expecting value: line 1 column 1 (char 0)); {PIPELINE_FIX}",
                "MISSING_ATTRIBUTE: must be one of error, omit, got 'ignore'; the default is error",
                "CLAIM_TO: is not set, but another part of the claim is; "
                "set CLAIM_ATTRIBUTE, CLAIM_FROM and CLAIM_TO, such as status, PENDING and STARTED",
                "LOG_LEVEL: must be one of INFO, DEBUG, WARNING, ERROR, got 'info'; the default is INFO",
                "LOG_RECORDS: must be one of false, true, got 'yes'; the default is false",
            ],
        ),
        (
            "start_pipeline",
            {"A": PIPELINE, "PIPELINE_VARIABLES": '{"a b": "x", "c": 5}'},
            [
                f"PIPELINE_VARIABLES['a b']: is no name of 1 to 128 letters, digits, @, - and _; {PIPELINE_FIX}",
                'PIPELINE_VARIABLES[\'c\']: must be a path such as "release.version" or ["release", "version"], got 5; '
                f"{PIPELINE_FIX}",
            ],
        ),
        (
            "start_pipeline",
            {"A": PIPELINE, "PIPELINE_VARIABLES": "[]"},
            [f"PIPELINE_VARIABLES: must be a JSON object, got a list; {PIPELINE_FIX}"],
        ),
        (
            "start_pipeline",
            {"A": PIPELINE, "PIPELINE_VARIABLES": "{" + ",".join(f'"v{n}": "a"' for n in range(51)) + "}"},
            ["PIPELINE_VARIABLES: has 51 variables; write at most 50"],
        ),
        (
            "publish_sns",
            {
                "TOPIC_ARN": f"{TOPIC},{TOPIC}:subscription",
                "SNS_ATTRIBUTES": '{"table": "a", "AWS.x": "b"}',
                "MESSAGE_BODY": "image",
                "MESSAGE_BYTES": "1048577",
            },
            [
                f"TOPIC_ARN: holds a malformed ARN, '{TOPIC}:subscription'; "
                "write one like arn:aws:sns:us-east-1:123456789012:my-topic",
                "SNS_ATTRIBUTES['AWS.x']: is no name of 1 to 256 letters, digits, _, - and single dots inside, "
                f"not starting with AWS. or Amazon.; {TOPIC_FIX}",
                "SNS_ATTRIBUTES['table']: is always there with its own meaning; write another name",
                "MESSAGE_BODY: must be one of change, record, got 'image'; the default is change",
                "MESSAGE_BYTES: must be a whole number from 1024 to 1048576, got '1048577'; the default is 262144",
            ],
        ),
        ("start_execution", {}, [none_of("states", "stateMachine:my-machine")]),
        (
            "start_execution",
            {
                "A": MACHINE + "/map",
                "B": MACHINE.replace("My", "M y"),
                "EXECUTION_MODE": "wait",
                "EXECUTION_INPUT": "x",
            },
            [
                *(
                    f"{name}: holds a malformed ARN, '{arn}'; "
                    "write one like arn:aws:states:us-east-1:123456789012:stateMachine:my-machine"
                    for name, arn in (("A", MACHINE + "/map"), ("B", MACHINE.replace("My", "M y")))
                ),
                "EXECUTION_MODE: must be one of async, sync, got 'wait'; the default is async",
                "EXECUTION_INPUT: must be one of change, record, got 'x'; the default is change",
            ],
        ),
        ("send_sqs", {}, [none_of("sqs", "my-queue")]),
        (
            "send_sqs",
            {
                "QUEUE_ARN": QUEUE + "x" * 80,
                "SQS_ATTRIBUTES": "{" + ",".join(f'"a{n}": "a"' for n in range(9)) + "}",
                "MESSAGE_BYTES": "1048577",
            },
            [
                f"QUEUE_ARN: holds a malformed ARN, '{QUEUE}{'x' * 80}'; "
                "write one like arn:aws:sqs:us-east-1:123456789012:my-queue",
                "MESSAGE_BYTES: must be a whole number from 1024 to 1048576, got '1048577'; the default is 1048576",
                "SQS_ATTRIBUTES: has 9 attributes, and eventName and table are always there; write at most 8",
            ],
        ),
        ("put_events", {}, [none_of("events", "event-bus/my-bus")]),
        (
            "put_events",
            {
                "EVENT_BUS_ARN": BUS.replace("event-bus/my.bus", "rule/mine"),
                "EVENT_SOURCE": "aws.mine",
                "DETAIL_TYPE": "x" * 129,
                "EVENT_DETAIL": "image",
                "ENTRY_BYTES": "1000000",
            },
            [
                f"EVENT_BUS_ARN: holds a malformed ARN, '{BUS.replace('event-bus/my.bus', 'rule/mine')}'; "
                "write one like arn:aws:events:us-east-1:123456789012:event-bus/my-bus",
                "EVENT_SOURCE: is 'aws.mine', and aws. is for AWS alone; write another source",
                "DETAIL_TYPE: has 129 characters; write at most 128",
                "EVENT_DETAIL: must be one of change, record, got 'image'; the default is change",
                "ENTRY_BYTES: must be a whole number from 1024 to 999999, got '1000000'; the default is 999999",
            ],
        ),
        ("start_build", {}, [none_of("codebuild", "project/my-project")]),
        (
            "start_build",
            {"A": PROJECT, "BUILD_VARIABLES": '{"CODEBUILD_ID": "a", "MY-VAR": "b", "1ST": "c"}', "CLAIM_TO": "x"},
            [
                *(
                    f"BUILD_VARIABLES['{name}']: is no name of letters, digits and _, "
                    f"not starting with a digit or CODEBUILD_; {PIPELINE_FIX}"
                    for name in ("CODEBUILD_ID", "MY-VAR", "1ST")
                ),
                *(
                    f"{name}: is not set, but another part of the claim is; "
                    "set CLAIM_ATTRIBUTE, CLAIM_FROM and CLAIM_TO, such as status, PENDING and STARTED"
                    for name in ("CLAIM_ATTRIBUTE", "CLAIM_FROM")
                ),
            ],
        ),
        (
            "index_opensearch",
            {},
            [
                "OPENSEARCH_INDEX: is not set; write the name of an index, like orders",
                f"OPENSEARCH_ENDPOINT: is not set; {ENDPOINT_FIX}",
            ],
        ),
        (
            "index_opensearch",
            {
                "OPENSEARCH_INDEX": "Orders",
                "VERSION_ATTRIBUTE": "a..b",
                "OPENSEARCH_ENDPOINT": "http://my-domain.example.com",
                "OPENSEARCH_SERVICE": "opensearch",
                "REQUEST_BYTES": "1",
            },
            [
                "OPENSEARCH_INDEX: must be 1 to 255 lower-case letters, digits, ., _ and -, "
                "starting with a letter or a digit, got 'Orders'; write one like orders",
                'VERSION_ATTRIBUTE: must be a path such as "release.version" or ["release", "version"], got \'a..b\'; '
                "write one like version",
                f"OPENSEARCH_ENDPOINT: is http://, which is for this machine alone; {ENDPOINT_FIX}",
                "OPENSEARCH_SERVICE: must be one of es, aoss, got 'opensearch'; the default is es",
                "REQUEST_BYTES: must be a whole number from 1024 to 104857600, got '1'; the default is 5242880",
            ],
        ),
        (
            "index_opensearch",
            {"OPENSEARCH_INDEX": "orders", "OPENSEARCH_ENDPOINT": "https://[example"},
            [f"OPENSEARCH_ENDPOINT: is no URL; {ENDPOINT_FIX}"],
        ),
        *(
            (
                "index_opensearch",
                {"OPENSEARCH_INDEX": "orders", "OPENSEARCH_ENDPOINT": endpoint},
                [f"OPENSEARCH_ENDPOINT: must be https://, a host and no more; {ENDPOINT_FIX}"],
            )
            for endpoint in (
                "my-domain.example.com",
                "ftp://example.com",
                "https://",
                "https://example.com/path",
                "https://example.com?query",
                "https://me:s3cret@example.com",
            )
        ),
    ],
)
def test_faults(handler: str, environment: dict[str, str], faults: list[str]) -> None:
    """
    Every fault of the configuration is named at once, with the variable and what to write.
    """
    with pytest.raises(ConfigurationError) as raised:
        SETTINGS[handler].from_environment(environment)

    assert faults == list(raised.value.faults)
    assert "\n".join([f"{len(faults)} fault(s) in the function's environment:", *faults]) == str(raised.value)


@pytest.mark.parametrize("host", ["localhost:9200", "127.0.0.1:9", "[::1]:9/"])
def test_http_on_this_machine(host: str) -> None:
    """
    Without TLS the search index may be on this machine alone.
    """
    settings = search.Settings.from_environment({"OPENSEARCH_ENDPOINT": f"http://{host}", "OPENSEARCH_INDEX": "orders"})

    assert settings.endpoint == f"http://{host.rstrip('/')}"


@pytest.mark.parametrize(("mapped", "warnings"), [(8, 0), (9, 1)])
def test_many_attributes(mapped: int, warnings: int, logged: Logged) -> None:
    """
    The log warns of more attributes than SNS delivers raw to a queue; two are always there.
    """
    attributes = "{" + ",".join(f'"a{number}": "a"' for number in range(mapped)) + "}"

    topics.Settings.from_environment({"TOPIC_ARN": TOPIC, "SNS_ATTRIBUTES": attributes})

    expected = ["messages with more than 10 attributes do not reach queues subscribed with raw delivery"] * warnings
    assert expected == [line["message"] for line in logged()]


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_cold_start(handler: handlers.ShippedHandler, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A function that is configured wrongly does not start.
    """
    module = handler.handler.partition(".")[0]
    monkeypatch.delitem(sys.modules, module, raising=False)

    with pytest.raises(ConfigurationError, match=r"no variable holds an ARN of|OPENSEARCH_ENDPOINT: is not set"):
        importlib.import_module(module)


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_documented_variables(handler: handlers.ShippedHandler) -> None:
    """
    A handler reads the variables that it is said to read, and no other.
    """
    environment = Recording({**LEAST[handler.name], "CLAIM_ATTRIBUTE": "a", "CLAIM_FROM": "b", "CLAIM_TO": "c"})

    SETTINGS[handler.name].from_environment(environment)

    documented = {variable.name for variable in handler.variables}
    # ARNs are recognized by their value, under any name.
    arns = {name for name in documented if name.endswith("_ARN")}
    assert documented - arns == environment.asked
    assert arns <= environment.keys()


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_documented_defaults(handler: handlers.ShippedHandler) -> None:
    """
    To write a default is the same as to write nothing.
    """
    defaults = {variable.name: variable.default for variable in handler.variables if variable.default is not None}
    claim = {"CLAIM_ATTRIBUTE": "a", "CLAIM_FROM": "b", "CLAIM_TO": "c"}
    read = SETTINGS[handler.name].from_environment

    written, bare = (read({**LEAST[handler.name], **claim, **more}) for more in (defaults, {}))

    differing = {name for name in bare._fields if getattr(written, name) != getattr(bare, name)}
    assert differing == {"log"}
    assert vars(bare.log) == vars(written.log)


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_documentation(handler: handlers.ShippedHandler) -> None:
    """
    docs/HANDLERS.md has a row for every variable.
    """
    text = (ROOT / "docs" / "HANDLERS.md").read_text()

    rows = [f"| `{v.name}` | {f'`{v.default}`' if v.default else '-'} | {v.meaning} |" for v in handler.variables]
    assert [row for row in rows if row not in text] == []


@pytest.mark.parametrize("path", sorted((ROOT / "lambda_handlers").glob("*.py")), ids=lambda path: path.stem)
def test_imports(path: Path) -> None:
    """
    The handlers import the standard library, boto3 and each other; redrive also what is deployed beside it.
    """
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    own = {other.stem for other in path.parent.glob("*.py")}
    own |= {"pipes_trigger"} if path.stem in {"redrive", "redriving"} else set()
    roots = {name.partition(".")[0] for name in imported}
    assert roots - own - sys.stdlib_module_names - {"boto3", "botocore"} == set()


def test_module_names() -> None:
    """
    No module of the handlers hides one of the standard library, which would be theirs for boto3, too.
    """
    own = {path.stem for path in (ROOT / "lambda_handlers").glob("*.py")}

    assert own & sys.stdlib_module_names == set()


def test_documented_options() -> None:
    """
    The example in docs/HANDLERS.md runs, and its environment is one that the handler takes.
    """
    text = (ROOT / "docs" / "HANDLERS.md").read_text()
    code = text.partition("```python\n")[2].partition("```")[0]

    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own documentation

    settings = pipelines.Settings.from_environment(names["options"]["env_vars"])
    started = [pipeline.name for pipeline in settings.targets]
    assert (started, [*settings.variables.paths]) == (["my-pipeline"], ["SERVICE", "VERSION"])


def test_documented_body() -> None:
    """
    The message in docs/HANDLERS.md is what is published for such a record.
    """
    text = (ROOT / "docs" / "HANDLERS.md").read_text()
    documented = text.partition("```json\n")[2].partition("```")[0]
    key, total = {"id": {"S": "42"}}, {"total": {"N": "12.50"}}
    raw = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "MODIFY",
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "Keys": key,
            "NewImage": {**key, "status": {"S": "SHIPPED"}, **total, "tags": {"SS": ["large", "gift"]}},
            "OldImage": {**key, "status": {"S": "PAID"}, **total},
        },
    }

    message = message_of(Record(raw, "event"), {}, omit_missing=True, whole_record=False)

    assert "".join(documented.split()) == message.body
