"""
Reading a cloud assembly: what is there, and every way in which it can be broken.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import LocalRunError
from pipes_trigger.local import documents
from pipes_trigger.local.artifacts import AssemblyError, FileAsset, StackArtifact
from pipes_trigger.local.assembly import CloudAssembly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


def stack(name: str, *dependencies: str, **more: Any) -> dict[str, Any]:
    """
    Give the artifact of a stack.
    """
    return {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": f"{name}.template.json"},
        "dependencies": list(dependencies),
        **more,
    }


def write(directory: Path, artifacts: Mapping[str, Any], **more: Any) -> Path:
    """
    Write a manifest, and an empty template for each stack in it.
    """
    directory.mkdir(exist_ok=True)
    for name in artifacts:
        (directory / f"{name}.template.json").write_text('{"Resources": {}}')
    (directory / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts, **more}))
    return directory


def faults(directory: Path) -> list[str]:
    """
    Give what is wrong with an assembly, with its path left out.
    """
    with pytest.raises(AssemblyError) as caught:
        CloudAssembly.load(directory)
    return [str(fault).replace(str(directory), "cdk.out") for fault in caught.value.violations]


def test_stack_with_everything(tmp_path: Path) -> None:
    """
    A stack is read with its names, environment, assets, parameters and bootstrap version.
    """
    properties = {
        "templateFile": "orders.template.json",
        "stackName": "prod-orders",
        "parameters": {"Size": "1"},
        "requiresBootstrapStackVersion": 6,
        "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
    }
    orders = stack("orders", "orders.assets", environment="aws://111122223333/eu-west-1", properties=properties)
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "orders.assets.json"}}
    (tmp_path / "asset.a").mkdir()
    (tmp_path / "data.json").write_text("{}")
    places = {"here": {"bucketName": BUCKET, "objectKey": "a.zip"}}
    files = {
        "a": {"source": {"path": "asset.a", "packaging": "zip"}, "destinations": places},
        "b": {"source": {"path": "data.json", "packaging": "file"}, "destinations": {}},
    }
    (tmp_path / "orders.assets.json").write_text(json.dumps({"files": files, "dockerImages": {"c": {}}}))

    write(tmp_path, {"orders": {**orders, "displayName": "prod/orders"}, "orders.assets": assets})

    assert CloudAssembly.load(tmp_path).stacks == (
        StackArtifact(
            artifact_id="orders",
            name="prod-orders",
            display_name="prod/orders",
            template_path=tmp_path / "orders.template.json",
            account="111122223333",
            region="eu-west-1",
            assets=(
                FileAsset(
                    asset_id="a", source=tmp_path / "asset.a", packaging="zip", destinations=((BUCKET, "a.zip"),)
                ),
                FileAsset(asset_id="b", source=tmp_path / "data.json", packaging="file", destinations=()),
            ),
            images=("c",),
            dependencies=(),
            parameters={"Size": "1"},
            bootstrap_parameter="/cdk-bootstrap/hnb659fds/version",
            bootstrap_version=6,
        ),
    )


def test_smallest_stack(tmp_path: Path) -> None:
    """
    A stack that leaves account, region and bootstrap open is read with nothing in their place.
    """
    (artifact,) = CloudAssembly.load(write(tmp_path, {"one": stack("one")})).stacks

    assert (artifact.account, artifact.region, artifact.bootstrap_parameter) == (None, None, None)
    assert artifact.template() == {"Resources": {}}


def test_order(tmp_path: Path) -> None:
    """
    A stack comes after those that it depends on, wherever it stands in the manifest.
    """
    artifacts = {"c": stack("c", "b"), "b": stack("b", "a"), "a": stack("a")}

    assembly = CloudAssembly.load(str(write(tmp_path, artifacts)))

    assert [one.name for one in assembly.stacks] == ["a", "b", "c"]


def test_stages(tmp_path: Path) -> None:
    """
    The stacks of a stage, which is an assembly of its own inside, are read too.
    """
    write(tmp_path / "assembly-prod", {"prodone": stack("prodone", displayName="prod/one")})
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-prod"}}

    assembly = CloudAssembly.load(write(tmp_path, {"stage": stage, "two": stack("two")}))

    assert [one.display_name for one in assembly.stacks] == ["prod/one", "two"]
    assert [one.name for one in assembly.select(["prod/*"])] == ["prodone"]


def test_newer_schema(tmp_path: Path) -> None:
    """
    A schema newer than the one that was seen is read, because every member that matters is checked.
    """
    assembly = CloudAssembly.load(write(tmp_path, {"one": stack("one")}, version="99.1.0"))

    assert [one.name for one in assembly.stacks] == ["one"]


def test_selection(tmp_path: Path) -> None:
    """
    The chosen stacks come with all that they depend on, however far away, and in order.
    """
    artifacts = {"c": stack("c", "b"), "b": stack("b", "a"), "a": stack("a"), "other": stack("other")}
    assembly = CloudAssembly.load(write(tmp_path, artifacts))

    chosen = [[one.name for one in assembly.select(names)] for names in (["c"], ["other", "a"], ["?"], [])]

    assert chosen == [["a", "b", "c"], ["a", "other"], ["a", "b", "c"], ["a", "other", "b", "c"]]


def test_unknown_names(tmp_path: Path) -> None:
    """
    Each name that no stack has is told with the nearest ones, or with all where none is near.
    """
    assembly = CloudAssembly.load(write(tmp_path, {"orders": stack("orders"), "billing": stack("billing")}))

    with pytest.raises(AssemblyError) as caught:
        assembly.select(["order", "orders", "xyz"])

    assert str(caught.value).replace(str(tmp_path), "cdk.out") == (
        "2 faults in the cloud assembly:\n"
        "  [CA007] cdk.out: the assembly has no stack called 'order'; it has orders\n"
        "  [CA007] cdk.out: the assembly has no stack called 'xyz'; it has orders, billing"
    )


def test_errors_are_of_the_local_run() -> None:
    """
    A broken assembly is caught with everything else that stops a local run.
    """
    assert issubclass(AssemblyError, LocalRunError)
    assert issubclass(AssemblyError, ValueError)


def test_no_assembly(tmp_path: Path) -> None:
    """
    A directory without a manifest is told how to make one.
    """
    assert faults(tmp_path) == [
        "[CA001] cdk.out: is no cloud assembly: it has no manifest.json; "
        "run `cdk synth`, or name the directory that it wrote"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"[1]", "must be a JSON object, got list"),
        (b"[" * 100_000, "is no JSON: nested too deeply"),
        (b"\xff", "is no JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_manifest_that_is_no_object(tmp_path: Path, content: bytes, problem: str) -> None:
    """
    A manifest that is no JSON object is told so.
    """
    (tmp_path / "manifest.json").write_bytes(content)

    assert faults(tmp_path) == [f"[CA001] cdk.out/manifest.json: {problem}; run `cdk synth` again"]


def test_manifest_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file over the bound is not read.
    """
    monkeypatch.setattr(documents, "INPUT_FILE_BYTES", 10)

    assert faults(write(tmp_path, {"one": stack("one")})) == [
        "[CA001] cdk.out/manifest.json: the file is larger than 10 bytes; run `cdk synth` again"
    ]


