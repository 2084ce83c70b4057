"""
An example, deployed to the emulator that all tests share, with its pipes running.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.testing.fates import Diary
from pipes_trigger.testing.running import RunningApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.session import LocalSession


@contextmanager
def running(assembly: Path, session: LocalSession, endpoint: CodePipelineEndpoint) -> Iterator[RunningApp]:
    """
    Deploy an example, to the account that it names, and run its pipes.
    """
    deployment = deploy(assembly, session)
    diary = Diary()
    with LocalPipes(deployment, observer=diary) as pipes:
        assert (deployment.left_out, pipes.left_out) == ((), ())
        yield RunningApp(deployment, pipes, diary, endpoint)
