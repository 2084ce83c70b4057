"""
Deploying a cloud assembly to an emulator: assets, stacks in order, pipelines, all with boto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from pipes_trigger.errors import DeploymentError
from pipes_trigger.local.assembly import CloudAssembly
from pipes_trigger.local.assets import upload
from pipes_trigger.local.deployment import DeployedPipe, DeployedResource, DeployedStack, Deployment
from pipes_trigger.local.documents import read_object
from pipes_trigger.local.pipelines import put_pipeline
from pipes_trigger.local.resolved import (
    PIPE,
    PIPELINE,
    dig,
    own_outputs,
    pipe_ends,
    pipe_parameters,
    told,
    told_parameters,
)
from pipes_trigger.local.stack import CloudFormationStack
from pipes_trigger.local.template import LeftOut, Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from pipes_trigger.local.artifacts import StackArtifact
    from pipes_trigger.local.session import LocalSession

_NESTED_STACK: Final = "AWS::CloudFormation::Stack"
_NOT_NESTED: Final = "it is in a nested stack, which is deployed as it is; move it to the stack itself to have it run"
_NO_IMAGES: Final = "docker images are not built here, and functions run without docker"


def deploy(
    assembly: CloudAssembly | str | Path,
    session: LocalSession,
    *,
    stacks: Iterable[str] = (),
    progress: Callable[[str], None] = lambda _message: None,
) -> Deployment:
    """
    Deploy the stacks of an assembly, and those that they depend on; what is deployed already is updated.

    A stack that names an account or a region is deployed there, any other one at the session's. Pipes are created
    stopped: the local runtime is to run them.

    Args:
        assembly: The assembly, or its directory.
        session: Where to deploy to.
        stacks: Names of stacks; every stack by default.
        progress: Told what is going on, at least every second while CloudFormation works.

    Raises:
        AssemblyError: When the assembly cannot be read, or has no such stack.
        DeploymentError: When a stack does not deploy: the resource, the reason, and what is deployed already.
    """
    if not isinstance(assembly, CloudAssembly):
        assembly = CloudAssembly.load(assembly)
    return _Deployer(session, assembly.select(stacks), progress).deploy()


class _Deployer:
    def __init__(
        self, session: LocalSession, artifacts: tuple[StackArtifact, ...], progress: Callable[[str], None]
    ) -> None:
        self._session = session
        self._artifacts = artifacts
        self._progress = progress
        self._done: list[DeployedStack] = []
        self._left_out: list[LeftOut] = []
        self._lost_exports: set[str] = set()

    def deploy(self) -> Deployment:
        # All are read before the first is deployed: a broken one then leaves nothing behind.
        templates = [artifact.template() for artifact in self._artifacts]
        for artifact, template in zip(self._artifacts, templates, strict=True):
            try:
                self._done.append(self._deploy(artifact, template))
            except DeploymentError as error:
                raise DeploymentError(f"{error}; {self._so_far()}") from error
            except (ClientError, BotoCoreError, OSError) as error:
                message = f"the stack {artifact.name} did not deploy: {error}"
                raise DeploymentError(f"{message}; {self._so_far()}") from error
        return Deployment(stacks=tuple(self._done), left_out=tuple(self._left_out))

    def _deploy(self, artifact: StackArtifact, template: Mapping[str, Any]) -> DeployedStack:
        session = self._session.at(artifact.account, artifact.region)
        self._bootstrap(session, artifact)
        stack = CloudFormationStack(session, artifact.name, self._progress)
        prepared = self._prepare(session, stack, artifact, template)
        self._report(artifact, prepared)
        for asset in artifact.assets:
            if asset.source != artifact.template_path:
                self._progress(f"{artifact.name}: asset {asset.source.name}")
                upload(session, asset)
        self._progress(f"{artifact.name}: deploying {len(prepared.template['Resources'])} resources")
        described = stack.deploy(prepared.template, artifact.parameters)
        outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
        pipelines = self._create_pipelines(session, artifact.name, prepared, outputs)
        physical = stack.physical_ids() | pipelines
        resources = {
            name: DeployedResource(logical_id=name, type=resource["Type"], physical_id=physical[name])
            for name, resource in template["Resources"].items()
            if name in physical
        }
        self._progress(f"{artifact.name}: deployed")
        return DeployedStack(
            name=artifact.name,
            session=session,
            template=template,
            resources=resources,
            outputs=own_outputs(outputs),
            pipes=tuple(_pipes(session, artifact.name, prepared, outputs, physical)),
            pipelines=pipelines,
        )

    def _bootstrap(self, session: LocalSession, artifact: StackArtifact) -> None:
        # The template's rule asks for a bootstrap stack's version; there is no such stack here.
        if artifact.bootstrap_parameter is not None:
            versions = [one.bootstrap_version for one in self._artifacts]
            session.client("ssm").put_parameter(
                Name=artifact.bootstrap_parameter, Value=str(max(versions)), Type="String", Overwrite=True
            )

    def _prepare(
        self, session: LocalSession, stack: CloudFormationStack, artifact: StackArtifact, template: Mapping[str, Any]
    ) -> Prepared:
        known: dict[str, Any] = {
            "stack": artifact.name,
            "pseudo": session.pseudo_parameters(),
            "lost_exports": self._lost_exports,
            "codepipeline_url": session.codepipeline_url,
        }
        prepared = prepare(template, **known)
        unknown = stack.unknown_types(prepared.template)
        return prepare(template, unknown=unknown, **known) if unknown else prepared

    def _report(self, artifact: StackArtifact, prepared: Prepared) -> None:
        images = (LeftOut(artifact.name, image, "docker image", _NO_IMAGES) for image in artifact.images)
        for left_out in (*images, *prepared.left_out, *_nested_pipes(artifact, prepared.template)):
            self._progress(str(left_out))
            self._left_out.append(left_out)
        self._lost_exports |= prepared.lost_exports

    def _create_pipelines(
        self, session: LocalSession, stack: str, prepared: Prepared, outputs: Mapping[str, str]
    ) -> dict[str, str]:
        names = {}
        for logical_id, pipeline in prepared.pipelines.items():
            try:
                name = put_pipeline(session, stack, logical_id, pipeline, outputs)
            except (ClientError, BotoCoreError) as error:
                message = f"the stack {stack} is deployed, but its pipeline {logical_id} was refused: {error}"
                raise DeploymentError(message) from error
            if name is not None:
                names[logical_id] = name
                self._progress(f"{stack}: the pipeline {name} is at the CodePipeline endpoint")
        return names

    def _so_far(self) -> str:
        done = ", ".join(stack.name for stack in self._done)
        return f"deployed before it and still there: {done}" if done else "nothing else is deployed"


def _pipes(
    session: LocalSession,
    stack: str,
    prepared: Prepared,
    outputs: Mapping[str, str],
    physical: Mapping[str, str],
) -> Iterator[DeployedPipe]:
    for logical_id, pipe in prepared.template["Resources"].items():
        if pipe.get("Type") != PIPE or logical_id not in physical:
            continue
        condition = pipe.get("Condition")
        ends = {end: told(outputs, value, condition) for end, value in pipe_ends(pipe).items()}
        yield DeployedPipe(
            stack=stack,
            logical_id=logical_id,
            name=physical[logical_id],
            source=ends["source"] or "",
            target=ends["target"] or "",
            enrichment=ends["enrichment"],
            dead_letter=ends["dead_letter"],
            session=session,
            target_parameters=told_parameters(outputs, pipe_parameters(pipe), condition),
        )


def _nested_pipes(artifact: StackArtifact, template: Mapping[str, Any]) -> Iterator[LeftOut]:
    for nested_id, nested in template["Resources"].items():
        path = dig(nested, "Metadata", "aws:asset:path")
        if nested["Type"] != _NESTED_STACK or not isinstance(path, str):
            continue
        # One that cannot be read fails in CloudFormation, with the reason.
        resources = read_object(artifact.template_path.parent / path, "CA004", []).get("Resources")
        for logical_id, resource in resources.items() if isinstance(resources, dict) else ():
            kind = dig(resource, "Type")
            if kind in (PIPE, PIPELINE):
                yield LeftOut(artifact.name, f"{nested_id}.{logical_id}", kind, _NOT_NESTED)
