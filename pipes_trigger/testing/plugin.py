"""
The pytest plugin: `local_pipes` and `template_snapshot`.

pytest loads this module for everybody who has pipes-trigger installed, so it imports nothing before a fixture is used.
"""

from __future__ import annotations

import itertools
import os
import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import pytest

from pipes_trigger.local.node import node_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from pipes_trigger.testing.local import LocalAccount, LocalEmulator

NO_EXTRA: Final = "local_pipes needs the extra: pip install 'pipes-trigger[local]'"
_accounts = itertools.count(200_000_000_001)


def pytest_load_initial_conftests() -> None:
    """
    Where the machine has no Node, let CDK find the one of the extra `local`, before anything imports CDK.
    """
    if "JSII_NODE" in os.environ or shutil.which("node"):
        return
    node = node_binary()
    if node is not None:
        os.environ["JSII_NODE"] = node


@pytest.fixture(scope="session")
def local_pipes_emulator() -> Iterator[LocalEmulator]:
    """
    Give the one emulator of the session, with its CodePipeline endpoint; started for the first test that asks.
    """
    if find_spec("ministack") is None or find_spec("boto3") is None:
        pytest.skip(NO_EXTRA)
    from pipes_trigger.testing.local import LocalEmulator  # noqa: PLC0415 - loads boto3

    with LocalEmulator() as emulator:
        yield emulator


@pytest.fixture
def local_pipes(local_pipes_emulator: LocalEmulator) -> Iterator[LocalAccount]:
    """
    Deploy an app to the embedded emulator, in an account that no other test has, and run its pipes.
    """
    from pipes_trigger.testing.local import LocalAccount  # noqa: PLC0415 - loads boto3

    with LocalAccount(local_pipes_emulator, str(next(_accounts))) as pipes:
        yield pipes


@pytest.fixture
def template_snapshot(request: pytest.FixtureRequest) -> SnapshotAssertion:
    """
    Give syrupy's snapshot for templates: `assert stack == template_snapshot`.
    """
    from pipes_trigger.testing.snapshots import TemplateSnapshot  # noqa: PLC0415 - loads syrupy

    snapshot: SnapshotAssertion = request.getfixturevalue("snapshot")
    return snapshot.use_extension(TemplateSnapshot)
