"""
`pipes-trigger render`: what an input template makes of records.
"""

from __future__ import annotations

import json

import click

from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.output import as_json, remark, say_json, say_payload, violations_json
from pipes_trigger.cli.records import read_records
from pipes_trigger.cli.rule import name_rules
from pipes_trigger.cli.sources import STDIN, Source, one_stdin
from pipes_trigger.cli.templates import for_the_shell, read_template, variable_option, with_variables
from pipes_trigger.errors import InputTemplateError
from pipes_trigger.templates import PipeContext


@click.command(
    epilog="""\b
Examples:
  pipes-trigger render template.json records.jsonl
  pipes-trigger render '{"id": <$.eventID>}' < records.jsonl
  pipes-trigger render t.json r.jsonl --variable aws.pipes.pipe-name=orders
"""
)
@click.argument("template", shell_complete=files)
@click.argument("records", default=STDIN, shell_complete=files)
@variable_option
@as_json
def render(template: str, records: str, variables: tuple[str, ...], *, is_json: bool) -> int:
    """
    Show what each record becomes.

    TEMPLATE is an input template, RECORDS are JSON lines, one record, a list of records, or {"Records": [...]};
    standard input if left out. Each is a file, - for standard input, or the text itself if it begins with {. The output
    is what Pipes would make, one record after the other, indented only on a terminal; free text is shown as the JSON
    string that a function gets.

    Exit status 0 if every record could be rendered, 1 if one could not, 2 if something cannot be read or is not valid.
    """
    shape, read = Source(template, "TEMPLATE"), Source(records, "RECORDS")
    one_stdin(shape, read)
    input_template = read_template(shape)
    context = with_variables(PipeContext(), variables)
    status, rules = EXIT_YES, set[str]()
    for record in read_records(read):
        try:
            text = input_template.render(record.value, context)
        except InputTemplateError as error:
            status = EXIT_NO
            violations = [for_the_shell(each) for each in error.violations]
            rules |= {each.rule for each in violations}
            if is_json:
                say_json(record=record.place, violations=violations_json(violations))
            else:
                for each in violations:
                    remark(f"{record.place}: {each}")
            continue
        if is_json:
            say_json(record=record.place, rendered=json.loads(text) if input_template.is_json else text)
        else:
            say_payload(text, is_json=input_template.is_json)
    name_rules(sorted(rules))
    return status
