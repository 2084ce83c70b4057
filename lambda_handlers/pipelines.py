"""
Starting CodePipeline pipelines for records: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import runs
from starts import Clients, Target, start_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records import Record

_VALUE_CHARACTERS: Final = 1000


class Settings(runs.Settings):
    """
    What the function is told by its environment; `targets` are pipelines.
    """

    __slots__ = ()

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Settings:
        """
        Read the settings.

        Raises:
            ConfigurationError: With every fault at once.
        """
        return cls.read(
            variables,
            service="codepipeline",
            arn=re.compile(
                r"arn:[a-z0-9-]+:codepipeline:(?P<region>[a-z0-9-]+):[0-9]{12}:(?P<name>[A-Za-z0-9.@_-]{1,100})"
            ),
            arn_example="arn:aws:codepipeline:us-east-1:123456789012:my-pipeline",
            variable="PIPELINE_VARIABLES",
            # The CodePipeline API model: names, values and number of variables.
            name=re.compile(r"[A-Za-z0-9@_-]{1,128}"),
            rule="1 to 128 letters, digits, @, - and _",
            most=50,
        )


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
