"""
What every part of a sentence about a trigger needs: the pipe, its template, and how to say what is there instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from pipes_trigger.permissions.expressions import show
from pipes_trigger.permissions.references import describe, logical_id
from pipes_trigger.testing.resources import is_meant, meant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipes_trigger.spec import PipeSpec
    from pipes_trigger.testing.documents import Document, Reference

_ALIASES: Final = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


class Sentence:
    """
    A pipe and the template that it is in.

    Attributes:
        pipe: The pipe, to look at closer: `pipe.simulate(records)` gives what the function would get.
    """

    def __init__(self, document: Document, pipe: PipeSpec) -> None:
        self.pipe = pipe
        self._document = document

    def _fail(self, problem: str, lines: Iterable[str] = ()) -> NoReturn:
        __tracebackhide__ = True
        raise AssertionError("\n  ".join([f"{self.pipe.name} {problem}", *lines]))

    def _expect(self, verb: str, actual: Any, reference: Reference) -> None:
        __tracebackhide__ = True
        expected, resources = meant(self._document, reference), self._document.resources
        if not is_meant(actual, expected, resources):
            wanted = " or ".join(map(show, expected))
            self._fail(f"{verb} something else", [f"expected: {wanted}", f"there is: {describe(actual, resources)}"])

    def _function(self) -> Any:
        """
        Give the function that the pipe invokes: behind an alias or a version of the template, the one that it names.
        """
        target = self.pipe.target
        for _step in _ALIASES:
            found, resource = self._resource(target)
            if resource.get("Type") in _ALIASES:
                target = resource.get("Properties", {}).get("FunctionName")
                # A function is named by a name, an ARN or a function of CloudFormation; compared are ARNs.
                found, _resource = self._resource(target)
                target = {"Fn::GetAtt": [found, "Arn"]} if found else target
        return target

    def _resource(self, value: Any) -> tuple[str | None, Mapping[str, Any]]:
        found = logical_id(value, self._document.resources)
        return found, self._document.resources.get(found or "", {})
