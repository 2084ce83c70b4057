"""
Rendering writes valid JSON whatever the values are, and refuses what AWS does not document.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.errors import InputTemplateError
from pipes_trigger.templates import InputTemplate, PipeContext
from pipes_trigger.testing import insert, remove

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


def test_default_template() -> None:
    """
    The default template gives the envelope that Lambda's own event source gives, with the whole of `dynamodb`.
    """
    record = insert({"id": "o-1", "note": 'say "hi"\n日本'})
    assert json.loads(InputTemplate.record().render(record)) == {
        "Records": [{key: record[key] for key in ("eventID", "eventName", "eventSourceARN", "dynamodb")}]
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"x": <$.s>}', '{"x": "a \\"b\\"\\n日"}'),
        ('{"x": "<$.s>"}', '{"x": "a \\"b\\"\\n日"}'),
        ('{"x": "<$.n>", "y": <$.n>}', '{"x": "5", "y": 5}'),
        ('{"x": "<$.t> <$.f>"}', '{"x": "true 0.5"}'),
        ('{"x": <$.o>, "y": <$.l>, "z": <$.z>}', '{"x": {"k":[1]}, "y": [{"k":2}], "z": null}'),
        ('{"x": <$.l[0].k>, "y": <$.o.k[0]>}', '{"x": 2, "y": 1}'),
        ("<$.s>", '"a \\"b\\"\\n日"'),
        ("<$.n>", "5"),
        ("n is <$.n>, s is <$.s>", 'n is 5, s is a "b"\n日'),
        ("no placeholder", "no placeholder"),
    ],
)
def test_values(text: str, expected: str) -> None:
    """
    As a value a placeholder becomes JSON, inside quotes it becomes escaped text, in free text it becomes plain text.
    """
    event = {"s": 'a "b"\n日', "n": 5, "t": True, "f": 0.5, "z": None, "o": {"k": [1]}, "l": [{"k": 2}]}
    assert InputTemplate(text).render(event) == expected


@settings(max_examples=50)
@given(value=_JSON)
def test_any_value_stays_json(value: Any) -> None:
    """
    Whatever a record holds, the rendered template is JSON and holds that value.
    """
    assert json.loads(InputTemplate('{"v": <$.a>}').render({"a": value})) == {"v": value}


@given(value=st.text())
def test_any_text_inside_quotes(value: str) -> None:
    """
    Any text inside a quoted placeholder arrives as that text.
    """
    assert json.loads(InputTemplate('{"v": "<<$.a>>"}').render({"a": value})) == {"v": f"<{value}>"}


def test_record_as_text() -> None:
    """
    A record given as JSON text renders like the mapping.
    """
    record = insert({"id": "o-1"})
    assert InputTemplate.record().render(json.dumps(record)) == InputTemplate.record().render(record)


def test_reserved_variables() -> None:
    """
    Each reserved variable becomes what the context says of the pipe.
    """
    names = ["pipe-arn", "pipe-name", "source-arn", "enrichment-arn", "target-arn", "event.ingestion-time"]
    text = json.dumps([f"<aws.pipes.{name}>" for name in names])
    context = PipeContext(
        pipe_arn="1", pipe_name="2", source_arn="3", enrichment_arn="4", target_arn="5", ingestion_time="6"
    )
    assert json.loads(InputTemplate(text).render({}, context)) == ["1", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"e": <aws.pipes.event.json>}', {"e": {"a": 'x"y'}}),
        ("<aws.pipes.event>", {"a": 'x"y'}),
        ('{"e": "<aws.pipes.event>"}', {"e": '{"a":"x\\"y"}'}),
    ],
)
def test_whole_event(text: str, expected: object) -> None:
    """
    The event is an object as `event.json` and as the whole template, and escaped text inside quotes.
    """
    assert json.loads(InputTemplate(text).render({"a": 'x"y'})) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"a": <$.missing>}',
            (
                "[IT101] <$.missing>: is not in this record, and AWS does not say what comes out then; "
                "filter such records out, or pass <$.dynamodb> on"
            ),
        ),
        (
            '{"a": "<$.o>"}',
            (
                "[IT102] <$.o>: is an object in this record; only strings, numbers and booleans can stand "
                'inside a JSON string; write it as the value of a field, without quotes: {"field": <$.o>}'
            ),
        ),
        (
            "see <$.l>",
            (
                "[IT102] <$.l>: is a list in this record; only strings, numbers and booleans can stand "
                'in free text; write it as the value of a field, without quotes: {"field": <$.l>}'
            ),
        ),
        (
            "<$.o>",
            (
                "[IT102] <$.o>: is an object in this record; only strings, numbers and booleans can stand "
                'alone as the whole template; write it as the value of a field, without quotes: {"field": <$.o>}'
            ),
        ),
        (
            '"<$.z>"',
            (
                "[IT102] <$.z>: is null in this record; only strings, numbers and booleans can stand "
                'inside a JSON string; write it as the value of a field, without quotes: {"field": <$.z>}'
            ),
        ),
        (
            "<aws.pipes.pipe-arn>",
            "[IT103] <aws.pipes.pipe-arn>: has no value here; pass pipe=PipeContext(pipe_arn=...)",
        ),
        (
            "<$.o.*>",
            (
                "[IT104] <$.o.*>: has a wildcard, and AWS does not say what comes out of one; "
                "name the field, or pass the whole object on"
            ),
        ),
        (
            '{"e": <aws.pipes.event>}',
            (
                "[IT106] <aws.pipes.event>: stands as a JSON value, and AWS does not say how the event is "
                "written there; write <aws.pipes.event.json> as the value of a field"
            ),
        ),
    ],
)
def test_undocumented(text: str, message: str) -> None:
    """
    What AWS does not document is refused with the placeholder and a way around it.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate(text).render({"o": {"k": 1}, "l": [], "z": None})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "path", ["$.x.*", "$.l[1][*]", "$.l[1]", "$.l.k", "$.l.0", "$.s[0]", "$.s.x", "$.o[0]", "$.o.k.x"]
)
def test_no_such_place(path: str) -> None:
    """
    A path leads only through objects by name and through lists by an index within them.
    """
    with pytest.raises(InputTemplateError, match="IT101"):
        InputTemplate(f'{{"a": <{path}>}}').render({"l": [1], "s": "text", "o": {"k": 1}})


