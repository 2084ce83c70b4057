"""
What stands between the filter and the target, brought into one form.

A function, an Express state machine, an API destination, or whatever pipes-alpha has an `IEnrichment` for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pipes_trigger import policies
from pipes_trigger.errors import ConfigurationError, InputTemplateError, Violation
from pipes_trigger.pipes_alpha import bind
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_cdk.aws_iam import IRole

    from pipes_trigger.policies import Statement

# What tells the kind, what the pipe's role needs on it (EventBridge user guide, doc, "Pipes permissions"), and
# whether it is called over HTTP.
_KINDS: Final = (
    ("function_arn", "lambda:InvokeFunction", False),
    ("state_machine_arn", "states:StartSyncExecution", False),
    ("api_destination_arn", "events:InvokeApiDestination", True),
)

# Told by their names, as pipes-alpha need not be there, and their parameters are empty where nothing is said of them.
_ALPHA_OVER_HTTP: Final = frozenset({"ApiDestinationEnrichment", "ApiGatewayEnrichment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrichment:
    """
    An enrichment in one form, whatever it was given as.

    Attributes:
        arn: The enrichment's ARN.
        action: The IAM action that the pipe's role needs on it; None where `grant` allows it.
        parameters: The pipe's enrichment parameters; None where there are none.
        input_template: What the enrichment gets of a record; None: the record as it is.
        grant: Grants the pipe's role what pipes-alpha's object needs; None where `action` is all.
        over_http: Whether it is called over HTTP, which no function can do in the pipe's place.
    """

    arn: str
    action: str | None = None
    parameters: Mapping[str, Any] | None = None
    input_template: str | None = None
    grant: Callable[[IRole], Any] | None = None
    over_http: bool = False

    @property
    def statements(self) -> list[Statement]:
        """
        What a role needs to use it; empty where `grant` allows it.
        """
        return [] if self.action is None else [policies.allow([self.action], [self.arn])]


def given_enrichment(enrichment: Any) -> Enrichment | None:
    """
    Bring an enrichment into one form.

    Args:
        enrichment: A function, alias or version, an Express state machine, an API destination, or an `IEnrichment` of
            pipes-alpha; None for none.

    Raises:
        ConfigurationError: It is none of them, or a Standard state machine.
        InputTemplateError: Its input template holds something that only CloudFormation can resolve.

    Example:
        >>> given_enrichment(None) is None
        True
    """
    if enrichment is None:
        return None
    if hasattr(enrichment, "enrichment_arn"):
        return _of_pipes_alpha(enrichment)
    if getattr(getattr(enrichment, "state_machine_type", None), "name", "") == "STANDARD":
        problem = "is a Standard state machine, and Pipes waits for an Express one's answer alone"
        fix = "build it with state_machine_type=StateMachineType.EXPRESS"
        raise ConfigurationError([Violation("TR022", "enrichment", problem, fix)])
    for attribute, action, over_http in _KINDS:
        if hasattr(enrichment, attribute):
            return Enrichment(arn=getattr(enrichment, attribute), action=action, over_http=over_http)
    problem = f"must be a function, a state machine, an API destination or an IEnrichment, got {enrichment!r}"
    fix = "pass the L2 construct, or a type of aws_cdk.aws_pipes_enrichments_alpha"
    raise ConfigurationError([Violation("TR014", "enrichment", problem, fix)])


def _of_pipes_alpha(enrichment: Any) -> Enrichment:
    config, stack = bind(enrichment)
    bound = config.enrichment_parameters
    text = stack.resolve(bound.input_template)
    if text is not None and not isinstance(text, str):
        problem = f"holds what only CloudFormation can resolve: {text!r}"
        fix = "write the value, or a <$.path> of the record"
        raise InputTemplateError([Violation("TR013", "enrichment", problem, fix)])
    parameters = {"inputTemplate": text, "httpParameters": bound.http_parameters}
    given = {name: value for name, value in parameters.items() if value is not None}
    return Enrichment(
        arn=enrichment.enrichment_arn,
        parameters=given or None,
        input_template=text,
        grant=enrichment.grant_invoke,
        over_http=any(kind.__name__ in _ALPHA_OVER_HTTP for kind in type(enrichment).__mro__),
    )
