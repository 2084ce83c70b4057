"""
What the runtime has to know of a pipe, and whether it can run it.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from pipes_trigger.delivery import PipeSettings
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.arns import Arn, table_of_stream
from pipes_trigger.local.deadletter import dead_letter_faults
from pipes_trigger.local.messages import MESSAGES

_TARGETS: Final = ("lambda", "sqs", "sns")


class RunnablePipe(PipeSettings, Protocol):
    """
    What the runtime reads of a pipe; `pipes_trigger.spec.PipeSpec` has it all.
    """

    @property
    def name(self) -> str:
        """
        The pipe's name.
        """
        ...

    @property
    def starting_position(self) -> str:
        """
        `LATEST` or `TRIM_HORIZON`.
        """
        ...

    @property
    def enrichment(self) -> Any:
        """
        The pipe's enrichment, None where it has none.
        """
        ...


def check_runnable(spec: RunnablePipe, source_arn: str, target_arn: str, dead_letter_arn: str | None) -> Arn:
    """
    Give the stream's ARN in parts where this pipe can be run.

    Raises:
        ConfigurationError: An ARN of the wrong kind, or a pipe with an enrichment; every fault at once.
    """
    faults = []
    source, target = Arn.try_parse(source_arn), Arn.try_parse(target_arn)
    if source is None or table_of_stream(source) is None:
        fix = "pass arn:<partition>:dynamodb:<region>:<account>:table/<name>/stream/<label>"
        faults.append(Violation("LR003", "source_arn", f"must be a DynamoDB stream, got {source_arn!r}", fix))
    if target is None or target.service not in _TARGETS or target.resource.endswith(".fifo"):
        problem = f"must be a Lambda function, a standard SQS queue or SNS topic, got {target_arn!r}"
        faults.append(Violation("LR004", "target_arn", problem, "pass the ARN of one; other targets are not run here"))
    elif target.service != "lambda" and spec.batch_size > MESSAGES:
        problem = f"must be at most {MESSAGES} for a queue or topic, got {spec.batch_size!r}"
        faults.append(Violation("LR007", "spec.batch_size", problem, f"set BatchSize to {MESSAGES} or less"))
    if dead_letter_arn is not None:
        faults += dead_letter_faults(dead_letter_arn)
    if spec.enrichment is not None:
        problem = f"is not run here, got {spec.enrichment!r}"
        faults.append(Violation("LR005", "spec.enrichment", problem, "run a pipe without an enrichment"))
    if source is None or faults:
        raise ConfigurationError(faults)
    return source
