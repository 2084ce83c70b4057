"""
A player of pages: what a reader would type is typed, and what the page shows is compared with what comes out.
"""

from __future__ import annotations

import ast
import contextlib
import io
import re
import runpy
import shlex
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from pipes_trigger.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).parent.parent.parent
_BLOCK: Final = re.compile(r"^```(?P<language>\w*)(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_TITLE: Final = re.compile(r'title="([^"]+)"')
_COMMAND: Final = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_ANYTHING: Final = re.compile(r"\\\.\\\.\\\.")


class Player:
    """
    Plays a page in an empty directory.

    - A block with a title is a file, which is written.
    - A `python` block without one is executed, all of a page in one namespace; a `text` block behind it is its output.
    - A `console` block is a session: each command runs, and what is shown below it, if anything, is what it prints.
      `...` stands for any text.

    Args:
        directory: The working directory.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.namespace: dict[str, Any] = {"__name__": "page"}
        self.programs: dict[str, Callable[[list[str]], str]] = {
            "pipes-trigger": self._pipes_trigger,
            "python": self._python,
            "cat": lambda arguments: (directory / arguments[0]).read_text(encoding="utf-8"),
            "echo": lambda arguments: f"{self.status if arguments == ['$?'] else ' '.join(arguments)}\n",
        }
        self.status = 0
        self.played = 0
        self.value: Any = None

    def play(self, page: str) -> None:
        """
        Play every block of a page, in order.
        """
        printed: str | None = None
        for block in _BLOCK.finditer(page):
            language, text = block["language"], block["text"]
            title = _TITLE.search(block["info"])
            if title is not None:
                path = self.directory / title[1]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif language == "python":
                printed = self.run(text)
                continue
            elif language == "text" and printed is not None:
                self.compare(text, printed, text)
            elif language == "console":
                self.session(text)
            else:
                continue
            printed = None
            self.played += 1

    def run(self, code: str) -> str:
        """
        Execute code, keep the value of its last expression, and give what it printed.
        """
        tree = ast.parse(code, "page")
        end = tree.body[-1]
        last = ast.Expression(end.value) if isinstance(end, ast.Expr) else None
        if last is not None:
            tree.body.pop()
        output = io.StringIO()
        self.played += 1
        with contextlib.redirect_stdout(output):
            exec(compile(tree, "page", "exec"), self.namespace)  # noqa: S102 - our own pages
            self.value = None if last is None else eval(compile(last, "page", "eval"), self.namespace)  # noqa: S307 - as above
        return output.getvalue()

    def session(self, text: str) -> str:
        """
        Run a session of the shell, and give all that it printed.
        """
        printed = ""
        for command, shown in _COMMAND.findall(textwrap.dedent(text)):
            program, *arguments = shlex.split(command)
            output = self.programs[program](arguments)
            if shown:
                self.compare(shown, output, command)
            printed += output
        return printed

    @staticmethod
    def compare(shown: str, printed: str, where: str) -> None:
        """
        Compare what a page shows with what was printed.
        """
        pattern = _ANYTHING.sub(".*", re.escape(shown))
        assert re.fullmatch(pattern, printed, re.DOTALL), f"{where}\nshown:\n{shown}\nprinted:\n{printed}"

    def _pipes_trigger(self, arguments: list[str]) -> str:
        printed = io.BytesIO()
        out = io.TextIOWrapper(printed, encoding="utf-8", write_through=True)
        self.status = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                main(arguments)
            except SystemExit as ended:
                self.status = int(ended.code or 0)
        return printed.getvalue().decode()

    def _python(self, arguments: list[str]) -> str:
        output = io.StringIO()
        with contextlib.redirect_stdout(output), pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", arguments)
            patch.syspath_prepend(str(self.directory))
            runpy.run_path(arguments[0], run_name="__main__")
        return output.getvalue()


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Player:
    """
    Give a player in an empty directory.
    """
    monkeypatch.chdir(tmp_path)
    return Player(tmp_path)
