"""
What CDK knows: a stack's place, read once a stack, and what a token refers to. Each question is a round trip to Node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from aws_cdk import Aws, Reference, Stack, Tokenization

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.stream_checks import Place

if TYPE_CHECKING:
    from aws_cdk.aws_lambda import Code
    from constructs import Construct


@dataclass(slots=True)
class StackFacts:
    """
    What all triggers of a stack share.

    Attributes:
        place: Where the stack deploys to.
        pipe_names: The pipe names that are taken, and the scope and the id of the trigger that took each.
        codes: The code of functions by its absolute path, staged once; CDK lets no two stacks share it.
    """

    place: Place
    pipe_names: dict[str, tuple[ref[Construct], str]] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)

    def refuse_taken_pipe_name(self, name: str) -> None:
        """
        Refuse a pipe's name that another trigger of the stack has: CloudFormation would refuse it only at deploy.

        Raises:
            ConfigurationError: Another trigger of the stack has it.
        """
        if name in self.pipe_names:
            scope, construct_id = self.pipe_names[name]
            parent = scope()
            path = construct_id if parent is None else f"{parent.node.path}/{construct_id}"
            problem = f"is taken in this stack by {path!r}: {name!r}"
            raise ConfigurationError([Violation("TR006", "resource_base_name", problem, "give each trigger its own")])

    def take_pipe_name(self, name: str, scope: Construct, construct_id: str) -> None:
        """
        Keep a pipe's name for a trigger that is built.
        """
        self.pipe_names[name] = (ref(scope), construct_id)


# By scope and by stack; weak, so that a test suite's hundreds of stacks can go.
_FACTS: WeakKeyDictionary[Any, StackFacts] = WeakKeyDictionary()


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
            facts = _FACTS[stack] = StackFacts(place)
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
