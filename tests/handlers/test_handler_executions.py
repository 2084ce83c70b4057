"""
`start_execution.handler` against state machines of the emulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from clients import session
from executions import Settings, connect, handle
from failures import UnreadableEventError

from tests.handlers.shapes import failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.handlers.conftest import Account

    Invoke = Callable[..., dict[str, list[dict[str, str]]]]
    MakeRecord = Callable[..., dict[str, Any]]
    Logged = Callable[[], list[dict[str, Any]]]

LIMIT = 262_144
DONE = failed()
FAILED = failed("event-1")
FAILS = {"Type": "Fail", "Error": "Broken", "Cause": "the item says s3cret"}


def test_every_record_starts_every_machine(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Each state machine in the environment is started once for each record, with the change as plain JSON.
    """
    machines = [account.machine(name) for name in ("app", "audit")]

    answer = invoke("start_execution", [record(1, {"n": {"N": "1.50"}}), record(2)], MACHINES=",".join(machines))

    changes = [
        {
            "eventID": f"event-{number}",
            "eventName": "INSERT",
            "table": "requests",
            "keys": {"id": f"item-{number}"},
            "newImage": {"id": f"item-{number}", **more},
        }
        for number, more in ((1, {"n": 1.5}), (2, {}))
    ]
    assert (DONE, [changes, changes]) == (answer, [account.inputs(machine) for machine in machines])


