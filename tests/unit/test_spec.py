"""
A pipe read back from a template says what would be deployed, and simulates what the function would get.
"""

from __future__ import annotations

import contextlib
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipes_trigger.errors import FilterPatternError, InputTemplateError, PipeSpecError, PipesTriggerError
from pipes_trigger.filters import FilterPattern
from pipes_trigger.spec import PipeSpec
from pipes_trigger.templates import InputTemplate, PipeContext
from pipes_trigger.testing import insert, remove

if TYPE_CHECKING:
    from pathlib import Path

STREAM = {"Fn::GetAtt": ["Table", "StreamArn"]}
FUNCTION = {"Fn::GetAtt": ["Function", "Arn"]}


def pipe(**changes: Any) -> dict[str, Any]:
    """
    Make the smallest pipe, with some properties changed; `stream`, `filters` and `template` change what is nested.
    """
    stream = {"StartingPosition": "LATEST"} | changes.pop("stream", {})
    source: dict[str, Any] = {"DynamoDBStreamParameters": stream}
    if "filters" in changes:
        source["FilterCriteria"] = {"Filters": [{"Pattern": pattern} for pattern in changes.pop("filters")]}
    properties = {"Source": STREAM, "Target": FUNCTION, "RoleArn": "role", "SourceParameters": source}
    if "template" in changes:
        properties["TargetParameters"] = {"InputTemplate": changes.pop("template")}
    return {"Type": "AWS::Pipes::Pipe", "Properties": properties | changes}


def template(**pipes: Any) -> dict[str, Any]:
    """
    Make a template with these resources, and a table.
    """
    return {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}}, **pipes}}


def test_smallest_pipe() -> None:
    """
    What a template leaves out is read as what Pipes does then.
    """
    assert PipeSpec.from_template(template(Orders=pipe())) == PipeSpec(
        logical_id="Orders",
        name="Orders",
        source=STREAM,
        target=FUNCTION,
        enrichment=None,
        role="role",
        filters=(),
        input_template=None,
        starting_position="LATEST",
        batch_size=100,
        batching_window=0,
        parallelization_factor=1,
        maximum_retry_attempts=-1,
        maximum_record_age=-1,
        bisect=False,
        dead_letter=None,
        desired_state="RUNNING",
    )


def test_largest_pipe() -> None:
    """
    Every property arrives in its field.
    """
    largest = pipe(
        Name="orders",
        Enrichment="enrichment",
        DesiredState="STOPPED",
        template="<$.eventID>",
        filters=['{"eventName": ["INSERT"]}', '{"eventName": ["REMOVE"]}'],
        stream={
            "StartingPosition": "TRIM_HORIZON",
            "BatchSize": 10,
            "MaximumBatchingWindowInSeconds": "5",
            "ParallelizationFactor": 2,
            "MaximumRetryAttempts": 3,
            "MaximumRecordAgeInSeconds": 3600,
            "OnPartialBatchItemFailure": "AUTOMATIC_BISECT",
            "DeadLetterConfig": {"Arn": {"Fn::GetAtt": ["Queue", "Arn"]}},
        },
    )
    assert PipeSpec.from_template(template(Orders=largest)) == PipeSpec(
        logical_id="Orders",
        name="orders",
        source=STREAM,
        target=FUNCTION,
        enrichment="enrichment",
        role="role",
        filters=(FilterPattern({"eventName": ["INSERT"]}), FilterPattern({"eventName": ["REMOVE"]})),
        input_template=InputTemplate("<$.eventID>"),
        starting_position="TRIM_HORIZON",
        batch_size=10,
        batching_window=5,
        parallelization_factor=2,
        maximum_retry_attempts=3,
        maximum_record_age=3600,
        bisect=True,
        dead_letter={"Fn::GetAtt": ["Queue", "Arn"]},
        desired_state="STOPPED",
    )


def test_three_ways_in(tmp_path: Path) -> None:
    """
    A mapping, its JSON text and a file of it are read as the same pipe.
    """
    mapping = template(Orders=pipe(Name="orders"))
    file = tmp_path / "stack.template.json"
    file.write_text(json.dumps(mapping))
    expected = PipeSpec.from_template(mapping)
    assert [PipeSpec.from_template(json.dumps(mapping)), PipeSpec.from_template(file)] == [expected, expected]


