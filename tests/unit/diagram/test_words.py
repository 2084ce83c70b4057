"""
Filters in words: every operator of the pattern language is said, and nothing is said that it does not do.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.diagram.words import EVERYTHING, field_words, filter_words
from pipes_trigger.filters import FilterPattern
from pipes_trigger.filters.operators import OPERATORS


def new(**attributes: Any) -> dict[str, Any]:
    """
    Make a pattern on attributes of the new image.
    """
    return {"dynamodb": {"NewImage": attributes}}


SAID: list[tuple[dict[str, Any], str]] = [
    ({"eventName": ["INSERT"]}, "every INSERT"),
    ({"eventName": ["INSERT", "MODIFY"]}, "every INSERT or MODIFY"),
    (
        {"eventName": ["INSERT"], **new(status={"S": ["PENDING"]})},
        "INSERT where NewImage.status is PENDING",
    ),
    (new(status={"S": ["A", "B", "C"]}), "any change where NewImage.status is A, B or C"),
    (new(note={"S": ["two words", "", "and"]}), 'any change where NewImage.note is "two words", "" or "and"'),
    (new(count={"N": ["5"]}), "any change where NewImage.count is 5"),
    (new(open={"BOOL": [True]}), "any change where NewImage.open is true"),
    (new(gone={"NULL": [True]}), "any change where NewImage.gone is null"),
    (new(address={"S": ["10.0.0.1"]}), "any change where NewImage.address is 10.0.0.1"),
    (new(email={"S": [{"exists": True}]}), "any change where NewImage.email is present (S)"),
    (new(email={"S": [{"exists": False}]}), "any change where NewImage.email is absent (S)"),
    (new(sku={"S": [{"prefix": "A-"}]}), "any change where NewImage.sku begins with A-"),
    (new(sku={"S": [{"suffix": ".csv"}]}), "any change where NewImage.sku ends with .csv"),
    (
        new(sku={"S": [{"prefix": {"equals-ignore-case": "a"}}]}),
        "any change where NewImage.sku begins with a in any case",
    ),
    (
        new(sku={"S": [{"suffix": {"equals-ignore-case": "z"}}]}),
        "any change where NewImage.sku ends with z in any case",
    ),
    (new(sku={"S": [{"equals-ignore-case": "done"}]}), "any change where NewImage.sku is done in any case"),
    (new(sku={"S": [{"anything-but": ["A", "B"]}]}), "any change where NewImage.sku is anything but A or B"),
    (
        new(sku={"S": ["A", {"prefix": "B"}, {"exists": False}]}),
        "any change where NewImage.sku is A, begins with B or is absent (S)",
    ),
    (
        {"dynamodb": {"SizeBytes": [{"numeric": [">", 0, "<=", 1.5]}]}},
        "any change where SizeBytes is a number above 0 and at most 1.5",
    ),
    ({"dynamodb": {"SizeBytes": [{"numeric": ["=", 5]}]}}, "any change where SizeBytes is the number 5"),
    ({"dynamodb": {"SizeBytes": [{"numeric": ["<", 5]}, 7]}}, "any change where SizeBytes is 7 or is a number below 5"),
    ({"dynamodb": {"SizeBytes": [{"anything-but": [1, 2]}]}}, "any change where SizeBytes is anything but 1 or 2"),
    (
        {"userIdentity": {"type": ["Service"]}},
        "any change where userIdentity.type is Service",
    ),
    (
        {"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ORDER#"}]}}, "OldImage": {"s": {"S": ["A"]}}}},
        "any change where Keys.pk begins with ORDER# and OldImage.s is A",
    ),
    (
        {"eventName": ["MODIFY"], "$or": [new(a={"S": ["1"]}), new(b={"S": ["2"]})]},
        "MODIFY where NewImage.a is 1 or NewImage.b is 2",
    ),
    (
        {**new(c={"S": ["3"]}), "$or": [{"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]}]},
        "any change where NewImage.c is 3 and (eventName is INSERT or eventName is MODIFY)",
    ),
    (
        {"$or": [{"eventName": ["REMOVE"]}, {"eventName": ["INSERT"], **new(a={"S": ["1"]})}]},
        "any change where (eventName is REMOVE) or (NewImage.a is 1 and eventName is INSERT)",
    ),
    ({"eventName": [{"anything-but": "REMOVE"}]}, "any change where eventName is anything but REMOVE"),
]


@pytest.mark.parametrize(("pattern", "words"), SAID, ids=[words for _, words in SAID])
def test_a_filter_in_words(pattern: dict[str, Any], words: str) -> None:
    """
    A pattern that Pipes takes reads as a person would say it.
    """
    assert filter_words(FilterPattern(pattern)) == words


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([{"wildcard": "a*z"}], "looks like a*z"),
        ([{"cidr": "10.0.0.0/8"}], "is an address in 10.0.0.0/8"),
        ([{"exactly": "10.0.0.1"}], "is 10.0.0.1"),
        ([{"prefix": ""}], "is any text"),
        ([{"anything-but": {"prefix": "a"}}], "is anything but a text that begins with a"),
        ([{"anything-but": {"suffix": ["a", "b"]}}], "is anything but a text that ends with a or ends with b"),
        ([{"anything-but": {"wildcard": "a*"}}], "is anything but a text that looks like a*"),
        ([{"anything-but": {"equals-ignore-case": "a"}}], "is anything but a text that is a in any case"),
        ([None, False], "is null or false"),
    ],
)
def test_what_pipes_does_not_take_is_said_all_the_same(values: list[Any], words: str) -> None:
    """
    The rest of Event Ruler's language has words, too, so that a pattern of tomorrow is not drawn as a blank.
    """
    assert (
        filter_words(FilterPattern({"detail": {"x": values}}, service="event_bus"))
        == f"any change where detail.x {words}"
    )


def test_every_operator_is_among_these_examples() -> None:
    """
    No operator is left out of the tests above.
    """
    shown = str(SAID) + "wildcard cidr exactly"

    assert {name for name in OPERATORS if name not in shown} == set()


def test_a_pattern_that_lets_everything_through() -> None:
    """
    A condition that says nothing of the event's name is no head of the sentence.
    """
    everything = FilterPattern({"eventName": [{"prefix": ""}]})

    assert (EVERYTHING, filter_words(everything)) == ("every change", "any change where eventName is any text")


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (("dynamodb", "NewImage", "M", "M", "S", "S"), ("NewImage.M.S", "S")),
        (("dynamodb", "NewImage", "two words", "N"), ('NewImage."two words"', "N")),
        (("dynamodb", "SequenceNumber"), ("SequenceNumber", "")),
        (("dynamodb", "NewImage", "tags", "SS"), ("NewImage.tags", "SS")),
        (("dynamodb",), ("dynamodb", "")),
        (("detail", "S"), ("detail.S", "")),
    ],
)
def test_fields(steps: tuple[str, ...], words: tuple[str, str]) -> None:
    """
    Types are left out where they are types, and not where an attribute is called so.
    """
    assert field_words(steps) == words
