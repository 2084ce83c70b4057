"""
Every row of the tables of needs: who needs it gets it explained, on that part and on no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger.permissions import Permission, explain
from pipes_trigger.permissions.parts import By, Part
from pipes_trigger.permissions.reader import BEYOND, NEEDS

if TYPE_CHECKING:
    from pipes_trigger.permissions.needs import Need

ROLES = {By.PIPE: "PipeRole", By.FUNCTION: "FunctionRole", By.ENRICHMENT: "EnrichmentRole", By.REDRIVE: "RedriveRole"}
FUNCTIONS = {By.FUNCTION: "Function", By.ENRICHMENT: "Enrichment", By.REDRIVE: "Redrive"}
SERVICES = {By.PIPES: "pipes.amazonaws.com", By.LAMBDA: "lambda.amazonaws.com", By.EVENTS: "events.amazonaws.com"}
OF_KEYS = {By.ACCOUNT: {"AWS": {"Ref": "AWS::AccountId"}}, By.LOGS: {"Service": "logs.eu-west-1.amazonaws.com"}}


def arn(name: str, attribute: str = "Arn") -> dict[str, Any]:
    """
    Write a reference to a resource's ARN.
    """
    return {"Fn::GetAtt": [name, attribute]}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """
    Write a resource.
    """
    return {"Type": f"AWS::{kind}", "Properties": properties}


def function(name: str, **environment: Any) -> dict[str, Any]:
    """
    Write a function in a VPC, with a key and a log group of its own.
    """
    return resource(
        "Lambda::Function",
        Role=arn(f"{name}Role"),
        KmsKeyArn=arn(f"{name}Key"),
        LoggingConfig={"LogGroup": {"Ref": f"{name}Logs"}},
        VpcConfig={"SubnetIds": ["subnet-1"]},
        Environment={"Variables": environment},
    )


def surroundings(target: str = "Function") -> dict[str, Any]:
    """
    Write a pipe with everything around it that a trigger may have, and roles that may do nothing.
    """
    keys = ("Table", "Queue", "Target", "Pipe", "Function", "Enrichment", "Redrive", "Group", "Topic")
    pipe = resource(
        "Pipes::Pipe",
        Source=arn("Table", "StreamArn"),
        Target=arn(target),
        Enrichment=arn("Enrichment"),
        RoleArn=arn("PipeRole"),
        KmsKeyIdentifier=arn("PipeKey"),
        SourceParameters={
            "DynamoDBStreamParameters": {"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": arn("Queue")}}
        },
        LogConfiguration={
            "CloudwatchLogsLogDestination": {"LogGroupArn": arn("PipeLogs")},
            "S3LogDestination": {"BucketName": {"Ref": "Bucket"}},
        },
    )
    return {
        "Pipe": pipe,
        "Table": resource("DynamoDB::Table", SSESpecification={"KMSMasterKeyId": arn("TableKey")}),
        "Function": function("Function", TOPIC_ARN={"Ref": "Topic"}),
        "Enrichment": function("Enrichment"),
        "Redrive": function("Redrive", QUEUE_URL={"Ref": "Queue"}, TARGET_ARN=arn(target)),
        "Queue": resource("SQS::Queue", KmsMasterKeyId={"Ref": "QueueKey"}),
        "TargetQueue": resource("SQS::Queue", KmsMasterKeyId=arn("TargetKey")),
        "Topic": resource("SNS::Topic", KmsMasterKeyId=arn("TopicKey")),
        "PipeLogs": resource("Logs::LogGroup", KmsKeyId=arn("GroupKey")),
        "Bucket": resource("S3::Bucket"),
        **{f"{name}Logs": resource("Logs::LogGroup") for name in FUNCTIONS.values()},
        **{f"{key}Key": resource("KMS::Key") for key in keys},
        **{role: resource("IAM::Role", Policies=[]) for role in ROLES.values()},
    }


def place_of(part: Part, by: By) -> Any:
    """
    Give the resource of `surroundings` that is this part for somebody.
    """
    own = FUNCTIONS.get(by, "Function")
    places: dict[Part, Any] = {
        Part.ANY: "*",
        Part.NETWORK: "*",
        Part.STREAM: arn("Table", "StreamArn"),
        Part.TABLE: arn("Table"),
        Part.INDEX: {"Fn::Sub": "${Table.Arn}/index/by-status"},
        Part.TARGET: arn("Function"),
        Part.ENRICHMENT: arn("Enrichment"),
        Part.DEAD_LETTER: arn("Queue"),
        Part.PIPE_LOGS: arn("PipeLogs"),
        Part.OWN_LOGS: arn(f"{own}Logs"),
        Part.DOWNSTREAM: {"Ref": "Topic"},
        Part.TABLE_KEY: arn("TableKey"),
        Part.DEAD_LETTER_KEY: arn("QueueKey"),
        Part.TARGET_KEY: arn("TargetKey"),
        Part.PIPE_KEY: arn("PipeKey"),
        Part.FUNCTION_KEY: arn(f"{own}Key"),
        Part.LOGS_KEY: arn("GroupKey"),
        Part.KEY: arn("GroupKey"),
        Part.DOWNSTREAM_KEY: arn("TopicKey"),
    }
    return places[part]


def grant(resources: dict[str, Any], need: Need, on: Any) -> None:
    """
    Write the policy that grants what is needed, on a resource: of a role, of a function, of a key, or a role's trust.
    """
    statement: dict[str, Any] = {"Effect": "Allow", "Action": need.action}
    if need.by in ROLES:
        statements: list[dict[str, Any]] = [{**statement, "Resource": on}]
        if need.on is Part.DOWNSTREAM_KEY:
            # A key is known by what is sent to.
            statements.append({"Effect": "Allow", "Action": "sns:Publish", "Resource": {"Ref": "Topic"}})
        document = {"Statement": statements}
        resources[ROLES[need.by]]["Properties"]["Policies"].append({"PolicyName": "P", "PolicyDocument": document})
    elif need.on in (Part.PIPE_ROLE, Part.FUNCTION_ROLE):
        trust = {"Statement": [{**statement, "Principal": {"Service": SERVICES[need.by]}}]}
        role = "PipeRole" if need.on is Part.PIPE_ROLE else "FunctionRole"
        resources[role]["Properties"]["AssumeRolePolicyDocument"] = trust
    elif need.on is Part.REDRIVE:
        permission = {"Action": need.action, "FunctionName": {"Ref": "Redrive"}, "Principal": SERVICES[need.by]}
        resources["Permission"] = resource("Lambda::Permission", **permission)
    elif need.by in OF_KEYS:
        document = {"Statement": [{**statement, "Resource": "*", "Principal": OF_KEYS[need.by]}]}
        resources["GroupKey"]["Properties"]["KeyPolicy"] = document
    else:
        objects = {"Fn::Sub": "${Bucket.Arn}/*"} if need.action == "s3:PutObject" else arn("Bucket")
        delivers = {**statement, "Resource": objects, "Principal": {"Service": "delivery.logs.amazonaws.com"}}
        document = {"Statement": [delivers]}
        resources["BucketPolicy"] = resource("S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument=document)


def explained(resources: dict[str, Any], action: str) -> list[Permission]:
    """
    Explain a template, and keep what is said of an action.
    """
    return [one for one in explain({"Resources": resources}) if one.action == action and one.effect == "Allow"]


def name_of(need: Need) -> str:
    """
    Name a row for people.
    """
    return f"{need.by.name}-{need.action}-{need.on.name}"


@pytest.mark.parametrize("need", NEEDS, ids=name_of)
def test_a_need_is_explained_where_it_is_granted(need: Need) -> None:
    """
    Who has a permission that a call of theirs needs has it explained with the reason, the call and the document.
    """
    resources = surroundings("TargetQueue" if need.on is Part.TARGET_KEY else "Function")
    grant(resources, need, place_of(need.on, need.by) if need.by in ROLES else None)

    (found,) = explained(resources, need.action)
    assert (found.effect, found.needed) == ("Allow", True)
    assert need.by.value in found.who
    assert need.why in found.why
    assert need.call in found.call
    assert need.source in found.source


ON_ANYTHING = {(need.by, need.action) for need in NEEDS if need.on in (Part.ANY, Part.NETWORK, Part.DOWNSTREAM)}
ON_ITS_OWN = [need for need in NEEDS if need.by in ROLES and (need.by, need.action) not in ON_ANYTHING]


@pytest.mark.parametrize("need", ON_ITS_OWN, ids=name_of)
def test_a_need_explains_nothing_else(need: Need) -> None:
    """
    The same action on a resource that is no part of the trigger is granted beyond what is needed.
    """
    resources = surroundings()
    grant(resources, need, "arn:aws:other:eu-west-1:111122223333:thing")

    (found,) = explained(resources, need.action)
    assert (found.why, found.call, found.source, found.needed) == (BEYOND, "none", "template", False)


@pytest.mark.parametrize("need", ON_ITS_OWN, ids=name_of)
def test_a_wildcard_grants_more_than_a_need(need: Need) -> None:
    """
    An action on `*` is explained by what needs it, and said to reach further than that.
    """
    resources = surroundings()
    grant(resources, need, "*")

    (found,) = explained(resources, need.action)
    assert found.needed is False
    assert "Granted beyond that: " in found.why
    assert " would do." in found.why


def test_each_row_is_there_once() -> None:
    """
    No two rows say different things of one action of somebody on one part.
    """
    rows = [(need.by, need.action, need.on) for need in NEEDS]

    assert len(rows) == len(set(rows))


def test_texts_are_sentences_and_calls_say_by_whom() -> None:
    """
    Reasons are sentences, and every row has a call and a source.
    """
    assert [need for need in NEEDS if not need.why.endswith(".") or not need.call or not need.source] == []
