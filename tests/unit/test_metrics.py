"""
The metrics as data: each documented once, and what is open is said.
"""

from __future__ import annotations

import pytest

from pipes_trigger.monitoring import metrics
from pipes_trigger.monitoring.metrics import ALL_METRICS, MetricFact

# The table of "Logging and monitoring Amazon EventBridge Pipes using Amazon CloudWatch Logs", by PipeName.
DOCUMENTED_FOR_PIPES = {
    *("Duration", "EventCount", "EventSize", "ExecutionThrottled", "ExecutionTimeout", "ExecutionFailed"),
    *("ExecutionPartiallyFailed", "EnrichmentStageDuration", "EnrichmentStageFailed", "Invocations"),
    *("TargetStageDuration", "TargetStageFailed", "TargetStagePartiallyFailed", "TargetStageSkipped"),
}


def test_the_metrics_of_a_pipe_are_those_documented() -> None:
    """
    Every metric that the page lists by `PipeName` is there, and no other.
    """
    assert set(metrics.PIPE_METRICS) == DOCUMENTED_FOR_PIPES
    assert metrics.ACCOUNT_METRICS == ("Concurrency",)


def test_every_metric_is_listed() -> None:
    """
    A metric that the module names is in `ALL_METRICS`, once.
    """
    named = [value for value in vars(metrics).values() if isinstance(value, MetricFact)]

    assert list(ALL_METRICS) == named
    assert len({(fact.namespace, fact.name) for fact in ALL_METRICS}) == len(ALL_METRICS)


@pytest.mark.parametrize("fact", ALL_METRICS, ids=lambda fact: f"{fact.owner}-{fact.name}")
def test_every_metric_has_a_source(fact: MetricFact) -> None:
    """
    Namespace, dimension and page follow from what publishes a metric.
    """
    namespace, dimension, page = {
        "pipe": ("AWS/EventBridge/Pipes", "PipeName", "EventBridge Pipes"),
        "function": ("AWS/Lambda", "FunctionName", "Lambda functions"),
        "dead_letter_queue": ("AWS/SQS", "QueueName", "Amazon SQS"),
        "dead_letter_topic": ("AWS/SNS", "TopicName", "Amazon SNS"),
    }[fact.owner]

    assert (fact.namespace, fact.dimension) == (namespace, dimension)
    assert page in fact.source
    assert fact.source.endswith("(doc)")


def test_durations_are_averaged_and_counts_summed() -> None:
    """
    A statistic fits its unit; the depth and the age of a queue are states, of which the worst counts.
    """
    by_statistic: dict[str, set[str]] = {}
    for fact in ALL_METRICS:
        by_statistic.setdefault(fact.statistic, set()).add(fact.unit)

    assert by_statistic == {
        "Sum": {"None", "Count"},
        "Average": {"Milliseconds", "Bytes"},
        "Maximum": {"Count", "Seconds"},
    }


def test_what_is_open_is_said() -> None:
    """
    What no page settles is told of the metric that it is about.
    """
    assert {fact.name: fact.unverified for fact in ALL_METRICS if fact.unverified} == {
        "EventCount": "whether a filtered record counts, and whether a pipe without records publishes 0 or nothing",
        "Invocations": "one page lists it by AwsAccountId and PipeName, the other not by PipeName",
        "ExecutionFailed": "whether each retry counts as an execution",
        "ExecutionPartiallyFailed": "whether each retry counts as an execution",
        "ExecutionThrottled": "one page lists it by AwsAccountId and PipeName, the other not by PipeName",
        "ExecutionTimeout": "whether each retry counts as an execution",
    }
