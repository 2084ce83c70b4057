"""
Every way in which the filter of a DynamoDB pipe can be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipes_trigger.filters.branch_check import check_branch, matches_everything
from pipes_trigger.filters.faults import Fault, Step
from pipes_trigger.filters.field_check import FieldCheck
from pipes_trigger.filters.json_text import Pairs
from pipes_trigger.filters.nodes import to_json
from pipes_trigger.filters.rules import Rule
from pipes_trigger.filters.trampoline import Steps, run
from pipes_trigger.limits import PATTERN_LENGTH
from pipes_trigger.quick_dataclasses import dataclass, field

if TYPE_CHECKING:
    from pipes_trigger.filters.grammar import Reading


@dataclass(slots=True)
class Findings:
    """
    What a check found.
    """

    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def check(pattern: Any, reading: Reading) -> Findings:
    """
    Check a pattern as the filter of a DynamoDB pipe, beyond its grammar.
    """
    fields = FieldCheck(pattern)
    findings = Findings(fields.errors, fields.warnings)
    if not findings.errors and not reading.faults:
        _check_whole(pattern, reading, findings)
    return findings


def without_repetitions(faults: list[Fault], errors: list[Fault]) -> list[Fault]:
    """
    Leave out what the grammar says of a missing list where the check of the record knows more.
    """
    known: set[tuple[Step, ...]] = set()
    for error in errors:
        for end in range(len(error.where), -1, -1):
            if error.where[:end] in known:
                break
            known.add(error.where[:end])
    forgotten = {Rule.NOT_A_LIST, Rule.FORGOTTEN_LIST}
    return [fault for fault in faults if fault.rule not in forgotten or fault.where not in known]


def in_document_order(pattern: Any, faults: list[Fault]) -> list[Fault]:
    """
    Sort faults as a reader of the pattern meets them.
    """
    places: dict[tuple[Step, ...], int] = {}
    run(_number(pattern, (), places))
    return sorted(faults, key=lambda fault: _place(fault.where, places))


def _place(where: tuple[Step, ...], places: dict[tuple[Step, ...], int]) -> int:
    # A fault may be below what the pattern has; then it stands where the pattern ends.
    while where not in places:
        where = where[:-1]
    return places[where]


def _check_whole(pattern: Any, reading: Reading, findings: Findings) -> None:
    # Branches share conditions, and so their faults.
    findings.errors += dict.fromkeys(fault for branch in reading.branches for fault in check_branch(branch))
    length = len(to_json(pattern))
    if not PATTERN_LENGTH.allows(length):
        problem = f"the deployed JSON has {length} characters, Pipes takes {PATTERN_LENGTH}"
        findings.errors.append(Fault(Rule.PATTERN_LENGTH, problem, "shorten it, or split it into several filters"))
    if any(matches_everything(branch.values()) for branch in reading.branches):
        findings.warnings.append(
            Fault(Rule.MATCHES_EVERYTHING, "every record matches", "leave the filter out, or narrow it")
        )
    for path in reading.overridden:
        problem = "the field has a condition already, which this one replaces"
        findings.warnings.append(Fault(Rule.OVERRIDDEN, problem, "say it once on each way through $or", path))


def _number(node: Any, path: tuple[Step, ...], places: dict[tuple[Step, ...], int]) -> Steps[None]:
    places.setdefault(path, len(places))
    if isinstance(node, Pairs):
        for key, value in node:
            yield _number(value, (*path, key), places)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield _number(value, (*path, index), places)
