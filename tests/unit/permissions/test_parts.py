"""
Telling which part of a trigger a resource is, and which keys and functions belong to it.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.permissions.conditions import in_words
from pipes_trigger.permissions.expressions import expression, show
from pipes_trigger.permissions.functions import log_group, redrivers
from pipes_trigger.permissions.keys import keys_of
from pipes_trigger.permissions.parts import ELSEWHERE, WHATEVER, Match, Part, match

GROUP = "arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/notify"
TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"


def read(text: str) -> tuple[Any, ...]:
    """
    Read a text in the notation of `Fn::Sub`.
    """
    return expression({"Fn::Sub": text})


@pytest.mark.parametrize(
    ("resource", "part", "arn", "how"),
    [
        (TABLE, Part.TABLE, TABLE, Match.EXACT),
        ("arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders", Part.TABLE, TABLE, Match.EXACT),
        (f"{TABLE}*", Part.TABLE, TABLE, Match.WIDER),
        ("${Parameter}", Part.TABLE, TABLE, Match.PRESUMED),
        (f"{TABLE}/index/by-status", Part.TABLE, TABLE, None),
        ("${Parameter}/index/by-status", Part.TABLE, "${Other}", None),
        (f"{TABLE}/index/by-status", Part.INDEX, f"{TABLE}/index/*", Match.EXACT),
        ("${Parameter}", Part.INDEX, f"{TABLE}/index/*", None),
        (f"{GROUP}:*", Part.OWN_LOGS, GROUP, Match.EXACT),
        (f"{GROUP}:log-stream:*", Part.OWN_LOGS, GROUP, Match.EXACT),
        (GROUP, Part.OWN_LOGS, f"{GROUP}:*", Match.EXACT),
        ("arn:aws:logs:*:*:*", Part.OWN_LOGS, GROUP, Match.WIDER),
        (f"{GROUP}-other:*", Part.OWN_LOGS, GROUP, None),
        ("arn:aws:s3:::logs/AWSLogs/*", Part.PIPE_LOGS, "arn:aws:s3:::logs/*", Match.EXACT),
        ("*", Part.PIPE_LOGS, "arn:aws:s3:::logs/*", Match.WIDER),
    ],
)
def test_how_a_resource_fits_a_part(resource: str, part: Part, arn: str, how: Match | None) -> None:
    """
    A resource is the part itself, reaches further, may be it for all that is known, or is something else.
    """
    assert match(read(resource), part, {part: (read(arn),)}) == how


def test_whatever_fits_a_part_of_which_nothing_is_known() -> None:
    """
    A single resource may well be what the function starts; a wildcard is more than one.
    """
    parts = {Part.DOWNSTREAM: (WHATEVER,)}

    assert match(read("${Topic}"), Part.DOWNSTREAM, parts) is Match.EXACT
    assert match(read("arn:aws:sns:*"), Part.DOWNSTREAM, parts) is Match.WIDER
    assert match(read("${Topic}"), Part.TARGET, parts) is None


def test_nothing_of_the_template_is_elsewhere() -> None:
    """
    A key whose ARN is imported may be another stack's, one of this template may not.
    """
    (key,) = keys_of({"KmsMasterKeyId": {"Ref": "Key"}}, {"Key": {"Type": "AWS::KMS::Key"}})

    assert match(key, Part.TABLE_KEY, {Part.TABLE_KEY: (ELSEWHERE,)}) is None
    imported = expression({"Fn::ImportValue": "There:Key"})
    assert match(imported, Part.TABLE_KEY, {Part.TABLE_KEY: (ELSEWHERE,)}) is Match.PRESUMED


@pytest.mark.parametrize(
    ("properties", "arns"),
    [
        ({"SSESpecification": {"KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}}, ["key/${Key}"]),
        ({"Replicas": [{"SSESpecification": {"KMSMasterKeyId": {"Ref": "Key"}}}]}, ["key/${Key}"]),
        ({"KmsKeyId": {"Ref": "Alias"}}, ["key/${Key}"]),
        ({"KmsKeyArn": "arn:aws:kms:::key/1", "A": {"KmsKeyId": {"Ref": "Key"}}}, ["key/1", "key/${Key}"]),
        ({"KmsMasterKeyId": "alias/aws/sqs"}, []),
        ({"SqsManagedSseEnabled": True}, []),
    ],
)
def test_keys_of_a_resource(properties: dict[str, Any], arns: list[str]) -> None:
    """
    A key is found by whatever name a service has for the property, by id, ARN or alias.
    """
    resources = {
        "Key": {"Type": "AWS::KMS::Key"},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"TargetKeyId": {"Ref": "Key"}}},
    }

    assert [show(arn).rpartition(":")[2] for arn in keys_of(properties, resources)] == arns


def test_a_functions_log_group_is_its_own_or_the_one_that_lambda_makes() -> None:
    """
    Without a group of its own a function logs to one that is called after it.
    """
    resources = {
        "Group": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "mine"}},
        "Told": {"Type": "AWS::Lambda::Function", "Properties": {"LoggingConfig": {"LogGroup": {"Ref": "Group"}}}},
        "Named": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "notify"}},
        "Nameless": {"Type": "AWS::Lambda::Function"},
    }
    ends = [show(log_group(name, resources)).rpartition("log-group:")[2] for name in ("Told", "Named", "Nameless")]

    assert ends == ["mine", "/aws/lambda/notify", "/aws/lambda/${Nameless}"]


def test_a_redrive_function_is_known_by_queue_and_function() -> None:
    """
    A function that works on another queue, or for another function, redrives somebody else's letters.
    """
    target, queue = {"Fn::GetAtt": ["Function", "Arn"]}, {"Fn::GetAtt": ["Queue", "Arn"]}

    def function(url: Any, arn: Any) -> dict[str, Any]:
        variables = {"QUEUE_URL": url, "TARGET_ARN": arn}
        return {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}

    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Other": {"Type": "AWS::SQS::Queue"},
        "Function": {"Type": "AWS::Lambda::Function"},
        "Ours": function({"Ref": "Queue"}, target),
        "OtherQueue": function({"Ref": "Other"}, target),
        "OtherFunction": function({"Ref": "Queue"}, {"Fn::GetAtt": ["Ours", "Arn"]}),
    }

    assert [*redrivers(target, queue, resources)] == ["Ours"]


def test_a_condition_that_is_no_object_is_shown_as_it_stands() -> None:
    """
    A function in place of a condition is not taken apart.
    """
    assert in_words({"Fn::If": ["A", {}, {}]}) == '${{"Fn::If": ["A", {}, {}]}}'
