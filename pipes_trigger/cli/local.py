"""
`pipes-trigger local`: the pipes of an assembly, run on this machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from pipes_trigger.cli import completing

_NO_LOCAL: Final = "the local runtime is an extra: pip install 'pipes-trigger[local]'"

_FILE: Final = click.Path(dir_okay=False, path_type=Path)


@click.group()
def local() -> None:
    """
    Run synthesized pipes on this machine, without docker or AWS.
    """


@local.command(
    "run",
    epilog="""\b
Examples:
  pipes-trigger local run --assembly cdk.out
  pipes-trigger local run --assembly cdk.out --stack Platform
  pipes-trigger local run --assembly cdk.out --endpoint-url http://127.0.0.1:4566 --checkpoints .pipes
  pipes-trigger local run --assembly cdk.out --report trace.html --log trace.jsonl
""",
)
@click.option(
    "--assembly",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="The directory that `cdk synth` wrote: cdk.out.",
)
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="NAME",
    shell_complete=completing.stacks,
    help="Deploy this stack, and those it depends on.",
)
@click.option("--endpoint-url", metavar="URL", help="Use an emulator that runs already, on this machine.")
@click.option(
    "--checkpoints",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep here how far each pipe is, and go on from there; for an emulator that outlives the run.",
)
@click.option("--report", type=_FILE, metavar="FILE", help="Leave a page with the way of every record, items included.")
@click.option("--log", type=_FILE, metavar="FILE", help="Append one JSON object per event, without item data.")
@click.option("--log-records", is_flag=True, help="Write item data into the log, too.")
def run(  # noqa: PLR0917 - click passes everything by name
    assembly: str,
    stacks: tuple[str, ...],
    endpoint_url: str | None,
    checkpoints: Path | None,
    report: Path | None,
    log: Path | None,
    *,
    log_records: bool,
) -> None:
    """
    Deploy an assembly to an emulator and run its pipes until Ctrl-C.

    A terminal shows counters of each pipe below what happens.

    Exit status 0 after Ctrl-C, 2 where something is wrong with the input or the deployment.
    """
    if log_records and log is None:
        raise click.UsageError("--log-records says what --log writes; name a file with --log")
    try:
        from pipes_trigger.local.run import run_assembly  # noqa: PLC0415 - boto3 and rich are an extra
        from pipes_trigger.local.watching import RunFiles  # noqa: PLC0415 - as above
    except ImportError as error:
        raise click.ClickException(f"{_NO_LOCAL} ({error})") from error
    leave = RunFiles(report=report, log=log, log_records=log_records)
    run_assembly(assembly, stacks=stacks, endpoint_url=endpoint_url, leave=leave, checkpoints=checkpoints)
