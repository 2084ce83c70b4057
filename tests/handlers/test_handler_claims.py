"""
Claiming items in a real table before pipelines are started.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from claims import Claim
from environment import Environment
from failures import ConfigurationError, RecordError
from logs import Log
from pipelines import Settings, connect, handle
from records import Record
from runs import Variables
from starts import Clients, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

CLAIM = {"CLAIM_ATTRIBUTE": "status", "CLAIM_FROM": "PENDING", "CLAIM_TO": "STARTED"}
DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "event-1"}]}
ITEM = {"id": {"S": "item-1"}, "status": {"S": "PENDING"}}


class CrashError(Exception):
    """
    Stands for the end of the function's process.
    """


class Crashing:
    """
    A CodePipeline client whose process ends before, or just after, the execution was started.
    """

    def __init__(self, client: Any, *, after: bool) -> None:
        self._client = client
        self._after = after

    def start_pipeline_execution(self, **request: Any) -> None:
        """
        Start, or not, and end.
        """
        if self._after:
            self._client.start_pipeline_execution(**request)
        raise CrashError


@pytest.fixture
def table(account: Account) -> Any:
    """
    Give the DynamoDB client of an account with the table `requests` that holds `ITEM`.
    """
    dynamodb = account.table("requests")
    dynamodb.put_item(TableName="requests", Item=ITEM)
    return dynamodb


def stored(table: Any) -> Any:
    """
    Give the item as it stands.
    """
    return table.get_item(TableName="requests", Key={"id": {"S": "item-1"}})["Item"]


def test_two_records_for_one_request(account: Account, table: Any, invoke: Invoke, record: MakeRecord) -> None:
    """
    Of two records of one request the first claims the item and starts the pipeline; the second one starts nothing.
    """
    arn = account.pipeline("app")
    request = record(1)
    again = {**request, "eventID": "event-2", "eventName": "MODIFY"}

    answer = invoke("start_pipeline", [request, again], PIPELINE_ARN=arn, **CLAIM)

    claimed = {**ITEM, "status": {"S": "STARTED"}, "claimed_by": {"S": "event-1"}}
    assert (DONE, 1, claimed) == (answer, len(account.runs("app")), stored(table))


def test_named_owner_and_table(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    The owner's attribute and the table are what the configuration says, also where the record tells no table.
    """
    arn = account.pipeline("app")
    dynamodb = account.table("elsewhere")
    dynamodb.put_item(TableName="elsewhere", Item=ITEM)
    where = {"TABLE_NAME": "elsewhere", "CLAIM_OWNER_ATTRIBUTE": "run by"}

    answer = invoke("start_pipeline", [record(1, eventSourceARN=None)], PIPELINE_ARN=arn, **CLAIM, **where)

    item = dynamodb.get_item(TableName="elsewhere", Key={"id": {"S": "item-1"}})["Item"]
    assert (answer, item["run by"]) == (DONE, {"S": "event-1"})


def test_set_free_again(account: Account, table: Any, invoke: Invoke, record: MakeRecord) -> None:
    """
    An item that was set free again is started by the record of that change, though the earlier one came once more.
    """
    arn = account.pipeline("app")
    start = {"PIPELINE_ARN": arn, **CLAIM}

    invoke("start_pipeline", [record(1)], **start)
    free = {":free": {"S": "PENDING"}}
    table.update_item(
        TableName="requests",
        Key={"id": {"S": "item-1"}},
        UpdateExpression="SET #s = :free",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues=free,
    )
    invoke("start_pipeline", [record(1)], **start)
    runs_before = len(account.runs("app"))
    invoke("start_pipeline", [{**record(1), "eventID": "event-2"}], **start)

    assert (runs_before, len(account.runs("app")), stored(table)["claimed_by"]) == (1, 2, {"S": "event-2"})


@pytest.mark.parametrize("after", [False, True])
def test_crash(account: Account, table: Any, record: MakeRecord, *, after: bool) -> None:
    """
    A process that ends between claim and start, or after the start, neither loses the run nor starts it twice.
    """
    arn = account.pipeline("app")
    region, codepipeline = account.session.region, account.session.client("codepipeline")
    settings = Settings.from_environment({"PIPELINE_ARN": arn, **CLAIM})

    with pytest.raises(CrashError):
        handle([record(1)], settings, Clients({region: Crashing(codepipeline, after=after)}, table))
    held = len(account.runs("app"))
    answer = handle([record(1)], settings, Clients({region: codepipeline}, table))

    assert (int(after), DONE, 1) == (held, answer, len(account.runs("app")))


def test_failed_start_keeps_the_claim(account: Account, table: Any, invoke: Invoke, record: MakeRecord) -> None:
    """
    A start that fails leaves the item to its record, which starts when it comes again; another record does not.
    """
    arn = account.pipeline("app")
    account.endpoint.fail_next(1, "ConflictException")

    first = invoke("start_pipeline", [record(1)], PIPELINE_ARN=arn, **CLAIM)
    other = invoke("start_pipeline", [{**record(1), "eventID": "event-2"}], PIPELINE_ARN=arn, **CLAIM)
    again = invoke("start_pipeline", [record(1)], PIPELINE_ARN=arn, **CLAIM)

    assert (first, other, again, len(account.runs("app"))) == (FAILED, DONE, DONE, 1)


