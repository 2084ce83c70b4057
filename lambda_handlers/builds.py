"""
Starting CodeBuild builds for records: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import runs
from starts import Clients, Target, start_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from records import Record


class Settings(runs.Settings):
    """
    What the function is told by its environment; `targets` are projects.
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
            service="codebuild",
            # A name has up to 150 characters in the API model and up to 255 in older documents: the wider one.
            arn=re.compile(
                r"arn:[a-z0-9-]+:codebuild:(?P<region>[a-z0-9-]+):[0-9]{12}:project/(?P<name>[A-Za-z0-9][A-Za-z0-9_-]{1,254})"
            ),
            arn_example="arn:aws:codebuild:us-east-1:123456789012:project/my-project",
            variable="BUILD_VARIABLES",
            # What a shell takes as a variable; the prefix is the service's own.
            name=re.compile(r"(?!CODEBUILD_)[A-Za-z_][A-Za-z0-9_]*"),
            rule="letters, digits and _, not starting with a digit or CODEBUILD_",
        )


def connect(settings: Settings) -> Clients:
    """
    Make the clients.
    """
    return Clients.connect("codebuild", settings)


def handle(event: Any, settings: Settings, clients: Clients) -> dict[str, list[dict[str, str]]]:
    """
    Build every project for every record; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was started.
        WholeBatchError: When a record without an eventID failed; the others were started.
    """

    def start(project: Target, record: Record, values: dict[str, str]) -> dict[str, str]:
        # PLAINTEXT, and said so: a value from an item never names a parameter or a secret to be read.
        variables = [{"name": name, "value": value, "type": "PLAINTEXT"} for name, value in values.items()]
        started = clients.by_region[project.region].start_build(
            projectName=project.name,
            idempotencyToken=project.token(record),
            **({"environmentVariablesOverride": variables} if variables else {}),
        )
        return {"buildID": started["build"]["id"]}

    return start_all(
        event, settings, clients.dynamodb, "build", label="project", prepare=settings.variables.of, start=start
    )