@pytest.mark.parametrize("version", [None, 55, "new", "54.9.9"])
def test_version_that_is_not_understood(tmp_path: Path, version: Any) -> None:
    """
    A version that is none, or that is too old, is refused.
    """
    assert faults(write(tmp_path, {"one": stack("one")}, version=version)) == [
        f"[CA002] cdk.out/manifest.json: its version must be 55.0.0 or newer, got {version!r}; "
        "synthesize with aws-cdk-lib 2.275 or newer"
    ]


def test_missing_context(tmp_path: Path) -> None:
    """
    Context that was not looked up makes the templates worthless, so each value is named.
    """
    missing = [{"key": "ssm:parameter=x", "provider": "ssm"}, {"key": "availability-zones"}]

    assert faults(write(tmp_path, {}, missing=missing)) == [
        f"[CA003] cdk.out/manifest.json: the context value {key!r} was not looked up; "
        "run `cdk synth` with credentials, or put it in cdk.json"
        for key in ("ssm:parameter=x", "availability-zones")
    ]


def test_circle(tmp_path: Path) -> None:
    """
    Stacks that depend on each other in a circle are named in its order.
    """
    assert faults(write(tmp_path, {"a": stack("a", "b"), "b": stack("b", "a")})) == [
        "[CA006] cdk.out: the stacks depend on each other in a circle: a -> b -> a; "
        "remove one of these dependencies and synthesize again"
    ]


