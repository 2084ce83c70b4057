"""
The template as a value: its texts, its paths, equality, pickling, and how it is built.
"""

from __future__ import annotations

import pickle

import pytest

from pipes_trigger.errors import InputTemplateError
from pipes_trigger.templates import InputTemplate, Placeholder, field, variable
from pipes_trigger.testing import insert


def test_original_text() -> None:
    """
    The original trigger's template is kept byte for byte.
    """
    assert InputTemplate.new_image().text == '{"Records": [{"dynamodb": {"NewImage": <$.dynamodb.NewImage>}}]}'


def test_default_text() -> None:
    """
    The default template names eventID, eventName, eventSourceARN and dynamodb, and nothing else.
    """
    assert InputTemplate.record().text == (
        '{"Records": [{"eventID": <$.eventID>, "eventName": <$.eventName>, '
        '"eventSourceARN": <$.eventSourceARN>, "dynamodb": <$.dynamodb>}]}'
    )


def test_paths_and_variables() -> None:
    """
    Paths and variables are listed once each, in the order of the text.
    """
    template = InputTemplate('{"a": <$.b>, "c": "<$.a[0]> <aws.pipes.pipe-name>", "d": <$.b>}')
    assert template.paths == ("$.b", "$.a[0]")
    assert template.variables == ("aws.pipes.pipe-name",)


def test_placeholders() -> None:
    """
    A placeholder knows its offsets, its steps and whether it stands inside a string.
    """
    first, second = InputTemplate('{"a": <$.b[12].c>, "d": "x<$.*>"}').placeholders
    assert first == Placeholder("$.b[12].c", 6, 17, quoted=False)
    assert first.steps == ("b", 12, "c")
    assert second.quoted
    assert second.steps == ("*",)


def test_value_semantics() -> None:
    """
    Templates of the same text are equal, hash alike and print as what makes them.
    """
    template = InputTemplate("<$.eventID>")
    assert template == InputTemplate("<$.eventID>")
    assert template != InputTemplate("<$.eventName>")
    assert len({template, InputTemplate("<$.eventID>")}) == 1
    assert repr(template) == "InputTemplate(text='<$.eventID>')"


def test_pickle() -> None:
    """
    A template survives pickling and still renders.
    """
    record = insert({"id": "o-1"})
    template = InputTemplate.record()
    again = pickle.loads(pickle.dumps(template))  # noqa: S301 - our own bytes
    assert again == template
    assert again.render(record) == template.render(record)


def test_build() -> None:
    """
    A structure with markers becomes the text that one would write by hand, in f-strings too.
    """
    template = InputTemplate.build(
        {
            "id": field("dynamodb.Keys.id.S"),
            "note": f'order {field("$.eventID")} "{variable("pipe-name")}"',
            "nested": [{"raw": variable("event.json")}, 1, None, True, "größe"],
        }
    )
    assert template.text == (
        '{"id": <$.dynamodb.Keys.id.S>, "note": "order <$.eventID> \\"<aws.pipes.pipe-name>\\"", '
        '"nested": [{"raw": <aws.pipes.event.json>}, 1, null, true, "größe"]}'
    )


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (
            {"a": {1, 2}},
            (
                "[IT009] input_template: cannot be written: set {1, 2} is neither JSON nor a marker; "
                "use field(...) or variable(...); build it of dicts, lists, JSON values, field(...) and variable(...)"
            ),
        ),
        (
            {"a": field("a b")},
            (
                "[IT003] input_template, character 7: <$.a b> is no path that Pipes reads; write field names "
                "(letters, digits, - _ /) and indices, as <$.dynamodb.Keys.id.S> or <$.lines[0]>"
            ),
        ),
        (
            {"a": variable("name")},
            (
                "[IT004] input_template, character 7: there is no variable <aws.pipes.name>; "
                "did you mean 'aws.pipes.pipe-name'?"
            ),
        ),
    ],
)
def test_build_refused(structure: dict[str, object], message: str) -> None:
    """
    A structure that is no JSON, and a marker that names nothing, are refused.
    """
    with pytest.raises(InputTemplateError) as caught:
        InputTemplate.build(structure)
    assert str(caught.value) == message


def test_build_of_nan() -> None:
    """
    NaN is no JSON and refused.
    """
    with pytest.raises(InputTemplateError, match="IT009"):
        InputTemplate.build({"a": float("nan")})


def test_build_of_cycle() -> None:
    """
    A structure that contains itself is refused, not followed.
    """
    structure: dict[str, object] = {}
    structure["self"] = structure
    with pytest.raises(InputTemplateError, match="Circular reference"):
        InputTemplate.build(structure)
