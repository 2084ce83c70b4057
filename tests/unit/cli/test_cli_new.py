"""
`pipes-trigger new`: what is written, and where it is refused. That it works is seen from outside, `tests/outside`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipes_trigger.starter import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    Shell = Callable[..., tuple[int, str, str]]

FILES = [
    ".gitignore",
    "README.md",
    "app.py",
    "cdk.json",
    "handler/on_change.py",
    "pyproject.toml",
    "requirements.txt",
    "stack.py",
    "tests/conftest.py",
    "tests/test_app.py",
]


def written(directory: Path) -> list[str]:
    """
    List every file below a directory.
    """
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def test_a_new_directory(shell: Shell, tmp_path: Path) -> None:
    """
    Every file is named, parents are made, the next step is said, and app and pipe are called after the directory.
    """
    status, out, err = shell("new", "apps/Order Notifier")
    app = tmp_path / "apps" / "Order Notifier"

    assert (status, out.splitlines()) == (0, [f"apps/Order Notifier/{each}" for each in FILES])
    assert err == "next: cd 'apps/Order Notifier' && pip install -r requirements.txt && pytest\n"
    assert written(app) == FILES
    assert 'AppStack(app, "OrderNotifier")' in (app / "app.py").read_text(encoding="utf-8")
    assert 'resource_base_name="order-notifier"' in (app / "stack.py").read_text(encoding="utf-8")


def test_this_directory(shell: Shell, tmp_path: Path) -> None:
    """
    Without an argument it is the current directory; a repository and an environment may be there already.
    """
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").mkdir()
    status, out, err = shell("new", "--name", "orders")

    assert (status, out.splitlines()) == (0, FILES)
    assert err == "next: pip install -r requirements.txt && pytest\n"
    assert written(tmp_path) == FILES


@pytest.mark.parametrize("kind", kinds())
def test_each_trigger_type(shell: Shell, tmp_path: Path, kind: str) -> None:
    """
    The stack asks for that type, and no placeholder is left.
    """
    shell("new", "app", "--trigger-type", kind)

    assert f"StreamTriggerType.{kind.upper()}," in (tmp_path / "app" / "stack.py").read_text(encoding="utf-8")
    for path in written(tmp_path / "app"):
        text = (tmp_path / "app" / path).read_text(encoding="utf-8").lower()
        assert "@name@" not in text


def test_pipe_names_survive_a_new_stream(shell: Shell, tmp_path: Path) -> None:
    """
    A new app begins with the flag that older ones must be asked about.
    """
    shell("new", "app")

    assert '"@pipes-trigger/pipe-name-per-stream": true' in (tmp_path / "app" / "cdk.json").read_text(encoding="utf-8")


def test_a_directory_that_is_not_empty(shell: Shell, tmp_path: Path) -> None:
    """
    What is there is named, and nothing is written.
    """
    for name in "abcdefg":
        (tmp_path / name).touch()

    assert shell("new") == (
        2,
        "",
        "error: [NW003] .: is not empty: it has a, b, c, d, e and 2 more; name a new directory\n",
    )
    assert written(tmp_path) == list("abcdefg")


def test_a_file_in_its_place(shell: Shell, tmp_path: Path) -> None:
    """
    A file is no directory.
    """
    (tmp_path / "app").touch()

    assert shell("new", "app") == (
        2,
        "",
        "error: [NW004] app: cannot be written: Not a directory; name a directory that can be written, or a new one\n",
    )


def test_nothing_is_left_half_written(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where a file cannot be written, the others are gone again, and so are the directories that were made.
    """
    write = Path.write_text

    def full(path: Path, text: str, **options: str) -> int:
        if path.name == "stack.py":
            raise OSError(28, "No space left on device")
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    status, out, err = shell("new", "apps/orders")

    assert (status, out) == (2, "")
    assert err.startswith("error: [NW004] apps/orders: cannot be written: No space left on device; ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Orders", "1st", "a--b", "a-", "a_b", "a" * 51, ""])
def test_a_name_that_is_none(shell: Shell, tmp_path: Path, name: str) -> None:
    """
    A name that the services would refuse, or that reads badly as a class, is refused before anything is written.
    """
    status, out, err = shell("new", "app", f"--name={name}")

    assert (status, out) == (2, "")
    assert err == (
        f"error: [NW002] --name: must be lower-case words with dashes, at most 50 characters, got {name!r}; "
        "write for example order-notifier\n"
    )
    assert list(tmp_path.iterdir()) == []
