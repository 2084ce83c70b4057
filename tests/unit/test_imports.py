"""
Which room imports which: the arrows of the house, and what an import costs.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pipes_trigger

PACKAGE = Path(pipes_trigger.__file__).parent

# What may import CDK at its top; `parameters`, `source` and `arguments` import it within the function that needs it.
CDK_MODULES = {
    *("acknowledging.py", "built.py", "construct.py", "function.py", "log_groups.py", "pipe.py", "pipe_logs.py"),
    *("redrive_function.py", "stack_facts.py", "wiring.py"),
    *(f"monitoring/{name}.py" for name in ("alarms", "dashboards", "watched")),
}

# Each room, and the rooms that it may import; errors, limits and dataclasses may be imported by all.
ARROWS = {
    "errors": set(),
    "limits": set(),
    "quick_dataclasses": set(),
    "helpers": {"helpers"},
    "filters": {"filters", "helpers"},
    "templates": {"templates", "helpers"},
    "permissions": {"permissions", "spec"},
    "testing": {"testing", "permissions", "local", "delivery", "spec", "proof", "filters", "helpers"},
    "spec": {"spec", "filters", "templates", "helpers"},
    "proof": {"proof", "filters", "templates", "helpers"},
    "delivery": {"delivery", "spec", "filters", "templates", "helpers"},
    "triggers": {"helpers"},
    "targets": {"helpers", "triggers"},
    "options": {"options", "helpers"},
    "monitoring": {"monitoring", "policies", "helpers"},
    "direct": {"triggers", "helpers"},
    "faults": set(),
    "pipes_alpha": set(),
    "enrichment": {"policies", "pipes_alpha"},
    "pipe_name": {"helpers"},
    "pipe_options": {"helpers"},
    "look": set(),
    "diagram": {"diagram", "look", "permissions", "spec", "filters", "helpers"},
    "local": {"local", "look", "delivery", "spec", "filters", "templates", "helpers"},
    "redrive": {"redrive", "local", "delivery", "spec", "filters", "templates", "helpers"},
    "starter": {"triggers"},
    "cli": {
        *("cli", "starter", "diagram", "permissions", "redrive", "local", "proof", "spec", "filters", "templates"),
        "helpers",
    },
}
FOR_ALL = {"errors", "limits", "quick_dataclasses"}


def room_of(path: Path) -> str:
    """
    Return the room that a file lies in.
    """
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path, *, everywhere: bool) -> set[str]:
    """
    List what a file imports when it runs: at its top, or everywhere in it.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    names = set()
    for node in nodes:
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("room", sorted(ARROWS))
def test_imports_point_one_way(room: str) -> None:
    """
    A room imports only the rooms below it.
    """
    wrong = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in FILES
        if room_of(path) == room
        for name in imported(path, everywhere=True)
        if name.startswith("pipes_trigger.") and name.split(".")[1] not in ARROWS[room] | FOR_ALL
    }

    assert wrong == set()


def test_only_the_construct_imports_cdk_at_its_top() -> None:
    """
    Everything else can be imported without CDK, and so without Node.
    """
    found = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        if any(name.split(".")[0] in {"aws_cdk", "constructs", "jsii"} for name in imported(path, everywhere=False))
    }

    assert found == CDK_MODULES


def test_local_never_imports_the_construct_or_cdk() -> None:
    """
    The runtime reads the synthesized template, so it checks independently what would be deployed.
    """
    wrong = {
        f"{path.name}: {name}"
        for path in FILES
        if room_of(path) in {"local", "delivery", "spec"}
        for name in imported(path, everywhere=True)
        if name.startswith(("aws_cdk", "constructs", "jsii", "pipes_trigger.construct"))
    }

    assert wrong == set()


@pytest.mark.parametrize(
    "statement",
    [
        "import pipes_trigger",
        "from pipes_trigger import FilterPattern, InputTemplate, PipeSpec, StreamTriggerType, FailureHandling",
        "from pipes_trigger import ApplicationHelper, ArnUriHelper, ResourceNaming, StreamSource, handlers",
        "import pipes_trigger.monitoring.options, pipes_trigger.monitoring.metrics, pipes_trigger.monitoring.monitored",
        "import pipes_trigger.delivery, pipes_trigger.proof, pipes_trigger.testing, pipes_trigger.cli",
        "import pipes_trigger.diagram, pipes_trigger.diagram.svg, pipes_trigger.diagram.mermaid",
        "import pipes_trigger.permissions, pipes_trigger.permissions_of",
    ],
)
def test_the_pure_parts_start_no_node(statement: str) -> None:
    """
    Neither CDK, nor boto3, nor a subprocess is loaded by what does not need it.
    """
    heavy = "{'aws_cdk', 'jsii', 'constructs', 'boto3', 'botocore', 'rich', 'subprocess'}"
    script = f"import sys; {statement}; print(sorted({heavy} & set(sys.modules)))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


@pytest.mark.parametrize(
    ("statement", "unneeded"),
    [
        (
            "from pipes_trigger import FilterPattern, InputTemplate; FilterPattern({'eventName': ['INSERT']})",
            {"difflib", "decimal", "pathlib", "urllib.parse", "datetime", "importlib.metadata", "dataclasses"}
            | {f"pipes_trigger.filters.operators.{name}" for name in ("affix", "anything_but", "numeric", "wildcard")}
            | {f"pipes_trigger.filters.{name}" for name in ("builders", "combining", "explanation", "presets")}
            | {"pipes_trigger.proof", "pipes_trigger.spec", "pipes_trigger.options", "pipes_trigger.triggers"},
        ),
        (
            "from pipes_trigger import PipeSpec, StreamTriggerType, FailureHandling",
            {"difflib", "decimal", "importlib.metadata", "dataclasses", "inspect", "pathlib", "urllib.parse"}
            | {"pipes_trigger.proof", "pipes_trigger.helpers.app"},
        ),
        (
            "from pipes_trigger.cli import main",
            {
                f"pipes_trigger.{room}"
                for room in ("filters", "templates", "spec", "proof", "local", "redrive", "starter")
            },
        ),
        (
            "import sys; sys.argv[1:] = ['match', '{}', '{}']; from pipes_trigger.cli import main; main()",
            {"pipes_trigger.proof", "pipes_trigger.redrive", "pipes_trigger.starter", "pipes_trigger.delivery"},
        ),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(statement: str, unneeded: set[str]) -> None:
    """
    What a call can do without it does without: an operator, a room of the house, a heavy module of Python.
    """
    script = f"import atexit, sys; atexit.register(lambda: print(sorted({unneeded} & set(sys.modules)))); {statement}"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout

    assert printed.splitlines()[-1:] == ["[]"], printed


def test_every_public_name_loads() -> None:
    """
    The names of the contract are there, sorted, and an unknown one is an AttributeError.
    """
    for name in pipes_trigger.__all__:
        assert getattr(pipes_trigger, name).__name__ == name
    assert pipes_trigger.__all__ == sorted(pipes_trigger.__all__)
    assert dir(pipes_trigger) == pipes_trigger.__all__
    with pytest.raises(AttributeError, match="module 'pipes_trigger' has no attribute 'Nothing'"):
        getattr(pipes_trigger, "Nothing")  # noqa: B009 - the attribute is not there on purpose
