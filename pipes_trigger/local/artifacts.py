"""
What a cloud assembly holds: stacks, and the files that they need deployed.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pipes_trigger.errors import LocalRunError, Violation, ViolationsError
from pipes_trigger.local.documents import read_object
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Packaging = Literal["zip", "file"]


class AssemblyError(ViolationsError, LocalRunError, ValueError):
    """
    A cloud assembly that cannot be read, or that does not hold the stacks asked for.
    """

    subject: ClassVar[str] = "cloud assembly"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAsset:
    """
    A file or a directory that a stack expects in S3.

    Attributes:
        asset_id: Its name in the asset manifest, a hash of the content.
        source: Where it is on this machine.
        packaging: `zip` for a directory that is uploaded as one archive, `file` for a file as it is.
        destinations: Bucket and key of each place, with placeholders such as `${AWS::AccountId}`.
    """

    asset_id: str
    source: Path
    packaging: Packaging
    destinations: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackArtifact:
    """
    A stack of the assembly.

    Attributes:
        artifact_id: Its name in the manifest.
        name: Its name in CloudFormation.
        display_name: Its path in the app, such as `prod/orders`.
        template_path: The synthesized template.
        account: The account that it is meant for, or None where the app leaves it open.
        region: The region that it is meant for, or None where the app leaves it open.
        assets: What must be in S3 first.
        images: The docker image assets, by name.
        dependencies: The artifact ids of the stacks that must be deployed first.
        parameters: Values for the template's parameters.
        bootstrap_parameter: The SSM parameter that holds the bootstrap version, or None where none is asked for.
        bootstrap_version: The lowest version that will do.
    """

    artifact_id: str
    name: str
    display_name: str
    template_path: Path
    account: str | None
    region: str | None
    assets: tuple[FileAsset, ...]
    images: tuple[str, ...]
    dependencies: tuple[str, ...]
    parameters: Mapping[str, str]
    bootstrap_parameter: str | None
    bootstrap_version: int

    def template(self) -> dict[str, Any]:
        """
        Read the template.

        Raises:
            AssemblyError: When it is no template in JSON, or too large.
        """
        faults: list[Violation] = []
        template = read_object(self.template_path, "CA004", faults)
        resources = template.get("Resources")
        typed = isinstance(resources, dict) and all(
            isinstance(one, dict) and isinstance(one.get("Type"), str) and isinstance(one.get("Properties", {}), dict)
            for one in resources.values()
        )
        if not typed and not faults:
            problem = "its Resources must be an object of resources, each with a Type"
            faults.append(Violation("CA004", str(self.template_path), problem, "run `cdk synth` again"))
        if faults:
            raise AssemblyError(faults)
        return template

    def is_called(self, pattern: str) -> bool:
        """
        Say whether one of its names matches `pattern`, in which `*` stands for anything.
        """
        return any(fnmatchcase(name, pattern) for name in (self.name, self.display_name, self.artifact_id))
