"""
Trigger types as data.
"""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from pipes_trigger import ConfigurationError, StreamTriggerType, TriggerStrategy


def test_the_contracts_values() -> None:
    """
    The values are public: people store and parse them.
    """
    assert [(member.name, member.value) for member in StreamTriggerType] == [
        ("PIPELINE", "pipeline"),
        ("SNS_TOPIC", "sns_topic"),
        ("STATE_MACHINE", "state_machine"),
        ("STATE_MACHINE_SYNC", "state_machine_sync"),
        ("SQS_QUEUE", "sqs_queue"),
        ("EVENT_BUS", "event_bus"),
        ("CODEBUILD_PROJECT", "codebuild_project"),
    ]
    assert StreamTriggerType("sns_topic") is StreamTriggerType.SNS_TOPIC
    assert pickle.loads(pickle.dumps(StreamTriggerType.PIPELINE)) is StreamTriggerType.PIPELINE  # noqa: S301 - our own


def test_the_contracts_actions() -> None:
    """
    A function may do this to what it starts, and nothing else.
    """
    assert {member.value: member.strategy.actions for member in StreamTriggerType} == {
        "pipeline": ("codepipeline:StartPipelineExecution", "codepipeline:ListPipelineExecutions"),
        "sns_topic": ("sns:Publish",),
        "state_machine": ("states:StartExecution",),
        "state_machine_sync": ("states:StartSyncExecution",),
        "sqs_queue": ("sqs:SendMessage",),
        "event_bus": ("events:PutEvents",),
        "codebuild_project": ("codebuild:StartBuild",),
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noun": " "}, "[TS004] noun: is empty, got ' '; say what one of them is called: 'SNS topic'"),
        ({"service": "*"}, "[TS005] service: must be the service part of an ARN, got '*'; write for example 'sns'"),
        ({"actions": ()}, "[TS001] actions: is empty; name the IAM actions that the function needs"),
        (
            {"actions": ("sqs:*", "SendMessage")},
            "2 faults in the trigger:\n"
            "  [TS002] actions[0]: must be '<service>:<Action>' without wildcards, got 'sqs:*'; name each action\n"
            "  [TS002] actions[1]: must be '<service>:<Action>' without wildcards, got 'SendMessage'; name each action",
        ),
        (
            {"resource": "("},
            "[TS003] resource: is no regular expression: '(' "
            "(missing ), unterminated subpattern at position 0); mend it",
        ),
        (
            {"noun": None, "service": b"sqs", "resource": 5, "actions": "sqs:SendMessage", "target": "queue"},
            "5 faults in the trigger:\n"
            "  [TS006] noun: must be text, got None; write it as a string\n"
            "  [TS006] service: must be text, got b'sqs'; write it as a string\n"
            "  [TS006] resource: must be text, got 5; write it as a string\n"
            "  [TS006] actions: must be a tuple of IAM actions, got 'sqs:SendMessage'; "
            "write them as a tuple: ('sns:Publish',)\n"
            "  [TS006] target: must be a PipeTarget or None, got 'queue'; pass PipeTarget(...)",
        ),
        ({"key_actions": (None,)}, "[TS006] key_actions[0]: must be text, got None; write it as a string"),
    ],
)
def test_a_strategy_that_cannot_work_is_refused(changes: dict[str, Any], message: str) -> None:
    """
    Least privilege is checked where the strategy is made.
    """
    good = {"noun": "queue", "service": "sqs", "resource": ".+", "actions": ("sqs:SendMessage",)}

    with pytest.raises(ConfigurationError) as caught:
        TriggerStrategy(**{**good, **changes})

    assert str(caught.value) == message
