"""
The starter app as text; `make types` checks its types, and tests/outside runs it.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipes_trigger import starter
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.triggers import StreamTriggerType

if TYPE_CHECKING:
    from pathlib import Path


def test_trigger_types_without_a_starter_app_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    What there is a folder for decides, so a new member of the enum needs nothing here.
    """
    (tmp_path / "sns_topic").mkdir()
    monkeypatch.setattr(starter, "_HOME", tmp_path)

    assert starter.kinds() == (StreamTriggerType.SNS_TOPIC.value,)


def test_a_kind_that_is_none() -> None:
    """
    The kinds that there are are named.
    """
    with pytest.raises(ConfigurationError) as raised:
        starter.files("orders", "carrier_pigeon")

    problem, fix = "there is no starter app for 'carrier_pigeon'", f"take one of {', '.join(starter.kinds())}"
    assert raised.value.violations == (Violation("NW001", "--trigger-type", problem, fix),)


@pytest.mark.parametrize("kind", starter.kinds())
@pytest.mark.parametrize("name", ["a", "a" * 50])
def test_each_app_is_formatted_and_clean(tmp_path: Path, kind: str, name: str) -> None:
    """
    Ruff has nothing to say, with the app's own settings, whatever its name.
    """
    starter.write(tmp_path, name, kind)
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", str(tmp_path)]
        ended = subprocess.run(ruff, capture_output=True, text=True, check=False)

        assert ended.returncode == 0, ended.stdout
