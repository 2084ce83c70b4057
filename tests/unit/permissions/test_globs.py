"""
IAM's wildcards between texts with holes.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipes_trigger.permissions.arns import expand
from pipes_trigger.permissions.expressions import Expression, expression, show
from pipes_trigger.permissions.globs import covers, overlaps

RESOURCES = {
    "Topic": {"Type": "AWS::SNS::Topic"},
    "Other": {"Type": "AWS::SNS::Topic"},
    "Named": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "orders"}},
    "Table": {"Type": "AWS::DynamoDB::Table"},
    "Custom": {"Type": "Custom::Thing"},
}
PLAIN = "arn:aws:sns:eu-west-1:111122223333:orders"


IMPORTED = "<imported>"


def read(text: str) -> Expression:
    """
    Read a text in the notation of `Fn::Sub`, its ARNs written out; or an import from another stack.
    """
    if text == IMPORTED:
        return expression({"Fn::ImportValue": "There:Topic"})
    return expand(expression({"Fn::Sub": text}), RESOURCES)


@pytest.mark.parametrize(
    ("pattern", "target"),
    [
        ("*", "${Topic}"),
        ("*", "*"),
        (PLAIN, PLAIN),
        ("arn:*:sns:*:*:orders", PLAIN),
        ("arn:aws:sns:eu-west-?:*", PLAIN),
        ("${Topic}", "${Topic}"),
        ("${Topic}", "${Topic.TopicArn}"),
        ("arn:*:sns:*", "${Topic}"),
        ("${Table.Arn}/stream/*", "${Table.StreamArn}"),
        ("${Named}", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:orders"),
        ("${Custom.Arn}", "${Custom.Arn}"),
        ("sns:pub*", "sns:publish*"),
    ],
)
def test_what_covers(pattern: str, target: str) -> None:
    """
    A pattern that covers a target matches all that it stands for, so the two overlap, both ways round.
    """
    assert covers(read(pattern), read(target))
    assert overlaps(read(pattern), read(target))
    assert overlaps(read(target), read(pattern))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("${Named}", PLAIN),
        ("arn:aws:sns:*", "${Topic}"),
        ("${Custom.Arn}", PLAIN),
        (IMPORTED, PLAIN),
        (IMPORTED, "${Custom.Arn}"),
        ("${Custom.Arn}", "${Topic}"),
        ("${SomeParameter}", PLAIN),
        (f"{PLAIN}${{SomeParameter}}", PLAIN),
        ("arn:aws:sns:*:*:Platform-*", "${Topic}"),
        ("arn:aws:sns:*:*:????", "${Topic}"),
        ("sns:publish", "sns:*"),
        ("*a", "b*"),
        ("arn:aws:dynamodb:*:*:table/*", "${Table.Arn}/index/*"),
        ("${AWS::StackName}-x", "production-x"),
        ("arn:aws:sns:*:*:${AWS::StackName}", "${Topic}"),
    ],
)
def test_what_may_overlap(one: str, other: str) -> None:
    """
    What only a deployment decides is not covered for certain, and cannot be ruled out either.
    """
    assert not covers(read(one), read(other))
    assert overlaps(read(one), read(other))
    assert overlaps(read(other), read(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("${Topic}", "${Other}"),
        ("${Topic}", PLAIN),
        ("${Topic}", "${Named}"),
        ("${Named}", "arn:aws:sns:eu-west-1:111122223333:payments"),
        ("${Named}", "arn:aws:sqs:*"),
        ("${Topic}", "arn:aws:sns:*:*:payments"),
        ("${Topic}", "${Table.Arn}"),
        ("${Table.Arn}", "${Table.Arn}/index/*"),
        ("${Table.Arn}", "${Table.StreamArn}"),
        ("arn:aws:dynamodb:*:*:table/orders/index/*", "${Table.Arn}/index/status"),
        ("arn:aws:sns:${AWS::Region}:x", "arn:aws:sns:a:b:x"),
        ("arn:aws:sns:*:*:", "${Topic}"),
        ("sns:publish", "sns:subscribe*"),
        ("a?c", "ac"),
        ("${Topic}", IMPORTED),
        ("", "a"),
    ],
)
def test_what_never_overlaps(one: str, other: str) -> None:
    """
    Two resources of a template are two, and a name that is yet to be made up is none that is written down already.
    """
    assert not overlaps(read(one), read(other))
    assert not overlaps(read(other), read(one))


@given(pattern=st.text("ab*?", max_size=8), text=st.text("ab", max_size=8))
def test_without_holes_it_is_plain_globbing(pattern: str, text: str) -> None:
    """
    Against a plain text, both agree with fnmatch.
    """
    assert covers(tuple(pattern), tuple(text)) == fnmatchcase(text, pattern)
    assert overlaps(tuple(pattern), tuple(text)) == fnmatchcase(text, pattern)


@given(one=st.text("ab*?", max_size=4), other=st.text("ab*?", max_size=4), text=st.text("ab", max_size=6))
def test_a_text_that_fits_both_is_an_overlap(one: str, other: str, text: str) -> None:
    """
    No common text is overlooked, and what covers a pattern matches whatever that matches.
    """
    fits_one, fits_other = fnmatchcase(text, one), fnmatchcase(text, other)
    assert overlaps(tuple(one), tuple(other)) or not (fits_one and fits_other)
    assert not covers(tuple(one), tuple(other)) or not fits_other or fits_one


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Ref": "A"}, "${A}"),
        ({"Fn::GetAtt": "A.Arn"}, "${A.Arn}"),
        ({"Fn::GetAtt": ["A", "Arn"]}, "${A.Arn}"),
        ({"Fn::Join": [":", ["a", {"Ref": "B"}, ""]]}, "a:${B}:"),
        ({"Fn::Sub": ["${X}-${A.Arn}-${!Y}", {"X": {"Ref": "B"}}]}, "${B}-${A.Arn}-${Y}"),
        ({"Fn::Join": ["", {"Ref": "AList"}]}, '${{"Fn::Join": ["", {"Ref": "AList"}]}}'),
        ({"Fn::ImportValue": "x"}, '${{"Fn::ImportValue": "x"}}'),
        ({"Ref": 5}, '${{"Ref": 5}}'),
        (5, "5"),
        (None, "null"),
    ],
)
def test_functions_of_cloudformation_are_read(value: object, text: str) -> None:
    """
    Each function is text with holes; one that is not understood is one hole, equal to itself alone.
    """
    assert show(expression(value)) == text
