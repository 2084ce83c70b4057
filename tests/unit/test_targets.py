"""
Finding targets: plain ARNs of every partition, tokens that can be told and tokens that cannot.
"""

from __future__ import annotations

import pytest

from pipes_trigger import StreamTriggerType, TriggerStrategy
from pipes_trigger.targets import Targets, find_targets

PIPELINE = StreamTriggerType.PIPELINE.strategy
TOPIC = StreamTriggerType.SNS_TOPIC.strategy
OPAQUE, OTHER_OPAQUE, TOPIC_TOKEN, TABLE_TOKEN = (f"${{Token[TOKEN.{number}]}}" for number in range(4))
REFERENCES = {TOPIC_TOKEN: ("AWS::SNS::Topic", "Ref"), TABLE_TOKEN: ("AWS::DynamoDB::Table", "Ref")}


def find(strategy: TriggerStrategy, env_vars: dict[str, str], *target_arns: str) -> Targets:
    """
    Find targets with what CDK would know of the tokens above.
    """
    return find_targets(strategy, env_vars, target_arns, REFERENCES.get)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-eusc"])
def test_arns_of_every_partition_are_found(partition: str) -> None:
    """
    The partition plays no part in telling a pipeline.
    """
    arn = f"arn:{partition}:codepipeline:some-region-1:123456789012:my-pipeline"

    assert find(PIPELINE, {"ANY_NAME": arn}) == Targets(arns=[arn])


def test_all_targets_are_found_once_and_in_order() -> None:
    """
    env_vars and target_arns add up, what is given first stands first, and nothing stands twice.
    """
    one, two, three = (f"arn:aws:sns:eu-west-1:111122223333:{name}" for name in ("one", "two", "three.fifo"))

    assert find(TOPIC, {"A": one, "B": two, "C": one}, three, two).arns == [three, two, one]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text",
        "https://sns.eu-west-1.amazonaws.com",
        "arn:aws:s3:::bucket",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/x",
        "${Token[AWS.Region.7]}",
        "prefix-${Token[TOKEN.9]}",
        TABLE_TOKEN,
    ],
)
def test_other_values_pass(value: str) -> None:
    """
    What is no ARN of a trigger type is the handler's own business.
    """
    arn = "arn:aws:sns:eu-west-1:111122223333:orders"

    assert find(TOPIC, {"TOPIC_ARN": arn, "OTHER": value}) == Targets(arns=[arn])


def test_an_arn_with_tokens_in_it_tells_its_service() -> None:
    """
    `pipeline.pipeline_arn` is text around tokens, and the service stands in the text.
    """
    arn = (
        "arn:${Token[AWS.Partition.6]}:codepipeline:${Token[AWS.Region.7]}:${Token[AWS.AccountId.3]}:${Token[TOKEN.65]}"
    )

    assert find(PIPELINE, {"PIPELINE_ARN": arn}) == Targets(arns=[arn])


def test_a_token_that_refers_to_a_topic_is_found_beside_others() -> None:
    """
    CDK knows what `topic.topic_arn` refers to, so it need not be the only token.
    """
    assert find(TOPIC, {"TOPIC_ARN": TOPIC_TOKEN, "TABLE": TABLE_TOKEN}) == Targets(arns=[TOPIC_TOKEN])


def test_a_token_that_cannot_be_told_is_taken_when_nothing_else_can_be_meant() -> None:
    """
    One opaque token, in one variable or two, is the target.
    """
    assert find(TOPIC, {"A": OPAQUE, "B": OPAQUE, "C": "text"}) == Targets(arns=[OPAQUE])


def test_a_token_in_target_arns_is_taken_at_its_word() -> None:
    """
    With target_arns the variables' opaque tokens are no longer in question.
    """
    assert find(TOPIC, {"A": OPAQUE, "B": OTHER_OPAQUE}, OPAQUE) == Targets(arns=[OPAQUE])
    assert find(TOPIC, {}, TABLE_TOKEN) == Targets(arns=[TABLE_TOKEN])


def test_tokens_that_cannot_be_told_apart_are_asked_about_all_at_once() -> None:
    """
    Each is named, with the way out.
    """
    faults = find(TOPIC, {"A": OPAQUE, "B": OTHER_OPAQUE}).faults

    assert [str(fault) for fault in faults] == [
        f"[TG003] env_vars[{name!r}]: cannot tell whether the token {token} is the ARN of an SNS topic; "
        "pass the ARNs that the function may use in target_arns=[...], if only one that env_vars has, too"
        for name, token in (("A", OPAQUE), ("B", OTHER_OPAQUE))
    ]


