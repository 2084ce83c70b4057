"""
`pipes-trigger redrive` before it reaches AWS: help, bad input, and an endpoint where nothing answers.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shell = Callable[..., tuple[int, str, str]]
    Template = Callable[..., dict[str, Any]]

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"
TARGET = ("--queue", "http://127.0.0.1:9/111122223333/dead-letters", "--target", FUNCTION)


@pytest.fixture(autouse=True)
def _nothing_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Point every client at a port of this machine that nobody listens on.
    """
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "111122223333",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)


@pytest.fixture
def synthesized(template: Template, tmp_path: Path) -> Callable[..., None]:
    """
    Return a function that writes template.json with a pipe of these properties.
    """

    def write(**properties: Any) -> None:
        (tmp_path / "template.json").write_text(json.dumps(template(Orders=properties)), encoding="utf-8")

    return write


def test_the_help_says_what_is_deleted_and_when(shell: Shell) -> None:
    """
    Nobody has to try it to find out.
    """
    code, out, _ = shell("redrive", "--help")

    assert code == 0
    assert "deleted only after the target took every record of it" in " ".join(out.split())
    assert "--dry-run\n" in out


def test_the_queue_and_the_function_have_to_be_named(shell: Shell, synthesized: Callable[..., None]) -> None:
    """
    A template says neither: its ARNs are known at deploy time.
    """
    synthesized(Name="orders")

    code, _, err = shell("redrive", "template.json")

    assert (code, "Missing option '--queue'" in err) == (2, True)


def test_a_pipe_without_a_name_is_not_guessed(shell: Shell, synthesized: Callable[..., None]) -> None:
    """
    Messages are told apart by the pipe's name, so it has to be known.
    """
    synthesized()

    assert shell("redrive", "template.json", *TARGET) == (
        2,
        "",
        "error: [SH020] template.json: Orders: has no name in the template: CloudFormation made one up; "
        "pass the deployed one as --name\n",
    )


def test_a_pipe_that_cannot_be_redriven_is_refused(shell: Shell, synthesized: Callable[..., None]) -> None:
    """
    The file and the pipe are named, and nothing was asked of AWS.
    """
    synthesized(Name="orders", Enrichment="enrich")

    assert shell("redrive", "template.json", *TARGET) == (
        2,
        "",
        "error: [RD003] template.json: Orders: has an enrichment, and its ARN is not given; "
        "pass it as the enrichment\n",
    )


@pytest.mark.parametrize("queue", ["http://127.0.0.1:9/111122223333/dead-letters", "arn:aws:sqs:eu-west-1:1:dead"])
def test_an_endpoint_where_nothing_answers_is_said(shell: Shell, synthesized: Callable[..., None], queue: str) -> None:
    """
    One line, no traceback, and the status of a failed run.
    """
    synthesized()

    code, out, err = shell("redrive", "template.json", "--name", "orders", "--queue", queue, "--target", FUNCTION)

    assert (code, out) == (2, "")
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:9/' in err.splitlines()[-1]
    assert err.splitlines()[-1].startswith("error: ")


def test_a_target_that_is_no_arn_is_refused(shell: Shell, synthesized: Callable[..., None]) -> None:
    """
    Before anything is asked of AWS, also where no region is known.
    """
    synthesized(Name="orders")

    assert shell("redrive", "template.json", "--queue", "https://queue", "--target", "orders") == (
        2,
        "",
        "error: [RD004] template.json: target: must be a function, a state machine, a queue, a standard topic or "
        "an event bus, got 'orders'; "
        "pass the ARN of the pipe's target\n",
    )


def test_a_profile_that_is_not_there_is_said(
    shell: Shell, synthesized: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    What is wrong with the user's own AWS settings is one line, too.
    """
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    synthesized(Name="orders")

    code, _, err = shell("redrive", "template.json", *TARGET)

    assert (code, err) == (
        2,
        "error: no client of sqs can be made: The config profile (nobody) could not be found\n",
    )
