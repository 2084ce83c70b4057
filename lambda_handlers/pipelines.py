"""
Starting CodePipeline pipelines for records: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from claims import Claim
from environment import Environment
from logs import Log
from starts import Clients, Target, Variables, start_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records import Record

_ARN: Final = re.compile(
    r"arn:[a-z0-9-]+:codepipeline:(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<name>[A-Za-z0-9.@_-]{1,100})"
)
_ARN_EXAMPLE: Final = "arn:aws:codepipeline:us-east-1:123456789012:my-pipeline"
# The CodePipeline API model: names, values and number of variables.
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z0-9@_-]{1,128}")
_VARIABLE_RULE: Final = "1 to 128 letters, digits, @, - and _"
_VARIABLE_EXAMPLE: Final = '{"SERVICE": "service", "VERSION": "release.version"}'
_VARIABLES_MAX: Final = 50
_VALUE_CHARACTERS: Final = 1000


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        targets: The pipelines. Each is started for every record.
        variables: Pipeline variables and the attributes that fill them.
        claim: How the item is claimed first, or None.
        log: Where to write.
    """

    targets: tuple[Target, ...]
    variables: Variables
    claim: Claim | None
    log: Log

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Self:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        environment = Environment(variables)
        arns = environment.arns("codepipeline", _ARN, _ARN_EXAMPLE)
        paths = environment.attribute_paths("PIPELINE_VARIABLES", _VARIABLE_NAME, _VARIABLE_RULE, _VARIABLE_EXAMPLE)
        if len(paths) > _VARIABLES_MAX:
            environment.fault("PIPELINE_VARIABLES", f"has {len(paths)} variables", f"write at most {_VARIABLES_MAX}")
        settings = cls(
            targets=tuple(map(Target.of, arns)),
            variables=Variables(paths, environment.choice("MISSING_ATTRIBUTE", ("error", "omit")) == "omit"),
            claim=Claim.from_environment(environment),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings


def connect(settings: Settings) -> Clients:
    """
    Make the clients.
    """
    return Clients.connect("codepipeline", settings)


def handle(event: Any, settings: Settings, clients: Clients) -> dict[str, list[dict[str, str]]]:
    """
    Start every pipeline for every record; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was started.
        WholeBatchError: When a record without an eventID failed; the others were started.
    """

    def start(pipeline: Target, record: Record, values: dict[str, str]) -> dict[str, str]:
        variables = [{"name": name, "value": value} for name, value in values.items()]
        started = clients.by_region[pipeline.region].start_pipeline_execution(
            name=pipeline.name,
            clientRequestToken=pipeline.token(record),
            **({"variables": variables} if variables else {}),
        )
        return {"executionID": started["pipelineExecutionId"]}

    return start_all(
        event,
        settings,
        clients.dynamodb,
        "pipeline",
        label="pipeline",
        prepare=lambda record: settings.variables.of(record, _VALUE_CHARACTERS),
        start=start,
    )
