"""
What is said of statements however they are written, and of what cannot be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipes_trigger.errors import PipeSpecError
from pipes_trigger.permissions import Permission, explain

SNAPSHOTS = Path(__file__).parents[2] / "snapshot" / "__snapshots__" / "test_examples"
BEYOND = "Granted beyond what pipes-trigger needs; added by the app, or by a strategy of its own."
QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
STREAM = {"Fn::GetAtt": ["Table", "StreamArn"]}
READS = "the pipe's role may dynamodb:GetRecords on ${Table.StreamArn}: The pipe reads the changes."


def allow(action: Any = "dynamodb:GetRecords", on: Any = STREAM, **more: Any) -> dict[str, Any]:
    """
    Write a statement.
    """
    return {"Effect": "Allow", "Action": action, "Resource": on, **more}


def role(*statements: Any, **more: Any) -> dict[str, Any]:
    """
    Write a role with an inline policy.
    """
    policy = {"PolicyName": "P", "PolicyDocument": {"Statement": list(statements)}}
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy] if statements else [], **more}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """
    Write a resource.
    """
    return {"Type": f"AWS::{kind}", "Properties": properties}


def template(*statements: Any, pipe: dict[str, Any] | None = None, **resources: Any) -> dict[str, Any]:
    """
    Write a template with a pipe from a table to a queue, whose role may do what the statements say.
    """
    stream = {"StartingPosition": "LATEST"}
    properties = {
        "Source": STREAM,
        "Target": QUEUE,
        "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        "SourceParameters": {"DynamoDBStreamParameters": stream},
        **(pipe or {}),
    }
    return {
        "Resources": {
            "Pipe": resource("Pipes::Pipe", **properties),
            "Table": resource("DynamoDB::Table"),
            "Queue": resource("SQS::Queue"),
            "Role": role(*statements),
            **resources,
        }
    }


def explained(given: dict[str, Any], pipe: str | None = None) -> list[Permission]:
    """
    Explain a template, and keep what is said in it: most of these lack something, which is tested on its own.
    """
    return [one for one in explain(given, pipe) if one.effect != "Missing"]


def told(given: dict[str, Any], pipe: str | None = None) -> list[str]:
    """
    Give this as text; what is beyond need is marked.
    """
    return [f"{'' if one.needed else '! '}{one}" for one in explained(given, pipe)]


def test_each_action_on_each_resource_is_told_once() -> None:
    """
    However many statements and policies say it, with whatever spelling, it is one permission with all their names.
    """
    attached = {"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": [allow("dynamodb:getrecords")]}}
    given = template(allow(), allow(["dynamodb:GetRecords"], [STREAM]), More=resource("IAM::Policy", **attached))

    (found,) = explained(given)
    assert str(found) == READS
    assert found.where == "inline policy P of Role, More"


def test_conditions_make_permissions_of_their_own() -> None:
    """
    The same action with and without a condition are two permissions.
    """
    guarded = allow(Condition={"StringEquals": {"aws:SourceVpc": ["vpc-1", {"Ref": "Vpc"}]}})

    assert told(template(allow(), guarded)) == [
        READS,
        "the pipe's role may dynamodb:GetRecords on ${Table.StreamArn} if aws:SourceVpc StringEquals vpc-1 or ${Vpc}: "
        "The pipe reads the changes.",
    ]


def test_a_policy_that_may_not_be_there_says_so() -> None:
    """
    A policy under a condition of the template grants only where that holds.
    """
    attached = {"Roles": [{"Ref": "Role"}], "PolicyDocument": {"Statement": [allow()]}}
    policy = resource("IAM::Policy", **attached) | {"Condition": "InProduction"}

    assert told(template(More=policy)) == [
        "the pipe's role may dynamodb:GetRecords on ${Table.StreamArn} if InProduction: The pipe reads the changes."
    ]


def test_what_is_denied_is_told_as_such() -> None:
    """
    A Deny is no grant, so nothing is beyond.
    """
    assert told(template({**allow(), "Effect": "Deny"})) == [
        "the pipe's role may not dynamodb:GetRecords on ${Table.StreamArn}: Refused, whatever else allows it."
    ]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (allow("dynamodb:*"), "dynamodb:* on ${Table.StreamArn}"),
        (allow("*", "*"), "* on *"),
        (
            {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"},
            "all but iam:*, sts:* on *",
        ),
        (
            {"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": [QUEUE]},
            "sqs:SendMessage on all but ${Queue.Arn}",
        ),
        ({"Fn::If": ["A", allow(), allow()]}, None),
    ],
)
def test_what_grants_more_than_can_be_needed_is_beyond(statement: Any, text: str | None) -> None:
    """
    Wildcards in actions, exclusions and functions in place of statements are no need of a trigger.
    """
    found = explained(template(statement))

    assert [one.needed for one in found if one.effect == "Allow"] == [False]
    if text is not None:
        assert told(template(statement)) == [f"! the pipe's role may {text}: {BEYOND}"]


def test_a_permissions_boundary_is_a_limit() -> None:
    """
    What a boundary allows is no grant, and one that cannot be read is told.
    """
    boundary = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": [allow("dynamodb:*", "*")]})
    limited = role(allow(), PermissionsBoundary={"Ref": "Boundary"})

    assert told(template(Role=limited, Boundary=boundary)) == [
        READS,
        "the pipe's role may at most dynamodb:* on *: The permissions boundary has to allow it, too.",
    ]


def test_managed_policies_are_read_or_named() -> None:
    """
    Those of the template and the ones of AWS that are known here are read; of any other it is said that it is not.
    """
    mine = resource("IAM::ManagedPolicy", PolicyDocument={"Statement": [allow()]})
    arns = [{"Ref": "Mine"}, "arn:aws:iam::aws:policy/ReadOnlyAccess"]

    assert told(template(Role=role(ManagedPolicyArns=arns), Mine=mine)) == [
        READS,
        "! the pipe's role may unknown on unknown: "
        "Not known here: managed policy arn:aws:iam::aws:policy/ReadOnlyAccess is not in the template.",
    ]


def test_a_role_and_a_function_elsewhere_are_named() -> None:
    """
    What is not in the template is not passed over.
    """
    imported = {"RoleArn": {"Fn::ImportValue": "There:Role"}, "Target": {"Fn::ImportValue": "There:Function"}}

    assert told(template(pipe=imported)) == [
        "! the pipe's role may unknown on unknown: "
        'Not known here: role ${{"Fn::ImportValue": "There:Role"}} is not in the template.',
        "! the function's role may unknown on unknown: "
        'Not known here: ${{"Fn::ImportValue": "There:Function"}} is not in the template.',
    ]


def test_a_role_that_serves_two_is_told_once() -> None:
    """
    Where pipe and function share a role, it has what both need, and is named so.
    """
    function = resource("Lambda::Function", Role={"Fn::GetAtt": ["Role", "Arn"]}, FunctionName="notify")
    grants = [allow(), allow("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:orders")]
    given = template(*grants, pipe={"Target": {"Fn::GetAtt": ["Function", "Arn"]}}, Function=function)
    both = "the pipe's role and the function's role"

    assert told(given) == [
        f"{both} may dynamodb:GetRecords on ${{Table.StreamArn}}: The pipe reads the changes.",
        f"{both} may sns:Publish on arn:aws:sns:eu-west-1:111122223333:orders: The function publishes to this topic.",
    ]


def test_the_function_behind_an_alias_is_meant() -> None:
    """
    A pipe may invoke an alias; the role is that of its function.
    """
    given = template(
        allow("lambda:InvokeFunction", {"Ref": "Live"}),
        pipe={"Target": {"Ref": "Live"}},
        Live=resource("Lambda::Alias", FunctionName={"Ref": "Function"}, Name="live"),
        Function=resource("Lambda::Function", Role={"Fn::GetAtt": ["FunctionRole", "Arn"]}),
        FunctionRole=role(allow("dynamodb:UpdateItem", {"Fn::GetAtt": ["Table", "Arn"]})),
    )

    assert told(given) == [
        "the pipe's role may lambda:InvokeFunction on ${Live}: The pipe hands every batch to this function.",
        "the function's role may dynamodb:UpdateItem on ${Table.Arn}: The function notes in the item what it has done.",
    ]


def test_what_the_environment_names_is_said() -> None:
    """
    A variable with the resource's ARN is evidence that the function uses it, also where the action is not known.
    """
    variables = {"TOPIC_ARN": {"Ref": "Topic"}, "JOB": "arn:aws:glue:eu-west-1:111122223333:job/sort", "LEVEL": "INFO"}
    given = template(
        pipe={"Target": {"Fn::GetAtt": ["Function", "Arn"]}},
        Topic=resource("SNS::Topic"),
        Function=resource(
            "Lambda::Function",
            Role={"Fn::GetAtt": ["FunctionRole", "Arn"]},
            Environment={"Variables": variables},
        ),
        FunctionRole=role(
            allow("sns:Publish", {"Fn::GetAtt": ["Topic", "TopicArn"]}), allow("glue:StartJobRun", variables["JOB"])
        ),
    )

    assert told(given) == [
        "the function's role may sns:Publish on ${Topic.TopicArn}: "
        "The function publishes to this topic. Its environment names it: TOPIC_ARN.",
        "! the function's role may glue:StartJobRun on arn:aws:glue:eu-west-1:111122223333:job/sort: "
        f"{BEYOND} Its environment names the resource: JOB.",
    ]


def test_what_the_template_does_not_tell_is_presumed() -> None:
    """
    A table and a key that are known by parameters or imports alone are taken for the trigger's, and that is said.
    """
    given = template(
        allow("kms:Decrypt", {"Fn::ImportValue": "There:Key"}),
        pipe={"Source": {"Ref": "StreamParameter"}, "Target": {"Fn::GetAtt": ["Function", "Arn"]}},
        Function=resource("Lambda::Function", Role={"Fn::GetAtt": ["FunctionRole", "Arn"]}),
        FunctionRole=role(
            allow("dynamodb:Query", [{"Ref": "TableParameter"}, {"Fn::Sub": "${TableParameter}/index/by-status"}])
        ),
    )
    presumed = "Presumed: the template does not tell what it is."

    assert told(given) == [
        'the pipe\'s role may kms:Decrypt on ${{"Fn::ImportValue": "There:Key"}}: '
        f"The table, and with it the stream, is encrypted with this key. {presumed}",
        f"the function's role may dynamodb:Query on ${{TableParameter}}: The function queries the table. {presumed}",
        "the function's role may dynamodb:Query on ${TableParameter}/index/by-status: "
        f"The function queries this index. {presumed}",
    ]


def test_a_key_of_the_template_is_never_presumed() -> None:
    """
    A key that is in the template, and that nothing of the trigger is encrypted with, is beyond what is needed.
    """
    given = template(
        allow("kms:Decrypt", {"Fn::GetAtt": ["Key", "Arn"]}),
        pipe={"Source": {"Ref": "StreamParameter"}},
        Key=resource("KMS::Key"),
    )

    assert told(given) == [f"! the pipe's role may kms:Decrypt on ${{Key.Arn}}: {BEYOND}"]


def test_one_call_may_serve_two_ends() -> None:
    """
    A queue that is both target and dead-letter queue is told as both.
    """
    stream = {"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": QUEUE}}
    given = template(allow("sqs:SendMessage", QUEUE), pipe={"SourceParameters": {"DynamoDBStreamParameters": stream}})

    assert told(given) == [
        "the pipe's role may sqs:SendMessage on ${Queue.Arn}: The pipe puts every batch into this queue. "
        "What the pipe gives up is named in a message to this queue."
    ]


def test_policies_of_resources_are_told_where_they_are_about_the_trigger() -> None:
    """
    Who may become the role, and what the target's own policy says; another queue's is the app's business.
    """
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "pipes.amazonaws.com"}}
    policy = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"Service": "sns.amazonaws.com"}}
    plain = {
        "Effect": "Deny",
        "Action": "sqs:*",
        "Principal": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    other = {"Effect": "Allow", "Action": "sqs:*", "Principal": "*", "Resource": {"Fn::GetAtt": ["Other", "Arn"]}}
    statements = [{**policy, "Resource": QUEUE}, {**plain, "Resource": QUEUE}]
    given = template(
        Role=role(AssumeRolePolicyDocument={"Statement": [trust]}),
        Other=resource("SQS::Queue"),
        Policy=resource("SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument={"Statement": statements}),
        OtherPolicy=resource("SQS::QueuePolicy", Queues=[{"Ref": "Other"}], PolicyDocument={"Statement": [other]}),
    )

    assert told(given) == [
        "EventBridge Pipes may sts:AssumeRole on ${Role.Arn}: The pipe acts as this role.",
        f"! SNS may sqs:SendMessage on ${{Queue.Arn}}: {BEYOND}",
        "anybody may not sqs:* on ${Queue.Arn} if aws:SecureTransport Bool false: "
        "What does not come by TLS is refused.",
    ]


def test_somebody_elses_policy_that_names_the_role_is_told() -> None:
    """
    A queue of the app that lets the pipe's role in is found by the role.
    """
    principal = {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": principal, "Resource": "*"}
    policy = {"Queues": [{"Ref": "Other"}], "PolicyDocument": {"Statement": [statement]}}
    given = template(Other=resource("SQS::Queue"), Policy=resource("SQS::QueuePolicy", **policy))

    (found,) = explained(given)
    assert (found.who, found.principal, found.where) == ("the pipe's role", "${Role.Arn}", "Policy")


def test_a_pipe_is_chosen_where_there_are_several() -> None:
    """
    Without an id one of several pipes is not taken by chance.
    """
    given = template(allow())
    given["Resources"]["Second"] = given["Resources"]["Pipe"]

    with pytest.raises(PipeSpecError, match="2 pipes: Pipe, Second"):
        explain(given)
    assert told(given, "Second") == [READS]
    assert {one.pipe for one in explain(given, "Second")} == {"Second"}


READS_ALL = [f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")]


def lacking(given: dict[str, Any]) -> list[str]:
    """
    Give what is missing, as text.
    """
    return [str(one) for one in explain(given) if one.effect == "Missing"]


def test_what_is_needed_and_not_granted_is_missing() -> None:
    """
    A role that lacks what its pipe cannot do without is told so, with the call that would be refused.
    """
    stream = {"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Letters", "Arn"]}}}
    given = template(
        allow(READS_ALL[:3]),
        {"Effect": "Deny", "Action": "sqs:*", "Resource": QUEUE},
        pipe={"SourceParameters": {"DynamoDBStreamParameters": stream}},
        Letters=resource("SQS::Queue"),
    )

    assert lacking(given) == [
        "the pipe's role lacks dynamodb:ListStreams on ${Table.StreamArn}: "
        "EventBridge Pipes asks it of every pipe on a stream. But nothing grants it.",
        "the pipe's role lacks sqs:SendMessage on ${Queue.Arn}: The pipe puts every batch into this queue. "
        "But denied by sqs:* on ${Queue.Arn} (inline policy P of Role).",
        "the pipe's role lacks sqs:SendMessage on ${Letters.Arn}: "
        "What the pipe gives up is named in a message to this queue. But nothing grants it.",
    ]
    assert {(one.where, one.as_needed, one.needed) for one in explain(given) if one.effect == "Missing"} == {
        ("nowhere", False, True)
    }


@pytest.mark.parametrize(
    "more",
    [
        {"Role": role(allow([*READS_ALL, "sqs:SendMessage"], "*"))},
        {"Role": role(allow("*", "*"))},
        {"Role": role(allow(READS_ALL), ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonSQSFullAccess"])},
        {"pipe": {"RoleArn": {"Fn::ImportValue": "There:Role"}}},
        {
            "Role": role(allow(READS_ALL)),
            "Policy": resource(
                "SQS::QueuePolicy",
                Queues=[{"Ref": "Queue"}],
                PolicyDocument={
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "sqs:SendMessage",
                            "Resource": QUEUE,
                            "Principal": {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}},
                        }
                    ]
                },
            ),
        },
    ],
)
def test_what_may_be_granted_is_not_missing(more: dict[str, Any]) -> None:
    """
    A wildcard, a policy that cannot be read, a role elsewhere or the queue's own policy may well grant it.
    """
    assert lacking(template(**more)) == []


def test_a_target_that_does_not_tell_its_service_lacks_nothing() -> None:
    """
    Of an import nobody can say which action would be needed.
    """
    assert lacking(template(allow(READS_ALL), pipe={"Target": {"Fn::ImportValue": "There:Target"}})) == []


def example(name: str) -> list[str]:
    """
    Explain an example's template, with the hashes of its logical ids left out.
    """
    path = SNAPSHOTS / f"test_an_examples_stack_is_as_it_was[{name}].json"
    return told(json.loads(path.read_text(encoding="utf-8")))


def test_the_order_example() -> None:
    """
    All that the order example may do, word for word.
    """
    assert example("order_notifications-OrderNotifications") == [
        "the pipe's role may dynamodb:DescribeStream on ${OrdersA9B65338.StreamArn}: "
        "The pipe finds the shards of the stream.",
        "the pipe's role may dynamodb:GetRecords on ${OrdersA9B65338.StreamArn}: The pipe reads the changes.",
        "the pipe's role may dynamodb:GetShardIterator on ${OrdersA9B65338.StreamArn}: "
        "The pipe finds its place in a shard.",
        "the pipe's role may dynamodb:ListStreams on ${OrdersA9B65338.StreamArn}: "
        "EventBridge Pipes asks it of every pipe on a stream.",
        "the pipe's role may lambda:InvokeFunction on ${ordertriggerFunctionC3CE9A61.Arn}: "
        "The pipe hands every batch to this function.",
        "the pipe's role may sqs:SendMessage on ${ordertriggerDeadLetterQueueE87CA64B.Arn}: "
        "What the pipe gives up is named in a message to this queue.",
        "the function's role may sns:Publish on ${OrderEvents91E7078A}: "
        "The function publishes to this topic. Its environment names it: TOPIC_ARN.",
        "the function's role may kms:GenerateDataKey on ${Key961B73FD.Arn}: "
        "What the function sends to is encrypted with this key.",
        "the function's role may kms:Decrypt on ${Key961B73FD.Arn}: "
        "What the function sends to is encrypted with this key.",
        "the function's role may logs:CreateLogStream on ${ordertriggerLogGroupC837C914.Arn}: "
        "The function writes its log.",
        "the function's role may logs:PutLogEvents on ${ordertriggerLogGroupC837C914.Arn}: "
        "The function writes its log.",
        "the function's role may xray:PutTraceSegments on *: The function is traced.",
        "the function's role may xray:PutTelemetryRecords on *: The function is traced.",
        "Lambda may sts:AssumeRole on ${ordertriggerFunctionRole9036B59E.Arn}: The function acts as this role.",
        "EventBridge Pipes may sts:AssumeRole on ${ordertriggerPipeRole124D1D2A.Arn} if "
        "aws:SourceAccount StringEquals 000000000001 and aws:SourceArn StringEquals "
        "arn:${AWS::Partition}:pipes:eu-west-1:000000000001:pipe/order-notifier: The pipe acts as this role.",
        "anybody may not sqs:* on ${ordertriggerDeadLetterQueueE87CA64B.Arn} if aws:SecureTransport Bool false: "
        "What does not come by TLS is refused.",
        "the account may kms:* on ${Key961B73FD.Arn}: Policies of the account decide who uses and manages the key.",
    ]


def test_the_deployment_example() -> None:
    """
    What is special about the deployment example, word for word: its table is known by parameters alone.
    """
    deployment = example("deployment_requests-DeploymentPlatform")
    table = "SsmParameterValuedynamodbtableacmeplatformdevdeploymentrequestsC96584B6F00A464EAD1953AFF4B05118Parameter"
    pipeline = (
        "arn:${AWS::Partition}:codepipeline:eu-west-1:000000000001:"
        '${{"Fn::ImportValue": "DeploymentFoundation:ExportsOutputRefDeploy7B206E61BE8561A2"}}'
    )
    presumed = "Presumed: the template does not tell what it is."

    assert len(deployment) == 18
    assert [
        line for line in deployment if "codepipeline:" in line or (f"{table}" in line and "Stream" not in line)
    ] == [
        f"the function's role may codepipeline:StartPipelineExecution on {pipeline}: "
        "The function starts this pipeline. Its environment names it: PIPELINE_ARN.",
        f"the function's role may codepipeline:ListPipelineExecutions on {pipeline}: The function sees whether this "
        "pipeline was started for a record already. Its environment names it: PIPELINE_ARN.",
        f"the function's role may dynamodb:Query on ${{{table}}}: The function queries the table. {presumed}",
        f"the function's role may dynamodb:UpdateItem on ${{{table}}}: "
        f"The function notes in the item what it has done. {presumed}",
        f"the function's role may dynamodb:Query on ${{{table}}}/index/status-index: "
        f"The function queries this index. {presumed}",
    ]
