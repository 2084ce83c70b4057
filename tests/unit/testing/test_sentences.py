"""
Sentences about a trigger hold, or say what is there instead.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.errors import ConfigurationError, FilterPatternError, InputTemplateError, PipeSpecError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.testing import TriggerAssertions, assert_trigger, insert, remove

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aws_cdk import Stack

PLACED = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"status": {"S": ["PLACED"]}}}}
REMOVED = {"eventName": ["REMOVE"]}
STREAM = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-01-01T00:00:00.000"


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """
    Write a resource of a template.
    """
    return {"Type": f"AWS::{kind}", "Properties": properties}


def role(*statements: dict[str, Any]) -> dict[str, Any]:
    """
    Write a role with an inline policy.
    """
    return resource("IAM::Role", Policies=[{"PolicyName": "Trigger", "PolicyDocument": {"Statement": statements}}])


def arn(name: str) -> dict[str, Any]:
    """
    Write a reference to a resource's ARN.
    """
    return {"Fn::GetAtt": [name, "Arn"]}


TEMPLATE = {
    "Resources": {
        "TableCD117FA1": resource("DynamoDB::Table"),
        "ArchiveCD117FA2": resource("DynamoDB::Table", TableName="archive"),
        "Topic": resource("SNS::Topic"),
        "Queue": resource("SQS::Queue"),
        "FunctionRole": role(
            {"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}},
            {"Effect": "Allow", "Action": ["logs:PutLogEvents"], "Resource": "*"},
        ),
        "Function": resource("Lambda::Function", FunctionName="announce", Role=arn("FunctionRole")),
        "Live": resource("Lambda::Alias", FunctionName={"Ref": "Function"}, Name="live"),
        "PipeRole": role({"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn("Function")}),
        "announcerPipeAB12CD34": resource(
            "Pipes::Pipe",
            Name="order-announcer",
            RoleArn=arn("PipeRole"),
            Source={"Fn::GetAtt": ["TableCD117FA1", "StreamArn"]},
            Target=arn("Function"),
            SourceParameters={
                "DynamoDBStreamParameters": {
                    "StartingPosition": "LATEST",
                    "BatchSize": 10,
                    "DeadLetterConfig": {"Arn": arn("Queue")},
                },
                "FilterCriteria": {"Filters": [{"Pattern": json.dumps(one)} for one in (PLACED, REMOVED)]},
            },
        ),
    }
}


def with_pipe(**properties: Any) -> dict[str, Any]:
    """
    Change properties of the pipe.
    """
    changed = copy.deepcopy(TEMPLATE)
    changed["Resources"]["announcerPipeAB12CD34"]["Properties"] |= properties
    return changed


def trigger(**properties: Any) -> TriggerAssertions:
    """
    Start a sentence about the trigger.
    """
    return assert_trigger(with_pipe(**properties), "order-announcer")


def test_a_sentence_of_everything_that_is_so() -> None:
    """
    Each part holds, whichever way a resource is named, and gives the sentence back.
    """
    (
        trigger()
        .reads("Table")
        .reads("TableCD117FA1")
        .reads({"Fn::GetAtt": ["TableCD117FA1", "StreamArn"]})
        .filters_on(REMOVED, FilterPattern(PLACED))
        .passes(insert({"id": "1", "status": "PLACED"}), remove({"id": "1"}))
        .drops(insert({"id": "1"}))
        .invokes("announce")
        .invokes({"Fn::Sub": "${Function.Arn}"})
        .may("sns:Publish", on="Topic")
        .may("logs:PutLogEvents", on="*")
        .may_not("sns:Subscribe", "dynamodb:*")
        .may_not("sns:Publish", on="arn:aws:sns:*:*:payments")
        .may_only("sns:Publish", "logs:*")
        .pipe_may("lambda:InvokeFunction", on="Function")
        .pipe_may_not("sns:*")
        .pipe_may_only("lambda:InvokeFunction")
        .is_set(starting_position="LATEST", batch_size=10, bisect=False)
        .has_dead_letter_queue()
        .has_dead_letter_queue("Queue")
    )


def test_arns_are_named_by_table_stream_or_wildcard() -> None:
    """
    Where the template has an ARN written out, the table's or the stream's will do, with wildcards too.
    """
    literal = trigger(Source=STREAM)
    literal.reads(STREAM).reads(STREAM.partition("/stream/")[0]).reads("arn:*:dynamodb:*:*:table/orders")


def test_behind_an_alias_is_its_function() -> None:
    """
    A pipe that invokes an alias invokes its function, whose role it is that counts.
    """
    trigger(Target={"Ref": "Live"}).invokes("announce").invokes("Live").may("sns:Publish", on="Topic")


def test_nothing_where_there_is_nothing() -> None:
    """
    Without filters everything passes, and without a dead-letter target there is none.
    """
    bare = {"DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 1}}
    trigger(SourceParameters=bare).filters_on().passes(remove({"id": "1"})).has_no_dead_letter_queue()


FALSE: list[tuple[Callable[[TriggerAssertions], object], str]] = [
    (
        lambda it: it.reads("archive"),
        "order-announcer reads something else\n"
        "  expected: arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/archive or "
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/archive/stream/${ArchiveCD117FA2.label}\n"
        "  there is: ${TableCD117FA1.StreamArn} (AWS::DynamoDB::Table)",
    ),
    (
        lambda it: it.invokes("arn:aws:lambda:eu-west-1:111122223333:function:other"),
        "order-announcer invokes something else\n"
        "  expected: arn:aws:lambda:eu-west-1:111122223333:function:other\n"
        "  there is: ${Function.Arn} (AWS::Lambda::Function)",
    ),
    (
        lambda it: it.filters_on(PLACED, {"eventName": ["MODIFY"]}),
        'order-announcer has other filters\n  expected: {"eventName":["MODIFY"]}\n  there is: {"eventName":["REMOVE"]}',
    ),
    (
        lambda it: it.passes(insert({"id": "1", "status": "DRAFT"})),
        "order-announcer filters an INSERT of {'id': {'S': '1'}}\n"
        "  by dynamodb.NewImage.status.S: wanted 'PLACED', found 'DRAFT'\n"
        "  by eventName: wanted 'REMOVE', found 'INSERT'",
    ),
    (
        lambda it: it.drops(insert({"id": "1"}), remove({"id": "2"})),
        "order-announcer lets through a REMOVE of {'id': {'S': '2'}}\n  by {\"eventName\":[\"REMOVE\"]}",
    ),
    (
        lambda it: it.is_set(batch_size=1, starting_position="LATEST", maximum_retry_attempts=3),
        "order-announcer is set otherwise\n  batch_size: 10, not 1\n  maximum_retry_attempts: -1, not 3",
    ),
    (
        lambda it: it.has_dead_letter_queue("arn:aws:sqs:eu-west-1:111122223333:failed"),
        "order-announcer sends what it gives up to something else\n"
        "  expected: arn:aws:sqs:eu-west-1:111122223333:failed\n"
        "  there is: ${Queue.Arn} (AWS::SQS::Queue)",
    ),
    (
        lambda it: it.has_no_dead_letter_queue(),
        "order-announcer has a dead-letter target\n  there is: ${Queue.Arn} (AWS::SQS::Queue)",
    ),
    (
        lambda it: it.may("sns:Publish", on="arn:aws:sns:eu-west-1:111122223333:payments"),
        "order-announcer has a function that may not sns:Publish on arn:aws:sns:eu-west-1:111122223333:payments\n"
        "  role FunctionRole says: sns:Publish on ${Topic} (inline policy Trigger of FunctionRole)\n"
        "  role FunctionRole says: logs:PutLogEvents on * (inline policy Trigger of FunctionRole)",
    ),
    (
        lambda it: it.may("sns:*", on={"Ref": "Topic"}),
        "order-announcer has a function of which the template does not tell whether it may sns:* on "
        "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}\n"
        "  perhaps allowed by sns:Publish on ${Topic} (inline policy Trigger of FunctionRole)",
    ),
    (
        lambda it: it.may_not("sqs:*", "sns:*"),
        "order-announcer has a function that may sns:* on *\n"
        "  perhaps allowed by sns:Publish on ${Topic} (inline policy Trigger of FunctionRole)",
    ),
    (
        lambda it: it.may_only("sns:Publish"),
        "order-announcer has a function that may do more than sns:Publish\n"
        "  allowed by logs:PutLogEvents on * (inline policy Trigger of FunctionRole)",
    ),
    (
        lambda it: it.pipe_may_not("lambda:InvokeFunction", on="Function"),
        "order-announcer has a pipe that may lambda:InvokeFunction on "
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:announce\n"
        "  allowed by lambda:InvokeFunction on ${Function.Arn} (inline policy Trigger of PipeRole)",
    ),
]


@pytest.mark.parametrize(("sentence", "message"), FALSE, ids=[message.partition("\n")[0] for _, message in FALSE])
def test_what_is_not_so_says_what_is(sentence: Callable[[TriggerAssertions], object], message: str) -> None:
    """
    The message names the trigger, what was expected, and what is there instead.
    """
    with pytest.raises(AssertionError) as caught:
        sentence(trigger())

    assert str(caught.value) == message


def test_a_topic_is_no_dead_letter_queue() -> None:
    """
    Where the dead-letter target is a topic, there is no queue.
    """
    parameters = {
        "DynamoDBStreamParameters": {"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": {"Ref": "Topic"}}}
    }
    with pytest.raises(AssertionError) as caught:
        trigger(SourceParameters=parameters).has_dead_letter_queue()

    assert str(caught.value) == (
        "order-announcer sends what it gives up to something else\n"
        "  expected: arn:*:sqs:*\n"
        "  there is: ${Topic} (AWS::SNS::Topic)"
    )


def test_no_dead_letter_queue_is_said() -> None:
    """
    The message says what that means.
    """
    with pytest.raises(AssertionError) as caught:
        trigger(SourceParameters={"DynamoDBStreamParameters": {"StartingPosition": "LATEST"}}).has_dead_letter_queue()

    assert str(caught.value) == (
        "order-announcer has no dead-letter queue\n  records that it gives up are gone without a trace"
    )


def test_the_role_of_a_function_that_is_elsewhere_is_not_known() -> None:
    """
    Of a function of another stack nothing is claimed, least of all that it may not.
    """
    with pytest.raises(AssertionError) as caught:
        trigger(Target="arn:aws:lambda:eu-west-1:111122223333:function:other").may_not("sns:*")

    assert str(caught.value) == (
        "order-announcer has its function elsewhere, and with it what it may do\n"
        "  there is: arn:aws:lambda:eu-west-1:111122223333:function:other"
    )


@pytest.mark.parametrize("name", ["order-announcer", "announcerPipeAB12CD34", "announcer", None])
def test_a_trigger_is_found_by_any_of_its_names(name: str | None) -> None:
    """
    Its name, its logical id, its id in CDK, or nothing where it is the only one.
    """
    assert assert_trigger(TEMPLATE, name).pipe.name == "order-announcer"


def test_a_trigger_that_is_not_there_is_said() -> None:
    """
    The message names those that are; of two, one has to be named.
    """
    with pytest.raises(AssertionError) as caught:
        assert_trigger(TEMPLATE, "order-denouncer")
    assert str(caught.value) == "one trigger 'order-denouncer' was expected\n  pipes in the template: order-announcer"

    two = copy.deepcopy(TEMPLATE)
    two["Resources"]["Second"] = copy.deepcopy(two["Resources"]["announcerPipeAB12CD34"])
    two["Resources"]["Second"]["Properties"]["Name"] = "second"
    with pytest.raises(AssertionError) as caught:
        assert_trigger(two)
    assert str(caught.value) == "one trigger was expected\n  pipes in the template: order-announcer, second"

    with pytest.raises(AssertionError) as caught:
        assert_trigger({"Resources": {}})
    assert str(caught.value) == ("one trigger was expected\n  pipes in the template: none that reads a DynamoDB stream")


def test_what_the_service_would_refuse_is_an_error() -> None:
    """
    A filter or a template that is not valid is told as such, in the stack as in the sentence.
    """
    with pytest.raises(FilterPatternError, match="match values must be a list, got 'INSERT'"):
        trigger().filters_on({"eventName": "INSERT"})
    broken = {
        "DynamoDBStreamParameters": {"StartingPosition": "LATEST"},
        "FilterCriteria": {"Filters": [{"Pattern": "{"}]},
    }
    with pytest.raises(FilterPatternError, match="announcerPipeAB12CD34"):
        trigger(SourceParameters=broken)
    with pytest.raises(InputTemplateError, match="announcerPipeAB12CD34"):
        trigger(TargetParameters={"InputTemplate": '{"id": <$.eventID'})


def test_a_resource_that_is_not_there_is_refused() -> None:
    """
    A misspelt name is an error of the test, also where the sentence would have been true of nothing.
    """
    with pytest.raises(ConfigurationError) as caught:
        trigger().may_not("sns:Publish", on="Topik")

    assert str(caught.value) == (
        "[TA002] resource: there is no 'Topik' in the template; did you mean 'Topic'?, or pass an ARN"
    )


def test_tokens_need_the_stack_and_things_need_an_arn() -> None:
    """
    A token without its stack says nothing, nor does an object without an ARN.
    """
    with pytest.raises(ConfigurationError) as caught:
        trigger().reads("${Token[TOKEN.7]}")
    assert str(caught.value) == (
        "[TA001] resource: is a token of CDK: '${Token[TOKEN.7]}'; "
        "pass the stack itself in place of its template, or the construct in place of its ARN"
    )

    with pytest.raises(ConfigurationError) as caught:
        trigger().reads(7)  # type: ignore[arg-type]  # the fault that is tested
    assert str(caught.value) == (
        "[TA001] resource: is nothing with an ARN: 7; pass its ARN, its logical id, or an object such as a Topic"
    )


@pytest.mark.parametrize("sentence", ["may", "may_not", "may_only"])
def test_a_sentence_without_actions_is_refused(sentence: str) -> None:
    """
    It would hold of everything.
    """
    arguments = {"on": "*"} if sentence == "may" else {}
    with pytest.raises(ConfigurationError, match="is no action of IAM: ''"):
        getattr(trigger(), sentence)(**arguments)


def test_a_template_is_text_a_file_or_nothing(tmp_path: Path) -> None:
    """
    JSON text and a file are read; where there is neither, the error is the one of `PipeSpec`.
    """
    file = tmp_path / "template.json"
    file.write_text(json.dumps(TEMPLATE), encoding="utf-8")

    assert_trigger(file).invokes("announce")
    assert_trigger(json.dumps(TEMPLATE)).invokes("announce")
    with pytest.raises(PipeSpecError, match="is no JSON"):
        assert_trigger("cdk.out")


def test_stacks_constructs_and_tokens_of_cdk(stack: Stack, call: dict[str, Any]) -> None:
    """
    A stack is synthesized; its constructs and its tokens name resources, also those of another stack.
    """
    from aws_cdk import Environment, Stack
    from aws_cdk import aws_sns as sns
    from aws_cdk.assertions import Template

    from pipes_trigger import DynamoDBStreamTrigger, StreamTriggerType

    there = Stack(stack, "There", env=Environment(account=stack.account, region=stack.region))
    elsewhere, own = sns.Topic(there, "Announced"), sns.Topic(stack, "Spare")
    arguments = {**call, "trigger_type": StreamTriggerType.SNS_TOPIC, "env_vars": {"TOPIC_ARN": elsewhere.topic_arn}}
    made = DynamoDBStreamTrigger(stack, **arguments)

    for subject in (stack, Template.from_stack(stack), Template.from_stack(stack).to_json()):
        assert_trigger(subject, "deployment-trigger").invokes(made.function).may_not("sns:Publish", on=own)
    (
        assert_trigger(stack)
        .invokes(made.function.function_arn)
        .may("sns:Publish", on=elsewhere)
        .may("sns:Publish", on=elsewhere.topic_arn)
    )
