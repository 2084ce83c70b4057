"""
A pipe with an enrichment: its two templates, and what would reach the target.
"""

from __future__ import annotations

from typing import Any

import pytest

from pipes_trigger.errors import InputTemplateError, PipeSpecError
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate
from pipes_trigger.testing import insert, remove


def pipe(**changes: Any) -> PipeSpec:
    """
    Read a pipe with an enrichment and a template for each stage.
    """
    properties = {
        "Source": "stream",
        "Target": "target",
        "Enrichment": "enrichment",
        "SourceParameters": {
            "DynamoDBStreamParameters": {"StartingPosition": "LATEST", "BatchSize": 2},
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
        },
        "EnrichmentParameters": {"InputTemplate": '{"id": <$.dynamodb.Keys.id.S>}'},
        "TargetParameters": {"InputTemplate": '{"order": <$.id>, "total": <$.total>}'},
        **changes,
    }
    return PipeSpec.from_template({"Resources": {"P": {"Type": "AWS::Pipes::Pipe", "Properties": properties}}})


def orders(*names: str) -> list[dict[str, Any]]:
    """
    Make a change for each order.
    """
    return [insert({"id": name}, sequence=number) for number, name in enumerate(names, 1)]


def test_each_stage_has_its_template() -> None:
    """
    One renders records for the enrichment, the other what that answers for the target.
    """
    spec = pipe()

    assert spec.enrichment_template == InputTemplate('{"id": <$.dynamodb.Keys.id.S>}')
    assert spec.input_template == InputTemplate('{"order": <$.id>, "total": <$.total>}')
    assert spec.enrichment_text(orders("a")[0]) == '{"id": "a"}'
    assert spec.enriched_text({"id": "a", "total": 7}) == '{"order": "a", "total": 7}'


@pytest.mark.parametrize("left_out", [{}, {"InputTemplate": ""}])
def test_a_stage_without_a_template_passes_on(left_out: dict[str, str]) -> None:
    """
    The enrichment gets records as they are, and the target events as they are, whatever JSON they are.
    """
    spec = pipe(EnrichmentParameters=left_out, TargetParameters=left_out)

    assert spec.enrichment_text({"eventID": "ü"}) == '{"eventID":"ü"}'
    assert [spec.enriched_text(event) for event in ({"é": 1}, "text", None, [1])] == [
        '{"é":1}',
        '"text"',
        "null",
        "[1]",
    ]


def test_a_template_needs_an_object() -> None:
    """
    An event that is no object has no fields to put into one.
    """
    with pytest.raises(InputTemplateError, match="IT105"):
        pipe().enriched_text("text")


def test_faults_of_both_templates_are_told_apart() -> None:
    """
    The enrichment's are named after its section.
    """
    with pytest.raises(InputTemplateError) as caught:
        pipe(EnrichmentParameters={"InputTemplate": "<$.>"}, TargetParameters={"InputTemplate": "<$.>"})

    assert [violation.path for violation in caught.value.violations] == [
        "Resources.P.input_template, character 1",
        "Resources.P.EnrichmentParameters.input_template, character 1",
    ]


def test_simulation_with_an_enrichment() -> None:
    """
    Each batch that passes the filter goes through the enrichment, and what that answers through the target's template.
    """
    seen: list[Any] = []

    def enrich(batch: list[Any]) -> list[Any]:
        seen.append(batch)
        return [{**order, "total": 10 * len(batch)} for order in batch]

    changes = [*orders("a", "b", "c"), remove({"id": "d"})]
    payloads = pipe().simulate(changes, enrich=enrich)

    assert seen == [[{"id": "a"}, {"id": "b"}], [{"id": "c"}]]
    assert payloads == ([{"order": "a", "total": 20}, {"order": "b", "total": 20}], [{"order": "c", "total": 10}])


@pytest.mark.parametrize("answer", ["", {}, []])
def test_a_batch_that_is_answered_with_nothing(answer: object) -> None:
    """
    It does not reach the target, and the others do.
    """
    answers = [answer, {"id": "c", "total": 1}]
    assert pipe().simulate(orders("a", "b", "c"), enrich=lambda _batch: answers.pop(0)) == (
        [{"order": "c", "total": 1}],
    )


def test_null_is_not_guessed() -> None:
    """
    No document says whether null is an empty answer.
    """
    with pytest.raises(PipeSpecError) as caught:
        pipe().simulate(orders("a"), enrich=lambda _batch: None)

    assert str(caught.value) == (
        "[PS009] enrich: the answer is null, and no document says what that means; answer [] to send nothing on"
    )


def test_an_enrichment_needs_an_answer_and_an_answer_an_enrichment() -> None:
    """
    Neither is made up or passed over.
    """
    with pytest.raises(PipeSpecError) as caught:
        pipe().simulate([])
    with pytest.raises(PipeSpecError) as turned:
        pipe(Enrichment=None).simulate([], enrich=lambda batch: batch)

    assert str(caught.value) == (
        "[PS007] P: has an enrichment between filter and target; pass enrich=, which answers in its place"
    )
    assert str(turned.value) == "[PS008] P: has no enrichment that enrich= could answer for; leave enrich= out"
