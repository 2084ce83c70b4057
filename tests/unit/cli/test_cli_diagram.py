"""
`pipes-trigger diagram`: pictures from assemblies and templates, and errors that say what to do.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]
    Assembly = Callable[[Path, dict[str, dict[str, Any]]], None]


@pytest.fixture
def assemblies(tmp_path: Path, template: Template, assembly: Assembly) -> Path:
    """
    Write cdk.out with two stacks that hold a trigger, and one that holds none.
    """
    directory = tmp_path / "cdk.out"
    bare = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    assembly(directory, {"Orders": template(OrdersPipe={}), "Users": template(UsersPipe={}), "Base": bare})
    return directory


def test_it_prints_mermaid(shell: Shell, assemblies: Path) -> None:
    """
    Without options cdk.out is drawn, as text on standard output.
    """
    status, out, err = shell("diagram")

    assert (status, err) == (0, "")
    assert out.startswith("flowchart LR\n  accTitle: 2 triggers of Orders, Users\n")
    assert out == shell("diagram", str(assemblies))[1] == shell("diagram", "--format", "mermaid")[1]


@pytest.mark.parametrize(
    ("name", "begin"),
    [("a.mmd", b"flowchart LR\n"), ("a.mermaid", b"flowchart LR\n"), ("a.SVG", b"<svg "), ("a.png", b"\x89PNG")],
)
def test_the_ending_tells_the_format(shell: Shell, assemblies: Path, tmp_path: Path, name: str, begin: bytes) -> None:
    """
    A file is what its ending says, and nothing is left beside it.
    """
    assert shell("diagram", "--output", name) == (0, "", "")
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert {path.name for path in tmp_path.iterdir()} == {"cdk.out", name}


def test_the_option_tells_the_format(shell: Shell, assemblies: Path, tmp_path: Path) -> None:
    """
    --format wins over the ending, and may go to standard output.
    """
    assert shell("diagram", "--format", "svg", "--output", "picture") == (0, "", "")
    status, out, _ = shell("diagram", "--format", "svg")

    assert (status, out) == (0, (tmp_path / "picture").read_text(encoding="utf-8"))


def test_narrow(shell: Shell, assemblies: Path) -> None:
    """
    --narrow leads down, in every format.
    """
    assert shell("diagram", "--narrow")[1].startswith("flowchart TB\n")
    assert '<svg xmlns="http://www.w3.org/2000/svg" width="374"' in shell("diagram", "--narrow", "--format", "svg")[1]
    assert shell("diagram", "--narrow", "--output", "a.png") == (0, "", "")


def test_one_stack(shell: Shell, assemblies: Path) -> None:
    """
    --stack draws those that it names, of the whole app.
    """
    assert "accTitle: 1 trigger of Users\n" in shell("diagram", "--stack", "Users")[1]
    assert "accTitle: 2 triggers of Orders, Users\n" in shell("diagram", "--stack", "Users", "--stack", "O*")[1]


def test_one_template(shell: Shell, assemblies: Path, template: Template) -> None:
    """
    A template is drawn by itself, from a file or from standard input.
    """
    _, out, _ = shell("diagram", "cdk.out/Orders.template.json")
    _, piped, _ = shell("diagram", "-", stdin=json.dumps(template(OrdersPipe={})))

    assert "accTitle: 1 trigger of Orders\n" in out
    assert piped == out.replace("of Orders", "of stdin").replace('["Orders"]', '["stdin"]')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["nowhere"],
            "error: [DG001] nowhere: is not there; "
            "run `cdk synth`, or name the directory that it wrote, or a template in it\n",
        ),
        (
            ["cdk.out/Base.template.json"],
            "error: [DG002] cdk.out/Base.template.json: has no pipe that reads a DynamoDB stream; "
            "name what holds a trigger\n",
        ),
        (
            ["--stack", "Base"],
            "error: [DG002] cdk.out: Base: has no pipe that reads a DynamoDB stream; name what holds a trigger\n",
        ),
        (
            ["--stack", "Order"],
            "error: [CA007] cdk.out: the assembly has no stack called 'Order'; it has Orders\n",
        ),
        (
            ["--output", "nowhere/a.svg"],
            "error: [DG003] nowhere/a.svg: cannot be written: No such file or directory; "
            "name a file in a directory that is there and can be written\n",
        ),
        (
            ["cdk.out/manifest.json"],
            "error: [SH007] cdk.out/manifest.json: is no synthesized template: it has no Resources; "
            "name cdk.out, or a template in it\n",
        ),
    ],
)
def test_errors(shell: Shell, assemblies: Path, arguments: list[str], message: str) -> None:
    """
    Each says what is wrong and what to do, without a traceback.
    """
    assert shell("diagram", *arguments) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--output", "a.jpg"],
            "Error: cannot tell the format of 'a.jpg'; pass --format, or end it in one of .mmd, .mermaid, .svg, .png\n",
        ),
        (
            ["cdk.out/Orders.template.json", "--stack", "Orders"],
            "Error: --stack is for an assembly, and a template is one stack\n",
        ),
    ],
)
def test_wrong_usage(shell: Shell, assemblies: Path, arguments: list[str], message: str) -> None:
    """
    What cannot be meant is said with the way out.
    """
    status, _, err = shell("diagram", *arguments)

    assert (status, err[err.index("Error:") :]) == (2, message)


def test_a_png_is_nothing_for_a_terminal(shell: Shell, assemblies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Bytes that would garble a terminal are not printed there; a pipe gets them.
    """
    # The package's attribute of that name is the command.
    monkeypatch.setattr(sys.modules["pipes_trigger.cli.diagram"], "is_terminal", lambda: True)
    status, out, err = shell("diagram", "--format", "png")

    assert (status, out) == (2, "")
    assert "a PNG is nothing for a terminal; pass --output FILE.png" in err


def test_png_needs_the_extra(shell: Shell, assemblies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without it the message says what to install, and what needs nothing; SVG still works.
    """
    monkeypatch.setitem(sys.modules, "resvg_py", None)

    assert shell("diagram", "--output", "a.png") == (
        2,
        "",
        "Error: PNG needs an extra: pip install 'pipes-trigger[diagram]', or write SVG, which needs none "
        "(import of resvg_py halted; None in sys.modules)\n",
    )
    assert shell("diagram", "--output", "a.svg") == (0, "", "")


def test_its_help_has_examples(shell: Shell) -> None:
    """
    A reader of --help can copy a line.
    """
    code, out, _ = shell("diagram", "--help")

    assert code == 0
    assert "  pipes-trigger diagram cdk.out --stack Orders --output orders.png\n" in out
