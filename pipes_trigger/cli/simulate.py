"""
`pipes-trigger simulate`: the payloads that a synthesized pipe would invoke its function with.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click

from pipes_trigger.cli.completing import files
from pipes_trigger.cli.exits import EXIT_NO, EXIT_YES
from pipes_trigger.cli.faults import naming
from pipes_trigger.cli.output import as_json, count, remark, say_json, say_payload, violations_json
from pipes_trigger.cli.patterns import pipe_option
from pipes_trigger.cli.records import read_records
from pipes_trigger.cli.rule import name_rules
from pipes_trigger.cli.sources import STDIN, Source, one_stdin
from pipes_trigger.cli.synthesized import choose, pipes_in
from pipes_trigger.cli.templates import for_the_shell, variable_option, with_variables
from pipes_trigger.errors import InputTemplateError, Violation, ViolationsError

if TYPE_CHECKING:
    from pipes_trigger.cli.records import Record
    from pipes_trigger.spec import PipeSpec
    from pipes_trigger.templates import PipeContext


@click.command(
    epilog="""\b
Examples:
  pipes-trigger simulate cdk.out records.jsonl
  pipes-trigger simulate cdk.out/App.template.json r.jsonl --pipe OrdersPipe
  pipes-trigger simulate cdk.out records.jsonl --json | jq .payload
"""
)
@click.argument("synthesized", shell_complete=files)
@click.argument("records", default=STDIN, shell_complete=files)
@pipe_option
@variable_option
@as_json
def simulate(synthesized: str, records: str, pipe: str | None, variables: tuple[str, ...], *, is_json: bool) -> int:
    """
    Show, batch by batch, what a pipe's function would get.

    SYNTHESIZED is cdk.out or a template in it, RECORDS are JSON lines, one record, a list of records, or
    {"Records": [...]}; standard input if left out. Time, failures and shards are left out: all records are there at
    once, in one shard, and every batch succeeds. A record that cannot be rendered is reported and left out.

    Exit status 0 if the function is invoked, 1 if it is not or a record cannot be rendered, 2 if something cannot be
    read or is not valid.
    """
    made, read = Source(synthesized, "SYNTHESIZED"), Source(records, "RECORDS")
    one_stdin(made, read)
    chosen = choose(pipes_in(made), pipe, made.name)
    spec = chosen.read()
    if spec.enrichment is not None:
        problem = "has an enrichment between filter and target, and what that answers is not known here"
        raise ViolationsError([Violation("PS007", chosen.name, problem, "ask `match` which records reach it")])
    simulation = _Simulation(spec, with_variables(spec.context, variables), is_json=is_json)
    for record in read_records(read):
        simulation.take(record)
    return simulation.end()


class _Simulation:
    """
    One batch at a time: whatever is read, no more than a batch is in memory.
    """

    def __init__(self, spec: PipeSpec, context: PipeContext, *, is_json: bool) -> None:
        self._spec = spec
        self._context = context
        self._is_json = is_json
        self._batch: list[tuple[Record, str]] = []
        self._counts: Counter[str] = Counter()
        self._rules: set[str] = set()

    def take(self, record: Record) -> None:
        """
        Filter and render one record; a full batch is sent.
        """
        self._counts["read"] += 1
        with naming(record.place):
            if not self._spec.passes(record.value):
                self._counts["filtered"] += 1
                return
        try:
            text = self._spec.element_text(record.value, self._context)
        except InputTemplateError as error:
            self._report(record, [for_the_shell(each) for each in error.violations])
            return
        self._batch.append((record, text))
        if len(self._batch) == self._spec.batch_size:
            self._send()

    def end(self) -> int:
        """
        Send what is left, sum up, and give the exit status.
        """
        if self._batch:
            self._send()
        counts = self._counts
        if not self._is_json:
            faulty = f", {counts['faulty']} could not be rendered" if counts["faulty"] else ""
            read = count(counts["read"], "record")
            batches = count(counts["sent"], "batch", "batches")
            remark(f"{batches} of {read}, {counts['filtered']} filtered out{faulty}")
        name_rules(sorted(self._rules))
        return EXIT_YES if counts["sent"] and not counts["faulty"] else EXIT_NO

    def _send(self) -> None:
        self._counts["sent"] += 1
        places = [record.place for record, _ in self._batch]
        payload = f"[{','.join(text for _, text in self._batch)}]"
        self._batch.clear()
        if self._is_json:
            say_json(batch=self._counts["sent"], records=places, payload=json.loads(payload))
            return
        ends = places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}"
        remark(f"batch {self._counts['sent']}, {count(len(places), 'record')}: {ends}")
        say_payload(payload, is_json=True)

    def _report(self, record: Record, violations: list[Violation]) -> None:
        self._counts["faulty"] += 1
        self._rules |= {each.rule for each in violations}
        if self._is_json:
            say_json(record=record.place, violations=violations_json(violations))
            return
        for each in violations:
            remark(f"{record.place}: {each}")
