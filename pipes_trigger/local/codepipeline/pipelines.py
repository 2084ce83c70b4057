"""
Pipelines and their executions, in memory, with the time given from outside.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Literal

from pipes_trigger.local.codepipeline.faults import ServiceFault
from pipes_trigger.quick_dataclasses import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Status = Literal["InProgress", "Stopped", "Succeeded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """
    One execution, as it stood when it was asked for.

    Attributes:
        execution_id: A UUID.
        pipeline: The pipeline's name.
        version: The pipeline's version that it runs.
        variables: Every variable with its value, defaults included.
        token: The `clientRequestToken` that it was started with, or None.
        started: When it started, in seconds since the epoch.
        updated: When its status last changed, in seconds since the epoch.
        status: `InProgress`, `Succeeded` or `Stopped`.
        stop_reason: What the one who stopped it said, or None.
    """

    execution_id: str
    pipeline: str
    version: int
    variables: Mapping[str, str]
    token: str | None
    started: float
    updated: float
    status: Status
    stop_reason: str | None = None

    def at(self, now: float, lasts: float) -> Execution:
        """
        Give the execution as it stands at `now`, when each takes `lasts` seconds.
        """
        if self.status != "InProgress" or now < self.started + lasts:
            return self
        return replace(self, status="Succeeded", updated=self.started + lasts)

    def stopped(self, now: float, reason: str | None) -> Execution:
        """
        Give the execution, stopped at `now`.

        Raises:
            ServiceFault: When it is not in progress.
        """
        if self.status != "InProgress":
            message = f"The execution {self.execution_id} is {self.status} and cannot be stopped"
            raise ServiceFault("PipelineExecutionNotStoppableException", message)
        return replace(self, status="Stopped", updated=now, stop_reason=reason)


@dataclass(slots=True)
class Pipeline:
    """
    A pipeline: its declarations by version, its tags and its executions, oldest first.
    """

    name: str
    arn: str
    created: float
    updated: float
    versions: list[dict[str, Any]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    executions: dict[str, Execution] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def declaration(self) -> dict[str, Any]:
        """
        The newest declaration.
        """
        return self.versions[-1]

    def declare(self, declaration: Mapping[str, Any], now: float) -> None:
        """
        Make `declaration` the newest version.

        Raises:
            ServiceFault: When a pipeline that is not V2 declares variables, or declares one twice.
        """
        complete = {"pipelineType": "V1", "executionMode": "SUPERSEDED", **declaration}
        variables = complete.get("variables", [])
        if variables and complete["pipelineType"] != "V2":
            message = f"The pipeline {self.name} declares variables, which a pipeline of type V1 cannot have"
            raise ServiceFault("InvalidStructureException", message)
        _refuse_doubles(variables, "InvalidStructureException")
        self.versions.append({**complete, "version": len(self.versions) + 1})
        self.updated = now

    def start(self, given: Sequence[Mapping[str, str]], token: str | None, now: float) -> Execution:
        """
        Start an execution, or give the one that `token` has started before.

        Raises:
            ServiceFault: `ValidationException` for a variable that is not declared, given twice or left without value.
        """
        if token is not None and token in self.tokens:
            return self.executions[self.tokens[token]]
        execution = Execution(
            execution_id=str(uuid.uuid4()),
            pipeline=self.name,
            version=len(self.versions),
            variables=self._resolved(given),
            token=token,
            started=now,
            updated=now,
            status="InProgress",
        )
        self.executions[execution.execution_id] = execution
        if token is not None:
            self.tokens[token] = execution.execution_id
        return execution

    def _resolved(self, given: Sequence[Mapping[str, str]]) -> dict[str, str]:
        _refuse_doubles(given, "ValidationException")
        declared = self.declaration.get("variables", [])
        values = {variable["name"]: variable["value"] for variable in given}
        unknown = sorted(values.keys() - {variable["name"] for variable in declared})
        if unknown:
            message = f"The pipeline {self.name} declares no variable named {', '.join(unknown)}"
            raise ServiceFault("ValidationException", message)
        resolved = {
            variable["name"]: values.get(variable["name"], variable.get("defaultValue")) for variable in declared
        }
        missing = [name for name, value in resolved.items() if value is None]
        if missing:
            message = f"The pipeline {self.name} has no value for the variable {', '.join(missing)}"
            raise ServiceFault("ValidationException", message)
        return resolved


def _refuse_doubles(variables: Iterable[Mapping[str, str]], code: str) -> None:
    names = [variable["name"] for variable in variables]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ServiceFault(code, f"The variable {', '.join(doubled)} is there more than once")
