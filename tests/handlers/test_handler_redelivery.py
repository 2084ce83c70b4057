"""
Redelivery: whatever the pipe delivers again, each pipeline runs once for each record.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipelines import Settings, handle
from records import Record
from starts import Clients, Target

from pipes_trigger.local.session import DEFAULT_ACCOUNT

if TYPE_CHECKING:
    from pipes_trigger.local.codepipeline import CodePipelineEndpoint

_NAMES: Final = itertools.count()


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


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_redelivery(codepipeline: CodePipelineEndpoint, data: st.DataObject) -> None:
    """
    Records that come 1 to 5 times each, in any batches, with failures in between, start each pipeline exactly once.
    """
    session = codepipeline.session()
    client = session.client("codepipeline")
    names = [create(client) for _ in range(2)]
    arns = ",".join(f"arn:aws:codepipeline:us-east-1:{DEFAULT_ACCOUNT}:{name}" for name in names)
    configured = Settings.from_environment({"PIPELINES": arns, "LOG_LEVEL": "ERROR"})
    clients = Clients({"us-east-1": client}, None)

    times = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4), label="deliveries of each record")
    deliveries = [number for number, count in enumerate(times) for _ in range(count)]
    waiting = data.draw(st.permutations(deliveries), label="order")
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=20), label="batch sizes")
    # Two pipelines are asked for each record, so that every batch meets all of its refusals.
    refusals = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=5), label="refusals before each batch")
    for size, refused in zip(itertools.cycle(sizes), [*refusals, *[0] * 100], strict=False):
        batch, waiting = waiting[:size], waiting[size:]
        codepipeline.fail_next(refused, "ConflictException")
        events = [{"Records": [{"eventID": f"event-{number}", "dynamodb": {}}]} for number in batch]
        failed = handle(events, configured, clients)["batchItemFailures"]
        waiting += [int(failure["itemIdentifier"].removeprefix("event-")) for failure in failed]
        if not waiting:
            break

    runs = [len(codepipeline.executions(name)) for name in names]
    assert [len(times)] * 2 == runs


def test_tokens() -> None:
    """
    A token is what the API takes, the same for each delivery, and different for each record and each pipeline.
    """
    pipelines = [Target(f"arn:aws:codepipeline:us-east-1:123456789012:{name}", "us-east-1", name) for name in "ab"]
    records = [Record({"eventID": event_id, "dynamodb": {}}, "event") for event_id in ("1", "2", "1")]

    tokens = [pipeline.token(record) for pipeline in pipelines for record in records]

    assert [tokens.index(token) for token in tokens] == [0, 1, 0, 3, 4, 3]
    assert [token for token in tokens if not re.fullmatch(r"[a-zA-Z0-9-]{1,128}", token)] == []
