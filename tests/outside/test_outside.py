"""
A user's project, in an environment that holds the built wheel and nothing of this checkout.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.outside.conftest import run_pytest

ROOT = Path(__file__).parent.parent.parent
PROJECT = Path(__file__).parent / "project" / "orders"
LINES = 40


@pytest.fixture(scope="module")
def looked_at(installed_with_extras: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Return a copy of the user's project whose snapshot was written.
    """
    home = tmp_path_factory.mktemp("outside")
    shutil.copytree(PROJECT, home / "orders", ignore=shutil.ignore_patterns("__pycache__"))
    first = run_pytest(installed_with_extras, home, "--snapshot-update", "-k", "looked_at")
    assert "1 snapshot generated" in first.stdout, first.stdout + first.stderr
    return home


@pytest.mark.timeout(600)
def test_the_users_project_passes_with_the_wheel_alone(installed_with_extras: Path, looked_at: Path) -> None:
    """
    Records, assertions, snapshot, a strategy of the user's own, and runs on the emulator, without Node on the machine.
    """
    ended = run_pytest(installed_with_extras, looked_at)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^=+ 6 passed in ", ended.stdout, re.MULTILINE)
    assert "1 snapshot passed" in ended.stdout


@pytest.mark.timeout(600)
def test_a_changed_template_is_noticed(installed_with_extras: Path, looked_at: Path, tmp_path: Path) -> None:
    """
    The snapshot is not one that always passes: a wider filter fails two of the user's tests, each with what is there.
    """
    shutil.copytree(looked_at, tmp_path, dirs_exist_ok=True)
    stack = tmp_path / "orders" / "stack.py"
    stack.write_text(stack.read_text(encoding="utf-8").replace('["PLACED"]', '["PLACED", "DRAFT"]'), encoding="utf-8")

    ended = run_pytest(installed_with_extras, tmp_path, "-k", "not inbox and not archive")

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
