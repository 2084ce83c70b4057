"""
What the checks of safety look at: every example, and the largest trigger of every type, with a function and without.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.stacks import ACCOUNT, DIRECT_TYPES, REGION, TYPES, foundation, maximal

if TYPE_CHECKING:
    from aws_cdk import App

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
# A check's finding: the rule, and the resource that it is about.
Finding = tuple[str, str]
Find = Callable[[Iterable[Path]], list[Finding]]
Run = Callable[[str, Iterable[object]], str]
# `make test` builds it beside the environment of the tests: checkov pins another boto3.
_CHECKERS = Path(f"{sys.prefix}-safety", "bin")


@pytest.fixture(scope="session")
def largest_app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """
    Return an app with the largest trigger of every type in a stack of its own, its findings acknowledged.
    """
    from aws_cdk import App, Environment, Stack

    from pipes_trigger import ApplicationHelper

    folder = tmp_path_factory.mktemp("largest")
    code = folder / "code"
    code.mkdir()
    (code / "handlers.py").write_text("def handler(event, context):\n    return None\n", encoding="utf-8")
    function = {"lambda_handler": "handlers.handler", "lambda_code_path": str(code)}
    helper = ApplicationHelper(environment="dev", environments={"dev": {}})
    app, env = App(outdir=str(folder / "cdk.out")), Environment(account=ACCOUNT, region=REGION)
    owned = foundation(Stack(app, "Owner", env=env))
    for kinds, name, how in ((TYPES, "Function", function), (DIRECT_TYPES, "Direct", None)):
        for kind in kinds:
            stack = Stack(app, f"{name}-{kind.value.replace('_', '-')}", env=env)
            maximal(stack, helper, kind, owned, how).acknowledge_findings()
    return app


@pytest.fixture(scope="session")
def largest_templates(largest_app: App) -> list[Path]:
    """
    Return the templates of the largest triggers, without that of their owner.
    """
    folder = Path(largest_app.synth().directory)
    return sorted(path for path in folder.glob("*.template.json") if not path.name.startswith("Owner"))


@pytest.fixture(scope="session")
def run_checker() -> Run:
    """
    Return a function that runs a check of templates and returns what it printed.
    """
    if not _CHECKERS.is_dir():
        pytest.skip("no checkov and cfn-lint beside this environment: `make test` sets them up")

    def _run(tool: str, arguments: Iterable[object]) -> str:
        command = [str(_CHECKERS / tool), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    return _run


@pytest.fixture(scope="session")
def all_templates(largest_templates: list[Path], example_assemblies: dict[str, Path]) -> list[Path]:
    """
    Return every template that is checked: a check takes seconds to start, so it starts once for all of them.
    """
    examples = (path for folder in example_assemblies.values() for path in folder.glob("*.template.json"))
    return [*largest_templates, *sorted(examples)]


@pytest.fixture(scope="session")
def checkov(run_checker: Run, all_templates: list[Path]) -> Find:
    """
    Return a function that lists what checkov finds in templates.
    """
    files = [argument for path in all_templates for argument in ("-f", path)]
    flags = ("--framework", "cloudformation", "--skip-download", "--compact", "-o", "json")
    report = json.loads(run_checker("checkov", (*flags, *files)))
    passed, failed = report["results"]["passed_checks"], report["results"]["failed_checks"]
    assert {Path(check["file_abs_path"]) for check in passed} == set(all_templates)
    assert report["summary"]["parsing_errors"] == 0
    return found_in((check["file_abs_path"], (check["check_id"], check["resource"])) for check in failed)


@pytest.fixture(scope="session")
def cfn_lint(run_checker: Run, all_templates: list[Path]) -> Find:
    """
    Return a function that lists what cfn-lint finds in templates.
    """
    found = json.loads(run_checker("cfn-lint", ("--format", "json", *all_templates)))
    return found_in(
        (each["Filename"], (each["Rule"]["Id"], "/".join(map(str, each["Location"]["Path"])))) for each in found
    )


def found_in(findings: Iterable[tuple[str, Finding]]) -> Find:
    """
    Return a function that picks the findings in some templates out of those in all.
    """
    by_file: dict[Path, list[Finding]] = {}
    for file, finding in findings:
        by_file.setdefault(Path(file), []).append(finding)
    return lambda templates: [finding for path in templates for finding in by_file.get(path, [])]


@pytest.fixture(scope="session")
def example_reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """
    Return cdk-nag's report on every example.
    """
    output = tmp_path_factory.mktemp("nag")
    return {app.parent.name: nag(app.parent, output / app.parent.name) for app in sorted(EXAMPLES.glob("*/app.py"))}


def nag(example: Path, outdir: Path) -> Path:
    """
    Let cdk-nag look at an example, built in this process, where CDK and cdk-nag are loaded; return its report.
    """
    from aws_cdk import App, Validations
    from cdk_nag import AwsSolutionsChecks, ServerlessChecks

    app = App(outdir=str(outdir))
    Validations.of(app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(example)
        patch.syspath_prepend(str(example))
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.delitem(sys.modules, "app", raising=False)
        others = set(sys.modules)
        importlib.import_module("app").build(app)
        # The next example's modules have the same names.
        for name in set(sys.modules) - others:
            if Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(example):
                del sys.modules[name]
        # What cdk-nag finds ends the synthesis; the report is what is looked at.
        with suppress(RuntimeError):
            app.synth()
    return outdir / "validation-report.json"
