"""
What really happened: the fates of records, the executions that were started, the messages that arrived.
"""

from __future__ import annotations

import json
from collections import Counter
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Self

from pipes_trigger.local.events import PipeEvent, RecordDeadLettered, RecordDelivered, RecordFiltered
from pipes_trigger.local.run import show_executions
from pipes_trigger.local.telling import describe_keys

if TYPE_CHECKING:
    from types import TracebackType

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.console import LocalConsole
    from pipes_trigger.local.deployment import Deployment
    from pipes_trigger.local.events import Observer

INBOX = "Inbox"
FATES = {RecordFiltered: "filtered", RecordDelivered: "delivered", RecordDeadLettered: "dead-lettered"}
LOOK_SECONDS = 0.2


class Observed:
    """
    Watches pipes, pipelines and the inbox, prints what they do and keeps it for the summary.
    """

    def __init__(
        self, console: LocalConsole, deployment: Deployment, endpoint: CodePipelineEndpoint, observer: Observer
    ) -> None:
        self._console = console
        self._observer = observer
        self._deployment = deployment
        self._endpoint = endpoint
        self._lock = Lock()
        self._stopping = Event()
        self._thread = Thread(target=self._watch, name="effects", daemon=True)
        self.fates: Counter[tuple[str, str, str]] = Counter()
        self.messages: Counter[tuple[str, str]] = Counter()
        self.dead_letters: list[dict[str, Any]] = []
        self._seen: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def event(self, event: PipeEvent) -> None:
        """
        Pass on what a pipe says, and keep the fate of a record.
        """
        self._observer(event)
        fate = FATES.get(type(event))
        if fate is not None:
            record = event.record  # type: ignore[attr-defined]  # the three above have one
            with self._lock:
                self.fates[describe_keys(record), record["eventName"], fate] += 1

    def count(self, name: str) -> int:
        """
        Say how many there are by now of what the feed waits for.
        """
        with self._lock:
            return {
                "records decided": self.fates.total(),
                "pipelines started": len(self.executions),
                "messages received": self.messages.total(),
            }[name]

    @property
    def executions(self) -> list[dict[str, str]]:
        """
        The variables of every execution, oldest first.
        """
        return [
            dict(execution.variables)
            for stack in self._deployment.stacks
            for pipeline in stack.pipelines.values()
            for execution in self._endpoint.executions(
                pipeline, account=stack.session.account, region=stack.session.region
            )
        ]

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            show_executions(self._console, self._endpoint, self._deployment, self._seen)
            for stack in self._deployment.stacks:
                for resource in stack.resources.values():
                    if resource.type == "AWS::SQS::Queue" and resource.logical_id.startswith(INBOX):
                        self._receive(stack.session.client("sqs"), resource.physical_id)

    def _receive(self, sqs: Any, queue: str) -> None:
        received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for message in received:
            change = json.loads(message["Body"])
            keys = " ".join(f"{name}={value}" for name, value in change["keys"].items())
            self._console.effect("message arrived", f"{change['eventName']} {keys}")
            self.messages[keys, change["eventName"]] += 1
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def collect_dead_letters(self) -> None:
        """
        Read the dead-letter queues of every pipe.
        """
        for pipe in self._deployment.pipes:
            if pipe.dead_letter is None:
                continue
            sqs = pipe.session.client("sqs")
            queue = sqs.get_queue_url(QueueName=pipe.dead_letter.rpartition(":")[2])["QueueUrl"]
            received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            self.dead_letters += [json.loads(message["Body"]) for message in received]
