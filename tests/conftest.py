"""
What every test may ask for: CDK stacks, settings, templates that compare as snapshots, and one emulator.

CDK's own validator is off, as it quadruples the time of a synth; `tests/snapshot/test_cdk_validator.py` turns it on.
"""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from pipes_trigger import ApplicationHelper
from pipes_trigger.helpers.parameters import GivenValues
from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.node import node_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from aws_cdk import Stack
    from syrupy.assertion import SnapshotAssertion

    from pipes_trigger.local.session import LocalSession

    MadeOnce = Callable[[str, Callable[[Path], None]], Path]

os.environ.setdefault("CDK_VALIDATION", "false")
_NODE = node_binary()
if _NODE is not None:
    os.environ.setdefault("JSII_NODE", _NODE)

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
ACCOUNT, REGION = "111122223333", "eu-west-1"
TABLE_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/acme-web-dev-deployment-requests"
STREAM_ARN = f"{TABLE_ARN}/stream/2026-01-01T00:00:00.000"
PIPELINE_ARN = f"arn:aws:codepipeline:{REGION}:{ACCOUNT}:my-pipeline"
PARAMETERS = {
    "dynamodb_table_acme_web_dev_deployment_requests": TABLE_ARN,
    "dynamodb_table_stream_acme_web_dev_deployment_requests": STREAM_ARN,
}
_accounts = itertools.count(100_000_000_001)
ASSET = re.compile(r"\b[0-9a-f]{64}\b")

