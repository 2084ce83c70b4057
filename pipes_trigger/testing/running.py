"""
An app that runs on the emulator: change its tables, and wait for what comes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from boto3.dynamodb.types import TypeSerializer

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.testing.items import marshal
from pipes_trigger.testing.resources import find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aws_cdk import IResource

    from pipes_trigger.local.codepipeline import CodePipelineEndpoint
    from pipes_trigger.local.codepipeline.pipelines import Execution
    from pipes_trigger.local.deployment import DeployedResource, DeployedStack, Deployment
    from pipes_trigger.local.running import LocalPipes
    from pipes_trigger.testing.fates import Diary, Fate

Named: TypeAlias = "str | IResource"
"""A deployed resource: its logical id, the id or path that it has in CDK, its name, or CDK's own object."""

Seen = TypeVar("Seen")

SECONDS: Final = 30.0
_TABLE: Final = "AWS::DynamoDB::Table"
_QUEUE: Final = "AWS::SQS::Queue"
_PIPELINE: Final = "AWS::CodePipeline::Pipeline"


class RunningApp:
    """
    A deployed app with its pipes running.

    Where a stack has one table, queue or pipeline only, it need not be named.

    Attributes:
        deployment: What was deployed: stacks, outputs, resources, and what the emulator could not take.

    Example:
        ```python
        orders = local_pipes.deploy(stack)
        orders.put({"id": "1", "status": "DRAFT"})
        (fate,) = orders.wait_for_fates(1)
        assert fate.state == "filtered"
        ```
    """

    def __init__(self, deployment: Deployment, pipes: LocalPipes, diary: Diary, endpoint: CodePipelineEndpoint) -> None:
        self.deployment = deployment
        self._pipes = pipes
        self._diary = diary
        self._endpoint = endpoint
        self._earlier = {one.execution_id for one in self._executions(None)}

    @property
    def fates(self) -> tuple[Fate, ...]:
        """
        What became of each record so far, once for each pipe that read it.
        """
        return self._diary.fates

    def client(self, service: str) -> Any:
        """
        Give boto3's client of a service, for the account and region of the first stack.
        """
        return self.deployment.stacks[0].session.client(service)

    def put(self, item: Mapping[str, object], table: Named | None = None) -> None:
        """
        Put an item of plain Python values into a table: an INSERT, or a MODIFY where its key is there.

        Raises:
            ItemError: DynamoDB could not hold it.
            ConfigurationError: There is no such table, or several and none is named.
        """
        self._change("put_item", "Item", item, table)

    def delete(self, key: Mapping[str, object], table: Named | None = None) -> None:
        """
        Delete the item with this key: a REMOVE, where there is one.

        Raises:
            ItemError: As for `put`.
            ConfigurationError: As for `put`.
        """
        self._change("delete_item", "Key", key, table)

    def wait_for(self, effect: Callable[[], Seen | None], *, seconds: float = SECONDS, what: str = "effect") -> Seen:
        """
        Wait until `effect` gives something true, and return that.

        Args:
            effect: Asked about five times a second.
            seconds: For how long.
            what: What to call it in the message.

        Raises:
            AssertionError: It did not; the message says what each record did instead.
            LocalRunError: A pipe failed.
        """
        __tracebackhide__ = True
        seen: list[Seen] = []

        def _look() -> bool:
            found = effect()
            if found:
                seen.append(found)
            return bool(found)

        if not self._pipes.wait(_look, seconds):
            lines = [*self._diary.lines(), *(f"left out: {one}" for one in self._pipes.left_out)]
            raise AssertionError(
                "\n  ".join([f"no {what} within {seconds:g} s; what the records did instead:", *lines])
            )
        return seen[0]

    def wait_for_message(self, queue: Named | None = None, *, seconds: float = SECONDS) -> str:
        """
        Wait for a message, delete it and return its body.

        Raises:
            AssertionError: As for `wait_for`.
            ConfigurationError: There is no such queue, or several and none is named.
        """
        __tracebackhide__ = True
        stack, found = self._find(_QUEUE, queue)
        sqs, url = stack.session.client("sqs"), found.physical_id

        def _receive() -> str | None:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return str(message["Body"])
            return None

        return self.wait_for(_receive, seconds=seconds, what=f"message in the queue {found.logical_id}")

    def wait_for_execution(self, pipeline: Named | None = None, *, seconds: float = SECONDS) -> Execution:
        """
        Wait for a pipeline to be started, and return the first execution of this app with its variables.

        Raises:
            AssertionError: As for `wait_for`.
            ConfigurationError: There is no such pipeline, or several and none is named.
        """
        __tracebackhide__ = True
        _stack, found = self._find(_PIPELINE, pipeline)

        def _started() -> Execution | None:
            new = [one for one in self._executions(found.physical_id) if one.execution_id not in self._earlier]
            return new[0] if new else None

        return self.wait_for(_started, seconds=seconds, what=f"execution of the pipeline {found.logical_id}")

    def wait_for_fates(self, count: int, *, seconds: float = SECONDS) -> tuple[Fate, ...]:
        """
        Wait until `count` records were read and each is decided: filtered, delivered, dead-lettered or discarded.

        Raises:
            AssertionError: As for `wait_for`.
        """
        __tracebackhide__ = True

        def _decided() -> tuple[Fate, ...]:
            fates = self.fates
            return fates if len(fates) >= count and all(fate.is_decided for fate in fates) else ()

        return self.wait_for(_decided, seconds=seconds, what=f"decision on {count} records")

    def _change(self, operation: str, argument: str, item: Mapping[str, object], table: Named | None) -> None:
        marshal(item)  # for its errors, which say where and why; boto3 wants binary as bytes
        stack, found = self._find(_TABLE, table)
        serialize = TypeSerializer().serialize
        typed = {name: serialize(value) for name, value in item.items()}
        getattr(stack.session.client("dynamodb"), operation)(TableName=found.physical_id, **{argument: typed})

    def _executions(self, pipeline: str | None) -> Iterator[Execution]:
        for stack in self.deployment.stacks:
            for name in stack.pipelines.values():
                if pipeline in (None, name):
                    place = {"account": stack.session.account, "region": stack.session.region}
                    yield from self._endpoint.executions(name, **place)

    def _find(self, kind: str, named: Named | None) -> tuple[DeployedStack, DeployedResource]:
        there = [
            (stack, one) for stack in self.deployment.stacks for one in stack.resources.values() if one.type == kind
        ]
        found = [(stack, one) for stack, one in there if named is None or _is_called(stack, one, named)]
        if len(found) != 1:
            problem = f"{len(there)} resources, and none is named"
            if named is not None:
                problem = f"{len(found)} of {len(there)} resources are called {named!r}"
            fix = known_names("", [one.logical_id for _stack, one in there])
            raise ConfigurationError([Violation("TA004", kind, problem, fix)])
        return found[0]


def _is_called(stack: DeployedStack, resource: DeployedResource, named: Named) -> bool:
    if not isinstance(named, str):
        child: Any = named.node.default_child
        return (named.stack.stack_name, named.stack.get_logical_id(child)) == (stack.name, resource.logical_id)
    name = resource.physical_id.rpartition("/")[2]
    try:
        return named == name or resource.logical_id in find(stack.template["Resources"], named)
    except ConfigurationError:
        return False
