"""
Input templates as the shell names them, and what their reserved variables stand for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.cli import completing
from pipes_trigger.errors import InputTemplateError, Violation, ViolationsError
from pipes_trigger.helpers.suggest import known_names
from pipes_trigger.quick_dataclasses import replace
from pipes_trigger.templates import InputTemplate, PipeContext
from pipes_trigger.templates.checks import WHERE
from pipes_trigger.templates.context import PIPE_VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipes_trigger.cli.sources import Source

_CHARACTER: Final = re.compile(r"(.*), character ([0-9]+)", re.DOTALL)
_NO_VALUE: Final = "IT103"

variable_option: Final = click.option(
    "--variable",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=completing.variables,
    help="What a reserved variable stands for: aws.pipes.pipe-name=orders.",
)


def read_template(source: Source) -> InputTemplate:
    """
    Read an input template; the newlines that end a file are no part of it.

    Raises:
        ViolationsError: It cannot be read.
        InputTemplateError: Everything in it that Pipes would refuse, by line and column.
    """
    text = source.text().rstrip("\r\n")
    try:
        return InputTemplate(text)
    except InputTemplateError as error:
        raise InputTemplateError(in_file(error.violations, source.name, text)) from None


def in_file(violations: Iterable[Violation], name: str, text: str) -> list[Violation]:
    """
    Give faults of a template the name of its file, and those of a character its line and column.
    """
    named = []
    for each in violations:
        path = each.path.replace(WHERE, name, 1)
        if found := _CHARACTER.fullmatch(path):
            before = text[: int(found[2]) - 1]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            path = f"{found[1]}, line {line}, column {column}"
        named.append(replace(each, path=path))
    return named


def for_the_shell(violation: Violation) -> Violation:
    """
    Say of a variable without a value how it is given here.
    """
    if violation.rule != _NO_VALUE:
        return violation
    return replace(violation, fix=f"pass --variable {violation.path[1:-1]}=...")


def with_variables(context: PipeContext, variables: Iterable[str]) -> PipeContext:
    """
    Give reserved variables the values of `--variable`.

    Raises:
        ViolationsError: Every one that is not NAME=VALUE with a name that there is.
    """
    given: dict[str, str] = {}
    faults = []
    for each in variables:
        name, equals, value = each.partition("=")
        if name in PIPE_VARIABLES and equals:
            given[PIPE_VARIABLES[name]] = value
        else:
            problem = f"there is no variable {name!r}" if equals else f"must be NAME=VALUE, got {each!r}"
            faults.append(Violation("SH010", "--variable", problem, known_names(name, PIPE_VARIABLES)))
    if faults:
        raise ViolationsError(faults)
    return replace(context, **given)
