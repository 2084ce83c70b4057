"""
The environment of the shipped handlers.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pipelines
import pytest
import topics
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
SETTINGS: dict[str, Any] = {"start_pipeline": pipelines.Settings, "publish_sns": topics.Settings}
ARN = {"start_pipeline": {"PIPELINE_ARN": PIPELINE}, "publish_sns": {"TOPIC_ARN": TOPIC}}
NO_PIPELINE = (
    "environment: no variable holds an ARN of codepipeline; "
    "set one, such as arn:aws:codepipeline:us-east-1:123456789012:my-pipeline"
)
PIPELINE_FIX = 'write {"SERVICE": "service", "VERSION": "release.version"}'
TOPIC_FIX = 'write {"customer": "customer.id", "status": "status"}'


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
    environment = {"ANY_NAME": PIPELINE, "OTHER": TOPIC, "AWS_REGION": "cn-north-1", "EMPTY": ""}

    settings = pipelines.Settings.from_environment(environment), topics.Settings.from_environment(environment)

    pipeline = Target(PIPELINE, "cn-north-1", "my-pipeline")
    assert ((pipeline,), (PIPELINE, True)) == (
        settings[0].targets,
        ("arn:aws-cn:codepipeline:cn-north-1:123456789012:my-pipeline", settings[1].addresses[0].fifo),
    )


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

    with pytest.raises(ConfigurationError, match="no variable holds an ARN of"):
        importlib.import_module(module)


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_documented_variables(handler: handlers.ShippedHandler) -> None:
    """
    A handler reads the variables that it is said to read, and no other.
    """
    environment = Recording({**ARN[handler.name], "CLAIM_ATTRIBUTE": "a", "CLAIM_FROM": "b", "CLAIM_TO": "c"})

    SETTINGS[handler.name].from_environment(environment)

    arn, *others = (variable.name for variable in handler.variables)
    assert (arn in environment, set(others)) == (True, environment.asked)


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_documented_defaults(handler: handlers.ShippedHandler) -> None:
    """
    To write a default is the same as to write nothing.
    """
    defaults = {variable.name: variable.default for variable in handler.variables if variable.default is not None}
    claim = {"CLAIM_ATTRIBUTE": "a", "CLAIM_FROM": "b", "CLAIM_TO": "c"}
    read = SETTINGS[handler.name].from_environment

    written, bare = (read({**ARN[handler.name], **claim, **more}) for more in (defaults, {}))

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