def test_choice_by_id() -> None:
    """
    One of several pipes is read by its logical id.
    """
    several = template(A=pipe(Name="a"), B=pipe(Name="b"))
    assert PipeSpec.from_template(several, "B").name == "b"


def test_all_pipes() -> None:
    """
    All pipes of a DynamoDB stream are read in the order of the template, others are left out.
    """
    queue = {"Type": "AWS::Pipes::Pipe", "Properties": {"Source": "queue", "Target": "t"}}
    mixed = template(B=pipe(), Queue=queue, A=pipe())
    assert [each.logical_id for each in PipeSpec.all_from_template(mixed)] == ["B", "A"]
    assert PipeSpec.all_from_template(template()) == ()


@pytest.mark.parametrize(
    ("given", "logical_id", "message"),
    [
        (
            "[]",
            None,
            "[PS001] template: is a JSON list, no object; pass a CloudFormation template with Resources",
        ),
        (
            "cdk.out/stack.template.json",
            None,
            (
                "[PS001] template: is no JSON: Expecting value: line 1 column 1 (char 0); "
                "pass the JSON that `cdk synth` writes; a file as a pathlib.Path, not as a str"
            ),
        ),
        (
            template(),
            None,
            (
                "[PS002] Resources: no AWS::Pipes::Pipe in this template; "
                "pass the template of the stack that holds the trigger"
            ),
        ),
        (
            {},
            None,
            (
                "[PS002] Resources: no AWS::Pipes::Pipe in this template; "
                "pass the template of the stack that holds the trigger"
            ),
        ),
        (template(A=pipe(), B=pipe()), None, "[PS003] Resources: 2 pipes: A, B; pass logical_id=, one of them"),
        (
            template(OrdersPipe=pipe(), Other=pipe()),
            "OrderPipe",
            "[PS003] logical_id: no pipe 'OrderPipe' in this template; did you mean 'OrdersPipe'?",
        ),
        (
            template(A=pipe(), B=pipe()),
            "Table",
            "[PS003] logical_id: no pipe 'Table' in this template; there are 'A', 'B'",
        ),
        (
            template(Q={"Type": "AWS::Pipes::Pipe", "Properties": {"Source": "arn:aws:sqs:::q"}}),
            None,
            (
                "[PS004] Resources.Q: reads no DynamoDB stream, but 'arn:aws:sqs:::q'; "
                "set Source to a stream's ARN and SourceParameters.DynamoDBStreamParameters"
            ),
        ),
        (
            template(Q={"Type": "AWS::Pipes::Pipe"}, Orders=pipe()),
            "Q",
            (
                "[PS004] Resources.Q: reads no DynamoDB stream, but None; "
                "set Source to a stream's ARN and SourceParameters.DynamoDBStreamParameters"
            ),
        ),
    ],
)
def test_no_such_pipe(given: Any, logical_id: str | None, message: str) -> None:
    """
    A template without the wanted pipe is refused with what there is instead.
    """
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(given, logical_id)
    assert str(caught.value) == message


