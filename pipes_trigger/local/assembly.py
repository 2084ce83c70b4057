"""
A cloud assembly, as `cdk synth` writes it: its stacks in the order of their dependencies, with what they need deployed.

Read from the files alone, without `aws_cdk`.
"""

from __future__ import annotations

from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipes_trigger.errors import Violation
from pipes_trigger.local.artifacts import AssemblyError, StackArtifact
from pipes_trigger.local.manifest import read_stacks
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAssembly:
    """
    What `cdk synth` wrote.

    Attributes:
        directory: Where it is, usually `cdk.out`.
        stacks: Every stack, each after those that it depends on; those of stages included.

    Example:
        >>> try:
        ...     CloudAssembly.load("no-such-directory")
        ... except AssemblyError as error:
        ...     print(error.violations[0].problem)
        is no cloud assembly: it has no manifest.json
    """

    directory: Path
    stacks: tuple[StackArtifact, ...]

    @classmethod
    def load(cls, directory: str | Path) -> Self:
        """
        Read the assembly in `directory`.

        Raises:
            AssemblyError: With every fault: no manifest, a version that is not understood, context that was not looked
                up, a file or a dependency that is not there, stacks that depend on each other in a circle.
        """
        faults: list[Violation] = []
        stacks = {stack.artifact_id: stack for stack in read_stacks(Path(directory), faults)}
        if faults:
            raise AssemblyError(faults)
        try:
            order = tuple(
                TopologicalSorter({name: stack.dependencies for name, stack in stacks.items()}).static_order()
            )
        except CycleError as error:
            circle = " -> ".join(reversed(error.args[1]))
            problem = f"the stacks depend on each other in a circle: {circle}"
            fault = Violation("CA006", str(directory), problem, "remove one of these dependencies and synthesize again")
            raise AssemblyError([fault]) from error
        return cls(directory=Path(directory), stacks=tuple(stacks[name] for name in order))

    def select(self, names: Iterable[str] = ()) -> tuple[StackArtifact, ...]:
        """
        Give the stacks called `names` and all that they depend on, in order; every stack where there are no names.

        Args:
            names: Stack names, or paths in the app as `cdk ls` prints them; `*` stands for anything.

        Raises:
            AssemblyError: With each name that no stack has, and the nearest ones.
        """
        patterns = tuple(names)
        faults = [self._unknown(name) for name in patterns if not any(stack.is_called(name) for stack in self.stacks)]
        if faults:
            raise AssemblyError(faults)
        wanted: set[str] = set()
        # Backwards through the order, whatever needs a stack comes before the stack itself.
        for stack in reversed(self.stacks):
            if not patterns or stack.artifact_id in wanted or any(stack.is_called(name) for name in patterns):
                wanted.update((stack.artifact_id, *stack.dependencies))
        return tuple(stack for stack in self.stacks if stack.artifact_id in wanted)

    def _unknown(self, name: str) -> Violation:
        known = [stack.display_name for stack in self.stacks]
        near = get_close_matches(name, known, n=3, cutoff=0.5) or known
        problem = f"the assembly has no stack called {name!r}"
        return Violation("CA007", str(self.directory), problem, f"it has {', '.join(near) or 'none at all'}")
