"""
Option groups: defaults, durations, and every range.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import ConfigurationError, FailureHandling, FunctionOptions, PipeLogging, StreamReading

if TYPE_CHECKING:
    from collections.abc import Callable

RETENTIONS = "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"


class CdkDuration:
    """
    Has what CDK's Duration has.
    """

    def to_seconds(self) -> float:
        """
        Return seconds as jsii does, as a float.
        """
        return 90.0


def test_durations_are_seconds_timedeltas_or_cdks() -> None:
    """
    Three spellings, one number.
    """
    spellings: list[Any] = [90, timedelta(minutes=1, seconds=30), CdkDuration()]

    assert [FunctionOptions(timeout=spelling).timeout_seconds for spelling in spellings] == [90, 90, 90]


def test_failures_end_while_the_record_can_still_be_read_back() -> None:
    """
    The default gives up after 10 retries or 12 of the stream's 24 hours, and keeps the message for 14 days.
    """
    default = FailureHandling()

    assert (default.maximum_retry_attempts, default.maximum_record_age_seconds) == (10, 12 * 3600)
    assert (default.bisect, default.dead_letter) == (True, "queue")
    assert default.dead_letter_retention_seconds == 14 * 86_400


def test_none_leaves_everything_to_the_service() -> None:
    """
    What the original built for failures was nothing.
    """
    nothing = FailureHandling.none()

    assert (nothing.maximum_retry_attempts, nothing.maximum_record_age_seconds) == (None, None)
    assert (nothing.bisect, nothing.dead_letter) == (False, None)


def test_until_expiry_is_allowed() -> None:
    """
    -1 means that the service goes on until the record expires.
    """
    endless = FailureHandling(maximum_retry_attempts=-1, maximum_record_age=-1)

    assert (endless.maximum_retry_attempts, endless.maximum_record_age_seconds) == (-1, -1)


def test_options_cannot_be_changed() -> None:
    """
    A checked value stays checked.
    """
    with pytest.raises(FrozenInstanceError):
        StreamReading().batch_size = 0  # type: ignore[misc]  # what a user would try


class FifoTopic:
    """
    Looks like a FIFO topic.
    """

    topic_arn = "arn:aws:sns:eu-west-1:111122223333:orders.fifo"
    topic_name = "orders.fifo"


class UnbuiltFifoTopic:
    """
    Looks like a FIFO topic that CloudFormation names.
    """

    topic_arn = topic_name = "${Token[TOKEN.17]}"
    fifo = True


class NoTarget:
    """
    Has no ARN.
    """

    def __repr__(self) -> str:
        return "<no target>"


class HalfASecond:
    """
    Has what CDK's Duration has, with a length that is no whole number of seconds.
    """

    def to_seconds(self) -> float:
        """
        Refuse, as jsii does.
        """
        raise RuntimeError

    def to_human_string(self) -> str:
        """
        Return what CDK calls it.
        """
        return "500 millis"


class CdkRuntime:
    """
    Has what CDK's Runtime has.
    """

    name = "nodejs22.x"


NUMBER_TOKEN: Any = -1.8881545897087529e289
STRING_TOKEN = "${Token[TOKEN.17]}"


class TokenDuration:
    """
    A CDK Duration of a CloudFormation parameter.
    """

    def to_seconds(self) -> float:
        """
        Return a token.
        """
        return NUMBER_TOKEN  # type: ignore[no-any-return]  # a float


def test_tokens_pass_unchecked() -> None:
    """
    What CloudFormation knows only when it deploys cannot be checked now.
    """
    reading = StreamReading(
        batch_size=NUMBER_TOKEN, batching_window=TokenDuration(), parallelization_factor=NUMBER_TOKEN
    )
    function = FunctionOptions(runtime=STRING_TOKEN, timeout=NUMBER_TOKEN, description=STRING_TOKEN * 20)

    assert (reading.batch_size, reading.batching_window_seconds) == (NUMBER_TOKEN, NUMBER_TOKEN)
    assert (function.runtime, function.timeout_seconds) == (STRING_TOKEN, NUMBER_TOKEN)


def test_a_cdk_runtime_is_kept_by_its_name() -> None:
    """
    Both spellings are one option.
    """
    assert FunctionOptions(runtime=CdkRuntime()) == FunctionOptions(runtime="nodejs22.x")


def test_every_runtime_of_cdk_is_one() -> None:
    """
    What CDK names passes, but for the image, which is no code.
    """
    from aws_cdk.aws_lambda import Runtime

    runtimes = [getattr(Runtime, name) for name in dir(Runtime) if name.isupper() and name not in {"ALL", "FROM_IMAGE"}]

    assert [FunctionOptions(runtime=runtime).runtime for runtime in runtimes] == [runtime.name for runtime in runtimes]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: StreamReading(batch_size=0, batching_window=301, parallelization_factor=11),
            "3 faults in the trigger:\n"
            "  [OP001] StreamReading(batch_size=): must be 1 to 10000 records, got 0; pass 1 to 10000 records\n"
            "  [OP001] StreamReading(batching_window=): must be 0 to 300 seconds, got 301; pass 0 to 300 seconds\n"
            "  [OP001] StreamReading(parallelization_factor=): must be 1 to 10 batches per shard, got 11; "
            "pass 1 to 10 batches per shard",
        ),
        (
            lambda: StreamReading(starting_position="AT_TIMESTAMP"),  # type: ignore[arg-type]
            "[OP002] StreamReading(starting_position=): must be one of LATEST, TRIM_HORIZON, got 'AT_TIMESTAMP'; "
            "pass one of them",
        ),
        (
            lambda: FailureHandling(maximum_retry_attempts=10_001, maximum_record_age=59, dead_letter_retention=59),
            "3 faults in the trigger:\n"
            "  [OP001] FailureHandling(maximum_retry_attempts=): must be -1 to 10000 attempts, got 10001; "
            "pass -1 to 10000 attempts\n"
            "  [OP001] FailureHandling(maximum_record_age=): must be 60 to 604800 seconds, got 59; "
            "pass 60 to 604800 seconds\n"
            "  [OP001] FailureHandling(dead_letter_retention=): must be 60 to 1209600 seconds, got 59; "
            "pass 60 to 1209600 seconds",
        ),
        (
            lambda: FailureHandling(dead_letter="my-queue"),
            "[OP003] FailureHandling(dead_letter=): must be 'queue', an SQS queue, an SNS topic or None, "
            "got 'my-queue'; pass 'queue', or import the queue: Queue.from_queue_arn(...)",
        ),
        (
            lambda: StreamReading(
                batch_size=10.5,  # type: ignore[arg-type]
                batching_window=timedelta(milliseconds=500),
                parallelization_factor=True,
            ),
            "3 faults in the trigger:\n"
            "  [OP005] StreamReading(batch_size=): must be a whole number of records, got 10.5; "
            "pass 1 to 10000 records\n"
            "  [OP005] StreamReading(batching_window=): must be a whole number of seconds, "
            "got datetime.timedelta(microseconds=500000); pass 0 to 300 seconds\n"
            "  [OP005] StreamReading(parallelization_factor=): must be a whole number of batches per shard, got True; "
            "pass 1 to 10 batches per shard",
        ),
        (
            lambda: StreamReading(batch_size="10", batching_window=HalfASecond()),  # type: ignore[arg-type]
            "2 faults in the trigger:\n"
            "  [OP005] StreamReading(batch_size=): must be a whole number of records, got '10'; "
            "pass 1 to 10000 records\n"
            "  [OP005] StreamReading(batching_window=): must be a whole number of seconds, got 500 millis; "
            "pass 0 to 300 seconds",
        ),
        (
            lambda: FailureHandling(maximum_record_age=-1.0),  # type: ignore[arg-type]
            "[OP005] FailureHandling(maximum_record_age=): must be a whole number of seconds, got -1.0; "
            "pass 60 to 604800 seconds",
        ),
        (
            lambda: FunctionOptions(timeout=1.5, memory_size=None, runtime="pyhton3.12"),  # type: ignore[arg-type]
            "3 faults in the trigger:\n"
            "  [OP006] FunctionOptions(runtime=): is no Lambda runtime: 'pyhton3.12'; did you mean 'python3.12'?\n"
            "  [OP005] FunctionOptions(memory_size=): must be a whole number of MB, got None; pass 128 to 10240 MB\n"
            "  [OP005] FunctionOptions(timeout=): must be a whole number of seconds, got 1.5; pass 1 to 900 seconds",
        ),
        (
            lambda: FunctionOptions(runtime=5),
            "[OP006] FunctionOptions(runtime=): is no Lambda runtime: 5; there are 'dotnet8', 'java21', 'nodejs22.x', "
            "'provided.al2023', 'python3.11', 'python3.12', 'python3.13', 'ruby3.4'",
        ),
        (
            lambda: PipeLogging(retention_days=True),
            f"[OP002] PipeLogging(retention_days=): must be one of {RETENTIONS}, got True; pass one of them",
        ),
        (
            lambda: FailureHandling(dead_letter=True),
            "[OP003] FailureHandling(dead_letter=): must be 'queue', an SQS queue, an SNS topic or None, "
            "got True; pass 'queue', or import the queue: Queue.from_queue_arn(...)",
        ),
        (
            lambda: FailureHandling(dead_letter=NoTarget()),
            "[OP003] FailureHandling(dead_letter=): must be 'queue', an SQS queue, an SNS topic or None, "
            "got <no target>; pass 'queue', or import the queue: Queue.from_queue_arn(...)",
        ),
        (
            lambda: FailureHandling(dead_letter=UnbuiltFifoTopic()),
            "[OP004] FailureHandling(dead_letter=): is a FIFO topic, which is no target of a pipe; "
            "pass a standard topic or a queue",
        ),
        (
            lambda: FailureHandling(dead_letter=FifoTopic()),
            "[OP004] FailureHandling(dead_letter=): is a FIFO topic, which is no target of a pipe; "
            "pass a standard topic or a queue",
        ),
        (
            lambda: FunctionOptions(
                architecture="sparc",  # type: ignore[arg-type]
                log_retention_days=2,
                memory_size=127,
                timeout=901,
                description="x" * 257,
                reserved_concurrency=-1,
            ),
            "6 faults in the trigger:\n"
            "  [OP002] FunctionOptions(architecture=): must be one of x86_64, arm64, got 'sparc'; pass one of them\n"
            f"  [OP002] FunctionOptions(log_retention_days=): must be one of {RETENTIONS}, got 2; pass one of them\n"
            "  [OP001] FunctionOptions(memory_size=): must be 128 to 10240 MB, got 127; pass 128 to 10240 MB\n"
            "  [OP001] FunctionOptions(timeout=): must be 1 to 900 seconds, got 901; pass 1 to 900 seconds\n"
            "  [OP001] FunctionOptions(description=): must be 0 to 256 characters, got 257; pass 0 to 256 characters\n"
            "  [OP001] FunctionOptions(reserved_concurrency=): must be 0 to 1000000 executions, got -1; "
            "pass 0 to 1000000 executions",
        ),
        (
            lambda: PipeLogging(level="DEBUG", retention_days=0),  # type: ignore[arg-type]
            "2 faults in the trigger:\n"
            "  [OP002] PipeLogging(level=): must be one of OFF, ERROR, INFO, TRACE, got 'DEBUG'; pass one of them\n"
            f"  [OP002] PipeLogging(retention_days=): must be one of {RETENTIONS}, got 0; pass one of them",
        ),
    ],
)
def test_values_out_of_range_are_refused_all_at_once(make: Callable[[], Any], message: str) -> None:
    """
    Name, range, unit and value, for every option that is wrong.
    """
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FunctionOptions(own_log_group="no", keep_logs=1, tracing=None),  # type: ignore[arg-type]
            "3 faults in the trigger:\n"
            "  [OP018] FunctionOptions(own_log_group=): must be True or False, got 'no'; pass one of them\n"
            "  [OP018] FunctionOptions(keep_logs=): must be True or False, got 1; pass one of them\n"
            "  [OP018] FunctionOptions(tracing=): must be True or False, got None; pass one of them",
        ),
        (
            lambda: PipeLogging(include_execution_data="no", destinations="mine"),  # type: ignore[arg-type]
            "2 faults in the trigger:\n"
            "  [OP018] PipeLogging(include_execution_data=): must be True or False, got 'no'; pass one of them\n"
            "  [OP019] PipeLogging(destinations=): must be a tuple or a list, got str; put it into one: (...,)",
        ),
        (
            lambda: FailureHandling(bisect="AUTOMATIC_BISECT"),  # type: ignore[arg-type]
            "[OP018] FailureHandling(bisect=): must be True or False, got 'AUTOMATIC_BISECT'; pass one of them",
        ),
        (
            lambda: StreamReading(name_per_stream="yes"),  # type: ignore[arg-type]
            "[OP018] StreamReading(name_per_stream=): must be True or False, got 'yes'; pass one of them",
        ),
        (
            lambda: FunctionOptions(layers="mine", description=5),  # type: ignore[arg-type]
            "2 faults in the trigger:\n"
            "  [OP019] FunctionOptions(layers=): must be a tuple or a list, got str; put it into one: (...,)\n"
            "  [OP020] FunctionOptions(description=): must be text, got 5; write it, or leave it out",
        ),
    ],
)
def test_what_would_be_taken_for_something_else_is_refused(make: Callable[[], Any], message: str) -> None:
    """
    Any text is true, and text is a list of letters: neither was meant.
    """
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert str(caught.value) == message
