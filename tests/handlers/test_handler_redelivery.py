"""
Redelivery: whatever the pipe delivers again, each record starts everything once, and reaches a FIFO queue once.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

import boto3
import builds
import executions
import pipelines
import pytest
import queues
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from records import Record
from starts import Clients, Target

from pipes_trigger.local.session import DEFAULT_ACCOUNT
from tests.handlers.doubles import CodeBuild, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from tests.handlers.conftest import Account

    Handle = Callable[[list[dict[str, Any]]], dict[str, list[dict[str, str]]]]

_NAMES: Final = itertools.count()
KEYS: Final = {"aws_access_key_id": "example", "aws_secret_access_key": "example"}
QUIET: Final = {"LOG_LEVEL": "ERROR"}
ANY_TIMES: Final = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Flaky:
    """
    A client some of whose calls fail: before anything is done, or after it was done, when only the answer is lost.
    """

    def __init__(self, client: Any, failures: list[str]) -> None:
        self._client = client
        self._failures = failures

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._calling(found) if name in {"start_execution", "start_build", "send_message_batch"} else found

    def _calling(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            when = self._failures.pop() if self._failures else ""
            if when != "before":
                answer = operation(**request)
                if not when:
                    return answer
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "Any")

        return call


def failures(data: st.DataObject) -> list[str]:
    """
    Draw how the next calls fail.
    """
    return data.draw(st.lists(st.sampled_from(["", "before", "after"]), max_size=8), label="failures, from the end")


def deliver(data: st.DataObject, handle: Handle, before_batch: Callable[[], None] = lambda: None) -> int:
    """
    Deliver records 1 to 5 times each, in any order and batches, and what failed again; give how many there are.
    """
    times = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4), label="deliveries of each record")
    deliveries = [number for number, count in enumerate(times) for _ in range(count)]
    waiting = data.draw(st.permutations(deliveries), label="order")
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=20), label="batch sizes")
    for size in itertools.cycle(sizes):
        batch, waiting = waiting[:size], waiting[size:]
        before_batch()
        keys = {number: {"id": {"S": f"item-{number % 2}"}} for number in batch}
        events = [{"eventID": f"event-{number}", "dynamodb": {"Keys": keys[number]}} for number in batch]
        failed = handle([{"Records": [event]} for event in events])["batchItemFailures"]
        waiting += [int(failure["itemIdentifier"].removeprefix("event-")) for failure in failed]
        if not waiting:
            return len(times)
    raise AssertionError


def create(client: Any) -> str:
    """
    Create a pipeline, and give its name.
    """
    name = f"redelivery-{next(_NAMES)}"
    stages: list[dict[str, Any]] = [{"name": stage, "actions": []} for stage in ("Source", "Deploy")]
    store = {"type": "S3", "location": "artifacts"}
    role = "arn:aws:iam::111122223333:role/pipeline"
    client.create_pipeline(pipeline={"name": name, "roleArn": role, "artifactStore": store, "stages": stages})
    return name


@ANY_TIMES
@given(data=st.data())
def test_pipelines(codepipeline: CodePipelineEndpoint, data: st.DataObject) -> None:
    """
    Records that come 1 to 5 times each, in any batches, with failures in between, start each pipeline exactly once.
    """
    client = codepipeline.session().client("codepipeline")
    names = [create(client) for _ in range(2)]
    arns = ",".join(f"arn:aws:codepipeline:us-east-1:{DEFAULT_ACCOUNT}:{name}" for name in names)
    configured = pipelines.Settings.from_environment({"PIPELINES": arns, **QUIET})
    # Two pipelines are asked for each record, so that every batch meets all of its refusals.
    refusals = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=5), label="refusals before each batch")

    count = deliver(
        data,
        lambda event: pipelines.handle(event, configured, Clients({"us-east-1": client}, None)),
        lambda: codepipeline.fail_next(refusals.pop() if refusals else 0, "ConflictException"),
    )

    assert [count] * 2 == [len(codepipeline.executions(name)) for name in names]


@ANY_TIMES
@given(data=st.data())
def test_executions(account: Account, data: st.DataObject) -> None:
    """
    Records that come 1 to 5 times each, with calls and answers lost, start each Standard state machine exactly once.
    """
    machines = [account.machine(f"redelivery-{next(_NAMES)}") for _ in range(2)]
    configured = executions.Settings.from_environment({"MACHINES": ",".join(machines), **QUIET})
    client = Flaky(account.session.client("stepfunctions"), failures(data))
    clients = Clients({account.session.region: client}, None)

    count = deliver(data, lambda event: executions.handle(event, configured, clients))

    expected = [f"event-{number}" for number in range(count)]
    assert [expected] * 2 == [[each["eventID"] for each in account.inputs(machine)] for machine in machines]


@pytest.fixture
def codebuild() -> Iterator[tuple[CodeBuild, Any]]:
    """
    Give a CodeBuild, and a client of it.
    """
    service = CodeBuild(set())
    with served(service) as url:
        yield service, boto3.client("codebuild", region_name="eu-central-1", endpoint_url=url, **KEYS)


@ANY_TIMES
@given(data=st.data())
def test_builds(codebuild: tuple[CodeBuild, Any], data: st.DataObject) -> None:
    """
    Records that come 1 to 5 times each, with calls and answers lost, build each project exactly once.
    """
    service, client = codebuild
    names = [f"redelivery-{next(_NAMES)}" for _ in range(2)]
    service.projects.update(names)
    arns = ",".join(f"arn:aws:codebuild:eu-central-1:111122223333:project/{name}" for name in names)
    configured = builds.Settings.from_environment({"PROJECTS": arns, **QUIET})
    clients = Clients({"eu-central-1": Flaky(client, failures(data))}, None)

    count = deliver(data, lambda event: builds.handle(event, configured, clients))

    assert [count] * 2 == [len(service.variables(name)) for name in names]


@ANY_TIMES
@given(data=st.data())
def test_fifo_queues(account: Account, data: st.DataObject) -> None:
    """
    Records that come 1 to 5 times each, with calls and answers lost, arrive in a FIFO queue exactly once.
    """
    queue = account.queue(f"redelivery-{next(_NAMES)}.fifo")
    configured = queues.Settings.from_environment({"QUEUE_ARN": queue.arn, **QUIET})
    clients = {account.session.region: Flaky(queue.sqs, failures(data))}

    count = deliver(data, lambda event: queues.handle(event, configured, clients))

    # A FIFO queue gives no second batch of a group while the first one is there, but `received` takes each away.
    arrived = []
    while bodies := queue.bodies():
        arrived += [body["eventID"] for body in bodies]
    assert [f"event-{number}" for number in range(count)] == sorted(arrived)


def test_tokens() -> None:
    """
    A token is what each API takes, the same for each delivery, and different for each record and each target.
    """
    targets = [Target(f"arn:aws:codepipeline:us-east-1:123456789012:{name}", "us-east-1", name) for name in "ab"]
    records = [Record({"eventID": event_id, "dynamodb": {}}, "event") for event_id in ("1", "2", "1")]

    tokens = [target.token(record) for target in targets for record in records]

    assert [tokens.index(token) for token in tokens] == [0, 1, 0, 3, 4, 3]
    # 128 for CodePipeline, 80 for the name of an execution.
    assert [token for token in tokens if not re.fullmatch(r"[a-zA-Z0-9-]{1,80}", token)] == []
