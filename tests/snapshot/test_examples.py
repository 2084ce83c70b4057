"""
The examples, synthesized as the CDK CLI does it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import PipeSpec
from pipes_trigger.cli import main
from pipes_trigger.testing import records

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
STACKS = [
    ("deployment_requests", "DeploymentFoundation"),
    ("deployment_requests", "DeploymentPlatform"),
    ("direct_delivery", "DirectDelivery"),
    ("order_notifications", "OrderNotifications"),
    ("search_index", "SearchIndex"),
    ("solutions_constructs", "Audit"),
    ("users_ids", "UsersArtifacts"),
    ("users_ids", "UsersIds"),
]


def template(assemblies: dict[str, Path], app: str, stack: str) -> dict[str, Any]:
    """
    Read a stack's template.
    """
    text = (assemblies[app] / f"{stack}.template.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.parametrize(("app", "stack"), STACKS)
def test_an_examples_stack_is_as_it_was(
    example_assemblies: dict[str, Path], app: str, stack: str, template_snapshot: SnapshotAssertion
) -> None:
    """
    A changed example is a change that a reader of the examples should see.
    """
    assert template(example_assemblies, app, stack) == template_snapshot


def test_every_example_is_snapshotted(example_assemblies: dict[str, Path]) -> None:
    """
    No stack of an example goes untested.
    """
    found = {
        (app, path.name.removesuffix(".template.json"))
        for app, output in example_assemblies.items()
        for path in output.glob("*.template.json")
    }

    assert found == set(STACKS)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/*_stack.py")), ids=lambda path: path.name)
def test_a_stack_is_under_a_hundred_lines(path: Path) -> None:
    """
    An example is read before it is used.
    """
    assert len(path.read_text(encoding="utf-8").splitlines()) < 100


def test_the_check_finds_nothing_in_the_examples(
    example_assemblies: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """
    `pipes-trigger check --strict` passes what they synthesize to, without a warning.
    """
    for output in example_assemblies.values():
        main(["check", str(output), "--strict"])
    out, err = capsys.readouterr()

    assert err == ""
    assert len(out.splitlines()) >= len(example_assemblies)
    assert all(line.endswith(": ok") for line in out.splitlines())


def test_the_deployment_example_starts_pending_requests_alone(example_assemblies: dict[str, Path]) -> None:
    """
    The function of the example would get the pending request, and nothing of the draft.
    """
    pipe = PipeSpec.from_template(template(example_assemblies, "deployment_requests", "DeploymentPlatform"))
    pending, draft = (records.insert({"id": status, "status": status}) for status in ("PENDING", "DRAFT"))
    (payload,) = pipe.simulate([pending, draft])

    assert [envelope["Records"][0]["dynamodb"]["Keys"] for envelope in payload] == [{"id": {"S": "PENDING"}}]


def test_the_order_example_tells_of_removed_orders_but_not_of_drafts(example_assemblies: dict[str, Path]) -> None:
    """
    The second filter of the example looks at the old image.
    """
    pipe = PipeSpec.from_template(template(example_assemblies, "order_notifications", "OrderNotifications"))
    shipped, draft = (records.remove({"id": status, "status": status}) for status in ("SHIPPED", "DRAFT"))

    assert (pipe.passes(shipped), pipe.passes(draft)) == (True, False)


def test_the_users_example_is_what_the_terraform_module_is(example_assemblies: dict[str, Path]) -> None:
    """
    The table, the filter, the code from the bucket, the log group and the outputs, as they are used there.
    """
    made = template(example_assemblies, "users_ids", "UsersIds")
    of = {resource["Type"]: resource["Properties"] for resource in made["Resources"].values()}
    table, pipe, function = (of[f"AWS::{name}"] for name in ("DynamoDB::Table", "Pipes::Pipe", "Lambda::Function"))

    assert table["TableName"] == "UsersIds"
    assert table["KeySchema"] == [{"AttributeName": "UserId", "KeyType": "HASH"}]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert pipe["SourceParameters"]["FilterCriteria"] == {"Filters": [{"Pattern": '{"eventName":["INSERT","REMOVE"]}'}]}
    assert function["Code"]["S3Key"] == "users.zip"
    assert of["AWS::Logs::LogGroup"]["RetentionInDays"] == 90
    assert sorted(made["Outputs"]) == ["FunctionArn", "TableArn"]


def test_the_search_example_may_post_to_one_index_alone(example_assemblies: dict[str, Path]) -> None:
    """
    Of what the function may do nothing but its log and its traces stands beside the bulk API of the index.
    """
    made = template(example_assemblies, "search_index", "SearchIndex")
    (role,) = [
        resource["Properties"]
        for resource in made["Resources"].values()
        if resource["Type"] == "AWS::IAM::Role" and "lambda" in str(resource["Properties"]["AssumeRolePolicyDocument"])
    ]
    statements = [one for policy in role["Policies"] for one in policy["PolicyDocument"]["Statement"]]
    index = "arn:aws:es:eu-west-1:000000000001:domain/shop/products/_bulk"
    others = [one["Action"] for one in statements if one["Resource"] != index]

    assert [one["Action"] for one in statements if one["Resource"] == index] == ["es:ESHttpPost"]
    assert others == [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    ]


def test_every_example_is_told_of() -> None:
    """
    The README of the examples has a row and a section for each folder that has an app.
    """
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    apps = {path.parent.name for path in EXAMPLES.glob("*/app.py")}

    assert {*re.findall(r"^\| \[`(\w+)`\]\(#\1\) \|", page, re.MULTILINE)} == apps
    assert {*re.findall(r"^## (\w+)$", page, re.MULTILINE)} == apps
