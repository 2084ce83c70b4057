"""
Reading `manifest.json` and the asset manifests beside it, every fault at once.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import Violation
from pipes_trigger.local.artifacts import FileAsset, StackArtifact
from pipes_trigger.local.documents import read_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipes_trigger.local.artifacts import Packaging

# What aws-cdk-lib 2.275 writes, the oldest that pipes-trigger runs with. The number goes up when something is added;
# all that is read here is checked member by member, so a newer one is no reason to give up.
OLDEST_SCHEMA: Final = 55

_STACK: Final = "aws:cloudformation:stack"
_ASSETS: Final = "cdk:asset-manifest"
_NESTED: Final = "cdk:cloud-assembly"
_ENVIRONMENT: Final = re.compile(r"aws://(?P<account>[^/]+)/(?P<region>[^/]+)")
_BOOTSTRAP_PARAMETER: Final = "bootstrapStackVersionSsmParameter"
_AGAIN: Final = "run `cdk synth` again"


def read_stacks(directory: Path, faults: list[Violation]) -> list[StackArtifact]:
    """
    Give the stacks of the assembly in `directory` and of the stages in it; what is wrong goes to `faults`.
    """
    path = directory / "manifest.json"
    if not path.is_file():
        fix = "run `cdk synth`, or name the directory that it wrote"
        faults.append(Violation("CA001", str(directory), "is no cloud assembly: it has no manifest.json", fix))
        return []
    manifest = read_object(path, "CA001", faults)
    if not manifest or not _understood(manifest, path, faults):
        return []
    return list(_Manifest(directory, path, manifest, faults).stacks())


def _understood(manifest: Mapping[str, Any], path: Path, faults: list[Violation]) -> bool:
    version = manifest.get("version")
    major = re.match(r"(\d+)\.", version) if isinstance(version, str) else None
    if major is None or int(major[1]) < OLDEST_SCHEMA:
        problem = f"its version must be {OLDEST_SCHEMA}.0.0 or newer, got {version!r}"
        faults.append(Violation("CA002", str(path), problem, "synthesize with aws-cdk-lib 2.275 or newer"))
        return False
    for missing in _list(manifest.get("missing")):
        key = missing.get("key") if isinstance(missing, dict) else missing
        problem = f"the context value {key!r} was not looked up"
        faults.append(Violation("CA003", str(path), problem, "run `cdk synth` with credentials, or put it in cdk.json"))
    return True


class _Manifest:
    """
    One manifest; a stage has its own.
    """

    def __init__(self, directory: Path, path: Path, manifest: Mapping[str, Any], faults: list[Violation]) -> None:
        self._directory = directory
        self._path = path
        self._faults = faults
        self._artifacts = self._object(manifest, "artifacts", "artifacts")

    def stacks(self) -> Iterator[StackArtifact]:
        for name in self._artifacts:
            artifact = self._artifact(name)
            if artifact.get("type") == _STACK:
                yield self._stack(name, artifact)
            elif artifact.get("type") == _NESTED:
                yield from self._nested(name)

    def _nested(self, name: str) -> list[StackArtifact]:
        nested = self._text(self._properties(name), "directoryName", name)
        if Path(nested).name != nested or nested == "..":
            self._fault("CA004", name, f"its directory must lie in the assembly, got {nested!r}", _AGAIN)
            return []
        return read_stacks(self._directory / nested, self._faults) if nested else []

    def _stack(self, name: str, artifact: Mapping[str, Any]) -> StackArtifact:
        properties = self._properties(name)
        template = self._text(properties, "templateFile", name)
        if template and not (self._directory / template).is_file():
            self._fault("CA004", name, f"its template {template!r} is not there", _AGAIN)
        environment = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
        if environment is None:
            problem = f"its environment must look like 'aws://account/region', got {artifact.get('environment')!r}"
            self._fault("CA004", name, problem, _AGAIN)
        stacks, manifests = self._dependencies(name, artifact)
        assets, images = self._assets(manifests)
        return StackArtifact(
            artifact_id=name,
            name=self._text(properties, "stackName", name, default=name),
            display_name=self._text(artifact, "displayName", name, default=name),
            template_path=self._directory / template,
            account=_known(environment, "account"),
            region=_known(environment, "region"),
            assets=tuple(assets),
            images=tuple(images),
            dependencies=tuple(stacks),
            parameters=self._object(properties, "parameters", f"{name}.parameters", needed=False),
            bootstrap_parameter=self._text(properties, _BOOTSTRAP_PARAMETER, name, default="") or None,
            bootstrap_version=_number(properties.get("requiresBootstrapStackVersion")),
        )

    def _dependencies(self, name: str, artifact: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        found: dict[str, list[str]] = {_STACK: [], _ASSETS: []}
        for dependency in _list(artifact.get("dependencies")):
            if not isinstance(dependency, str) or dependency not in self._artifacts:
                self._fault("CA005", name, f"depends on {dependency!r}, which is not in the manifest", _AGAIN)
                continue
            kind = self._artifact(dependency).get("type")
            if kind in found:
                found[kind].append(dependency)
        return found[_STACK], found[_ASSETS]

    def _assets(self, manifests: list[str]) -> tuple[list[FileAsset], list[str]]:
        assets: list[FileAsset] = []
        images: list[str] = []
        for name in manifests:
            path = self._directory / self._text(self._properties(name), "file", name)
            manifest = read_object(path, "CA004", self._faults)
            for asset_id, asset in self._object(manifest, "files", f"{name}.files", needed=False).items():
                assets.extend(self._file_asset(asset_id, asset))
            images.extend(self._object(manifest, "dockerImages", f"{name}.dockerImages", needed=False))
        return assets, images

    def _file_asset(self, asset_id: str, asset: Any) -> Iterator[FileAsset]:
        try:
            relative, packaging = asset["source"]["path"], asset["source"]["packaging"]
            places = tuple(
                (str(place["bucketName"]), str(place["objectKey"])) for place in asset["destinations"].values()
            )
            source = self._directory / relative
        except (KeyError, TypeError, AttributeError):
            problem = "has no source with path and packaging, or a destination without bucketName and objectKey"
            self._fault(
                "CA004", asset_id, problem, "bundle it at synth time; assets built by a command are not run here"
            )
            return
        right: dict[Packaging, bool] = {"zip": source.is_dir(), "file": source.is_file()}
        if packaging not in right:
            self._fault("CA004", asset_id, f"its packaging must be zip or file, got {packaging!r}", _AGAIN)
        elif not right[packaging]:
            noun = "directory" if packaging == "zip" else "file"
            self._fault("CA004", asset_id, f"its {noun} {relative!r} is not there", _AGAIN)
        else:
            yield FileAsset(asset_id=asset_id, source=source, packaging=packaging, destinations=places)

    def _artifact(self, name: str) -> Mapping[str, Any]:
        return self._object(self._artifacts, name, name)

    def _properties(self, name: str) -> Mapping[str, Any]:
        return self._object(self._artifact(name), "properties", f"{name}.properties", needed=False)

    def _object(self, parent: Mapping[str, Any], key: str, where: str, *, needed: bool = True) -> dict[str, Any]:
        value = parent.get(key)
        if isinstance(value, dict):
            return value
        if needed or value is not None:
            self._fault("CA004", where, f"must be an object, got {value!r}", _AGAIN)
        return {}

    def _text(self, properties: Mapping[str, Any], key: str, artifact: str, *, default: str | None = None) -> str:
        value = properties.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value:
            return value
        self._fault("CA004", artifact, f"its {key!r} must be a name, got {value!r}", _AGAIN)
        return ""

    def _fault(self, rule: str, where: str, problem: str, fix: str) -> None:
        self._faults.append(Violation(rule, f"{self._path}[{where!r}]", problem, fix))


def _known(environment: re.Match[str] | None, part: str) -> str | None:
    value = environment[part] if environment else f"unknown-{part}"
    return None if value == f"unknown-{part}" else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
