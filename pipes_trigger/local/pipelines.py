"""
Pipelines of a template, created at the CodePipeline endpoint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.local.resolved import pipeline_name, pipeline_variables, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.local.session import LocalSession


def put_pipeline(
    session: LocalSession, stack: str, logical_id: str, pipeline: Mapping[str, Any], outputs: Mapping[str, str]
) -> str | None:
    """
    Create or update a pipeline and give its name; None where its condition does not hold.

    Args:
        session: Where to create it.
        stack: The name of its stack.
        logical_id: Its name in the template.
        pipeline: The resource, as `prepare` gives it.
        outputs: The outputs of its stack, which tell what the expressions in it came to.
    """
    condition = pipeline.get("Condition")
    name = told(outputs, pipeline_name(stack, logical_id, pipeline), condition)
    if name is None:
        return None
    properties = pipeline["Properties"]
    variables = [
        _without_nothing(name=variable.get("Name"), defaultValue=told(outputs, variable.get("DefaultValue"), condition))
        for variable in pipeline_variables(pipeline)
    ]
    declaration = {
        "name": name,
        "roleArn": f"arn:aws:iam::{session.account}:role/{name}",
        "pipelineType": properties.get("PipelineType", "V1"),
        "stages": [
            {"name": stage["Name"] if isinstance(stage["Name"], str) else f"stage-{number}", "actions": []}
            for number, stage in enumerate(properties["Stages"], 1)
        ],
        **({"variables": variables} if variables else {}),
    }
    client = session.client("codepipeline")
    try:
        client.create_pipeline(pipeline=declaration)
    except client.exceptions.PipelineNameInUseException:
        client.update_pipeline(pipeline=declaration)
    return name


def _without_nothing(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