def test_wildcard_is_no_name() -> None:
    """
    A wildcard does not mean a field that happens to be called `*`.
    """
    with pytest.raises(InputTemplateError, match="IT104"):
        InputTemplate('{"a": <$.*>}').render({"*": 1})


def test_remove_through_new_image() -> None:
    """
    The original's template cannot be rendered for a REMOVE.
    """
    with pytest.raises(InputTemplateError, match=r"<\$\.dynamodb\.NewImage>: is not in this record"):
        InputTemplate.new_image().render(remove({"id": "o-1"}))


def test_all_missing_paths_at_once() -> None:
    """
    Every path that the record lacks is named in one error.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate('{"a": <$.x>, "b": <$.y>}').render({})
    assert [each.path for each in caught.value.violations] == ["<$.x>", "<$.y>"]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("{", "is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[1]", "is '[1]'"),
        ({"a": b"x"}, "cannot be written as JSON: Object of type bytes is not JSON serializable"),
        (
            '{"a": "\\ud800"}',
            (
                "cannot be written as JSON: 'utf-8' codec can't encode character '\\ud800' in position 7: "
                "surrogates not allowed"
            ),
        ),
    ],
)
def test_no_record(record: Any, message: str) -> None:
    """
    What is no JSON record is refused.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate('{"a": <$.a>}').render(record)
    assert (
        str(caught.value) == f"[IT105] record: {message}; pass the record as a mapping or as the JSON text of an object"
    )


def test_infinity() -> None:
    """
    Infinity is no JSON and refused.
    """
    with pytest.raises(InputTemplateError, match="IT105"):
        InputTemplate('{"a": <$.a>}').render({"a": float("inf")})


def test_deep_text() -> None:
    """
    JSON text that is nested too deep for the parser is refused, not a crash.
    """
    with pytest.raises(InputTemplateError, match="IT105"):
        InputTemplate("<$.a>").render('{"a":' * 200_000)
