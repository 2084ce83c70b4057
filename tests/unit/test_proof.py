"""
The proof finds a record wherever filter, template and view type do not fit, and only there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.errors import ConfigurationError, FilterPatternError, InputTemplateError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.proof import counterexamples, prove
from pipes_trigger.templates import InputTemplate
from pipes_trigger.testing import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping

VIEW_TYPES = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY")
NEW_IMAGE = InputTemplate.new_image()
STATUS = InputTemplate('{"status": <$.dynamodb.NewImage.status.S>}')


def image(name: str = "NewImage", **attributes: Any) -> dict[str, Any]:
    """
    Make a pattern on the attributes of one image.
    """
    return {"dynamodb": {name: attributes}}


def exists(*, is_there: bool) -> list[Any]:
    """
    Make a leaf that demands that a value is there, or is not.
    """
    return [{"exists": is_there}]


def proved(template: InputTemplate, *patterns: dict[str, Any], view_type: str | None = None) -> bool:
    """
    Say whether the proof holds for these filters.
    """
    return prove([FilterPattern(pattern) for pattern in patterns], template, view_type) == ()


@pytest.mark.parametrize("view_type", [None, *VIEW_TYPES])
@pytest.mark.parametrize("pattern", [None, {"eventName": ["REMOVE"]}, image(status={"S": ["PENDING"]})])
def test_default_template_always_holds(view_type: str | None, pattern: dict[str, Any] | None) -> None:
    """
    The default template holds for every filter and every view type.
    """
    assert proved(InputTemplate.record(), *([pattern] if pattern else []), view_type=view_type)


@pytest.mark.parametrize(
    "pattern",
    [
        {"eventName": ["INSERT"]},
        {"eventName": ["INSERT", "MODIFY"]},
        {"eventName": [{"anything-but": "REMOVE"}]},
        {"eventName": [{"anything-but": ["REMOVE"]}]},
        {"eventName": [{"prefix": "INS"}]},
        {"eventName": [{"equals-ignore-case": "insert"}]},
        image(status={"S": ["PENDING"]}),
        image(status={"S": exists(is_there=True)}),
        image(n={"N": [{"prefix": "4"}]}),
        {"$or": [{"eventName": ["INSERT"]}, image(status={"S": ["PENDING"]})]},
    ],
)
def test_new_image_holds(pattern: dict[str, Any]) -> None:
    """
    A template of the new image holds where the filter takes no removals, or demands a value of the new image.
    """
    assert proved(NEW_IMAGE, pattern)


@pytest.mark.parametrize(
    "patterns",
    [
        (),
        ({"eventName": ["INSERT", "REMOVE"]},),
        ({"eventName": [{"anything-but": "INSERT"}]},),
        ({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}),
        (image(status={"S": ["PENDING", *exists(is_there=False)]}),),
        (image("OldImage", status={"S": ["PENDING"]}),),
        ({"$or": [{"eventName": ["INSERT"]}, image("OldImage", status={"S": ["PENDING"]})]},),
        ({"userIdentity": {"type": ["Service"]}},),
        ({"dynamodb": {"Keys": {"id": {"S": ["a"]}}}},),
    ],
)
def test_new_image_fails_on_removals(patterns: tuple[dict[str, Any], ...]) -> None:
    """
    A template of the new image fails with a REMOVE wherever the filters let one through.
    """
    filters = [FilterPattern(pattern) for pattern in patterns]
    [found] = counterexamples(filters, NEW_IMAGE)
    assert (found.rule, found.record["eventName"]) == ("PR001", "REMOVE")


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"eventName": ["INSERT"]}, False),
        (image(status={"S": ["A", "B"]}), True),
        (image(status={"S": [{"prefix": "A"}]}), True),
        (image(status={"S": [{"suffix": "A"}]}), True),
        (image(status={"S": [{"equals-ignore-case": "a"}]}), True),
        (image(status={"S": [{"anything-but": ["value-0", "A"]}]}), True),
        (image(status={"S": [""]}), True),
        (image(status={"S": exists(is_there=True)}), True),
        (image(status={"S": ["A", *exists(is_there=False)]}), False),
        (image(status={"N": ["5"]}), False),
        (image(other={"S": ["A"]}), False),
        ({"$or": [image(status={"S": ["A"]}), image(status={"S": ["B"]})]}, True),
        ({"$or": [image(status={"S": ["A"]}), image(other={"S": ["B"]})]}, False),
        (image(status={"S": exists(is_there=True)}, other={"BOOL": [True]}), True),
    ],
)
def test_attribute_needs_the_filter(pattern: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table's column
    """
    An attribute of an image is there only where every branch of the filter demands it.
    """
    assert proved(STATUS, pattern) is expected


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("a.M", image(a={"M": {"b": {"S": ["x"]}}}), True),
        ("a.M.b.S", image(a={"M": {"b": {"S": ["x"]}}}), True),
        ("a.M.c", image(a={"M": {"b": {"S": ["x"]}}}), False),
        ("a.L", image(a={"L": {"S": ["x"]}}), True),
        ("a.L[0]", image(a={"L": {"S": ["x"]}}), True),
        ("a.L[0].S", image(a={"L": {"S": ["x"]}}), False),
        ("a.L[1]", image(a={"L": {"S": ["x"]}}), False),
        ("a.L", image(a={"L": {"M": {"k": {"N": ["1"]}, "l": {"N": ["2"]}}}}), True),
        ("a.SS[0]", image(a={"SS": ["x"]}), True),
        ("a.SS[1]", image(a={"SS": ["x"]}), False),
        ("a.NS", image(a={"NS": [{"prefix": "4"}]}), True),
        ("a.B", image(a={"B": [{"prefix": "YW"}]}), True),
        ("a.BOOL", image(a={"BOOL": [{"anything-but": "x"}]}), True),
        ("a.NULL", image(a={"NULL": [True]}), True),
    ],
)
def test_documents_and_sets(path: str, pattern: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - as above
    """
    What a filter demands inside maps, lists and sets is there, and nothing beside it; a list's order is not known.
    """
    assert proved(InputTemplate(f'{{"x": <$.dynamodb.NewImage.{path}>}}'), pattern) is expected


@pytest.mark.parametrize(
    ("path", "holds_on"),
    [
        ("NewImage", {"NEW_AND_OLD_IMAGES": ["INSERT", "MODIFY"], "NEW_IMAGE": ["INSERT", "MODIFY"]}),
        ("OldImage", {"NEW_AND_OLD_IMAGES": ["MODIFY", "REMOVE"], "OLD_IMAGE": ["MODIFY", "REMOVE"]}),
    ],
)
def test_view_types(path: str, holds_on: dict[str, list[str]]) -> None:
    """
    An image is there exactly on the events that the view type gives it.
    """
    template = InputTemplate(f'{{"x": <$.dynamodb.{path}>}}')
    names = ["INSERT", "MODIFY", "REMOVE"]
    held = {
        view_type: [name for name in names if proved(template, {"eventName": [name]}, view_type=view_type)]
        for view_type in VIEW_TYPES
    }
    assert {view_type: on for view_type, on in held.items() if on} == holds_on


@pytest.mark.parametrize(
    "path", ["Keys", "SequenceNumber", "SizeBytes", "StreamViewType", "ApproximateCreationDateTime"]
)
def test_always_there(path: str) -> None:
    """
    What every record has needs no filter.
    """
    assert proved(InputTemplate(f'{{"x": <$.dynamodb.{path}>, "y": "<$.eventSource> <$.eventVersion> <$.awsRegion>"}}'))


def test_keys_are_believed() -> None:
    """
    An attribute that the template names below Keys is a key, and so is in every image too.
    """
    template = InputTemplate('{"k": <$.dynamodb.Keys.pk.N>, "n": <$.dynamodb.NewImage.pk.N>}')
    assert proved(template, {"eventName": ["INSERT"]})


def test_keys_given() -> None:
    """
    The table's keys, where they are known, are in every image.
    """
    template = InputTemplate('{"n": <$.dynamodb.NewImage.pk.N>}')
    filters = [FilterPattern({"eventName": ["INSERT"]})]
    assert [len(prove(filters, template)), len(prove(filters, template, None, {"pk": "N"}))] == [1, 0]


@pytest.mark.parametrize("path", ["NewImage.id.S", "NewImage.changed.BOOL"])
def test_nothing_made_up_counts(path: str) -> None:
    """
    What a counterexample has to have, such as a key, is called otherwise than what the template asks for.
    """
    assert not proved(InputTemplate(f'{{"x": <$.dynamodb.{path}>}}'), {"eventName": ["MODIFY"]})


def test_key_cannot_have_two_types() -> None:
    """
    A template that names one key by two types fails.
    """
    template = InputTemplate('{"a": <$.dynamodb.Keys.id.S>, "b": <$.dynamodb.Keys.id.N>}')
    assert [each.path for each in prove([], template)] == ["input_template <$.dynamodb.Keys.id.N>"]


def test_impossible_filter() -> None:
    """
    Where no record can pass, nothing can fail.
    """
    assert proved(STATUS, image(status={"N": ["no number"]}))


def test_wildcard() -> None:
    """
    What a wildcard stands below must be there.
    """
    template = InputTemplate('{"x": <$.dynamodb.NewImage.*>}')
    assert [proved(template), proved(template, {"eventName": ["INSERT"]})] == [False, True]


def test_reserved_variables() -> None:
    """
    Reserved variables never fail, and what is undocumented about wildcards and the event is not this proof's matter.
    """
    assert proved(InputTemplate('{"a": <aws.pipes.pipe-arn>, "b": <aws.pipes.event>, "c": <$.dynamodb.Keys.*>}'))


@pytest.mark.parametrize(
    ("template", "patterns", "view_type", "message"),
    [
        (
            NEW_IMAGE.text,
            [],
            None,
            (
                "[PR001] input_template <$.dynamodb.NewImage>: a record "
                '{"eventName": "REMOVE", "dynamodb": {"Keys": {"id": {"S": "value-0"}}, '
                '"OldImage": {"id": {"S": "value-0"}}}} lacks it, and there is no filter; '
                'filter on {"eventName": ["INSERT", "MODIFY"]}, or pass <$.dynamodb>'
            ),
        ),
        (
            STATUS.text,
            [{"eventName": ["INSERT"]}],
            None,
            (
                "[PR001] input_template <$.dynamodb.NewImage.status.S>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}, '
                '"NewImage": {"id": {"S": "value-0"}}}} lacks it, and the filter {"eventName":["INSERT"]} lets it '
                'through; filter on {"dynamodb": {"NewImage": {"status": {"S": [{"exists": true}]}}}}, '
                "or pass <$.dynamodb.NewImage>"
            ),
        ),
        (
            '{"x": <$.dynamodb.OldImage.tags>}',
            [{"eventName": ["REMOVE"]}],
            "KEYS_ONLY",
            (
                "[PR001] input_template <$.dynamodb.OldImage.tags>: a record "
                '{"eventName": "REMOVE", "dynamodb": {"Keys": {"id": {"S": "value-0"}}}} lacks it, and the filter '
                '{"eventName":["REMOVE"]} lets it through; '
                "no record of view type KEYS_ONLY has it: change the view type, or pass <$.dynamodb>"
            ),
        ),
        (
            '{"x": <$.dynamodb.OldImage.tags>}',
            [{"eventName": ["REMOVE"]}],
            None,
            (
                "[PR001] input_template <$.dynamodb.OldImage.tags>: a record "
                '{"eventName": "REMOVE", "dynamodb": {"Keys": {"id": {"S": "value-0"}}, '
                '"OldImage": {"id": {"S": "value-0"}}}} lacks it, and the filter {"eventName":["REMOVE"]} lets it '
                "through; pass <$.dynamodb.OldImage>"
            ),
        ),
        (
            '{"x": <$.dynamodb.newImage>}',
            [],
            None,
            (
                "[PR001] input_template <$.dynamodb.newImage>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}, '
                '"NewImage": {"id": {"S": "value-0"}}}} lacks it, and there is no filter; '
                "no record has it: did you mean 'NewImage'?"
            ),
        ),
        (
            '{"x": <$.eventID.x>}',
            [],
            "KEYS_ONLY",
            (
                "[PR001] input_template <$.eventID.x>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}}} lacks it, '
                "and there is no filter; no record has it: there is none"
            ),
        ),
        (
            '{"x": <$.userIdentity.type>}',
            [],
            "KEYS_ONLY",
            (
                "[PR001] input_template <$.userIdentity.type>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}}} lacks it, '
                'and there is no filter; filter on {"userIdentity": {"type": ["Service"]}}, or leave it out'
            ),
        ),
        (
            '{"x": <$.dynamodb.Keys.pk.M>}',
            [],
            "KEYS_ONLY",
            (
                "[PR001] input_template <$.dynamodb.Keys.pk.M>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}}} lacks it, '
                "and there is no filter; name a key of the table, or pass <$.dynamodb.Keys>"
            ),
        ),
        (
            '{"x": "<$.dynamodb>"}',
            [],
            "KEYS_ONLY",
            (
                "[PR002] input_template <$.dynamodb>: a record "
                '{"eventName": "INSERT", "dynamodb": {"Keys": {"id": {"S": "value-0"}}}} has an object or a list '
                "there, and there is no filter; write <$.dynamodb> without quotes, as the value of a field"
            ),
        ),
    ],
)
def test_messages(template: str, patterns: list[dict[str, Any]], view_type: str | None, message: str) -> None:
    """
    A violation names the placeholder, a record, the filter that lets it through, and what to write.
    """
    filters = [FilterPattern(pattern) for pattern in patterns]
    assert [str(each) for each in prove(filters, InputTemplate(template), view_type)] == [message]


def test_all_faults_at_once() -> None:
    """
    Each placeholder that can fail is told once.
    """
    template = InputTemplate('{"a": <$.dynamodb.NewImage>, "b": <$.dynamodb.OldImage>, "c": <$.dynamodb.NewImage>}')
    assert sorted(each.path for each in prove([], template)) == [
        "input_template <$.dynamodb.NewImage>",
        "input_template <$.dynamodb.OldImage>",
    ]


def test_unknown_view_type() -> None:
    """
    A view type that does not exist is refused.
    """
    with pytest.raises(ConfigurationError) as caught:
        prove([], NEW_IMAGE, "NEW_IMAGES")
    assert str(caught.value) == "[PR003] view_type: there is no 'NEW_IMAGES'; did you mean 'NEW_IMAGE'?"


_TEXTS = st.sampled_from(["A", "B", {"prefix": "A"}, {"anything-but": "A"}, {"exists": True}, {"exists": False}])
_LEAF = st.lists(_TEXTS, min_size=1, max_size=2)
_NAMES = st.lists(st.sampled_from(["INSERT", "MODIFY", "REMOVE"]), min_size=1, max_size=2, unique=True)
_ATTRIBUTE = (
    st.tuples(st.sampled_from(["status", "other"]), st.fixed_dictionaries({"S": _LEAF}))
    | st.tuples(st.just("tags"), st.fixed_dictionaries({"L": st.fixed_dictionaries({"S": _LEAF})}))
    | st.tuples(st.just("id"), st.fixed_dictionaries({"S": _LEAF}))
)
_ATTRIBUTES = st.lists(_ATTRIBUTE, min_size=1, max_size=2).map(dict)
_SIMPLE = st.fixed_dictionaries(
    {},
    optional={
        "eventName": _NAMES,
        "dynamodb": st.dictionaries(st.sampled_from(["NewImage", "OldImage", "Keys"]), _ATTRIBUTES, min_size=1),
    },
).filter(bool)
_PATTERN = _SIMPLE | st.tuples(_SIMPLE, _SIMPLE).map(lambda both: {"$or": list(both)})
_PATHS = st.sampled_from(
    [
        "$.dynamodb",
        "$.dynamodb.Keys.id.S",
        *(f"$.dynamodb.{name}" for name in ("NewImage", "OldImage")),
        *(f"$.dynamodb.NewImage.{rest}" for rest in ("id.S", "status", "status.S", "other.S", "tags.L", "tags.L[0].S")),
        "$.dynamodb.OldImage.status.S",
        "$.userIdentity.type",
    ]
)
_ITEM = st.fixed_dictionaries(
    {"id": st.sampled_from(["A", "B"])},
    optional={
        "status": st.sampled_from(["A", "B", "AB", 5]),
        "other": st.sampled_from(["A", "B"]),
        "tags": st.lists(st.sampled_from(["A", "B", None]), max_size=2),
    },
)


def _filters(patterns: list[dict[str, Any]]) -> list[FilterPattern] | None:
    try:
        return [FilterPattern(pattern) for pattern in patterns]
    except FilterPatternError:
        return None


def _records(stream: Stream, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    new |= {"id": old["id"]}
    made = [stream.insert(new), stream.remove(old), stream.ttl_expiry(old)]
    return made if old == new else [*made, stream.modify(old, new)]


def _failing(template: InputTemplate, record: Mapping[str, Any]) -> set[str]:
    try:
        template.render(record)
    except InputTemplateError as error:
        return {each.path for each in error.violations}
    return set()


@settings(max_examples=100, deadline=None)
@given(
    patterns=st.lists(_PATTERN, max_size=2),
    paths=st.lists(_PATHS, min_size=1, max_size=3, unique=True),
    view_type=st.sampled_from(VIEW_TYPES),
    old=_ITEM,
    new=_ITEM,
)
def test_proof_against_records(
    patterns: list[dict[str, Any]], paths: list[str], view_type: Any, old: dict[str, Any], new: dict[str, Any]
) -> None:
    """
    Every counterexample passes a filter and breaks the template, and any record that does so was foreseen.
    """
    filters = _filters(patterns)
    if filters is None:
        return
    template = InputTemplate("{" + ", ".join(f'"f{n}": <{path}>' for n, path in enumerate(paths)) + "}")
    foreseen: set[str] = set()
    for found in counterexamples(filters, template, view_type, {"id": "S"}):
        assert found.filter is None or found.filter.matches(found.record)
        assert str(found.placeholder) in _failing(template, found.record)
        foreseen.add(str(found.placeholder))
    for record in _records(Stream(view_type=view_type), old, new):
        if not filters or any(each.matches(record) for each in filters):
            assert _failing(template, record) <= foreseen