def test_record_as_input(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With EXECUTION_INPUT=record the input is the record as it came.
    """
    machine = account.machine("app")

    invoke("start_execution", [record(1, {"n": {"N": "1"}})], STATE_MACHINE_ARN=machine, EXECUTION_INPUT="record")

    assert account.inputs(machine) == [record(1, {"n": {"N": "1"}})]


def test_redelivered_record_starts_nothing(
    account: Account, invoke: Invoke, record: MakeRecord, logged: Logged
) -> None:
    """
    A record that comes again, in one batch or in the next, starts nothing twice, and the log says that it had started.
    """
    machine = account.machine("app")

    for batch in ([record(1), record(1)], [record(1), record(2)]):
        assert invoke("start_execution", batch, STATE_MACHINE_ARN=machine) == DONE

    started = [line.get("before", False) for line in logged() if line["message"] == "execution started"]
    assert (started, len(account.inputs(machine))) == ([False, True, False], 2)


def test_changed_input_starts_nothing(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    A record whose execution has been started is done with, also when the settings have changed its input since.
    """
    machine = account.machine("app")

    for form in ("change", "record"):
        assert invoke("start_execution", [record()], STATE_MACHINE_ARN=machine, EXECUTION_INPUT=form) == DONE

    assert len(account.inputs(machine)) == 1


def test_machine_that_is_gone(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A state machine that is gone fails the record, and the other one is started, once when the record comes again.
    """
    machine = account.machine("works")
    gone = machine.replace("works", "gone")

    for _ in range(2):
        assert invoke("start_execution", [record()], GONE=gone, WORKS=machine) == FAILED

    failures = [(line["stateMachine"], line["code"]) for line in logged() if line["level"] == "ERROR"]
    assert (1, [(gone, "StateMachineDoesNotExist")] * 2) == (len(account.inputs(machine)), failures)


def test_alias(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    An ARN with an alias starts the version behind the alias.
    """
    machine = account.machine("app")
    states = account.session.client("stepfunctions")
    version = states.publish_state_machine_version(stateMachineArn=machine)["stateMachineVersionArn"]
    routing = [{"stateMachineVersionArn": version, "weight": 100}]
    alias = states.create_state_machine_alias(name="live", routingConfiguration=routing)["stateMachineAliasArn"]

    answer = invoke("start_execution", [record()], STATE_MACHINE_ARN=alias)

    assert (f"{machine}:live", DONE, 1) == (alias, answer, len(account.inputs(machine)))


@pytest.mark.parametrize(("excess", "started"), [(0, 1), (1, 0)])
def test_size(
    account: Account, invoke: Invoke, record: MakeRecord, logged: Logged, *, excess: int, started: int
) -> None:
    """
    An input of 256 KiB goes through; one of a byte more fails its record alone, and is logged with its size.
    """
    machine = account.machine("app")
    bare = '{"eventID":"event-1","eventName":"INSERT","table":"requests","keys":{"id":"item-1"},'
    bare += '"newImage":{"id":"item-1","text":""}}'
    text = {"S": "x" * (LIMIT - len(bare) + excess)}

    answer = invoke("start_execution", [record(1, {"text": text}), record(2)], STATE_MACHINE_ARN=machine)

    reasons = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (DONE if started else FAILED, started + 1) == (answer, len(account.inputs(machine)))
    assert [f"the input has {LIMIT + 1} bytes, the limit is {LIMIT}"] * excess == reasons


def test_poison_record(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    A value that is no DynamoDB JSON fails its record alone, and the log does not quote it.
    """
    machine = account.machine("app")

    answer = invoke("start_execution", [record(1, {"n": {"N": "s3cret"}}), record(2)], STATE_MACHINE_ARN=machine)

    (reason,) = [line["reason"] for line in logged() if line["level"] == "ERROR"]
    assert (answer, len(account.inputs(machine))) == (FAILED, 1)
    assert reason == "not DynamoDB JSON (InvalidOperation while decoding)"


def test_claim(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With a claim two records of one request start one execution.
    """
    machine = account.machine("app")
    item = {"id": {"S": "item-1"}, "status": {"S": "PENDING"}}
    account.table("requests").put_item(TableName="requests", Item=item)
    claim = {"CLAIM_ATTRIBUTE": "status", "CLAIM_FROM": "PENDING", "CLAIM_TO": "STARTED"}

    answer = invoke("start_execution", [record(1), record(1, eventID="event-1b")], STATE_MACHINE_ARN=machine, **claim)

    assert (answer, [each["eventID"] for each in account.inputs(machine)]) == (DONE, ["event-1"])


def test_sync(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    With EXECUTION_MODE=sync the end of each execution is awaited, on an endpoint without a host of its own for that.
    """
    machine = account.machine("app", kind="EXPRESS")

    answer = invoke("start_execution", [record(1), record(2)], STATE_MACHINE_ARN=machine, EXECUTION_MODE="sync")

    assert (answer, len(account.inputs(machine))) == (DONE, 2)


def test_sync_failure(account: Account, invoke: Invoke, record: MakeRecord, capsys: pytest.CaptureFixture[str]) -> None:
    """
    An execution that ends as FAILED fails its record, and neither its error nor its cause is logged.
    """
    machine = account.machine("app", FAILS, "EXPRESS")

    answer = invoke("start_execution", [record(1)], STATE_MACHINE_ARN=machine, EXECUTION_MODE="sync")

    text = capsys.readouterr().out
    assert (answer, "the execution ended as FAILED" in text, "s3cret" in text) == (FAILED, True, False)


def test_words_of_an_execution(account: Account, invoke: Invoke, record: MakeRecord, logged: Logged) -> None:
    """
    With LOG_RECORDS=true they are.
    """
    machine = account.machine("app", FAILS, "EXPRESS")

    invoke("start_execution", [record(1)], STATE_MACHINE_ARN=machine, EXECUTION_MODE="sync", LOG_RECORDS="true")

    assert [line["detail"] for line in logged() if line["level"] == "ERROR"] == ["Broken: the item says s3cret"]


def test_async_failure(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    Without it nothing is awaited, and an execution that fails is the state machine's own business.
    """
    machine = account.machine("app", FAILS)

    assert invoke("start_execution", [record(1)], STATE_MACHINE_ARN=machine) == DONE


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT"])
def test_every_other_end(record: MakeRecord, status: str) -> None:
    """
    Whatever is not SUCCEEDED fails the record.
    """

    class States:
        def start_sync_execution(self, **request: Any) -> dict[str, str]:
            assert request["includedData"] == "METADATA_ONLY"
            return {"status": status}

    settings = Settings.from_environment(
        {"ARN": "arn:aws:states:eu-central-1:111122223333:stateMachine:app", "EXECUTION_MODE": "sync"}
    )
    clients = connect(settings)._replace(by_region={"eu-central-1": States()})

    assert handle([record(1)], settings, clients) == FAILED


@pytest.mark.parametrize(
    ("endpoint", "injected"),
    [
        ("http://127.0.0.1:9", False),
        ("http://localhost:9/", False),
        ("http://[::1]:9", False),
        ("https://states.example.com", True),
        (None, True),
    ],
)
def test_host_of_sync(monkeypatch: pytest.MonkeyPatch, endpoint: str | None, *, injected: bool) -> None:
    """
    The `sync-` that AWS puts before a host is left out where the host is an address of this machine.
    """
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_SFN", endpoint)
    session.cache_clear()
    arn = "arn:aws:states:eu-central-1:111122223333:stateMachine:app"

    clients = connect(Settings.from_environment({"ARN": arn, "EXECUTION_MODE": "sync"}))

    config = clients.by_region["eu-central-1"].meta.config
    assert (injected, 310, 1) == (config.inject_host_prefix, config.read_timeout, config.retries["total_max_attempts"])


def test_unreadable_event(account: Account, invoke: Invoke, record: MakeRecord) -> None:
    """
    When any part of the event is no record, nothing is started.
    """
    machine = account.machine("app")

    with pytest.raises(UnreadableEventError):
        invoke("start_execution", [record(), {"messageId": "1"}], STATE_MACHINE_ARN=machine)

    assert account.inputs(machine) == []
