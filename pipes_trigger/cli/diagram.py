"""
`pipes-trigger diagram`: a picture of what an app's triggers are.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pipes_trigger.cli import completing
from pipes_trigger.cli.documents import read_document
from pipes_trigger.cli.sources import Source
from pipes_trigger.cli.synthesized import is_template
from pipes_trigger.errors import Violation, ViolationsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipes_trigger.diagram import Diagram

_FORMATS: Final = ("mermaid", "svg", "png")
_ENDINGS: Final = {".mmd": "mermaid", ".mermaid": "mermaid", ".svg": "svg", ".png": "png"}
_NO_EXTRA: Final = "PNG needs an extra: pip install 'pipes-trigger[diagram]', or write SVG, which needs none"


@click.command(
    epilog="""\b
Examples:
  pipes-trigger diagram cdk.out
  pipes-trigger diagram cdk.out --output triggers.svg
  pipes-trigger diagram cdk.out --stack Orders --output orders.png
  pipes-trigger diagram cdk.out/Orders.template.json --format mermaid
"""
)
@click.argument("synthesized", metavar="[ASSEMBLY_OR_TEMPLATE]", default="cdk.out", shell_complete=completing.files)
@click.option(
    "--stack",
    "stacks",
    multiple=True,
    metavar="NAME",
    shell_complete=completing.stacks,
    help="Draw this stack's triggers; may be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="What to write; else told by the ending of --output, and Mermaid without one.",
)
@click.option("--narrow", is_flag=True, help="From top to bottom, for phones, instead of from left to right.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write into this file.")
def diagram(synthesized: str, stacks: tuple[str, ...], form: str | None, output: Path | None, *, narrow: bool) -> None:
    """
    Draw what an app's triggers are.

    The picture shows each trigger from the table and its stream through the filters, in words, to what is started in
    the end, with the dead-letter queue and the alarms. ASSEMBLY_OR_TEMPLATE is the directory that `cdk synth` wrote
    (cdk.out by default), one template in it, or - for a template on standard input.

    Exit status 0, or 2 where there is nothing to draw or something cannot be read or written.
    """
    form = form or _form_of(output)
    if form == "png" and output is None and is_terminal():
        raise click.UsageError("a PNG is nothing for a terminal; pass --output FILE.png")
    drawn = _read(Source(synthesized, "ASSEMBLY_OR_TEMPLATE"), stacks)
    content = _write(drawn, form, narrow=narrow)
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        _replace(output, content)
    except OSError as error:
        fix = "name a file in a directory that is there and can be written"
        fault = Violation("DG003", str(output), f"cannot be written: {error.strerror or error}", fix)
        raise ViolationsError([fault]) from None


def is_terminal() -> bool:
    """
    Say whether a person would see what is printed.
    """
    return sys.stdout.isatty()


def _form_of(output: Path | None) -> str:
    if output is None:
        return "mermaid"
    if (form := _ENDINGS.get(output.suffix.lower())) is None:
        known = ", ".join(_ENDINGS)
        raise click.UsageError(f"cannot tell the format of {str(output)!r}; pass --format, or end it in one of {known}")
    return form


def _read(source: Source, stacks: tuple[str, ...]) -> Diagram:
    # Loaded here, as the other commands have no need of it.
    from pipes_trigger.diagram import read_diagram  # noqa: PLC0415

    if source.is_directory:
        templates, only = _assembly(source, stacks)
    elif stacks:
        raise click.UsageError("--stack is for an assembly, and a template is one stack")
    else:
        if not source.is_stdin and not source.is_inline and not Path(source.argument).exists():
            fix = "run `cdk synth`, or name the directory that it wrote, or a template in it"
            raise ViolationsError([Violation("DG001", source.name, "is not there", fix)])
        name = Path(source.name).name.removesuffix(".json").removesuffix(".template")
        templates, only = {name: _template(source)}, None
    drawn = read_diagram(templates, only)
    if not drawn.stacks:
        where = f"{source.name}: {', '.join(stacks)}" if stacks else source.name
        problem, fix = "has no pipe that reads a DynamoDB stream", "name what holds a trigger"
        raise ViolationsError([Violation("DG002", where, problem, fix)])
    return drawn


def _assembly(source: Source, names: tuple[str, ...]) -> tuple[dict[str, Mapping[str, Any]], set[str] | None]:
    from pipes_trigger.local.assembly import CloudAssembly  # noqa: PLC0415 - as above

    assembly = CloudAssembly.load(source.argument)
    assembly.select(names)  # what is no stack is said here
    templates = {
        stack.display_name: _template(Source(str(stack.template_path), source.parameter)) for stack in assembly.stacks
    }
    if not names:
        return templates, None
    return templates, {stack.display_name for stack in assembly.stacks if any(stack.is_called(name) for name in names)}


def _template(source: Source) -> Mapping[str, Any]:
    template: Mapping[str, Any] = read_document(source)
    if not is_template(template):
        problem, fix = "is no synthesized template: it has no Resources", "name cdk.out, or a template in it"
        raise ViolationsError([Violation("SH007", source.name, problem, fix)])
    return template


def _write(drawn: Diagram, form: str, *, narrow: bool) -> str | bytes:
    if form == "svg":
        from pipes_trigger.diagram.svg import to_svg  # noqa: PLC0415 - as above

        return to_svg(drawn, narrow=narrow)
    if form == "png":
        from pipes_trigger.diagram.png import to_png  # noqa: PLC0415 - as above

        try:
            return to_png(drawn, narrow=narrow)
        except ImportError as error:
            raise click.ClickException(f"{_NO_EXTRA} ({error})") from error
    from pipes_trigger.diagram.mermaid import to_mermaid  # noqa: PLC0415 - as above

    return to_mermaid(drawn, narrow=narrow)


def _replace(path: Path, content: str | bytes) -> None:
    """
    Write a file, whole or not at all.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_bytes(content.encode() if isinstance(content, str) else content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
