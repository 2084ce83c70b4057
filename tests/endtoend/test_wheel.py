"""
The built wheel, installed into an empty environment, as a user gets it.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """
    Run a command away from the checkout, without anything of this environment's Python.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_command_line_works(installed: Path, tmp_path: Path) -> None:
    """
    The command is on the path and knows its version.
    """
    assert run([str(installed / "pipes-trigger"), "--version"], tmp_path).stdout == "pipes-trigger, version 0.1.0\n"


def test_errors_are_explained(installed: Path, tmp_path: Path) -> None:
    """
    The pages about errors are in the wheel.
    """
    explained = run([str(installed / "pipes-trigger"), "rule", "FP003"], tmp_path)

    assert explained.stdout.startswith("FP003  Match values are not in a list.\n"), explained.stderr


def test_the_local_run_names_its_extra(installed: Path, tmp_path: Path) -> None:
    """
    Without the extra, the error says what to install.
    """
    (tmp_path / "cdk.out").mkdir()
    ended = run([str(installed / "pipes-trigger"), "local", "run", "--assembly", "cdk.out"], tmp_path)

    assert ended.returncode == 2
    assert "pip install 'pipes-trigger[local]'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_trigger_with_a_shipped_handler_synthesizes(installed: Path, tmp_path: Path) -> None:
    """
    Construct, handlers and types are in the wheel: a user's script synthesizes away from the checkout.
    """
    script = tmp_path / "app.py"
    script.write_text(
        """
from aws_cdk import App, Stack
from pathlib import Path
import pipes_trigger
from pipes_trigger import *
from pipes_trigger import handlers

assert (Path(pipes_trigger.__file__).parent / "py.typed").is_file()
assert Path(handlers.START_PIPELINE.code_path).name == "_lambda_handlers"
app = App(outdir="out")
stack = Stack(app, "S")
helper = ApplicationHelper(environment="dev", environments={"dev": {}})
DynamoDBStreamTrigger(
    stack,
    "trigger",
    app_helper=helper,
    trigger_type=StreamTriggerType.PIPELINE,
    source=StreamSource.new_table(),
    resource_base_name="deployer",
    lambda_handler=handlers.START_PIPELINE.handler,
    lambda_code_path=handlers.START_PIPELINE.code_path,
    env_vars={"PIPELINE_ARN": "arn:aws:codepipeline:us-east-1:123456789012:my-pipeline"},
)
app.synth()
print(len(PipeSpec.all_from_template(Path("out/S.template.json"))))
""",
        encoding="utf-8",
    )
    ended = run([str(installed / "python"), str(script)], tmp_path)

    assert ended.stdout == "1\n", ended.stderr
