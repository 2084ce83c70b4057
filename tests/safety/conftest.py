"""
What the checks of safety look at: every example, and the largest trigger of every type, with a function and without.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks import ACCOUNT, DIRECT_TYPES, REGION, TYPES, foundation, maximal

if TYPE_CHECKING:
    from aws_cdk import App

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
# A check's finding: the rule, and the resource that it is about.
Finding = tuple[str, str]
Run = Callable[[str, Iterable[Path]], str]
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
def checkov(run_checker: Run) -> Callable[[Iterable[Path]], list[Finding]]:
    """
    Return a function that lists what checkov finds in templates.
    """

    def _checkov(templates: Iterable[Path]) -> list[Finding]:
        files = [argument for path in templates for argument in ("-f", path)]
        flags = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet", "-o", "json")
        report: Any = json.loads(run_checker("checkov", (*flags, *files)))  # type: ignore[arg-type] # text beside paths
        assert report["summary"]["passed"] > 0
        assert report["summary"]["parsing_errors"] == 0
        return [(check["check_id"], check["resource"]) for check in report["results"]["failed_checks"]]

    return _checkov


@pytest.fixture(scope="session")
def cfn_lint(run_checker: Run) -> Callable[[Iterable[Path]], list[Finding]]:
    """
    Return a function that lists what cfn-lint finds in templates.
    """

    def _cfn_lint(templates: Iterable[Path]) -> list[Finding]:
        printed = run_checker("cfn-lint", ("--format", "json", *templates))  # type: ignore[arg-type] # text beside paths
        return [(each["Rule"]["Id"], "/".join(map(str, each["Location"]["Path"]))) for each in json.loads(printed)]

    return _cfn_lint


_NAG = """
import sys
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
import app as example
cdk_app = App(outdir=sys.argv[1])
example.build(cdk_app)
Validations.of(cdk_app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
cdk_app.synth()
"""


@pytest.fixture(scope="session")
def example_reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """
    Return cdk-nag's report on every example.
    """
    output = tmp_path_factory.mktemp("nag")
    reports, running = {}, []
    for app in sorted(EXAMPLES.glob("*/app.py")):
        outdir = output / app.parent.name
        command = [sys.executable, "-c", _NAG, str(outdir)]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(app.parent)}
        # What cdk-nag says ends the synthesis; the report is what is looked at.
        silent = subprocess.DEVNULL
        running.append(subprocess.Popen(command, cwd=app.parent, env=environment, stdout=silent, stderr=silent))
        reports[app.parent.name] = outdir / "validation-report.json"
    for process in running:
        process.wait()
    return reports
