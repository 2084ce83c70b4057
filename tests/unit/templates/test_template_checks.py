"""
Every way a template's text can be wrong is found when it is made, with the place and the fix.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipes_trigger.errors import InputTemplateError
from pipes_trigger.templates import InputTemplate


@pytest.mark.parametrize(
    "text",
    [
        '{"a": <$.eventID>}',
        '{"a": "<$.eventID>"}',
        '{"a": "x <$.a> y <$.b>"}',
        '{"a": "say \\"<$.a>\\" loud", "b": <$.b>}',
        '{"a": "back\\\\", "b": <$.b>}',
        "[<$.a>, 1, null]",
        '"Hello, <$.a.b-c_d[0].e>"',
        "<$.eventID>",
        "<$.a.*.b[*]>",
        "<$.a/b>",
        "<aws.pipes.event>",
        '{"e": <aws.pipes.event.json>}',
        "[<aws.pipes.event.json>]",
        '{"p": "<aws.pipes.pipe-name>", "t": <aws.pipes.event.ingestion-time>}',
        '{"a": "1 < 2 and 3 > 2, </b>, <3"}',
        "free text about <$.eventID>",
        'he said "<$.a>"',
        "5 < 6",
        '{\n  "a": <$.a>\n}\n',
        "x" * 8192,
    ],
)
def test_accepted(text: str) -> None:
    """
    What Pipes documents is accepted, both ways of quoting included, and kept as it is.
    """
    assert InputTemplate(text).text == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            (
                "[IT001] input_template: must be a non-empty str, got ''; "
                "leave the template out to pass records on as they are, or use InputTemplate.record()"
            ),
        ),
        (
            None,
            (
                "[IT001] input_template: must be a non-empty str, got None; "
                "leave the template out to pass records on as they are, or use InputTemplate.record()"
            ),
        ),
        (
            "x" * 8193,
            (
                "[IT002] input_template: has 8193 characters, and Pipes takes 0 to 8192 characters; "
                "pass whole objects on, such as <$.dynamodb>"
            ),
        ),
        (
            '{"a": <$.a b>}',
            (
                "[IT003] input_template, character 7: <$.a b> is no path that Pipes reads; write field names "
                "(letters, digits, - _ /) and indices, as <$.dynamodb.Keys.id.S> or <$.lines[0]>"
            ),
        ),
        (
            '{"a": <$.a',
            (
                "2 faults in the input template:\n"
                "  [IT003] input_template, character 7: <$.a is not closed; write > behind the path\n"
                "  [IT005] input_template, character 11: is no JSON once the placeholders are filled in: "
                "'' does not belong here; mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            '{"a": <aws.pipes.pipename>}',
            (
                "[IT004] input_template, character 7: there is no variable <aws.pipes.pipename>; "
                "did you mean 'aws.pipes.pipe-name'?"
            ),
        ),
        (
            '{"a": <aws.pipes.sourcearn>}',
            (
                "[IT004] input_template, character 7: there is no variable <aws.pipes.sourcearn>; "
                "did you mean 'aws.pipes.source-arn'?"
            ),
        ),
        (
            "<eventID>",
            (
                "[IT004] input_template, character 1: there is no variable <eventID>; "
                "write <$.eventID> for a field of the record"
            ),
        ),
        (
            '{"a": <$.a>;}',
            (
                "[IT005] input_template, character 12: is no JSON once the placeholders are filled in: "
                "';}' does not belong here; mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            '{"a": 1<$.a>}',
            (
                "[IT005] input_template, character 8: is no JSON once the placeholders are filled in: "
                "'<$.a>}' does not belong here; mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            '{"a": <$.a><$.b>}',
            (
                "[IT005] input_template, character 12: is no JSON once the placeholders are filled in: "
                "'<$.b>}' does not belong here; mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            "{<$.a>: 1}",
            (
                "[IT005] input_template, character 2: is no JSON once the placeholders are filled in: "
                "'<$.a>: 1}' does not belong here; mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            '{"a": NaN}',
            (
                "[IT005] input_template: is no JSON once the placeholders are filled in; "
                "mend the JSON; a placeholder stands where a value does"
            ),
        ),
        (
            '{"e": "<aws.pipes.event.json>"}',
            (
                "[IT006] input_template, character 8: <aws.pipes.event.json> can only be the value of a JSON field; "
                'write it as the value of a field, without quotes: {"event": <aws.pipes.event.json>}'
            ),
        ),
        (
            "<aws.pipes.event.json>",
            (
                "[IT006] input_template, character 1: <aws.pipes.event.json> can only be the value of a JSON field; "
                'write it as the value of a field, without quotes: {"event": <aws.pipes.event.json>}'
            ),
        ),
        (
            "text <aws.pipes.event.json>",
            (
                "[IT006] input_template, character 6: <aws.pipes.event.json> can only be the value of a JSON field; "
                'write it as the value of a field, without quotes: {"event": <aws.pipes.event.json>}'
            ),
        ),
        (
            '{"<$.a>": 1}',
            "[IT007] input_template: a placeholder stands in the key of an object; give the key a fixed name",
        ),
        ('{"a": 1, "a": <$.b>}', "[IT008] input_template: the key 'a' is there twice; drop one of the two"),
    ],
)
def test_refused(text: str, message: str) -> None:
    """
    Each fault is told with its rule, its place, what is there and what to write.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "path", ["$", "$.", "$a", "$..a", "$.a[", "$.a[]", "$.a['b']", "$.a[-1]", "$.a.b!", "$.ä", "$[0"]
)
def test_bad_paths(path: str) -> None:
    """
    JSONPath that Pipes does not list is refused.
    """
    with pytest.raises(InputTemplateError, match="IT003"):
        InputTemplate(f'{{"a": <{path}>}}')


_PIECES = st.sampled_from(
    ['"', "\\", "{", "}", "[", "]", ":", ",", "<", ">", "$", "<$.a>", "<aws.pipes.event>", "<b>", "1", "x", "\n", "é"]
)


@given(text=st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=30))
def test_any_text(text: str) -> None:
    """
    Any text makes a template or an InputTemplateError, and a template that is JSON renders to JSON.
    """
    try:
        template = InputTemplate(text)
        rendered = template.render({"a": 'say "hi"\n', "b": 1})
    except InputTemplateError:
        return
    if template.is_json:
        json.loads(rendered)


def test_all_faults_at_once() -> None:
    """
    A template with four faults gets one error that lists four, in the order of reading.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate('{"a": <$.x y>, "a": <aws.pipes.nmae>, "b": "<aws.pipes.event.json>"}')
    assert [each.rule for each in caught.value.violations] == ["IT003", "IT004", "IT008", "IT006"]


@pytest.mark.parametrize("text", ["[" * 8192, '{"a":' * 1600, "<$" * 4096, '{"' + "<aws.x>" * 1100, '"' * 8191])
def test_hostile_text(text: str) -> None:
    """
    Nesting to the limit of the length, and any number of placeholders, is refused and never crashes.
    """
    with pytest.raises(InputTemplateError):
        InputTemplate(text)
