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

from dataclasses import dataclass
from pathlib import Path
from typing import Final

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


_LOGGING: Final = (
    HandlerVariable(name="LOG_LEVEL", default="INFO", meaning="`DEBUG`, `INFO`, `WARNING` or `ERROR`."),
    HandlerVariable(
        name="LOG_RECORDS",
        default="false",
        meaning="`true` writes the record and the service's words with each failure; both hold item data.",
    ),
)

START_PIPELINE: Final = ShippedHandler(
    name="start_pipeline",
    handler="start_pipeline.handler",
    code_path=_code_path(_PACKAGE),
    description="Starts CodePipeline pipelines for each record, once however often the record is delivered.",
    variables=(
        HandlerVariable(
            name="PIPELINE_ARN",
            default=None,
            meaning="What to start. Every variable whose value is a pipeline's ARN, or several with commas, counts.",
        ),
        HandlerVariable(
            name="PIPELINE_VARIABLES",
            default="{}",
            meaning="A JSON object of pipeline variables and the item's attributes that fill them.",
        ),
        HandlerVariable(
            name="MISSING_ATTRIBUTE",
            default="error",
            meaning="Where an item lacks such an attribute: `error` fails the record, `omit` leaves the variable out.",
        ),
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
        *_LOGGING,
    ),
)

PUBLISH_SNS: Final = ShippedHandler(
    name="publish_sns",
    handler="publish_sns.handler",
    code_path=_code_path(_PACKAGE),
    description="Publishes each record to SNS topics, in order on FIFO topics.",
    variables=(
        HandlerVariable(
            name="TOPIC_ARN",
            default=None,
            meaning="Where to publish. Every variable whose value is a topic's ARN, or several with commas, counts.",
        ),
        HandlerVariable(
            name="SNS_ATTRIBUTES",
            default="{}",
            meaning="A JSON object of message attributes and the item's attributes that fill them.",
        ),
        HandlerVariable(
            name="MISSING_ATTRIBUTE",
            default="omit",
            meaning="Where an item lacks such an attribute: `omit` leaves it out, `error` fails the record.",
        ),
        HandlerVariable(
            name="MESSAGE_BODY",
            default="change",
            meaning="`change` is the change as plain JSON, `record` the record as it came.",
        ),
        HandlerVariable(
            name="MESSAGE_BYTES",
            default="262144",
            meaning="The topic's `MaximumMessageSize`, 1024 to 1048576 bytes.",
        ),
        *_LOGGING,
    ),
)

ALL: Final = (PUBLISH_SNS, START_PIPELINE)