def test_every_fault_at_once(tmp_path: Path) -> None:
    """
    All that is wrong with the artifacts is told at once.
    """
    asset = {"source": {"path": "gone", "packaging": "zip"}, "destinations": {}}
    files = {
        "gone": asset,
        "odd": {**asset, "source": {"path": "gone", "packaging": "tar"}},
        "file": {**asset, "source": {"path": "gone", "packaging": "file"}},
        "built": {"source": {"executable": ["make"]}, "destinations": {}},
    }
    (tmp_path / "manifest.assets.json").write_text(json.dumps({"files": files, "dockerImages": []}))
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": ".."}}
    write(
        tmp_path,
        {
            "template": stack("elsewhere"),
            "environment": stack("environment", environment="nowhere"),
            "dependency": stack("dependency", "nothing"),
            "names": stack("names", properties={"templateFile": "", "stackName": 5, "parameters": []}),
            "number": 5,
            "outside": nested,
            "assets": {"type": "cdk:asset-manifest", "properties": {"file": "manifest.assets.json"}},
            "user": stack("user", "assets"),
            "other": {"type": "cdk:tree"},
        },
    )

    again = "run `cdk synth` again"
    assert [fault.replace("cdk.out/manifest.json", "M") for fault in faults(tmp_path)] == [
        f"[CA004] M['template']: its template 'elsewhere.template.json' is not there; {again}",
        f"[CA004] M['environment']: its environment must look like 'aws://account/region', got 'nowhere'; {again}",
        f"[CA005] M['dependency']: depends on 'nothing', which is not in the manifest; {again}",
        f"[CA004] M['names']: its 'templateFile' must be a name, got ''; {again}",
        f"[CA004] M['names']: its 'stackName' must be a name, got 5; {again}",
        f"[CA004] M['names.parameters']: must be an object, got []; {again}",
        f"[CA004] M['number']: must be an object, got 5; {again}",
        f"[CA004] M['outside']: its directory must lie in the assembly, got '..'; {again}",
        f"[CA004] M['gone']: its directory 'gone' is not there; {again}",
        f"[CA004] M['odd']: its packaging must be zip or file, got 'tar'; {again}",
        f"[CA004] M['file']: its file 'gone' is not there; {again}",
        "[CA004] M['built']: has no source with path and packaging, or a destination without bucketName and objectKey; "
        "bundle it at synth time; assets built by a command are not run here",
        f"[CA004] M['assets.dockerImages']: must be an object, got []; {again}",
    ]


def test_manifest_without_artifacts(tmp_path: Path) -> None:
    """
    A manifest that has no artifacts is none.
    """
    (tmp_path / "manifest.json").write_text('{"version": "55.0.0"}')

    assert faults(tmp_path) == [
        "[CA004] cdk.out/manifest.json['artifacts']: must be an object, got None; run `cdk synth` again"
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"Resources": {"A": {"Type": 1}}}', "its Resources must be an object of resources, each with a Type"),
        ("{}", "its Resources must be an object of resources, each with a Type"),
        ("", "is no JSON: Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_template_that_is_none(tmp_path: Path, content: str, problem: str) -> None:
    """
    A template without typed resources is told so.
    """
    (artifact,) = CloudAssembly.load(write(tmp_path, {"one": stack("one")})).stacks
    artifact.template_path.write_text(content)

    with pytest.raises(AssemblyError) as caught:
        artifact.template()

    assert str(caught.value) == f"[CA004] {artifact.template_path}: {problem}; run `cdk synth` again"


def test_template_that_is_gone(tmp_path: Path) -> None:
    """
    A template that vanished after the manifest was read is told so.
    """
    (artifact,) = CloudAssembly.load(write(tmp_path, {"one": stack("one")})).stacks
    artifact.template_path.unlink()

    with pytest.raises(AssemblyError) as caught:
        artifact.template()

    expected = f"[CA004] {artifact.template_path}: cannot be read: No such file or directory; run `cdk synth` again"
    assert str(caught.value) == expected
