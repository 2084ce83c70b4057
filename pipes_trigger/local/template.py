"""
Making a synthesized template deployable to an emulator: what it cannot do is left out, by name, or done elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.local.references import imports, references, replaced
from pipes_trigger.local.resolved import FUNCTION, PIPE, PIPELINE, dig, is_expression, pipeline_name, telling_outputs
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

_PIPELINE_KEPT: Final = frozenset({"Name", "PipelineType", "Variables"})
_NOTHING: Final = {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
_UNKNOWN: Final = "the emulator does not know this type"


def _pipeline_attribute(_name: str, _attribute: str) -> str:
    # `Version` is the only attribute that a pipeline has.
    return "1"


def _no_attribute(name: str, attribute: str) -> str:
    return f"{name}.{attribute}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """
    Something of the assembly that is not deployed.

    Attributes:
        stack: The stack that it belongs to.
        logical_id: Its name in the template; the asset's name for a docker image.
        type: Its resource type, `Output` or `docker image`.
        why: The reason, as a sentence without a full stop.
    """

    stack: str
    logical_id: str
    type: str
    why: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.logical_id} ({self.type}) is left out: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    A template as it is deployed.

    Attributes:
        template: What CloudFormation gets.
        left_out: What it does not get.
        lost_exports: The names of the exports that go with the outputs left out.
        pipelines: The pipelines to create elsewhere, by logical id, as resources of the template.
    """

    template: dict[str, Any]
    left_out: tuple[LeftOut, ...]
    lost_exports: frozenset[str]
    pipelines: dict[str, dict[str, Any]]


def prepare(
    template: Mapping[str, Any],
    *,
    stack: str,
    pseudo: Mapping[str, str] | None = None,
    unknown: Container[str] = (),
    lost_exports: Container[str] = (),
    codepipeline_url: str | None = None,
) -> Prepared:
    """
    Give the template that an emulator gets for `template`.

    Pipes are created stopped, because the local runtime runs them. With a CodePipeline endpoint pipelines are taken
    out, because they are created there: who refers to one gets its name, and functions get the endpoint. Resources of
    types in `unknown` are left out, and so is whatever needs them or needs an export in `lost_exports`.

    Args:
        template: The synthesized template; it is left as it is.
        stack: The stack's name.
        pseudo: The values of pseudo parameters such as `AWS::Region`, put into the conditions, where ministack
            1.5.33 compares their names instead.
        unknown: The resource types that the emulator does not know.
        lost_exports: The exports that are missing because outputs were left out of other stacks.
        codepipeline_url: The CodePipeline endpoint; without one the emulator is asked to create pipelines.
    """
    elsewhere = {PIPELINE} if codepipeline_url is not None else set()
    resources = {name: _adapted(resource, codepipeline_url) for name, resource in template["Resources"].items()}
    outputs = template.get("Outputs", {})
    left = _left_out(resources, unknown, lost_exports)
    lost = {name: why for name, output in outputs.items() if (why := _need(output, left, lost_exports))}

    resources = {name: resource for name, resource in resources.items() if name not in left}
    outputs = {name: output for name, output in outputs.items() if name not in lost}
    pipelines = {name: resource for name, resource in resources.items() if resource["Type"] in elsewhere}
    names = {name: pipeline_name(stack, name, resource) for name, resource in pipelines.items()}
    resources = {
        name: _without_dependencies(resource, {*left, *names})
        for name, resource in replaced(resources, names, _pipeline_attribute).items()
        if name not in names
    }
    outputs = {**replaced(outputs, names, _pipeline_attribute), **telling_outputs(stack, resources, pipelines)}
    conditions = replaced(template.get("Conditions", {}), pseudo or {}, _no_attribute)
    # A stack needs at least one resource, and this one is made of nothing.
    sections = {"Conditions": conditions, "Resources": resources or _NOTHING, "Outputs": outputs}
    rest = {name: section for name, section in template.items() if name not in sections}
    return Prepared(
        template={**rest, **{name: section for name, section in sections.items() if section}},
        left_out=(
            *(LeftOut(stack, name, template["Resources"][name]["Type"], why) for name, why in left.items()),
            *(LeftOut(stack, name, "Output", why) for name, why in lost.items()),
        ),
        lost_exports=frozenset(_export_names(template["Outputs"][name] for name in lost)),
        pipelines=pipelines,
    )


def _adapted(resource: Mapping[str, Any], codepipeline_url: str | None) -> dict[str, Any]:
    properties = resource.get("Properties", {})
    kind = resource["Type"]
    if kind == PIPE:
        properties = {**properties, "DesiredState": "STOPPED"}
    elif kind == PIPELINE and codepipeline_url is not None:
        # Nothing runs in the pipeline, so that it needs neither its role nor its actions.
        stages = properties.get("Stages")
        names = [{"Name": dig(stage, "Name")} for stage in stages] if isinstance(stages, list) else []
        properties = {key: value for key, value in properties.items() if key in _PIPELINE_KEPT} | {"Stages": names}
    elif kind == FUNCTION and codepipeline_url is not None:
        properties = _with_endpoint(properties, codepipeline_url)
    return {**resource, "Properties": properties}


def _with_endpoint(properties: dict[str, Any], codepipeline_url: str) -> dict[str, Any]:
    environment = properties.get("Environment", {"Variables": {}})
    variables = dig(environment, "Variables")
    # An expression in the place of either stays as it is.
    if set(environment) != {"Variables"} or not isinstance(variables, dict) or is_expression(variables):
        return properties
    given = {"AWS_ENDPOINT_URL_CODEPIPELINE": codepipeline_url, **variables}
    return {**properties, "Environment": {"Variables": given}}


def _left_out(
    resources: Mapping[str, Mapping[str, Any]], unknown: Container[str], lost_exports: Container[str]
) -> dict[str, str]:
    left = {name: _UNKNOWN for name, resource in resources.items() if resource["Type"] in unknown}
    while True:
        more = {
            name: why
            for name, resource in resources.items()
            if name not in left and (why := _need(resource["Properties"], left, lost_exports))
        }
        if not more:
            return left
        left.update(more)


def _need(value: Any, left: Container[str], lost_exports: Container[str]) -> str | None:
    for name in references(value):
        if name in left:
            return f"it refers to {name}, which is left out"
    for name in imports(value):
        if name in lost_exports:
            return f"it imports {name}, which is left out"
    return None


def _without_dependencies(resource: Mapping[str, Any], gone: Container[str]) -> dict[str, Any]:
    depends = resource.get("DependsOn", [])
    names = [depends] if isinstance(depends, str) else depends
    kept = {key: value for key, value in resource.items() if key != "DependsOn"}
    staying = [name for name in names if name not in gone]
    return {**kept, "DependsOn": staying} if staying else kept


def _export_names(outputs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for output in outputs:
        name = output.get("Export", {}).get("Name")
        if isinstance(name, str):
            yield name
