"""
A pipe on a DynamoDB stream with what stands around it in its template: who acts for it, and on what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.permissions.arns import arns_of, expand
from pipes_trigger.permissions.expressions import Hole, HoleKind, expression, show
from pipes_trigger.permissions.function_needs import FUNCTION_NEEDS
from pipes_trigger.permissions.functions import function_behind, log_group, own_group, redrivers
from pipes_trigger.permissions.keys import keys_of
from pipes_trigger.permissions.parts import ELSEWHERE, KEYS, WHATEVER, By, Part
from pipes_trigger.permissions.references import logical_id, properties
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipes_trigger.permissions.expressions import Expression
    from pipes_trigger.permissions.grants import Role
    from pipes_trigger.permissions.parts import Parts

_STREAM: Final = tuple("/stream/")
_STARTS: Final = frozenset(need.action.lower() for need in FUNCTION_NEEDS if need.on is Part.DOWNSTREAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """
    Somebody who acts for a pipe by a role.

    Attributes:
        by: Who it is.
        role: The role's ARN, as the template has it.
        function: The logical id of the function, None for the pipe itself.
    """

    by: By
    role: Any
    function: str | None = None


class Trigger:
    """
    One pipe, read from its template.

    Args:
        pipe: The pipe's logical id.
        template: The template's resources.

    Attributes:
        pipe: The pipe's logical id.
        resources: The template's resources.
        actors: Who acts for it; functions that are not in the template are left out.
    """

    def __init__(self, pipe: str, template: Mapping[str, Any]) -> None:
        self.pipe = pipe
        self.resources = template
        self._properties = properties(pipe, template)
        self._target = self._properties.get("Target")
        self._enrichment = self._properties.get("Enrichment")
        stream = _section(self._properties, "SourceParameters", "DynamoDBStreamParameters")
        self._dead_letter = _section(stream, "DeadLetterConfig").get("Arn")
        self.actors = tuple(self._actors())
        self._parts = self._common_parts()

    def parts_of(self, roles: Iterable[Role]) -> Parts:
        """
        Give the parts of the trigger as some of its roles see them: what is their own, and the keys that they use.
        """
        used = tuple(roles)
        functions = [actor.function for role in used for actor in role.actors if actor.function is not None]
        sections = [properties(name, self.resources) for name in functions]
        started = dict.fromkeys(
            arn
            for role in used
            for statement in role.policies.statements
            if any("".join(map(str, action)) in _STARTS for action in statement.actions)
            for arn in statement.resources
            if "*" not in arn
        )
        parts: dict[Part, tuple[Expression, ...]] = {
            **self._parts,
            Part.OWN_LOGS: tuple(log_group(name, self.resources) for name in functions),
            Part.FUNCTION_KEY: _distinct(keys_of(section, self.resources) for section in sections),
            Part.DOWNSTREAM_KEY: _distinct(map(self._keys_of_arn, started)),
        }
        if any("SubnetIds" in _section(section, "VpcConfig") for section in sections):
            parts[Part.NETWORK] = (WHATEVER,)
        parts[Part.KEY] = _distinct(parts[part] for part in KEYS)
        return parts

    def name_of(self, part: Part) -> str:
        """
        Give the ARN of the stream, the target, the enrichment or the dead-letter target as the template writes it.
        """
        values = {
            Part.STREAM: self._properties.get("Source"),
            Part.TARGET: self._target,
            Part.ENRICHMENT: self._enrichment,
            Part.DEAD_LETTER: self._dead_letter,
        }
        return show(expression(values[part]))

    def concerned(self) -> Mapping[str, Expression]:
        """
        Give the ARN of each resource of the template whose own policy is about the trigger, by logical id.
        """
        bucket = _section(self._properties, "LogConfiguration", "S3LogDestination").get("BucketName")
        values = [value for value in (self._target, self._enrichment, self._dead_letter, bucket) if value is not None]
        found = {logical_id(value, self.resources) for value in values}
        found |= {function_behind(value, self.resources) for value in values}
        found |= {actor.function for actor in self.actors}
        return {name: arns_of(name, self.resources)[0] for name in sorted(each for each in found if each is not None)}

    def unread(self) -> Iterator[tuple[By, str]]:
        """
        Give each function that acts for the trigger, or may, and whose role is not in the template.
        """
        for by, value in ((By.FUNCTION, self._target), (By.ENRICHMENT, self._enrichment)):
            if value is not None and self._may_be_a_function(value) and not function_behind(value, self.resources):
                yield by, show(expression(value))

    def _may_be_a_function(self, value: Any) -> bool:
        if value is None or function_behind(value, self.resources):
            return value is not None
        if logical_id(value, self.resources) is not None:
            return False
        text = show(expression(value))
        return ":lambda:" in text or not text.startswith("arn:")

    def _actors(self) -> Iterator[Actor]:
        if "RoleArn" in self._properties:
            yield Actor(by=By.PIPE, role=self._properties["RoleArn"])
        named = [(By.FUNCTION, function_behind(self._target, self.resources))]
        named.append((By.ENRICHMENT, function_behind(self._enrichment, self.resources)))
        if self._dead_letter is not None:
            named += [(By.REDRIVE, name) for name in redrivers(self._target, self._dead_letter, self.resources)]
        for by, function in named:
            if function is not None:
                yield Actor(by=by, role=properties(function, self.resources).get("Role"), function=function)

    def _common_parts(self) -> dict[Part, tuple[Expression, ...]]:
        source = self._properties.get("Source")
        table = _table_of(self._written(source))
        functions = [actor for actor in self.actors if actor.function is not None]
        redriving = [each.function for each in functions if each.by is By.REDRIVE and each.function]
        logs = _section(self._properties, "LogConfiguration")
        group = _section(logs, "CloudwatchLogsLogDestination").get("LogGroupArn")
        groups = [own_group(each.function, self.resources) for each in functions if each.function]
        return {
            Part.ANY: (WHATEVER,),
            Part.DOWNSTREAM: (WHATEVER,),
            Part.STREAM: (self._written(source),),
            Part.TABLE: (table,),
            Part.INDEX: ((*table, *"/index/", Hole("index", HoleKind.WORD)),),
            Part.TARGET: self._all_written(self._target),
            Part.ENRICHMENT: self._all_written(self._enrichment),
            Part.DEAD_LETTER: self._all_written(self._dead_letter),
            Part.PIPE_LOGS: (*self._all_written(group), *self._other_logs(logs)),
            Part.REDRIVE: tuple(arns_of(each, self.resources)[0] for each in redriving),
            Part.PIPE_ROLE: tuple(self._written(each.role) for each in self.actors if each.by is By.PIPE),
            Part.FUNCTION_ROLE: tuple(self._written(each.role) for each in functions),
            Part.TABLE_KEY: self._keys(source),
            Part.DEAD_LETTER_KEY: self._keys(self._dead_letter),
            Part.TARGET_KEY: () if self._may_be_a_function(self._target) else self._keys(self._target),
            Part.PIPE_KEY: keys_of(self._properties, self.resources),
            Part.LOGS_KEY: tuple(key for value in (group, *groups) for key in self._keys(value)),
        }

    def _other_logs(self, logs: Mapping[str, Any]) -> Iterator[Expression]:
        stream = _section(logs, "FirehoseLogDestination").get("DeliveryStreamArn")
        yield from self._all_written(stream)
        bucket = _section(logs, "S3LogDestination").get("BucketName")
        for name in self._all_written(bucket):
            arn = (*expression({"Fn::Sub": "arn:${AWS::Partition}:s3:::"}), *name)
            yield from (arn, (*arn, *"/*"))

    def _keys(self, value: Any) -> tuple[Expression, ...]:
        """
        Give the customer keys of the resource that a value refers to: `ELSEWHERE` where it is not in the template.
        """
        if value is None:
            return ()
        found = logical_id(value, self.resources)
        return (ELSEWHERE,) if found is None else keys_of(properties(found, self.resources), self.resources)

    def _keys_of_arn(self, arn: Expression) -> tuple[Expression, ...]:
        for name in self.resources:
            if arn in arns_of(name, self.resources):
                return keys_of(properties(name, self.resources), self.resources)
        return (ELSEWHERE,)

    def _all_written(self, value: Any) -> tuple[Expression, ...]:
        return () if value is None else (self._written(value),)

    def _written(self, value: Any) -> Expression:
        return expand(expression(value), self.resources)


def _table_of(stream: Expression) -> Expression:
    for place in range(len(stream)):
        if stream[place : place + len(_STREAM)] == _STREAM:
            return stream[:place]
    return ELSEWHERE


def _section(parent: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        child = parent.get(key)
        parent = child if isinstance(child, Mapping) else {}
    return parent


def _distinct(found: Iterable[tuple[Expression, ...]]) -> tuple[Expression, ...]:
    return tuple(dict.fromkeys(each for several in found for each in several))
