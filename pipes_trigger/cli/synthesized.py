"""
The pipes in what `cdk synth` wrote: one stack's template, or a whole cloud assembly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pipes_trigger.cli.documents import decode, read_document
from pipes_trigger.cli.faults import naming
from pipes_trigger.cli.sources import Source
from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.filters.json_text import JsonTextError
from pipes_trigger.filters.record_shape import KEY_TYPES, VIEW_TYPES
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.local.assembly import CloudAssembly
from pipes_trigger.quick_dataclasses import dataclass
from pipes_trigger.spec import PipeSpec
from pipes_trigger.spec.templates import stream_pipes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class SynthesizedPipe:
    """
    A pipe in a synthesized template, not read yet.

    Attributes:
        file: The template's file.
        logical_id: The pipe's logical id.
        template: The whole template.
    """

    file: str
    logical_id: str
    template: Mapping[str, Any]

    @property
    def name(self) -> str:
        """
        What messages call it.
        """
        return f"{self.file}: Resources.{self.logical_id}"

    def read(self) -> PipeSpec:
        """
        Read the pipe.

        Raises:
            ViolationsError: Everything in it that is not valid, with the file named.
        """
        with naming(self.file):
            return PipeSpec.from_template(self.template, self.logical_id)

    def stream(self) -> tuple[str | None, dict[str, str]]:
        """
        Give the stream's view type and the table's keys with their types, where the template has the table.
        """
        table = self._table()
        stream = table.get("StreamSpecification")
        view_type = stream.get("StreamViewType") if isinstance(stream, Mapping) else None
        types = {
            each.get("AttributeName"): each.get("AttributeType") for each in _objects(table, "AttributeDefinitions")
        }
        names = [str(each.get("AttributeName")) for each in _objects(table, "KeySchema")]
        keys = {name: str(types[name]) for name in names if types.get(name) in KEY_TYPES}
        return str(view_type) if view_type in VIEW_TYPES else None, keys

    def _table(self) -> Mapping[str, Any]:
        match self.template["Resources"][self.logical_id]["Properties"].get("Source"):
            case {"Fn::GetAtt": [str(name), "StreamArn"]}:
                properties = self.template["Resources"].get(name, {}).get("Properties")
                return properties if isinstance(properties, Mapping) else {}
        return {}


def _objects(properties: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    listed = properties.get(key)
    return (each for each in (listed if isinstance(listed, list) else ()) if isinstance(each, Mapping))


def is_template(value: object) -> bool:
    """
    Say whether a JSON value is a CloudFormation template, not a pattern.
    """
    resources = value.get("Resources") if isinstance(value, Mapping) else None
    return isinstance(resources, Mapping) and all(
        isinstance(each, Mapping) and isinstance(each.get("Type"), str) for each in resources.values()
    )


def pipes_in(source: Source) -> tuple[SynthesizedPipe, ...]:
    """
    Find every pipe that reads a DynamoDB stream.

    Raises:
        ViolationsError: What is there is no synthesized template or assembly, or has no such pipe.
    """
    if not source.is_directory:
        return _found(source, [(source.name, read_document(source))])
    files = [str(stack.template_path) for stack in CloudAssembly.load(source.argument).stacks]
    return _found(source, [(file, read_document(Source(file, source.parameter))) for file in files])


def pipes_or_pattern(source: Source) -> tuple[SynthesizedPipe, ...] | str:
    """
    Find the pipes of an input that is a synthesized template or an assembly; give the text of any other.

    Raises:
        ViolationsError: It cannot be read, or has no pipe.
    """
    if source.is_directory:
        return pipes_in(source)
    text = source.text()
    try:
        value = decode(text)
    except JsonTextError:
        return text  # where the pattern is read, it is said what is wrong
    return _found(source, [(source.name, value)]) if is_template(value) else text


def _found(source: Source, templates: Iterable[tuple[str, Any]]) -> tuple[SynthesizedPipe, ...]:
    found: list[SynthesizedPipe] = []
    for name, template in templates:
        if not is_template(template):
            problem, fix = "is no synthesized template: it has no Resources", "name cdk.out, or a template in it"
            raise ViolationsError([Violation("SH007", name, problem, fix)])
        found += (SynthesizedPipe(name, logical_id, template) for logical_id in stream_pipes(template))
    if not found:
        problem, fix = "has no pipe that reads a DynamoDB stream", "name the template of the stack that holds one"
        raise ViolationsError([Violation("SH008", source.name, problem, fix)])
    return tuple(found)


def choose(pipes: Sequence[SynthesizedPipe], logical_id: str | None, name: str) -> SynthesizedPipe:
    """
    Find the one pipe that is meant.

    Raises:
        ViolationsError: No such pipe, or several.
    """
    meant = [each for each in pipes if logical_id in {None, each.logical_id}]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        known = known_names(logical_id or "", {each.logical_id for each in pipes})
        raise ViolationsError([Violation("SH009", name, f"has no pipe {logical_id!r}", known)])
    if logical_id is None:
        names = ", ".join(each.logical_id for each in meant)
        raise ViolationsError(
            [Violation("SH009", name, f"has {len(meant)} pipes: {names}", "pass --pipe, one of them")]
        )
    files = ", ".join(each.file for each in meant)
    problem = f"has a pipe {logical_id!r} in {len(meant)} stacks"
    raise ViolationsError([Violation("SH009", name, problem, f"name one stack's template: {files}")])
