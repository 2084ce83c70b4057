"""
`start_pipeline.handler` against a CodePipeline endpoint.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from failures import UnreadableEventError, WholeBatchError

from tests.handlers.shapes import failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

VARIABLES = {"SERVICE": "service", "VERSION": "release.version"}
IMAGE = {"service": {"S": "billing"}, "release": {"M": {"version": {"N": "12345678901234567890.12345678901234567890"}}}}


def test_every_record_starts_every_pipeline(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Each pipeline in the environment runs once for each record, with the item's attributes, every digit kept.
    """
    arns = {name: account.pipeline(name, *VARIABLES) for name in ("app", "audit")}

    answer = invoke(
        "start_pipeline",
        [record(1, IMAGE), record(2, {**IMAGE, "service": {"S": "Zoë 🚀"}})],
        PIPELINE_ARN=arns["app"],
        AUDIT=arns["audit"],
        PIPELINE_VARIABLES=json.dumps(VARIABLES),
    )

    version = "12345678901234567890.12345678901234567890"
    runs = [{"SERVICE": "billing", "VERSION": version}, {"SERVICE": "Zoë 🚀", "VERSION": version}]
    assert (failed(), runs, runs) == (answer, account.runs("app"), account.runs("audit"))


def test_list_of_arns(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    One variable may hold several ARNs with commas, and an ARN that is there twice starts its pipeline once.
    """
    first, second = account.pipeline("first"), account.pipeline("second")

    invoke("start_pipeline", [record()], PIPELINE_ARN=f"{first}, {second}", SAME=first)

    assert (account.runs("first"), account.runs("second")) == ([{}], [{}])


def test_other_region(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Each pipeline is started in the region of its ARN, and in no other.
    """
    elsewhere = type(account)(account.session.at(region="us-west-2"), account.endpoint)
    elsewhere.session.codepipeline_url = account.session.codepipeline_url
    arns = f"{account.pipeline('near')},{elsewhere.pipeline('far')}"

    answer = invoke("start_pipeline", [record()], PIPELINE_ARNS=arns)

    runs = account.runs("near"), account.runs("far"), elsewhere.runs("near"), elsewhere.runs("far")
    assert (answer, runs) == (failed(), ([{}], [], [], [{}]))


def test_redelivered_record_starts_nothing(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record that comes again, in one batch or in the next, starts nothing twice.
    """
    arn = account.pipeline("app")

    for batch in ([record(1), record(1)], [record(1), record(2)]):
        assert failed() == invoke("start_pipeline", batch, PIPELINE_ARN=arn)

    assert account.runs("app") == [{}, {}]


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailable"])
def test_throttling_is_tried_again(account: Account, invoke: Invoke, record: MakeRecord, code: str) -> None:
    """
    A call that is throttled, or meets a server error, is made up to five times.
    """
    arn = account.pipeline("app")
    account.endpoint.fail_next(4, code)

    answer = invoke("start_pipeline", [record()], PIPELINE_ARN=arn)

    assert (failed(), [{}]) == (answer, account.runs("app"))


def test_throttled_to_the_end(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A record that stays throttled is reported alone, and the log names code, operation and pipeline.
    """
    arn = account.pipeline("app")
    account.endpoint.fail_next(5)

    answer = invoke("start_pipeline", [record(1), record(2)], PIPELINE_ARN=arn)

    assert (failed("event-1"), [{}]) == (answer, account.runs("app"))
    line = next(line for line in logged() if line["level"] == "ERROR")
    assert {
        "message": "pipeline not started",
        "eventID": "event-1",
        "pipeline": arn,
        "error": "ClientError",
        "code": "ThrottlingException",
        "operation": "StartPipelineExecution",
    } == {name: line[name] for name in ("message", "eventID", "pipeline", "error", "code", "operation")}


@pytest.mark.parametrize("code", ["ConcurrentPipelineExecutionsLimitExceededException", "ConflictException"])
def test_busy_pipeline(account: Account, invoke: Invoke, record: MakeRecord, code: str) -> None:
    """
    A pipeline that takes no execution now fails the record at once; the pipe's retries are the pause it needs.
    """
    arn = account.pipeline("app")
    account.endpoint.fail_next(1, code)

    assert failed("event-1") == invoke("start_pipeline", [record()], PIPELINE_ARN=arn)
    assert failed() == invoke("start_pipeline", [record()], PIPELINE_ARN=arn)
    assert account.runs("app") == [{}]


def test_broken_pipeline_stops_no_other(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A pipeline that is gone fails the record, but the next pipeline runs, and once only when the record comes again.
    """
    arn = account.pipeline("works")
    gone = arn.replace("works", "a-gone-one")

    for _ in range(2):
        assert failed("event-1") == invoke("start_pipeline", [record()], GONE=gone, WORKS=arn)

    assert account.runs("works") == [{}]


def test_missing_attribute_fails_alone(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A record without an attribute that a variable needs is reported with every missing one named; the others start.
    """
    arn = account.pipeline("app", *VARIABLES)

    answer = invoke(
        "start_pipeline",
        [record(1, {"service": {"S": ""}}), record(2, IMAGE)],
        PIPELINE_ARN=arn,
        PIPELINE_VARIABLES=json.dumps(VARIABLES),
    )

    assert (failed("event-1"), 1) == (answer, len(account.runs("app")))
    reason = "SERVICE: the item has no service; VERSION: the item has no release.version"
    assert reason == next(line["reason"] for line in logged() if line["level"] == "ERROR")


def test_missing_attribute_left_out(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With MISSING_ATTRIBUTE=omit the pipeline's own default counts.
    """
    arn = account.pipeline("app", *VARIABLES)

    answer = invoke(
        "start_pipeline",
        [record(1, {"service": {"S": "billing"}})],
        PIPELINE_ARN=arn,
        PIPELINE_VARIABLES=json.dumps(VARIABLES),
        MISSING_ATTRIBUTE="omit",
    )

    assert (failed(), [{"SERVICE": "billing", "VERSION": "-"}]) == (answer, account.runs("app"))


@pytest.mark.parametrize(("length", "runs"), [(1000, 1), (1001, 0)])
def test_long_value(account: Account, invoke: Invoke, record: MakeRecord, length: int, runs: int) -> None:
    """
    A variable takes 1,000 characters and not one more.
    """
    arn = account.pipeline("app", "SERVICE")

    image = {"service": {"S": "ß" * length}}
    answer = invoke("start_pipeline", [record(1, image)], PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"SERVICE": "service"}')

    assert (failed() if runs else failed("event-1"), runs) == (answer, len(account.runs("app")))


def test_long_value_is_named(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A value that is too long is logged with its length, and without its text.
    """
    arn = account.pipeline("app", "SERVICE")
    image = {"service": {"S": "ß" * 1001}}

    invoke("start_pipeline", [record(1, image)], PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"SERVICE": "service"}')

    expected = "SERVICE: service has 1001 characters, at most 1000 are possible"
    assert expected == next(line["reason"] for line in logged() if line["level"] == "ERROR")


def test_remove(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A removal has no new image: attributes come from the old one, and from the keys where there is none.
    """
    arn = account.pipeline("app", "ID", "SERVICE")
    keys = {"id": {"S": "item-1"}}
    changes = [{"Keys": keys, "OldImage": {**keys, "service": {"S": "billing"}}}, {"Keys": keys}]

    answer = invoke(
        "start_pipeline",
        [record(number, eventName="REMOVE", dynamodb=change) for number, change in enumerate(changes)],
        PIPELINE_ARN=arn,
        PIPELINE_VARIABLES='{"ID": "id", "SERVICE": "service"}',
        MISSING_ATTRIBUTE="omit",
    )

    runs = [{"ID": "item-1", "SERVICE": "billing"}, {"ID": "item-1", "SERVICE": "-"}]
    assert (failed(), runs) == (answer, account.runs("app"))


def test_new_image_template(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    With the original's template, which has the new image alone, records start once, and the log warns.
    """
    arn = account.pipeline("app", "SERVICE")
    bare = [{"dynamodb": {"NewImage": {"service": {"S": name}}}} for name in ("a", "b")]

    for _ in range(2):
        invoke("start_pipeline", bare, PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"SERVICE": "service"}')

    assert account.runs("app") == [{"SERVICE": "a"}, {"SERVICE": "b"}]
    warning = {"message": "records without eventID: equal ones count as one, and none fails alone", "count": 2}
    first = logged()[0]
    assert warning == {name: first[name] for name in warning}


def test_new_image_template_failure(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A failure that has no eventID to be reported by fails the whole batch, after the other records were started.
    """
    arn = account.pipeline("app", "SERVICE")
    bare = [{"dynamodb": {"NewImage": image}} for image in ({"other": {"S": "a"}}, {"service": {"S": "b"}})]

    with pytest.raises(WholeBatchError) as raised:
        invoke("start_pipeline", bare, PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"SERVICE": "service"}')

    expected = (
        "1 of the records failed, and 1 of them without an eventID to report it by "
        "(the first: event[0]['Records'][0]), so the whole batch fails; keep eventID in the input template"
    )
    assert (expected, [{"SERVICE": "b"}]) == (str(raised.value), account.runs("app"))


def test_unreadable_event(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    When any part of the event is no record, nothing is started.
    """
    arn = account.pipeline("app")

    with pytest.raises(UnreadableEventError):
        invoke("start_pipeline", [record(), {"messageId": "1"}], PIPELINE_ARN=arn)

    assert account.runs("app") == []


def test_logs_hold_no_item_data(
    account: Account, invoke: Invoke, record: MakeRecord, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    What is in an item gets into no log line, not even when the service's message quotes it.
    """
    arn = account.pipeline("app")  # declares no variable, so the service refuses

    image = {"service": {"S": "s3cret"}}
    answer = invoke("start_pipeline", [record(1, image)], PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"s3cret": "service"}')

    text = capsys.readouterr().out
    assert (failed("event-1"), True, False) == (answer, "ValidationException" in text, "s3cret" in text)


def test_logs_with_records(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    LOG_RECORDS=true adds the record and the service's words to a failure.
    """
    arn = account.pipeline("app")
    image = {"service": {"S": "billing"}}

    invoke(
        "start_pipeline",
        [record(1, image)],
        PIPELINE_ARN=arn,
        PIPELINE_VARIABLES='{"WRONG": "service"}',
        LOG_RECORDS="true",
    )

    line = next(line for line in logged() if line["level"] == "ERROR")
    assert (record(1, image), True) == (line["record"], "WRONG" in line["detail"])
