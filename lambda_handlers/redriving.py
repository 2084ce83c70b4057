"""
Bringing back what a pipe gave up: settings and the work, without the environment of a function.

Deployed, `pipes_trigger` lies beside this module: only the parts of it that need nothing but boto3.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self

from environment import Environment
from logs import Log

from pipes_trigger.redrive import Fate, Summary
from pipes_trigger.redrive.redriver import Redriver
from pipes_trigger.spec import PipeSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pipes_trigger.redrive import Outcome

DRY_RUN: Final = "dry_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What the function is told by its environment and by the file beside it.

    Attributes:
        pipe: How the pipe filters and renders.
        queue_url: The dead-letter queue.
        target_arn: The pipe's target.
        enrichment_arn: The pipe's enrichment, None where it has none.
        log: Where to write.
        log_records: Write why a function failed and what an unreadable message holds; both may be item data.
    """

    pipe: PipeSpec
    queue_url: str
    target_arn: str
    enrichment_arn: str | None
    log: Log
    log_records: bool

    @classmethod
    def from_environment(cls, variables: Mapping[str, str], pipe: Path) -> Self:
        """
        Read the settings.

        Args:
            variables: `QUEUE_URL`, `TARGET_ARN`, `ENRICHMENT_ARN` for a pipe that has one, `PIPE_NAME` where only the
                deployment knows it, `LOG_LEVEL` and `LOG_RECORDS`.
            pipe: The file with the pipe, as a CloudFormation template.

        Raises:
            ConfigurationError: Variables that are not set or wrong, every one of them.
            PipeSpecError: The file is not there, or holds no pipe.
        """
        environment = Environment(variables)
        texts = {name: environment.text(name) or "" for name in ("QUEUE_URL", "TARGET_ARN")}
        for name, text in texts.items():
            if not text:
                environment.fault(name, "is not set", "deploy this function with DynamoDBStreamTrigger.add_redrive()")
        log = Log.from_environment(environment)
        log_records = environment.choice("LOG_RECORDS", ("false", "true")) == "true"
        environment.check()
        spec = PipeSpec.from_template(pipe)
        return cls(
            pipe=replace(spec, name=environment.text("PIPE_NAME") or spec.name),
            queue_url=texts["QUEUE_URL"],
            target_arn=texts["TARGET_ARN"],
            enrichment_arn=environment.text("ENRICHMENT_ARN") or None,
            log=log,
            log_records=log_records,
        )


def handle(event: Any, seconds_left: float, settings: Settings, clients: Callable[[str], Any]) -> dict[str, Any]:
    """
    Work on the queue, and give how many messages met which fate.

    Args:
        event: `{"dry_run": true}` changes nothing; anything else is a run.
        seconds_left: How long the function may still run. Messages are begun in the first half of it: the second half
            is for the invocation that is then under way.
        settings: The settings.
        clients: Gives the boto3 client of a service.

    Raises:
        RedriveError: AWS refuses a request, or the pipe's target takes nothing at the moment.
    """
    deadline = time.monotonic() + seconds_left / 2
    redriver = Redriver(
        settings.pipe,
        pipe_name=settings.pipe.name,
        queue=settings.queue_url,
        target_arn=settings.target_arn,
        enrichment_arn=settings.enrichment_arn,
        clients=clients,
        dry_run=isinstance(event, dict) and event.get(DRY_RUN) is True,
    )
    summary = Summary()
    try:
        for outcome in redriver.run(may_go_on=lambda: time.monotonic() < deadline):
            summary.add(outcome)
            _log(outcome, settings)
    finally:
        counts = summary.counts()
        settings.log.info("redrive done", pipe=settings.pipe.name, **counts)
    return counts


def _log(outcome: Outcome, settings: Settings) -> None:
    given_up = outcome.given_up
    fields: dict[str, Any] = {
        "messageID": outcome.message_id,
        "fate": outcome.fate.value,
        "shard": given_up and given_up.shard_id,
        "first": given_up and given_up.first,
        "last": given_up and given_up.last,
        "delivered": outcome.delivered,
        "failed": outcome.failed,
    }
    # A function's words and an unreadable message may hold item data.
    if outcome.reason and (settings.log_records or (given_up is not None and outcome.fate is not Fate.FAILED)):
        fields["reason"] = outcome.reason
    write = settings.log.warning if outcome.fate in {Fate.FAILED, Fate.EXPIRED, Fate.KEPT} else settings.log.info
    write("message", **fields)
