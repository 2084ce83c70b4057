"""
The Lambda handlers that come with pipes-trigger, ready to be deployed without copying a file.

```python
DynamoDBStreamTrigger(
    ...,
    lambda_handler=handlers.START_PIPELINE.handler,
    lambda_code_path=handlers.START_PIPELINE.code_path,
)
```

`docs/HANDLERS.md` says what each variable does and which permissions it needs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pipes_trigger.quick_dataclasses import dataclass

_PACKAGE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerVariable:
    """
    An environment variable that a shipped handler reads.

    Attributes:
        name: Its name; for `*_ARN` any other name does as well, as ARNs are recognized by their value.
        default: What counts where it is not set; None where it has to be set, or where nothing happens without it.
        meaning: One sentence.

    Example:
        >>> START_PIPELINE.variables[2].name, START_PIPELINE.variables[2].default
        ('MISSING_ATTRIBUTE', 'error')
    """

    name: str
    default: str | None
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedHandler:
    """
    A Lambda handler that comes with pipes-trigger: standard library and boto3 only, for Python 3.11 or later.

    Attributes:
        name: What it is called here.
        handler: The `lambda_handler` of a trigger, `module.function`.
        code_path: The `lambda_code_path` of a trigger, an absolute directory.
        description: One sentence.
        variables: The environment variables that it reads.

    Example:
        >>> START_PIPELINE.handler
        'start_pipeline.handler'
        >>> Path(START_PIPELINE.code_path, "start_pipeline.py").is_file()
        True
        >>> [variable.name for variable in PUBLISH_SNS.variables][:2]
        ['TOPIC_ARN', 'SNS_ATTRIBUTES']
    """

    name: str
    handler: str
    code_path: str
    description: str
    variables: tuple[HandlerVariable, ...]


def _code_path(package: Path) -> str:
    """
    Give the handlers' directory: inside the package where a wheel put it, else beside it in a checkout.
    """
    installed = package / "_lambda_handlers"
    return str(installed if installed.is_dir() else package.parent / "lambda_handlers")


def _shipped(name: str, description: str, *variables: HandlerVariable) -> ShippedHandler:
    return ShippedHandler(
        name=name,
        handler=f"{name}.handler",
        code_path=_code_path(_PACKAGE),
        description=description,
        variables=variables,
    )


def _arn(name: str, what: str, kind: str) -> HandlerVariable:
    meaning = f"{what} Every variable whose value is a {kind}'s ARN, or several with commas, counts."
    return HandlerVariable(name=name, default=None, meaning=meaning)


def _body(name: str) -> HandlerVariable:
    meaning = "`change` is the change as plain JSON, `record` the record as it came."
    return HandlerVariable(name=name, default="change", meaning=meaning)


_LOGGING: Final = (
    HandlerVariable(name="LOG_LEVEL", default="INFO", meaning="`DEBUG`, `INFO`, `WARNING` or `ERROR`."),
    HandlerVariable(
        name="LOG_RECORDS",
        default="false",
        meaning="`true` writes the record and the service's words with each failure; both hold item data.",
    ),
)

_MISSING_FAILS: Final = HandlerVariable(
    name="MISSING_ATTRIBUTE",
    default="error",
    meaning="Where an item lacks such an attribute: `error` fails the record, `omit` leaves the variable out.",
)
_MISSING_LEFT_OUT: Final = HandlerVariable(
    name="MISSING_ATTRIBUTE",
    default="omit",
    meaning="Where an item lacks such an attribute: `omit` leaves it out, `error` fails the record.",
)
_CLAIM: Final = (
    HandlerVariable(
        name="CLAIM_ATTRIBUTE",
        default=None,
        meaning="The top-level attribute that says whether an item is free. With it, items are claimed first.",
    ),
    HandlerVariable(name="CLAIM_FROM", default=None, meaning="Its value while the item is free."),
    HandlerVariable(name="CLAIM_TO", default=None, meaning="Its value once the item is claimed."),
    HandlerVariable(
        name="CLAIM_OWNER_ATTRIBUTE",
        default="claimed_by",
        meaning="The attribute that the claiming record's eventID is written to.",
    ),
    HandlerVariable(
        name="TABLE_NAME",
        default=None,
        meaning="The table whose items are claimed; without it, the one in the record's eventSourceARN.",
    ),
)

START_PIPELINE: Final = _shipped(
    "start_pipeline",
    "Starts CodePipeline pipelines for each record, once however often the record is delivered.",
    _arn("PIPELINE_ARN", "What to start.", "pipeline"),
    HandlerVariable(
        name="PIPELINE_VARIABLES",
        default="{}",
        meaning="A JSON object of pipeline variables and the item's attributes that fill them.",
    ),
    _MISSING_FAILS,
    *_CLAIM,
    *_LOGGING,
)

PUBLISH_SNS: Final = _shipped(
    "publish_sns",
    "Publishes each record to SNS topics, in order on FIFO topics.",
    _arn("TOPIC_ARN", "Where to publish.", "topic"),
    HandlerVariable(
        name="SNS_ATTRIBUTES",
        default="{}",
        meaning="A JSON object of message attributes and the item's attributes that fill them.",
    ),
    _MISSING_LEFT_OUT,
    _body("MESSAGE_BODY"),
    HandlerVariable(
        name="MESSAGE_BYTES",
        default="262144",
        meaning="The topic's `MaximumMessageSize`, 1024 to 1048576 bytes.",
    ),
    *_LOGGING,
)

START_EXECUTION: Final = _shipped(
    "start_execution",
    "Starts Step Functions executions for each record, once on a Standard state machine.",
    _arn("STATE_MACHINE_ARN", "What to start.", "state machine"),
    HandlerVariable(
        name="EXECUTION_MODE",
        default="async",
        meaning="`sync` waits for the end of each execution, and one that fails fails the record; Express only.",
    ),
    _body("EXECUTION_INPUT"),
    *_CLAIM,
    *_LOGGING,
)

SEND_SQS: Final = _shipped(
    "send_sqs",
    "Sends each record to SQS queues, in order on FIFO queues.",
    _arn("QUEUE_ARN", "Where to send.", "queue"),
    HandlerVariable(
        name="SQS_ATTRIBUTES",
        default="{}",
        meaning="A JSON object of message attributes and the item's attributes that fill them, at most eight.",
    ),
    _MISSING_LEFT_OUT,
    _body("MESSAGE_BODY"),
    HandlerVariable(
        name="MESSAGE_BYTES",
        default="1048576",
        meaning="The queue's `MaximumMessageSize`, 1024 to 1048576 bytes.",
    ),
    *_LOGGING,
)

PUT_EVENTS: Final = _shipped(
    "put_events",
    "Puts each record on EventBridge buses.",
    _arn("EVENT_BUS_ARN", "Where to put events.", "bus"),
    HandlerVariable(
        name="EVENT_SOURCE", default="pipes-trigger", meaning="The events' source; `aws.` is for AWS alone."
    ),
    HandlerVariable(
        name="DETAIL_TYPE", default="DynamoDB change", meaning="The events' detail type, up to 128 characters."
    ),
    _body("EVENT_DETAIL"),
    HandlerVariable(
        name="ENTRY_BYTES",
        default="999999",
        meaning="The most bytes of an event and of a request, 1024 to 999999.",
    ),
    *_LOGGING,
)

START_BUILD: Final = _shipped(
    "start_build",
    "Starts CodeBuild builds for each record, once if it comes again within five minutes.",
    _arn("PROJECT_ARN", "What to build.", "project"),
    HandlerVariable(
        name="BUILD_VARIABLES",
        default="{}",
        meaning="A JSON object of the build's environment variables and the item's attributes that fill them.",
    ),
    _MISSING_FAILS,
    *_CLAIM,
    *_LOGGING,
)

INDEX_OPENSEARCH: Final = _shipped(
    "index_opensearch",
    "Keeps an OpenSearch index like the table, with signed bulk requests.",
    HandlerVariable(
        name="OPENSEARCH_ENDPOINT",
        default=None,
        meaning="Where the domain or the collection is, such as `https://my-domain.eu-west-1.es.amazonaws.com`.",
    ),
    HandlerVariable(name="OPENSEARCH_INDEX", default=None, meaning="The index, or an alias that writes to one."),
    HandlerVariable(
        name="OPENSEARCH_SERVICE",
        default="es",
        meaning="What requests are signed for: `es` is a domain, `aoss` a serverless collection.",
    ),
    HandlerVariable(
        name="VERSION_ATTRIBUTE",
        default=None,
        meaning="A whole number of the item that grows with each change; without it, the time of the change.",
    ),
    HandlerVariable(name="REQUEST_BYTES", default="5242880", meaning="The most bytes of a request, 1024 to 104857600."),
    *_LOGGING,
)

ALL: Final = (INDEX_OPENSEARCH, PUBLISH_SNS, PUT_EVENTS, SEND_SQS, START_BUILD, START_EXECUTION, START_PIPELINE)
