"""
What is wrong with one pattern, one input template, or one synthesized pipe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipes_trigger.cli.templates import in_file, read_template
from pipes_trigger.errors import FilterPatternError, InputTemplateError, ViolationsError
from pipes_trigger.filters import FilterPattern, FilterSet
from pipes_trigger.filters.rules import Rule
from pipes_trigger.proof import prove
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipes_trigger.cli.sources import Source
    from pipes_trigger.cli.synthesized import SynthesizedPipe
    from pipes_trigger.errors import Violation
    from pipes_trigger.filters.support import Service


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a check found.

    Attributes:
        subject: What was checked, by name.
        violations: What is wrong.
        warnings: What is legal but almost surely a mistake.
    """

    subject: str
    violations: tuple[Violation, ...] = ()
    warnings: tuple[Violation, ...] = ()


def check_pattern(name: str, text: str, service: Service) -> tuple[Checked, FilterPattern | None]:
    """
    Check a pattern; give it, too, if it is valid.
    """
    try:
        pattern = FilterPattern(text, service=service, root=name)
    except FilterPatternError as error:
        return Checked(name, error.violations), None
    return Checked(name, warnings=pattern.warnings), pattern


def check_template(source: Source, filters: Sequence[FilterPattern] | None, view_type: str | None) -> Checked:
    """
    Check an input template, and that it fits the filters; None where those are not valid.

    Raises:
        ViolationsError: It cannot be read.
    """
    try:
        template = read_template(source)
    except InputTemplateError as error:
        return Checked(source.name, error.violations)
    if filters is None:
        return Checked(source.name)
    try:
        together = FilterSet(filters, root="PATTERNS")
    except FilterPatternError as error:
        return Checked(source.name, error.violations)
    # What is said of one pattern alone was said where that was checked.
    repeated = tuple(each for each in together.warnings if each.rule == Rule.REPEATED_FILTER.id)
    faults = in_file(prove(filters, template, view_type), source.name, template.text)
    return Checked(source.name, tuple(faults), repeated)


def check_pipe(pipe: SynthesizedPipe, view_type: str | None) -> Checked:
    """
    Check a synthesized pipe: its properties, its filters, and that its input template fits them.

    Args:
        pipe: The pipe.
        view_type: The stream's view type, where the template does not say it.
    """
    try:
        spec = pipe.read()
    except ViolationsError as error:
        return Checked(pipe.name, error.violations)
    warnings = FilterSet(spec.filters, root=f"{pipe.name}.FilterCriteria.Filters").warnings
    # What meets the records is proved; what an enrichment answers is not known here.
    enriched = spec.enrichment is not None
    template = spec.enrichment_template if enriched else spec.input_template
    if template is None:
        return Checked(pipe.name, warnings=warnings)
    known, keys = pipe.stream()
    faults = prove(spec.filters, template, known or view_type, keys)
    where = "EnrichmentParameters" if enriched else "TargetParameters"
    named = in_file(faults, f"{pipe.name}.{where}.InputTemplate", template.text)
    return Checked(pipe.name, tuple(named), warnings)
