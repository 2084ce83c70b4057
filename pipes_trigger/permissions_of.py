"""
What a trigger of an app may do, before the app is synthesized.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.errors import ConfigurationError, Violation
from pipes_trigger.permissions import explain as explain_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk import CfnResource, Stack
    from constructs import Construct

    from pipes_trigger.permissions import Permission

_PIPE: Final = "AWS::Pipes::Pipe"
_CAPITAL: Final = re.compile("([A-Z])")
# What permissions are read from; anything else of a stack need not be resolved.
_SERVICES: Final = frozenset(
    {"CodeBuild", "CodePipeline", "DynamoDB", "Events", "IAM", "KMS", "KinesisFirehose", "Lambda", "Logs", "Pipes"}
    | {"S3", "SNS", "SQS", "StepFunctions"}
)


def explain(trigger: Construct) -> tuple[Permission, ...]:
    """
    Say who may do what to what for a trigger, why, and which call needs it; the app is not synthesized.

    Read are the stack of the trigger, and those of its stream and its target. What is granted later is not seen, and
    neither is what `add_property_override` or an Aspect changes: `pipes_trigger.permissions.explain` reads the
    synthesized template, which has all of it.

    Args:
        trigger: The trigger, or any construct with one pipe below it.

    Raises:
        ConfigurationError: There is not one pipe; or a function or table of another stack has the logical id of a
            resource of the trigger's own stack, so that nobody can tell the two apart before synthesis.
        PipeSpecError: The pipe reads no DynamoDB stream.
    """
    from aws_cdk import Stack  # noqa: PLC0415 - whoever has a trigger has loaded it

    pipes = [each for each in _resources_below(trigger) if each.cfn_resource_type == _PIPE]
    if len(pipes) != 1:
        problem = f"has {len(pipes)} pipes below it"
        raise ConfigurationError([Violation("EP001", trigger.node.path, problem, "pass one DynamoDBStreamTrigger")])
    own = Stack.of(trigger)
    mine = dict(_rendered(own))
    resources = dict(mine)
    for stack, logical_id in _elsewhere(pipes[0], own):
        if logical_id in mine:
            problem = f"cannot be told from {stack.node.path}: {logical_id} is in both stacks"
            fix = "synthesize, and run `pipes-trigger permissions cdk.out`"
            raise ConfigurationError([Violation("EP002", own.node.path, problem, fix)])
        resources = {**dict(_rendered(stack)), **resources}
    return explain_template({"Resources": resources}, own.resolve(pipes[0].logical_id))


def _elsewhere(pipe: Any, own: Stack) -> Iterator[tuple[Stack, str]]:
    """
    Give the stacks of what a pipe refers to beyond its own, with the logical id of what is there.
    """
    from aws_cdk import CfnElement, Reference, Stack, Tokenization  # noqa: PLC0415 - as above

    for value in filter(None, (pipe.source, pipe.target, pipe.enrichment, pipe.role_arn)):
        for token in Tokenization.reverse_string(value).tokens:
            target = token.target if isinstance(token, Reference) else None
            if isinstance(target, CfnElement) and target.stack.node.path != own.node.path:
                stack = Stack.of(target)
                yield stack, stack.resolve(target.logical_id)


def _rendered(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in _resources_below(stack):
        kind = resource.cfn_resource_type
        if kind.split("::")[1] in _SERVICES and resource.stack.node.path == stack.node.path:
            # What is lazy comes to something only when it is resolved, so that has to be done before it is rendered.
            properties = stack.resolve(_plain(resource))
            rendered = resource._render_properties(properties)  # noqa: SLF001 - CDK's own way to a template
            yield stack.resolve(resource.logical_id), {"Type": kind, "Properties": rendered}


def _plain(resource: Any) -> dict[str, Any]:
    """
    Give a resource's properties as CDK has them; where one is a construct, such as a role, what it is referred to by.
    """
    given = resource._updated_properties  # noqa: SLF001 - as above
    return {
        name: getattr(resource, _CAPITAL.sub(r"_\1", name).lower()) if hasattr(value, "node") else value
        for name, value in given.items()
    }


def _resources_below(scope: Construct) -> list[CfnResource]:
    from aws_cdk import CfnResource  # noqa: PLC0415 - as above

    return [each for each in scope.node.find_all() if isinstance(each, CfnResource)]