def test_unstartable_record_claims_nothing(account: Account, table: Any, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record that lacks an attribute leaves the item free.
    """
    arn = account.pipeline("app", "SERVICE")

    answer = invoke(
        "start_pipeline", [record(1)], PIPELINE_ARN=arn, PIPELINE_VARIABLES='{"SERVICE": "service"}', **CLAIM
    )

    assert (answer, stored(table)) == (FAILED, ITEM)


def test_item_that_is_gone(account: Account, table: Any, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    An item that does not exist any more is not free, and the claim does not bring it back.
    """
    arn = account.pipeline("app")

    answer = invoke("start_pipeline", [record(7, eventName="REMOVE")], PIPELINE_ARN=arn, **CLAIM)

    gone = table.get_item(TableName="requests", Key={"id": {"S": "item-7"}}).get("Item")
    messages = [line["message"] for line in logged()]
    assert (answer, gone, len(account.runs("app"))) == (DONE, None, 0)
    assert messages == ["nothing started: the item is not free", "batch done"]


def test_table_that_is_missing(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A claim that the service refuses fails the record, and starts nothing.
    """
    arn = account.pipeline("app")

    answer = invoke("start_pipeline", [record(1)], PIPELINE_ARN=arn, **CLAIM)

    assert (answer, len(account.runs("app"))) == (FAILED, 0)


def test_binary_key(account: Account) -> None:
    """
    A key of binary is found, though it travels as base64 text.
    """
    dynamodb = account.table("requests", "B")
    dynamodb.put_item(TableName="requests", Item={**ITEM, "id": {"B": b"\x00\xff"}})
    claim = Claim(attribute="status", free="PENDING", taken="STARTED", owner="by", table="requests")
    record = Record({"eventID": "e", "dynamodb": {"Keys": {"id": {"B": "AP8="}}}}, "event[0]")

    assert claim.take(record, dynamodb) is True


def test_race(account: Account, table: Any) -> None:
    """
    Of eight records that claim one item at once one gets it, and gets it again.
    """
    claim = Claim(attribute="status", free="PENDING", taken="STARTED", owner="by", table="requests")
    together = Barrier(8)
    records = [Record({"eventID": str(n), "dynamodb": {"Keys": {"id": {"S": "item-1"}}}}, "event") for n in range(8)]

    def race(record: Record) -> bool:
        together.wait()
        return claim.take(record, table)

    with ThreadPoolExecutor(8) as pool:
        first, second = (list(pool.map(race, records)) for _ in range(2))

    assert (1, first) == (sum(first), second)


def test_record_without_identity(table: Any) -> None:
    """
    A record cannot claim without eventID, keys and table, and is told all that is missing.
    """
    claim = Claim(attribute="status", free="PENDING", taken="STARTED", owner="by", table=None)

    with pytest.raises(RecordError) as raised:
        claim.take(Record({"dynamodb": {"NewImage": ITEM}}, "event[0]"), table)

    expected = "cannot be claimed without eventID, dynamodb.Keys, eventSourceARN; keep it in the input template"
    assert expected == str(raised.value)


def test_half_a_claim() -> None:
    """
    A claim that is configured in part, or cannot work, is refused with every fault.
    """
    environment = Environment({"CLAIM_TO": "PENDING", "CLAIM_FROM": "PENDING", "CLAIM_OWNER_ATTRIBUTE": "status"})
    Claim.from_environment(environment)
    same = Environment({**CLAIM, "CLAIM_OWNER_ATTRIBUTE": "status"})
    Claim.from_environment(same)

    faults: list[str] = []
    for read in (environment, same):
        with pytest.raises(ConfigurationError) as raised:
            read.check()
        faults += raised.value.faults

    fix = "set CLAIM_ATTRIBUTE, CLAIM_FROM and CLAIM_TO, such as status, PENDING and STARTED"
    expected = [
        f"CLAIM_ATTRIBUTE: is not set, but another part of the claim is; {fix}",
        "CLAIM_TO: is 'PENDING' as is CLAIM_FROM; write two different values",
        "CLAIM_OWNER_ATTRIBUTE: is 'status' as is CLAIM_ATTRIBUTE; write another name",
    ]
    assert expected == faults


def test_no_claim() -> None:
    """
    Without any part of a claim nothing is claimed, and no DynamoDB client is made.
    """
    settings = Settings(
        targets=(Target("arn", "eu-central-1", "app"),),
        variables=Variables({}, omit_missing=False),
        claim=None,
        log=Log(),
    )

    assert (Claim.from_environment(Environment({})), connect(settings).dynamodb) == (None, None)