def test_a_token_beside_a_target_is_asked_about() -> None:
    """
    Silently leaving a second target without permission would fail only at run time.
    """
    found = find(TOPIC, {"A": "arn:aws:sns:eu-west-1:111122223333:orders", "B": OPAQUE})

    assert [fault.rule for fault in found.faults] == ["TG003"]


def test_an_arn_of_another_trigger_type_is_refused() -> None:
    """
    The fault names the variable, the value and the type that was asked for.
    """
    arn = "arn:aws:sns:eu-west-1:111122223333:orders"
    found = find(PIPELINE, {"TARGET": arn})

    assert [str(fault) for fault in found.faults] == [
        f"[TG001] env_vars['TARGET']: is no ARN of a CodePipeline pipeline, which this trigger type starts: '{arn}'; "
        "pass an ARN like arn:<partition>:codepipeline:<region>:<account>:<name>, or another trigger_type; "
        "a variable that is no target can be set with trigger.function.add_environment(...)"
    ]


@pytest.mark.parametrize("kind", StreamTriggerType)
def test_the_arn_that_a_fault_shows_is_one(kind: StreamTriggerType) -> None:
    """
    Whoever writes what the fix says, with values for what stands in brackets, is not refused again.
    """
    (fault,) = find(kind.strategy, {}).faults
    (shown,) = [word.rstrip(",") for word in fault.fix.split() if word.startswith("arn:")]
    names = {"<partition>": "aws", "<region>": "eu-west-1", "<account>": "111122223333", "<name>": "orders"}
    for name, value in names.items():
        shown = shown.replace(name, value)

    assert find(kind.strategy, {}, shown) == Targets(arns=[shown])


@pytest.mark.parametrize("resource", ["orders:0f0b6e0c-1d6b-4b8a-8f5c-2a7a8a3a4a5a", "a/b", "x" * 257])
def test_an_arn_of_the_right_service_and_the_wrong_resource_is_refused(resource: str) -> None:
    """
    A subscription is no topic.
    """
    found = find(TOPIC, {"T": f"arn:aws:sns:eu-west-1:111122223333:{resource}"})

    assert [fault.rule for fault in found.faults] == ["TG001"]


def test_a_reference_to_another_trigger_types_resource_is_refused() -> None:
    """
    A topic's token is as wrong for a pipeline as a topic's ARN.
    """
    assert [fault.rule for fault in find(PIPELINE, {"T": TOPIC_TOKEN}).faults] == ["TG001"]


@pytest.mark.parametrize("value", ["text", "arn:aws:sns:eu-west-1:111122223333:orders", TOPIC_TOKEN])
def test_target_arns_are_held_to_their_word(value: str) -> None:
    """
    What can be told and is no pipeline is refused, by its place in the list.
    """
    found = find(PIPELINE, {}, "arn:aws:codepipeline:eu-west-1:111122223333:p", value)

    assert [(fault.rule, fault.path) for fault in found.faults] == [("TG001", "target_arns[1]")]


@pytest.mark.parametrize(
    ("env_vars", "where"),
    [({}, "in target_arns, and env_vars is empty"), ({"A": "text"}, "in env_vars or target_arns")],
)
def test_no_target_at_all_is_refused(env_vars: dict[str, str], where: str) -> None:
    """
    A trigger that can start nothing is a mistake.
    """
    assert [str(fault) for fault in find(PIPELINE, env_vars).faults] == [
        f"[TG002] env_vars: no ARN of a CodePipeline pipeline {where}; set a variable to an ARN like "
        "arn:<partition>:codepipeline:<region>:<account>:<name>, or pass target_arns=[...]"
    ]


def test_a_strategy_of_the_users_own_is_found_by_its_data() -> None:
    """
    A new downstream needs no code here.
    """
    bus = TriggerStrategy(noun="event bus", service="events", resource="event-bus/.+", actions=("events:PutEvents",))
    arn = "arn:aws:events:eu-west-1:111122223333:event-bus/orders"

    assert find(bus, {"BUS": arn}) == Targets(arns=[arn])


def test_a_list_of_arns_in_one_variable_is_found() -> None:
    """
    The shipped handlers take several targets in one variable, divided by commas.
    """
    one, two = (f"arn:aws:sns:eu-west-1:111122223333:{name}" for name in ("one", "two"))

    assert find(TOPIC, {"TOPICS": f"{one}, {two},{TOPIC_TOKEN}"}) == Targets(arns=[one, two, TOPIC_TOKEN])
    assert find(TOPIC, {"TOPIC": one, "TEXT": "a, b"}) == Targets(arns=[one])