def test_file_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A file beyond the size bound is not read to its end.
    """
    monkeypatch.setattr("pipes_trigger.spec.templates.INPUT_FILE_BYTES", 10)
    file = tmp_path / "big.json"
    file.write_text(" " * 11)
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(file)
    assert str(caught.value) == f"[PS001] {file}: is larger than 10 bytes; pass one stack's template"


def test_file_missing(tmp_path: Path) -> None:
    """
    A file that is not there is named.
    """
    file = tmp_path / "none.json"
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(file)
    assert str(caught.value) == (
        f"[PS001] {file}: cannot be read: [Errno 2] No such file or directory: '{file}'; "
        "pass a template that `cdk synth` wrote"
    )


def test_file_of_no_text(tmp_path: Path) -> None:
    """
    A file that is no UTF-8 text is refused.
    """
    file = tmp_path / "binary.json"
    file.write_bytes(b"\xff")
    with pytest.raises(PipeSpecError, match=r"PS001.*cannot be read"):
        PipeSpec.from_template(file)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"stream": {"BatchSize": 0}},
            (
                "[PS005] Resources.P.DynamoDBStreamParameters.BatchSize: must be 1 to 10000 records, got 0; "
                "set it to a number within the range"
            ),
        ),
        (
            {"stream": {"MaximumRetryAttempts": {"Ref": "Attempts"}}},
            (
                "[PS005] Resources.P.DynamoDBStreamParameters.MaximumRetryAttempts: must be -1 to 10000 attempts, "
                "got {'Ref': 'Attempts'}; set it to a number within the range"
            ),
        ),
        (
            {"stream": {"ParallelizationFactor": True}},
            (
                "[PS005] Resources.P.DynamoDBStreamParameters.ParallelizationFactor: must be 1 to 10 batches "
                "per shard, got True; set it to a number within the range"
            ),
        ),
        (
            {"stream": {"StartingPosition": "AT_TIMESTAMP"}},
            (
                "[PS005] Resources.P.StartingPosition: must be LATEST or TRIM_HORIZON, got 'AT_TIMESTAMP'; "
                "set it to LATEST"
            ),
        ),
        (
            {"DesiredState": "PAUSED"},
            "[PS005] Resources.P.DesiredState: must be RUNNING or STOPPED, got 'PAUSED'; set it to RUNNING",
        ),
        ({"Target": None}, "[PS005] Resources.P.Target: must be an ARN, got None; set it to an ARN"),
        (
            {"filters": [{"Fn::Join": ["", ["a"]]}]},
            (
                "[PS006] Resources.P.FilterCriteria.Filters[0].Pattern: must be text, got {'Fn::Join': ['', ['a']]}; "
                "write it without deploy-time values, which cannot be known here"
            ),
        ),
        (
            {"template": {"Fn::Sub": "x"}},
            (
                "[PS006] Resources.P.TargetParameters.InputTemplate: must be text, got {'Fn::Sub': 'x'}; "
                "write it without deploy-time values, which cannot be known here"
            ),
        ),
    ],
)
def test_bad_property(changes: dict[str, Any], message: str) -> None:
    """
    A property that cannot be read is named with pipe, path and value.
    """
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(template(P=pipe(**changes)))
    assert str(caught.value) == message


@pytest.mark.parametrize("key", ["TargetParameters", "DesiredState"])
def test_no_value(key: str) -> None:
    """
    CloudFormation's own word for "left out" is read as left out.
    """
    left_out = pipe(**{key: {"Ref": "AWS::NoValue"}})
    assert PipeSpec.from_template(template(P=left_out)) == PipeSpec.from_template(template(P=pipe()))


@pytest.mark.parametrize("value", [{"Fn::If": ["Prod", {}, {}]}, "text", ["list"]])
def test_section_decided_at_deploy_time(value: object) -> None:
    """
    A section that is no object of its own is refused, never read as left out.
    """
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(template(P=pipe(TargetParameters=value)))
    assert str(caught.value) == (
        f"[PS006] Resources.P.TargetParameters: must be an object, got {value!r}; "
        "write it without deploy-time values, which cannot be known here"
    )


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 20_000)
    | st.sampled_from(["LATEST", "RUNNING", "-1", "", "{", "<$.a>"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Filters", "Pattern", "InputTemplate", "Arn", "Ref", "Fn::If"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
_KEYS = ["Name", "Source", "Target", "Enrichment", "SourceParameters", "TargetParameters", "RoleArn", "DesiredState"]
_STREAM_KEYS = [
    "BatchSize",
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "DeadLetterConfig",
    "StartingPosition",
]


@settings(max_examples=100)
@given(
    properties=st.dictionaries(st.sampled_from(_KEYS), _JSON),
    stream=st.dictionaries(st.sampled_from(_STREAM_KEYS), _JSON),
    criteria=_JSON,
)
def test_any_template(properties: dict[str, Any], stream: dict[str, Any], criteria: Any) -> None:
    """
    Whatever stands in a pipe's properties, it is read or refused with an error of this library.
    """
    any_pipe = pipe(stream=stream)
    any_pipe["Properties"]["SourceParameters"]["FilterCriteria"] = criteria
    any_pipe["Properties"] |= properties
    with contextlib.suppress(PipesTriggerError):
        assert PipeSpec.from_template(template(P=any_pipe)).logical_id == "P"


def test_filters_no_list() -> None:
    """
    Filter criteria that list nothing are refused.
    """
    broken = pipe()
    broken["Properties"]["SourceParameters"]["FilterCriteria"] = {"Filters": "x"}
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(template(P=broken))
    assert str(caught.value) == (
        '[PS005] Resources.P.FilterCriteria: must list its filters, got \'x\'; write {"Filters": [{"Pattern": ...}]}'
    )


def test_bad_filter_named() -> None:
    """
    An invalid pattern is a filter pattern's error that names the pipe and the filter.
    """
    with pytest.raises(FilterPatternError) as caught:
        PipeSpec.from_template(template(P=pipe(filters=['{"eventName": ["INSERT"]}', '{"eventName": "INSERT"}'])))
    assert [each.path for each in caught.value.violations] == ["Resources.P.FilterCriteria.Filters[1]['eventName']"]


def test_too_many_filters() -> None:
    """
    More filters than Pipes takes are a filter pattern's error that names the pipe.
    """
    six = [json.dumps({"eventName": [{"prefix": "I" * n}]}) for n in range(1, 7)]
    with pytest.raises(FilterPatternError, match=r"Resources\.P\.FilterCriteria\.Filters: has 6 filters"):
        PipeSpec.from_template(template(P=pipe(filters=six)))


def test_bad_template_named() -> None:
    """
    An invalid input template is an input template's error that names the pipe.
    """
    with pytest.raises(InputTemplateError) as caught:
        PipeSpec.from_template(template(P=pipe(template='{"a": <$.b>')))
    assert [each.path for each in caught.value.violations] == ["Resources.P.input_template, character 12"]


def test_all_faults_at_once() -> None:
    """
    Faults of pattern, template and numbers come out in one error.
    """
    broken = pipe(filters=['{"eventName": "INSERT"}'], template="{", stream={"BatchSize": 0})
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(template(P=broken))
    assert {each.rule[:2] for each in caught.value.violations} == {"FP", "IT", "PS"}


def test_filters_are_alternatives() -> None:
    """
    A record passes if any filter matches, and without filters every record passes.
    """
    spec = PipeSpec.from_template(template(P=pipe(filters=['{"eventName": ["INSERT"]}', '{"eventName": ["REMOVE"]}'])))
    item = {"id": "1"}
    assert [spec.passes(insert(item)), spec.passes(remove(item)), spec.passes({"eventName": "MODIFY"})] == [
        True,
        True,
        False,
    ]
    assert PipeSpec.from_template(template(P=pipe())).passes({"eventName": "MODIFY"})


def test_simulate_default() -> None:
    """
    With the original's filter and template the function gets lists of envelopes, batch by batch.
    """
    spec = PipeSpec.from_template(
        template(
            P=pipe(
                filters=['{"eventName": ["INSERT"]}'], template=InputTemplate.new_image().text, stream={"BatchSize": 2}
            )
        )
    )
    made = [insert({"id": str(n)}) for n in range(3)]
    payloads = spec.simulate([made[0], remove({"id": "x"}), made[1], json.dumps(made[2])])
    assert payloads == (
        [{"Records": [{"dynamodb": {"NewImage": {"id": {"S": str(n)}}}}]} for n in range(2)],
        [{"Records": [{"dynamodb": {"NewImage": {"id": {"S": "2"}}}}]}],
    )


def test_simulate_without_template() -> None:
    """
    Without a template the records arrive as they are.
    """
    made = [insert({"id": "größe"}), insert({"id": "2"})]
    assert PipeSpec.from_template(template(P=pipe())).simulate(made) == (made,)


def test_simulate_free_text() -> None:
    """
    A template of free text arrives as a list of JSON strings.
    """
    spec = PipeSpec.from_template(template(P=pipe(template='id "<$.eventID>"')))
    assert spec.simulate([{"eventID": "1\n"}]) == (['id "1\n"'],)


def test_simulate_nothing() -> None:
    """
    When no record passes there is no payload.
    """
    spec = PipeSpec.from_template(template(P=pipe(filters=['{"eventName": ["INSERT"]}'])))
    assert spec.simulate([remove({"id": "1"})]) == ()


def test_simulate_reserved_variables() -> None:
    """
    Reserved variables come from the template where it has text, or from the context that is given.
    """
    text = '{"p": <aws.pipes.pipe-name>, "s": <aws.pipes.source-arn>}'
    spec = PipeSpec.from_template(template(P=pipe(Name="orders", Source="arn:stream", template=text)))
    assert spec.simulate([{}]) == ([{"p": "orders", "s": "arn:stream"}],)
    context = PipeContext(pipe_name="other", source_arn="arn:other")
    assert spec.simulate([{}], context) == ([{"p": "other", "s": "arn:other"}],)


def test_simulate_made_up_name() -> None:
    """
    The name that CloudFormation makes up is not guessed.
    """
    spec = PipeSpec.from_template(template(P=pipe(template="<aws.pipes.pipe-name>")))
    with pytest.raises(InputTemplateError, match="IT103"):
        spec.simulate([{}])


def test_pipe_of_pipes_alpha() -> None:
    """
    A pipe as aws-cdk.aws-pipes-alpha 2.275.0a0 synthesized it is read like any other.
    """
    resource = {
        "Type": "AWS::Pipes::Pipe",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["AlphaRole4BC457DF", "Arn"]},
            "Source": {"Fn::GetAtt": ["TD925BC7E", "StreamArn"]},
            "SourceParameters": {
                "DynamoDBStreamParameters": {"BatchSize": 3, "StartingPosition": "LATEST"},
                "FilterCriteria": {"Filters": [{"Pattern": '{"eventName":["INSERT"]}'}]},
            },
            "Target": {"Fn::GetAtt": ["FC4345940", "Arn"]},
            "TargetParameters": {"InputTemplate": '{"id":<$.dynamodb.Keys.id.S>,"all":<$.dynamodb>}'},
        },
        "DependsOn": ["AlphaRoleDefaultPolicyA37BD939", "AlphaRole4BC457DF"],
    }
    spec = PipeSpec.from_template(template(Alpha5E55F45A=resource))
    record = insert({"id": "1"})
    assert spec.simulate([record, remove({"id": "2"})]) == ([{"id": "1", "all": record["dynamodb"]}],)


def test_simulate_enrichment() -> None:
    """
    What an enrichment answers is not guessed.
    """
    with pytest.raises(PipeSpecError) as caught:
        PipeSpec.from_template(template(P=pipe(Enrichment="arn"))).simulate([{}])
    assert str(caught.value) == (
        "[PS007] P: has an enrichment between filter and target; pass enrich=, which answers in its place"
    )


def test_simulate_missing_path() -> None:
    """
    A record that the template cannot be rendered for is an error, not a payload.
    """
    spec = PipeSpec.from_template(template(P=pipe(template=InputTemplate.new_image().text)))
    with pytest.raises(InputTemplateError, match="IT101"):
        spec.simulate([remove({"id": "1"})])


def test_payload_text_is_the_payload() -> None:
    """
    The text that is sent parses to the payload that is simulated, and is compact.
    """
    spec = PipeSpec.from_template(template(P=pipe(template='{"id": <$.eventID>}')))
    assert spec.payload_text([{"eventID": "ü"}, {"eventID": 2}]) == '[{"id": "ü"},{"id": 2}]'
    assert spec.payload([{"eventID": "ü"}, {"eventID": 2}]) == [{"id": "ü"}, {"id": 2}]


def test_pickle() -> None:
    """
    A pipe survives pickling, so that runs can be spread over processes.
    """
    spec = PipeSpec.from_template(template(P=pipe(filters=['{"eventName": ["INSERT"]}'], template="<$.eventID>")))
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (None, "[PS010] records: must be a list of records, got NoneType; put each into a list: [record]"),
        ({"eventID": "1"}, "[PS010] records: must be a list of records, got dict; put each into a list: [record]"),
        ('{"eventID": "1"}', "[PS010] records: must be a list of records, got str; put each into a list: [record]"),
        (
            iter([insert({"id": "1"}), 5]),
            "[PS010] records[1]: must be a mapping or JSON text, got int; "
            "pass what the stream has, or make one: pipes_trigger.testing.insert(...)",
        ),
    ],
)
def test_what_is_no_list_of_records_is_not_simulated(records: Any, message: str) -> None:
    """
    One record alone is a likely slip, and would be taken for a list of its keys or characters.
    """
    pipe = PipeSpec(logical_id="P", name="orders", source="s", target="t")

    with pytest.raises(PipeSpecError) as caught:
        pipe.simulate(records)

    assert str(caught.value) == message
