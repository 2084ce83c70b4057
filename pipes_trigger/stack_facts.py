"""
What CDK knows: a stack's place, read once a stack, and what a token refers to. Each question is a round trip to Node.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary, ref

from aws_cdk import Aws, Reference, Stack, Tokenization

from pipes_trigger import limits
from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.helpers.tokens import is_token
from pipes_trigger.quick_dataclasses import dataclass, field
from pipes_trigger.stream_checks import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_cdk.aws_lambda import Code
    from constructs import Construct


@dataclass(slots=True)
class StackFacts:
    """
    What all triggers of a stack share.

    Attributes:
        place: Where the stack deploys to.
        names: The names of triggers and pipes that are taken, and the scope and the id of the trigger that took each.
        codes: The code of functions by its absolute path, staged once; CDK lets no two stacks share it.
        readers: How many triggers of the app read each stream, by its ARN or token; all stacks of an app share it.
        name_per_stream: What the context says of pipe names.
    """

    place: Place
    readers: Counter[str]
    name_per_stream: bool
    names: dict[str, tuple[ref[Construct], str]] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def refuse_taken_names(self, names: Iterable[str]) -> None:
        """
        Refuse a name, a trigger's or its pipe's, that another one has: CloudFormation would refuse it only at deploy.

        Raises:
            ConfigurationError: Another trigger of the stack has it.
        """
        for name in names:
            if name not in self.names:
                continue
            scope, construct_id = self.names[name]
            parent = scope()
            path = construct_id if parent is None else f"{parent.node.path}/{construct_id}"
            problem = f"is taken in this stack by {path!r}: {name!r}"
            raise ConfigurationError([Violation("TR006", "resource_base_name", problem, "give each trigger its own")])

    def take_names(self, names: Iterable[str], scope: Construct, construct_id: str) -> None:
        """
        Keep the names of a trigger that is built.
        """
        self.names.update(dict.fromkeys(names, (ref(scope), construct_id)))

    def tells_stream(self, wanted: bool | None) -> bool:  # noqa: FBT001 - an option's value
        """
        Say whether a pipe's name tells its stream: as the trigger wants it, or as the app's context says.
        """
        return self.name_per_stream if wanted is None else wanted

    def add_reader(self, stream_arn: str) -> list[Violation]:
        """
        Count a trigger that reads a stream, and warn of the first that is too many for it.
        """
        self.readers[stream_arn] += 1
        if self.readers[stream_arn] != limits.READERS_PER_SHARD + 1:
            return []
        problem = (
            f"is read by {self.readers[stream_arn]} triggers of this app: {stream_arn}; more than "
            f"{limits.READERS_PER_SHARD} readers of one shard are throttled"
        )
        return [Violation("SA006", "stream ARN", problem, "let one trigger start both, over a topic or a bus")]


# By scope and by stack, and by app; weak, so that a test suite's hundreds of stacks can go.
_FACTS: WeakKeyDictionary[Any, StackFacts] = WeakKeyDictionary()
_READERS: WeakKeyDictionary[Any, Counter[str]] = WeakKeyDictionary()
# A context flag, as CDK's own feature flags are: `cdk.json` sets it once for an app.
NAME_PER_STREAM: Final = "@pipes-trigger/pipe-name-per-stream"
_STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"
# What CDK's construct of a target knows of itself: its customer key, and whether it is FIFO.
_TARGETS: Final = {
    "AWS::SNS::Topic": ("kms_master_key_id", "fifo_topic"),
    "AWS::SQS::Queue": ("kms_master_key_id", "fifo_queue"),
    _STATE_MACHINE: ("encryption_configuration", None),
}


def facts_of(scope: Construct) -> StackFacts:
    """
    Return the facts of the stack that a scope lies in.
    """
    facts = _FACTS.get(scope)
    if facts is None:
        stack = scope if isinstance(scope, Stack) else Stack.of(scope)
        facts = _FACTS.get(stack)
        if facts is None:
            place = Place(partition=Aws.PARTITION, region=stack.region, account=stack.account)
            node = stack.node
            flag = node.try_get_context(NAME_PER_STREAM)
            readers = _READERS.setdefault(node.root, Counter())
            facts = _FACTS[stack] = StackFacts(place, readers, name_per_stream=flag in {True, "true"})
        _FACTS[scope] = facts
    return facts


def reference_of(token: str) -> tuple[str, str] | None:
    """
    Tell the CloudFormation type and attribute that a token refers to, or None where CDK does not know.
    """
    reference = Tokenization.reverse_string(token).first_token
    if not isinstance(reference, Reference):
        return None
    kind = getattr(reference.target, "cfn_resource_type", None)
    return None if kind is None else (kind, reference.display_name)


@dataclass(frozen=True, slots=True)
class KnownTarget:
    """
    What CDK knows of a target of the app, beyond its ARN.

    Attributes:
        key_arn: The ARN of the customer key that it is encrypted with; None where there is none, or none that is known.
        fifo: Whether it is FIFO.
        standard: Whether it is a Standard state machine.
    """

    key_arn: str | None = None
    fifo: bool = False
    standard: bool = False


def known_target(token: str) -> KnownTarget:
    """
    Tell what is known of the resource that a token refers to.
    """
    reference = Tokenization.reverse_string(token).first_token if is_token(token) else None
    if not isinstance(reference, Reference):
        return KnownTarget()
    resource: Any = reference.target
    kind = getattr(resource, "cfn_resource_type", "")
    key_name, fifo_name = _TARGETS.get(kind, (None, None))
    key = None if key_name is None else getattr(resource, key_name, None)
    key = getattr(key, "kms_key_id", key)
    # An alias, as of the AWS-managed key, is no ARN that a policy could name.
    is_arn = isinstance(key, str) and (is_token(key) or ":key/" in key)
    fifo = fifo_name is not None and getattr(resource, fifo_name, None) is True
    standard = kind == _STATE_MACHINE and getattr(resource, "state_machine_type", None) in {None, "STANDARD"}
    return KnownTarget(key if is_arn else None, fifo, standard)
