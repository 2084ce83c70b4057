"""
Where the shipped handlers are found.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipes_trigger import handlers


@pytest.mark.parametrize("handler", handlers.ALL, ids=lambda handler: handler.name)
def test_code_path(handler: handlers.ShippedHandler) -> None:
    """
    The code path is an absolute directory that holds the handler's module with its function.
    """
    module, function = handler.handler.split(".")
    path = Path(handler.code_path)

    assert path.is_absolute()
    assert f"def {function}(" in (path / f"{module}.py").read_text()


def test_all_of_them() -> None:
    """
    Every module with a handler is listed, in the order of their names; redrive is deployed by `add_redrive` alone.
    """
    folder = Path(handlers.START_PIPELINE.code_path)
    found = {path.stem for path in folder.glob("*.py") if "\ndef handler(" in path.read_text()}

    assert sorted(found - {"redrive"}) == [handler.name for handler in handlers.ALL]


def test_installed(tmp_path: Path) -> None:
    """
    In a wheel the handlers are inside the package, in a checkout beside it.
    """
    package = tmp_path / "pipes_trigger"
    package.mkdir()
    beside = handlers._code_path(package)
    (package / "_lambda_handlers").mkdir()
    inside = handlers._code_path(package)

    assert (str(tmp_path / "lambda_handlers"), str(package / "_lambda_handlers")) == (beside, inside)


def test_import_starts_no_node() -> None:
    """
    To look up a handler neither the CDK nor boto3 is imported.
    """
    code = "import sys, pipes_trigger.handlers; print({'aws_cdk', 'jsii', 'boto3'} & sys.modules.keys())"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
