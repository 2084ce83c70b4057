"""
The demo: both examples, deployed to the embedded emulator and fed with `changes.json`; what happens is what is printed.

Ends with what was expected and what was observed; exit status 0 only where they agree.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from changes import load_changes
from feeding import Feed
from observing import Observed
from summary import print_summary
from synthesis import synthesize

from pipes_trigger.errors import PipesTriggerError
from pipes_trigger.local.codepipeline import CodePipelineEndpoint
from pipes_trigger.local.console import LocalConsole
from pipes_trigger.local.deploy import deploy
from pipes_trigger.local.deployment import Deployment
from pipes_trigger.local.emulator import Emulator
from pipes_trigger.local.run import interrupted_by_sigterm
from pipes_trigger.local.running import LocalPipes
from pipes_trigger.local.watching import RunFiles, Watching

EXAMPLES = Path(__file__).resolve().parent.parent
APPS = ("deployment_requests", "order_notifications")
INTERRUPTED = 130


def run(console: LocalConsole, leave: RunFiles) -> bool:
    """
    Run the demo, and say whether everything that was expected was observed.
    """
    changes = load_changes(Path(__file__).with_name("changes.json"))
    with ExitStack() as running:
        watching = running.enter_context(Watching(console, leave))
        work = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="pipes-trigger-demo-")))
        synthesis = running.enter_context(synthesize([EXAMPLES / app for app in APPS], work))
        endpoint = running.enter_context(CodePipelineEndpoint())
        emulator = running.enter_context(Emulator(codepipeline_url=endpoint.url, progress=console.progress))
        assemblies = synthesis.wait(console.progress)
        session = emulator.session()
        stacks = [stack for path in assemblies for stack in deploy(path, session, progress=console.progress).stacks]
        deployment = Deployment(stacks=tuple(stacks), left_out=())
        watching.know(deployment)
        observed = Observed(console, deployment, endpoint, watching.event)
        running.enter_context(observed)
        pipes = running.enter_context(LocalPipes(deployment, observer=observed.event))
        feed = Feed(console, deployment, observed)
        for change in changes:
            feed.apply(change)
        feed.wait_for_everything(changes)
        for pipe in pipes.running.values():
            pipe.stop()
    return print_summary(console.console, changes, observed)


def main() -> None:
    """
    Run the demo and exit.
    """
    parser = argparse.ArgumentParser(prog="demo", description="Both examples, on the embedded emulator.")
    parser.add_argument("--report", type=Path, metavar="FILE", help="leave a page with the way of every record")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append one JSON object per event")
    options = parser.parse_args()
    console = LocalConsole()
    try:
        with interrupted_by_sigterm():
            agreed = run(console, RunFiles(report=options.report, log=options.log))
    except KeyboardInterrupt:
        console.progress("interrupted; everything that was started is stopped")
        sys.exit(INTERRUPTED)
    except PipesTriggerError as error:
        console.progress(f"the demo failed: {error}")
        sys.exit(1)
    sys.exit(0 if agreed else 1)


if __name__ == "__main__":
    main()
