"""
The operations: a checked request in, an answer out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.local.codepipeline.faults import ServiceFault
from pipes_trigger.local.codepipeline.pipelines import Execution, Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = dict[str, Any]

_PAGE: Final = 100
_PIPELINES_PAGE: Final = 1000


class Operations:
    """
    CodePipeline in one account and one region.

    An execution takes `lasts` seconds and then has succeeded; none supersedes another, and stopping is immediate.
    """

    def __init__(self, account: str, region: str, *, clock: Callable[[], float], lasts: float) -> None:
        self._account = account
        self._region = region
        self._clock = clock
        self._lasts = lasts
        self._pipelines: dict[str, Pipeline] = {}

    def executions(self, name: str) -> tuple[Execution, ...]:
        """
        Give the pipeline's executions as they stand now, oldest first; none where there is no such pipeline.
        """
        pipeline = self._pipelines.get(name)
        return () if pipeline is None else tuple(self._now(one) for one in pipeline.executions.values())

    def create_pipeline(self, request: Answer) -> Answer:
        """
        Create a pipeline, as version 1.
        """
        declaration = request["pipeline"]
        name = declaration["name"]
        if name in self._pipelines:
            raise ServiceFault("PipelineNameInUseException", f"A pipeline with the name {name} exists already")
        now = self._clock()
        pipeline = Pipeline(name, f"arn:aws:codepipeline:{self._region}:{self._account}:{name}", now, now)
        pipeline.declare(declaration, now)
        pipeline.tags = {tag["key"]: tag["value"] for tag in request.get("tags", [])}
        self._pipelines[name] = pipeline
        return {"pipeline": pipeline.declaration, "tags": _tag_list(pipeline)}

    def update_pipeline(self, request: Answer) -> Answer:
        """
        Give a pipeline its next version.
        """
        pipeline = self._pipeline(request["pipeline"]["name"])
        pipeline.declare(request["pipeline"], self._clock())
        return {"pipeline": pipeline.declaration}

    def delete_pipeline(self, request: Answer) -> Answer:
        """
        Delete a pipeline with its executions; one that is not there is no error, as the service has it.
        """
        self._pipelines.pop(request["name"], None)
        return {}

    def get_pipeline(self, request: Answer) -> Answer:
        """
        Give a declaration, the newest or that of a version.
        """
        pipeline = self._pipeline(request["name"])
        version = request.get("version", len(pipeline.versions))
        if version > len(pipeline.versions):
            message = f"The pipeline {pipeline.name} has no version {version}"
            raise ServiceFault("PipelineVersionNotFoundException", message)
        times = {"created": pipeline.created, "updated": pipeline.updated}
        return {"pipeline": pipeline.versions[version - 1], "metadata": {"pipelineArn": pipeline.arn, **times}}

    def list_pipelines(self, request: Answer) -> Answer:
        """
        Give the pipelines by name, a page at a time.
        """
        names, token = _page(sorted(self._pipelines), request, _PIPELINES_PAGE)
        return {"pipelines": [_pipeline_summary(self._pipelines[name]) for name in names], **token}

    def start_pipeline_execution(self, request: Answer) -> Answer:
        """
        Start an execution, or answer with the one that the same token has started.
        """
        pipeline = self._pipeline(request["name"])
        execution = pipeline.start(request.get("variables", []), request.get("clientRequestToken"), self._clock())
        return {"pipelineExecutionId": execution.execution_id}

    def stop_pipeline_execution(self, request: Answer) -> Answer:
        """
        Stop an execution that is in progress.
        """
        pipeline, execution = self._execution(request)
        stopped = execution.stopped(self._clock(), request.get("reason"))
        pipeline.executions[execution.execution_id] = stopped
        return {"pipelineExecutionId": execution.execution_id}

    def get_pipeline_execution(self, request: Answer) -> Answer:
        """
        Give one execution with the values of its variables.
        """
        pipeline, execution = self._execution(request)
        variables = [{"name": name, "resolvedValue": value} for name, value in execution.variables.items()]
        return {
            "pipelineExecution": {
                "pipelineName": pipeline.name,
                "pipelineVersion": execution.version,
                "pipelineExecutionId": execution.execution_id,
                "status": execution.status,
                "artifactRevisions": [],
                "variables": variables,
                **self._how(pipeline, execution),
            }
        }

    def list_pipeline_executions(self, request: Answer) -> Answer:
        """
        Give a pipeline's executions, the newest first, a page at a time.
        """
        pipeline = self._pipeline(request["pipelineName"])
        stage = request.get("filter", {}).get("succeededInStage", {}).get("stageName")
        stages = [declared["name"] for declared in pipeline.declaration["stages"]]
        executions = {one.execution_id: one for one in reversed(self.executions(pipeline.name))}
        if stage is not None:
            succeeded = {"Succeeded"} if stage in stages else set()
            executions = {key: one for key, one in executions.items() if one.status in succeeded}
        ids, token = _page(list(executions), request, _PAGE)
        summaries = [self._summary(pipeline, executions[execution_id]) for execution_id in ids]
        return {"pipelineExecutionSummaries": summaries, **token}

    def get_pipeline_state(self, request: Answer) -> Answer:
        """
        Give every stage with the latest execution.
        """
        pipeline = self._pipeline(request["name"])
        executions = self.executions(pipeline.name)
        running = {}
        if executions:
            latest = executions[-1]
            running = {"latestExecution": {"pipelineExecutionId": latest.execution_id, "status": latest.status}}
        return {
            "pipelineName": pipeline.name,
            "pipelineVersion": len(pipeline.versions),
            "stageStates": [{"stageName": stage["name"], **running} for stage in pipeline.declaration["stages"]],
            "created": pipeline.created,
            "updated": pipeline.updated,
        }

    def list_tags_for_resource(self, request: Answer) -> Answer:
        """
        Give a pipeline's tags.
        """
        return {"tags": _tag_list(self._by_arn(request["resourceArn"]))}

    def tag_resource(self, request: Answer) -> Answer:
        """
        Set tags of a pipeline.
        """
        self._by_arn(request["resourceArn"]).tags.update({tag["key"]: tag["value"] for tag in request["tags"]})
        return {}

    def untag_resource(self, request: Answer) -> Answer:
        """
        Remove tags of a pipeline.
        """
        tags = self._by_arn(request["resourceArn"]).tags
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _pipeline(self, name: str) -> Pipeline:
        if name not in self._pipelines:
            message = f"The account with id '{self._account}' does not have a pipeline with the name '{name}'"
            raise ServiceFault("PipelineNotFoundException", message)
        return self._pipelines[name]

    def _by_arn(self, arn: str) -> Pipeline:
        for pipeline in self._pipelines.values():
            if pipeline.arn == arn:
                return pipeline
        raise ServiceFault("ResourceNotFoundException", f"There is no pipeline with the ARN {arn}")

    def _execution(self, request: Answer) -> tuple[Pipeline, Execution]:
        pipeline = self._pipeline(request["pipelineName"])
        execution = pipeline.executions.get(request["pipelineExecutionId"])
        if execution is None:
            message = f"The pipeline {pipeline.name} has no execution {request['pipelineExecutionId']}"
            raise ServiceFault("PipelineExecutionNotFoundException", message)
        return pipeline, self._now(execution)

    def _now(self, execution: Execution) -> Execution:
        return execution.at(self._clock(), self._lasts)

    def _how(self, pipeline: Pipeline, execution: Execution) -> Answer:
        declaration = pipeline.versions[execution.version - 1]
        who = f"arn:aws:iam::{self._account}:root"
        return {
            "trigger": {"triggerType": "StartPipelineExecution", "triggerDetail": who},
            "executionMode": declaration["executionMode"],
            "executionType": "STANDARD",
        }

    def _summary(self, pipeline: Pipeline, execution: Execution) -> Answer:
        reason = {} if execution.stop_reason is None else {"stopTrigger": {"reason": execution.stop_reason}}
        return {
            "pipelineExecutionId": execution.execution_id,
            "status": execution.status,
            "startTime": execution.started,
            "lastUpdateTime": execution.updated,
            "sourceRevisions": [],
            **self._how(pipeline, execution),
            **reason,
        }


def _page(keys: list[str], request: Answer, default: int) -> tuple[list[str], dict[str, str]]:
    # The token is the last key seen, not an offset: executions that start between two pages move no page.
    start = 0
    if "nextToken" in request:
        if request["nextToken"] not in keys:
            raise ServiceFault("InvalidNextTokenException", "The next token is not one that was given out")
        start = keys.index(request["nextToken"]) + 1
    page = keys[start : start + request.get("maxResults", default)]
    more = start + len(page) < len(keys)
    return page, {"nextToken": page[-1]} if more else {}


def _pipeline_summary(pipeline: Pipeline) -> Answer:
    kept = {name: pipeline.declaration[name] for name in ("name", "version", "pipelineType", "executionMode")}
    return {**kept, "created": pipeline.created, "updated": pipeline.updated}


def _tag_list(pipeline: Pipeline) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in pipeline.tags.items()]


OPERATIONS: Final[dict[str, Callable[[Operations, Answer], Answer]]] = {
    "CreatePipeline": Operations.create_pipeline,
    "UpdatePipeline": Operations.update_pipeline,
    "DeletePipeline": Operations.delete_pipeline,
    "GetPipeline": Operations.get_pipeline,
    "ListPipelines": Operations.list_pipelines,
    "StartPipelineExecution": Operations.start_pipeline_execution,
    "StopPipelineExecution": Operations.stop_pipeline_execution,
    "GetPipelineExecution": Operations.get_pipeline_execution,
    "ListPipelineExecutions": Operations.list_pipeline_executions,
    "GetPipelineState": Operations.get_pipeline_state,
    "ListTagsForResource": Operations.list_tags_for_resource,
    "TagResource": Operations.tag_resource,
    "UntagResource": Operations.untag_resource,
}
