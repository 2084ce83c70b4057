"""
What `pipes-trigger new` writes, with the wheel alone: the app synthesizes, and its own tests pass as they are.
"""

from __future__ import annotations

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.starter import kinds
from tests.outside.conftest import run_pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def apps(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """
    Let the installed command write one app of each kind.
    """
    home = tmp_path_factory.mktemp("starter")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for kind in kinds():
        command = [str(installed / "pipes-trigger"), "new", kind, "--trigger-type", kind]
        subprocess.run(command, cwd=home, env=environment, capture_output=True, check=True)
    return {kind: home / kind for kind in kinds()}


@pytest.mark.timeout(600)
def test_its_own_tests_pass(installed_with_extras: Path, apps: dict[str, Path]) -> None:
    """
    Every app passes three tests out of the box, the last of them on an emulator, without a warning.
    """
    # Each spends half its time waiting for a process of its own.
    with ThreadPoolExecutor() as side_by_side:
        ended = list(side_by_side.map(lambda app: run_pytest(installed_with_extras, app), apps.values()))

    for each in ended:
        assert each.returncode == 0, each.stdout + each.stderr
        assert re.search(r"^=+ 3 passed in ", each.stdout, re.MULTILINE)


def test_it_synthesizes(installed_with_extras: Path, apps: dict[str, Path], tmp_path: Path) -> None:
    """
    What `cdk synth` calls writes the assembly, and `pipes-trigger check --strict` has nothing to say of it.
    """
    app = apps["sns_topic"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"CDK_OUTDIR": str(tmp_path)}
    python = str(installed_with_extras / "python")
    subprocess.run([python, "app.py"], cwd=app, env=environment, check=True)
    check = [python, "-c", "from pipes_trigger.cli import main; main()", "check", "--strict", str(tmp_path)]
    ended = subprocess.run(check, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith(": ok\n")