# The files that take longest, the longest first; the second that needs the environments comes when the first has them.
_LONGEST = (
    "outside/test_outside.py",
    "safety/test_safety.py",
    "endtoend/test_demo.py",
    "endtoend/test_redrive.py",
    "outside/test_starter.py",
    "docs/test_tutorial.py",
    "docs/test_site.py",
    "local/test_permissions_simulated.py",
    "endtoend/test_pictures.py",
    "endtoend/test_local_run.py",
)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """
    Let `-n auto` be a worker more than there are cores: each waits a good part of its time, for what it has started.
    """
    return (yield) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Begin with the files that take longest: a worker that began last with one of them would end long after the others.
    """
    places = {Path(__file__).parent / name: place for place, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture
def helper() -> ApplicationHelper:
    """
    Return settings of one environment whose table `deployment-requests` is known.
    """
    return ApplicationHelper(
        environment="dev",
        environments={"dev": {"account": ACCOUNT, "region": REGION}},
        common={"domain": "acme", "project": "web", "devops_account": ACCOUNT},
        parameters=GivenValues(PARAMETERS),
    )


@pytest.fixture
def code_path(tmp_path: Path) -> str:
    """
    Return a folder with one handler in it.
    """
    folder = tmp_path / "lambda"
    folder.mkdir()
    (folder / "handlers.py").write_text("def process_deployment(event, context):\n    return None\n", encoding="utf-8")
    return str(folder)


@pytest.fixture
def call(helper: ApplicationHelper, code_path: str) -> dict[str, Any]:
    """
    Return the original's call, all but its scope: a test changes what it is about.
    """
    from pipes_trigger import StreamTriggerType

    return {
        "id": "deployment-trigger",
        "app_helper": helper,
        "trigger_type": StreamTriggerType.PIPELINE,
        "table_base_name": "deployment-requests",
        "resource_base_name": "deployment-processor",
        "lambda_handler": "handlers.process_deployment",
        "lambda_code_path": code_path,
        "env_vars": {"PIPELINE_ARN": PIPELINE_ARN},
        "filter_pattern": {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PENDING"]}}}},
    }


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """
    Return an empty stack with a known account and region.
    """
    from aws_cdk import App, Environment, Stack

    app = App(outdir=str(tmp_path / "cdk.out"))
    return Stack(app, "Platform", env=Environment(account=ACCOUNT, region=REGION))


@pytest.fixture
def synth() -> Callable[[Stack], dict[str, Any]]:
    """
    Return a function that synthesizes a stack's app and reads the stack's template.
    """

    def _synth(stack: Stack) -> dict[str, Any]:
        from aws_cdk import Stage

        stage = Stage.of(stack)
        assert stage is not None
        assembly = stage.synth()
        template: dict[str, Any] = json.loads(Path(assembly.directory, stack.template_file).read_text(encoding="utf-8"))
        return template

    return _synth


@pytest.fixture
def missing_context() -> Callable[[Stack], list[dict[str, Any]]]:
    """
    Return a function that synthesizes a stack's app and reads what the CLI is asked to look up.
    """

    def _missing(stack: Stack) -> list[dict[str, Any]]:
        from aws_cdk import Stage

        stage = Stage.of(stack)
        assert stage is not None
        manifest = json.loads(Path(stage.synth().directory, "manifest.json").read_text(encoding="utf-8"))
        missing: list[dict[str, Any]] = manifest.get("missing", [])
        return missing

    return _missing


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """
    Return a function that fills a folder once for all workers: the first that asks makes it, and the others wait.
    """
    own = tmp_path_factory.getbasetemp()
    # A worker's own folder lies in that of the run.
    home = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def _made_once(name: str, make: Callable[[Path], None]) -> Path:
        folder, made = home / name, home / f"{name}-is-made"
        with (home / f"{name}-is-being-made").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                folder.mkdir(exist_ok=True)
                make(folder)
                made.touch()
        return folder

    return _made_once


@pytest.fixture(scope="session")
def example_assemblies(made_once: MadeOnce) -> dict[str, Path]:
    """
    Synthesize every example as the CDK CLI would, and return where each assembly is; no test changes one.
    """
    output = made_once("examples", synthesize_examples)
    return {app.parent.name: output / app.parent.name for app in sorted(EXAMPLES.glob("*/app.py"))}


def synthesize_examples(output: Path) -> None:
    """
    Synthesize the examples side by side: each spends its time in a Python and a Node of its own.
    """
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    synths = []
    for app in sorted(EXAMPLES.glob("*/app.py")):
        outdir = {"CDK_OUTDIR": str(output / app.parent.name)}
        command = json.loads(app.with_name("cdk.json").read_text(encoding="utf-8"))["app"].split()
        assert command == ["python3", "app.py"]
        synth = subprocess.Popen([sys.executable, *command[1:]], cwd=app.parent, env={**environment, **outdir})
        synths.append(synth)
    assert [each.wait() for each in synths] == [0] * len(synths)


@pytest.fixture(scope="session")
def site(made_once: MadeOnce) -> Path:
    """
    Build the site strictly, as `make docs` does, and return its directory.
    """
    return made_once("site", build_site)


def build_site(directory: Path) -> None:
    """
    Build the site into a directory.
    """
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(directory)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr


@pytest.fixture(scope="session")
def codepipeline() -> Iterator[CodePipelineEndpoint]:
    """
    Give the CodePipeline endpoint that the emulator's functions call; its executions succeed at once.
    """
    with CodePipelineEndpoint(succeeds_after=0.0) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def emulator(codepipeline: CodePipelineEndpoint) -> Iterator[Emulator]:
    """
    Give the one emulator that all tests share.
    """
    with Emulator(codepipeline_url=codepipeline.url) as running:
        yield running


@pytest.fixture
def local_session(emulator: Emulator) -> LocalSession:
    """
    Give clients for an account that no other test uses.
    """
    return emulator.session(str(next(_accounts)))


@pytest.fixture(scope="session")
def wheel(made_once: MadeOnce) -> Path:
    """
    Build the wheel of this checkout.
    """
    (built,) = made_once("wheel", build_wheel).glob("*.whl")
    return built


def build_wheel(home: Path) -> None:
    """
    Build the wheel into a directory.
    """
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(home), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)


@pytest.fixture(scope="session")
def installed(wheel: Path, made_once: MadeOnce) -> Path:
    """
    Install the wheel without extras into an empty environment, and return the environment's bin.
    """
    return made_once("installed", lambda home: new_environment(home, str(wheel))) / "bin"


@pytest.fixture(scope="session")
def installed_with_extras(installed: Path, wheel: Path, made_once: MadeOnce) -> Path:
    """
    Install the wheel with what runs and tests a user's app, and return the environment's bin.

    The packages of `installed` are seen from there, so that CDK is unpacked once; of this checkout nothing is.
    """
    (beside,) = installed.parent.glob("lib/python*/site-packages")
    requirement = f"{wheel}[local,testing]"
    return made_once("extras", lambda home: new_environment(home, requirement, beside=beside)) / "bin"


def new_environment(home: Path, requirement: str, *, beside: Path | None = None) -> None:
    """
    Make an environment that holds a requirement, and what is in the directory `beside`.
    """
    venv.create(home, with_pip=False, symlinks=True)
    if beside is not None:
        (packages,) = home.glob("lib/python*/site-packages")
        (packages / "beside.pth").write_text(f"{beside}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "--disable-pip-version-check"]
    # Compiled is what is imported, when it is: most of the code of CDK never is.
    install = ["install", "-q", "--no-compile", "-c", str(ROOT / "constraints.txt"), requirement]
    subprocess.run([*pip, *install], check=True, capture_output=True)


class TemplateSnapshot(JSONSnapshotExtension):
    """
    A template as JSON, with its asset hashes masked and nothing else.
    """

    def serialize(self, data: Any, **_options: Any) -> str:
        """
        Write the template as it stands, keys in CDK's order.
        """
        return ASSET.sub("<asset>", json.dumps(data, indent=2, ensure_ascii=False)) + "\n"


@pytest.fixture
def template_snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """
    Return the snapshot of a template.
    """
    return snapshot.use_extension(TemplateSnapshot)
