"""
What a deployment has brought about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.local.session import LocalSession
    from pipes_trigger.local.template import LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedResource:
    """
    A resource of a deployed stack.

    Attributes:
        logical_id: Its name in the template.
        type: Its type, such as `AWS::SQS::Queue`.
        physical_id: What `Ref` gives, such as a name or an URL.
    """

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedPipe:
    """
    A pipe with the ARNs that it connects. Its filters and its template are in the stack's template.

    Attributes:
        stack: The name of its stack.
        logical_id: Its name in the template.
        name: Its name.
        source: The ARN of the stream.
        target: The ARN of the target.
        enrichment: The ARN of the enrichment, or None.
        dead_letter: The ARN of the dead-letter queue or topic, or None.
        session: Clients in its account and region.
        target_parameters: How the target is called, as the template has it, its expressions resolved.
    """

    stack: str
    logical_id: str
    name: str
    source: str
    target: str
    enrichment: str | None
    dead_letter: str | None
    session: LocalSession
    target_parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedStack:
    """
    A stack that is deployed.

    Attributes:
        name: Its name.
        session: Clients in its account and region.
        template: The template as it was synthesized; `PipeSpec` reads it.
        resources: What it has, by logical id, pipelines included.
        outputs: Its outputs.
        pipes: Its pipes, resolved.
        pipelines: The names of the pipelines created at the CodePipeline endpoint, by logical id.
    """

    name: str
    session: LocalSession
    template: Mapping[str, Any]
    resources: Mapping[str, DeployedResource]
    outputs: Mapping[str, str]
    pipes: tuple[DeployedPipe, ...]
    pipelines: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """
    What is deployed, and what is not.

    Attributes:
        stacks: The stacks, in the order in which they were deployed.
        left_out: What the emulator could not take, and what needs that.
    """

    stacks: tuple[DeployedStack, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def pipes(self) -> tuple[DeployedPipe, ...]:
        """
        The pipes of every stack.
        """
        return tuple(pipe for stack in self.stacks for pipe in stack.pipes)

    def stack(self, name: str) -> DeployedStack:
        """
        Give the stack called `name`.

        Raises:
            KeyError: When no such stack was deployed.
        """
        for stack in self.stacks:
            if stack.name == name:
                return stack
        raise KeyError(name)
