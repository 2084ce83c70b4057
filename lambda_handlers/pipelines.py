"""
Starting CodePipeline pipelines for records: settings and the work, without the environment of a function.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from claims import Claim
from clients import SERVICE_ERRORS, client
from environment import Environment
from failures import RecordError
from logs import Log
from plain import as_text
from records import Record, answer, read_records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from paths import AttributePath

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


class Pipeline(NamedTuple):
    """
    A pipeline to start.
    """

    arn: str
    region: str
    name: str

    def token(self, record: Record) -> str:
        """
        Give the `clientRequestToken`: the same for every delivery of a record, different for each pipeline.

        Example:
            >>> pipeline = Pipeline("arn:aws:codepipeline:us-east-1:123456789012:p", "us-east-1", "p")
            >>> len(pipeline.token(Record({"eventID": "e1", "dynamodb": {}}, "event[0]")))
            64
        """
        return sha256(f"{record.identity}\n{self.arn}".encode()).hexdigest()


class Settings(NamedTuple):
    """
    What the function is told by its environment.

    Attributes:
        pipelines: Each is started for every record.
        variables: Pipeline variables and the attributes that fill them.
        omit_missing: Leave a variable out where its attribute is missing, instead of failing the record.
        claim: How the item is claimed first, or None.
        log: Where to write.
    """

    pipelines: tuple[Pipeline, ...]
    variables: Mapping[str, AttributePath]
    omit_missing: bool
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
            pipelines=tuple(Pipeline(match[0], match["region"], match["name"]) for match in arns),
            variables=paths,
            omit_missing=environment.choice("MISSING_ATTRIBUTE", ("error", "omit")) == "omit",
            claim=Claim.from_environment(environment),
            log=Log.from_environment(environment),
        )
        environment.check()
        return settings


class Clients(NamedTuple):
    """
    The boto3 clients: CodePipeline by region, and DynamoDB where items are claimed.
    """

    codepipeline: Mapping[str, Any]
    dynamodb: Any

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        """
        Make what these settings need.
        """
        regions = {pipeline.region for pipeline in settings.pipelines}
        return cls(
            {region: client("codepipeline", region) for region in regions},
            client("dynamodb") if settings.claim else None,
        )


def handle(event: Any, settings: Settings, clients: Clients) -> dict[str, list[dict[str, str]]]:
    """
    Start every pipeline for every record; answer which records failed.

    Raises:
        UnreadableEventError: When the event holds anything but records; then nothing was started.
        WholeBatchError: When a record without an eventID failed; the others were started.
    """
    records = read_records(event)
    nameless = sum(record.event_id is None for record in records)
    if nameless:
        settings.log.warning("records without eventID: equal ones count as one, and none fails alone", count=nameless)
    failed = [record for record in records if not _start(record, settings, clients)]
    settings.log.info("batch done", records=len(records), failed=len(failed))
    return answer(failed)


def _start(record: Record, settings: Settings, clients: Clients) -> bool:
    """
    Say whether the record is done with: every pipeline was started, or another record has claimed the item.
    """
    try:
        # Before the claim: a record that cannot be started must not take the item.
        variables = _variables(record, settings)
        if settings.claim and not settings.claim.take(record, clients.dynamodb):
            settings.log.info("nothing started: the item is not free", eventID=record.event_id)
            return True
    except (RecordError, *SERVICE_ERRORS) as error:
        settings.log.failure("nothing started", record, error)
        return False
    # All of them, also after a failure: one broken pipeline must not keep the others from running.
    started = [_start_one(pipeline, record, variables, settings, clients) for pipeline in settings.pipelines]
    return all(started)


def _start_one(
    pipeline: Pipeline, record: Record, variables: list[dict[str, str]], settings: Settings, clients: Clients
) -> bool:
    try:
        started = clients.codepipeline[pipeline.region].start_pipeline_execution(
            name=pipeline.name,
            clientRequestToken=pipeline.token(record),
            **({"variables": variables} if variables else {}),
        )
    except SERVICE_ERRORS as error:
        settings.log.failure("pipeline not started", record, error, pipeline=pipeline.arn)
        return False
    execution = started["pipelineExecutionId"]
    settings.log.info("pipeline started", eventID=record.event_id, pipeline=pipeline.arn, executionID=execution)
    return True


def _variables(record: Record, settings: Settings) -> list[dict[str, str]]:
    values = {name: as_text(path.find(record.image)) for name, path in settings.variables.items()}
    faults = []
    for name, value in values.items():
        path = settings.variables[name]
        if value is None and not settings.omit_missing:
            faults.append(f"{name}: the item has no {path}")
        elif value is not None and len(value) > _VALUE_CHARACTERS:
            faults.append(f"{name}: {path} has {len(value)} characters, at most {_VALUE_CHARACTERS} are possible")
    if faults:
        raise RecordError("; ".join(faults))
    return [{"name": name, "value": value} for name, value in values.items() if value is not None]
