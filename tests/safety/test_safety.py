"""
The usual checks find nothing in the largest triggers, and in the examples only what their owner may decide.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pipes_trigger.findings import FOR_THE_OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aws_cdk import App

    Find = Callable[[Iterable[Path]], list[tuple[str, str]]]

OWNERS = {finding.check for finding in FOR_THE_OWNER}


def nag_findings(report: Path, *, among: str = "violations") -> list[tuple[str, str]]:
    """
    List what cdk-nag's packs found, or what was acknowledged.
    """
    plugins = json.loads(report.read_text(encoding="utf-8"))["pluginReports"]
    assert [plugin["pluginName"] for plugin in plugins] == ["AwsSolutions", "Serverless"]
    return [
        (violation["ruleName"], construct["constructPath"])
        for plugin in plugins
        for violation in plugin[among]
        for construct in violation["violatingConstructs"]
    ]


def test_cdk_nag_finds_nothing_in_the_largest_triggers(largest_app: App) -> None:
    """
    AwsSolutions and Serverless: no finding, and each acknowledgement names one finding of one resource.
    """
    from aws_cdk import Validations
    from cdk_nag import AwsSolutionsChecks, ServerlessChecks

    Validations.of(largest_app).add_plugins(AwsSolutionsChecks(), ServerlessChecks())
    largest_app.synth(force=True)
    report = Path(largest_app.outdir, "validation-report.json")
    acknowledged = nag_findings(report, among="suppressedViolations")

    assert nag_findings(report) == []
    assert {rule.partition("[")[0] for rule, _ in acknowledged} == {
        "AwsSolutions-IAM5",
        "AwsSolutions-SQS3",
        "Serverless-LambdaDLQ",
        "Serverless-LambdaStarPermissions",
        "Serverless-SQSRedrivePolicy",
    }


def test_checkov_finds_nothing_in_the_largest_triggers(checkov: Find, largest_templates: list[Path]) -> None:
    """
    Every check of CloudFormation templates that checkov has.
    """
    assert checkov(largest_templates) == []


def test_cfn_lint_finds_nothing_in_the_largest_triggers(cfn_lint: Find, largest_templates: list[Path]) -> None:
    """
    Neither errors nor warnings.
    """
    assert cfn_lint(largest_templates) == []


def test_cdk_nag_finds_nothing_in_the_examples(example_reports: dict[str, Path]) -> None:
    """
    AwsSolutions and Serverless find nothing in any example.
    """
    assert [(name, finding) for name, report in example_reports.items() for finding in nag_findings(report)] == []


def test_cfn_lint_finds_nothing_in_the_examples(cfn_lint: Find, example_assemblies: dict[str, Path]) -> None:
    """
    Neither errors nor warnings in any example.
    """
    assert cfn_lint(templates_of(example_assemblies)) == []


def test_checkov_finds_in_the_examples_what_the_owner_decides(
    checkov: Find, example_assemblies: dict[str, Path]
) -> None:
    """
    A VPC, reserved concurrency, customer keys: nothing else, and each has its option.
    """
    found = {f"checkov::{rule}" for rule, _ in checkov(templates_of(example_assemblies))}

    assert found - OWNERS == set()
    assert found != set()


def templates_of(assemblies: dict[str, Path]) -> list[Path]:
    """
    Return every template of the examples.
    """
    return sorted(path for folder in assemblies.values() for path in folder.glob("*.template.json"))
