"""
`pipes-trigger redrive`: what a pipe gave up, delivered to its target once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.faults import naming
from pipes_trigger.cli.output import as_json, bad, good, remark, say, say_json
from pipes_trigger.cli.patterns import pipe_option
from pipes_trigger.cli.progress import Progress
from pipes_trigger.cli.sources import Source
from pipes_trigger.cli.synthesized import choose, pipes_in
from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.helpers.arns import Arn

if TYPE_CHECKING:
    from pipes_trigger.redrive import Outcome
    from pipes_trigger.spec import PipeSpec

_NO_LOCAL: Final = "redrive needs boto3, an extra: pip install 'pipes-trigger[local]'"


@click.command(
    epilog="""\b
Examples:
  pipes-trigger redrive cdk.out --queue https://sqs.../dead-letters --target arn:aws:lambda:... --dry-run
  pipes-trigger redrive cdk.out --queue arn:aws:sqs:... --target arn:aws:sns:... --messages 10
  pipes-trigger redrive cdk.out --pipe OrdersPipe --queue https://... --target arn:... --json | jq .reason
"""
)
@click.argument("synthesized", shell_complete=files)
@pipe_option
@click.option("--name", metavar="NAME", help="The deployed pipe's name, where the template does not say it.")
@click.option("--queue", required=True, metavar="URL|ARN", help="The dead-letter queue.")
@click.option("--target", "--function", "target_arn", required=True, metavar="ARN", help="The pipe's target.")
@click.option("--enrichment", "enrichment_arn", metavar="ARN", help="The pipe's enrichment, where it has one.")
@click.option("--dry-run", is_flag=True, help="Read, filter and render; invoke nothing, delete nothing.")
@click.option("--messages", type=click.IntRange(min=1), metavar="N", help="Work on at most so many messages.")
@as_json
def redrive(  # noqa: PLR0917 - click passes everything by name
    synthesized: str,
    pipe: str | None,
    name: str | None,
    queue: str,
    target_arn: str,
    enrichment_arn: str | None,
    messages: int | None,
    *,
    dry_run: bool,
    is_json: bool,
) -> int:
    """
    Deliver what a pipe gave up to its target once more.

    SYNTHESIZED is cdk.out or a template in it; it says how the pipe filters and renders. Each dead-letter message is
    looked up in the stream, which keeps records for 24 hours. A message is deleted only after the target took every
    record of it. Credentials, region and endpoints are those of any AWS tool (AWS_PROFILE, AWS_REGION, ...).

    Exit status 0 if no message stays, 1 if some do, 2 if something is wrong with the input or AWS refuses.
    """
    try:
        from pipes_trigger.redrive.clients import clients  # noqa: PLC0415 - boto3 is an extra
        from pipes_trigger.redrive.redriver import Redriver  # noqa: PLC0415 - as above
    except ImportError as error:
        raise click.ClickException(f"{_NO_LOCAL} ({error})") from error
    from pipes_trigger.redrive import Summary  # noqa: PLC0415 - other commands need none of it

    made = Source(synthesized, "SYNTHESIZED")
    chosen = choose(pipes_in(made), pipe, made.name)
    spec = chosen.read()
    pipe_name = name or _name_of(spec, chosen.file)
    target = Arn.try_parse(target_arn)
    with naming(chosen.file):
        redriver = Redriver(
            spec,
            pipe_name=pipe_name,
            queue=queue,
            target_arn=target_arn,
            enrichment_arn=enrichment_arn,
            clients=clients(None if target is None else target.region or None),
            dry_run=dry_run,
        )
    remark(f"{'looking at' if dry_run else 'redriving'} what {pipe_name} gave up")
    summary = Summary()
    with Progress(lambda: f"so far: {summary}") as progress:
        for outcome in redriver.run(messages):
            summary.add(outcome)
            with progress.hidden():
                _say(outcome, is_json=is_json)
    remark(str(summary))
    return EXIT_NO if summary.stayed else EXIT_YES


def _name_of(spec: PipeSpec, file: str) -> str:
    if spec.name != spec.logical_id:
        return spec.name
    problem = "has no name in the template: CloudFormation made one up"
    raise ViolationsError(
        [Violation("SH020", f"{file}: {spec.logical_id}", problem, "pass the deployed one as --name")]
    )


def _say(outcome: Outcome, *, is_json: bool) -> None:
    if is_json:
        given_up = outcome.given_up
        say_json(
            message=outcome.message_id,
            fate=outcome.fate.value,
            shard=given_up and given_up.shard_id,
            first=given_up and given_up.first,
            last=given_up and given_up.last,
            delivered=outcome.delivered,
            failed=outcome.failed,
            filtered=outcome.filtered,
            reason=outcome.reason,
        )
        return
    fate = outcome.fate.value
    say(str(outcome).replace(f"  {fate}", f"  {bad(fate) if outcome.reason else good(fate)}", 1))
