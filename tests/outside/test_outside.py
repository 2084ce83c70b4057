"""
A user's project, in an environment that holds the built wheel and nothing of this checkout.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = Path(__file__).parent / "project" / "orders"
LINES = 40


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Build the wheel, install it with its extras into an empty environment, and return that one's Python.
    """
    home = tmp_path_factory.mktemp("outside")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(home), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = home.glob("*.whl")
    venv.create(home / "venv", with_pip=True)
    found = home / "venv" / "bin" / "python"
    # Compiled is what is imported, when it is: most of the code of CDK never is.
    pip = [str(found), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([*pip, "-c", str(ROOT / "constraints.txt"), f"{wheel}[local,testing]"], check=True)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """
    Return a copy of the user's project.
    """
    shutil.copytree(PROJECT, tmp_path / "orders", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def run_pytest(python: Path, project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """
    Run pytest as the user does, with no Node on the path and any warning an error.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "JSII"))
    }
    # Whoever has Node would not notice that it is not needed.
    environment |= {"CDK_VALIDATION": "false", "PATH": str(python.parent)}
    command = [str(python), "-m", "pytest", "-W", "error", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.timeout(600)
def test_the_users_project_passes_with_the_wheel_alone(python: Path, project: Path) -> None:
    """
    Records, assertions, snapshot, a strategy of the user's own, and runs on the emulator, without Node on the machine.
    """
    first = run_pytest(python, project, "--snapshot-update", "-k", "looked_at")
    assert "1 snapshot generated" in first.stdout, first.stdout + first.stderr

    ended = run_pytest(python, project)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^=+ 6 passed in ", ended.stdout, re.MULTILINE)
    assert "1 snapshot passed" in ended.stdout


@pytest.mark.timeout(600)
def test_a_changed_template_is_noticed(python: Path, project: Path) -> None:
    """
    The snapshot is not one that always passes: a wider filter fails two of the user's tests, each with what is there.
    """
    run_pytest(python, project, "--snapshot-update", "-k", "looked_at")
    stack = project / "orders" / "stack.py"
    stack.write_text(stack.read_text(encoding="utf-8").replace('["PLACED"]', '["PLACED", "DRAFT"]'), encoding="utf-8")

    ended = run_pytest(python, project, "-k", "not inbox and not archive")

    assert re.search(r"^=+ 2 failed, 4 deselected in ", ended.stdout, re.MULTILINE), ended.stdout
    assert "AssertionError: order-announcer lets through an INSERT of {'id': {'S': '1'}}" in ended.stdout
    assert re.search(r"^orders/test_stack\.py:\d+: AssertionError$", ended.stdout, re.MULTILINE)


def test_readmes_section_on_tests_is_this_project() -> None:
    """
    README shows the user's test file as it is, and it is short.
    """
    text = (PROJECT / "test_stack.py").read_text(encoding="utf-8")

    assert f"```py\n{text}```\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) < LINES
