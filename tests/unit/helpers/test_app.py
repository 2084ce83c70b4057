"""
ApplicationHelper: the sections, and every way in which settings can be wrong.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipes_trigger import ApplicationHelper, SettingsError, limits
from pipes_trigger.helpers.parameters import (
    ContextLookup,
    DeployTimeReference,
    GivenValues,
    LiveLookup,
    ParameterQuery,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aws_cdk import Stack

    from pipes_trigger.helpers.parameters import ParameterSource

SETTINGS = {
    "app": "python3 app.py",
    "context": {
        "app": {"name": "orders"},
        "common": {"domain": "acme", "tags": {"owner": "platform"}, "dotted.key": "x"},
        "environments": {
            "dev": {"account": 12345678901, "region": "eu-west-1", "devops_account": "999999999999"},
            "prod": {"account": "222222222222", "region": "eu-central-1"},
        },
    },
}


class Asked:
    """
    Keeps what it was asked.
    """

    def __init__(self) -> None:
        self.queries: list[ParameterQuery] = []

    def value(self, _scope: Any, query: ParameterQuery, /) -> str:
        """
        Answer anything.
        """
        self.queries.append(query)
        return "value"


@pytest.fixture
def cdk_json(tmp_path: Path) -> Path:
    """
    Return a cdk.json file.
    """
    path = tmp_path / "cdk.json"
    path.write_text(json.dumps(SETTINGS), encoding="utf-8")
    return path


def test_every_section_of_cdk_json_is_read(cdk_json: Path) -> None:
    """
    app, common and the environment's settings answer each to their own question.
    """
    helper = ApplicationHelper.from_cdk_json(cdk_json, environment="prod")

    assert helper.get_from_app("name") == "orders"
    assert helper.get_from_common("domain") == "acme"
    assert helper.get_from_common("tags.owner") == "platform"
    assert helper.get_from_common("dotted.key") == "x"
    assert helper.get_from_env("region") == "eu-central-1"
    assert helper.get_from_env("environment") == "prod"


def test_sections_may_stand_at_the_top_of_a_mapping() -> None:
    """
    A mapping need not be wrapped like cdk.json.
    """
    helper = ApplicationHelper.from_mapping({"common": {"a": 1}, "environments": {"x": {}}}, "x")

    assert helper.get_from_common("a") == 1


@pytest.mark.parametrize(
    ("environment", "is_devops", "query"),
    [
        ("dev", False, ParameterQuery(name="p", account="012345678901", region="eu-west-1")),
        (
            "dev",
            True,
            ParameterQuery(name="p", account="999999999999", region="eu-west-1", elsewhere=True, devops=True),
        ),
        ("prod", False, ParameterQuery(name="p", account="222222222222", region="eu-central-1")),
    ],
)
def test_a_look_up_asks_in_the_right_account(environment: str, is_devops: bool, query: ParameterQuery) -> None:  # noqa: FBT001
    """
    The devops account is asked only where the call says so; an account number keeps its leading zero.
    """
    asked = Asked()
    helper = ApplicationHelper.from_mapping(SETTINGS, environment, parameters=asked)

    assert helper.get_parameter_value(None, "p", is_devops) == "value"  # type: ignore[arg-type]
    assert asked.queries == [query]


def test_a_devops_look_up_without_an_account_names_the_setting() -> None:
    """
    is_devops needs to know which account that is.
    """
    helper = ApplicationHelper.from_mapping(SETTINGS, "prod", parameters=Asked())

    with pytest.raises(SettingsError) as caught:
        helper.get_parameter_value(None, "p", is_devops=True)  # type: ignore[arg-type]

    assert str(caught.value) == (
        "[ST005] settings['context']['common']: has no 'devops_account', and the parameter is looked up with "
        "is_devops=True; add 'devops_account' to common or to the environment, or pass is_devops=False"
    )


@pytest.mark.parametrize("source", [ContextLookup(), DeployTimeReference(), LiveLookup()])
def test_an_unknown_devops_account_is_not_taken_for_the_stacks(stack: Stack, source: ParameterSource) -> None:
    """
    Settings that name no account at all do not turn a devops look-up into one of the stack's own account.
    """
    helper = ApplicationHelper(environment="dev", environments={"dev": {}}, parameters=source)

    with pytest.raises(SettingsError) as caught:
        helper.get_parameter_value(stack, "p", is_devops=True)

    assert str(caught.value) == (
        "[ST005] settings['common']: has no 'devops_account', and the parameter is looked up with is_devops=True; "
        "add 'devops_account' to common or to the environment, or pass is_devops=False"
    )


def test_a_devops_region_in_the_own_account_is_elsewhere() -> None:
    """
    The same account in another region is another place to ask.
    """
    asked = Asked()
    place = {"account": "1" * 12, "region": "eu-west-1", "devops_account": "1" * 12, "devops_region": "us-east-1"}
    helper = ApplicationHelper(environment="dev", environments={"dev": place}, parameters=asked)
    helper.get_parameter_value(None, "p", is_devops=True)  # type: ignore[arg-type]

    assert asked.queries == [
        ParameterQuery(name="p", account="1" * 12, region="us-east-1", elsewhere=True, devops=True)
    ]


@pytest.mark.parametrize("command", ["python3 app.py", None])
@pytest.mark.parametrize("context", [{"@aws-cdk/core:flag": True}, None])
def test_sections_may_stand_at_the_top_of_cdk_json(command: str | None, context: dict[str, Any] | None) -> None:
    """
    The CLI's command line and CDK's own flags are no sections.
    """
    settings: dict[str, Any] = {"app": command, "context": context, "common": {"a": 1}, "environments": {"dev": {}}}
    helper = ApplicationHelper.from_mapping({key: value for key, value in settings.items() if value is not None})

    assert helper.get_from_common("a") == 1


def test_accounts_and_regions_are_checked_all_at_once() -> None:
    """
    An account is twelve digits, and a region's name is text; True and a short text are neither.
    """
    place = {"account": True, "region": 5, "devops_account": 10**12}

    with pytest.raises(SettingsError) as caught:
        ApplicationHelper(environment="x", environments={"x": place}, common={"devops_account": "12345"})

    fix = "write the account's id as text, or leave it out"
    assert str(caught.value) == (
        "4 faults in the settings:\n"
        f"  [ST009] settings['environments']['x']['account']: must be twelve digits, got True; {fix}\n"
        f"  [ST009] settings['environments']['x']['devops_account']: must be twelve digits, got 1000000000000; {fix}\n"
        "  [ST010] settings['environments']['x']['region']: must be the name of a region, got 5; "
        "write for example 'eu-west-1', or leave it out\n"
        f"  [ST009] settings['common']['devops_account']: must be twelve digits, got '12345'; {fix}"
    )


def test_a_byte_order_mark_is_read_over(cdk_json: Path) -> None:
    """
    Editors on Windows write one.
    """
    cdk_json.write_bytes(b"\xef\xbb\xbf" + cdk_json.read_bytes())

    assert ApplicationHelper.from_cdk_json(cdk_json).get_from_common("domain") == "acme"


def test_a_file_nested_too_deeply_is_named(tmp_path: Path) -> None:
    """
    What the JSON reader cannot follow is a fault of the settings.
    """
    path = tmp_path / "cdk.json"
    path.write_text("[" * 200_000, encoding="utf-8")

    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_cdk_json(path)

    assert str(caught.value) == f"[ST008] {path}: is nested too deeply to be read; flatten it"


def test_settings_without_accounts_have_nothing_to_differ_from() -> None:
    """
    Given values work without any account in the settings.
    """
    helper = ApplicationHelper(environment="dev", environments={"dev": {}}, parameters=GivenValues({"p": "v"}))

    assert helper.get_parameter_value(None, "p", is_devops=True) == "v"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "domian",
            "[ST004] settings['context']['common']: has no 'domian'; did you mean 'domain'?; add 'domian'",
        ),
        (
            "tags.x",
            "[ST004] settings['context']['common']['tags']: has no 'x'; there is 'owner'; add 'tags.x'",
        ),
        (
            "domain.x",
            "[ST004] settings['context']['common']['domain']: has no 'x'; there is 'acme'; add 'domain.x'",
        ),
    ],
)
def test_a_missing_key_says_what_is_there(key: str, message: str) -> None:
    """
    The error names the path, and what stands there instead.
    """
    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_mapping(SETTINGS, "dev").get_from_common(key)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"environments": {"dev": {}, "prod": {}}},
            "[ST003] settings['environments']: has no environment 'qa'; there are 'dev', 'prod'; "
            "add 'qa', or pass environment= one that is there",
        ),
        (
            {"common": {}},
            "[ST002] settings: has no 'environments'; there is 'common'; "
            'add "environments": {"dev": {"account": "...", "region": "..."}}',
        ),
        (
            {"common": 1, "app": [], "environments": {"qa": {}}},
            "2 faults in the settings:\n"
            "  [ST006] settings['app']: must be a mapping, got []; write {...}\n"
            "  [ST006] settings['common']: must be a mapping, got 1; write {...}",
        ),
        (
            {"environments": {"qa": "x"}},
            "[ST006] settings['environments']['qa']: must be a mapping, got 'x'; write {...}",
        ),
        ({"context": 5}, "[ST006] settings['context']: must be a mapping, got 5; write {...}"),
    ],
)
def test_settings_of_the_wrong_shape_are_refused(settings: dict[str, Any], message: str) -> None:
    """
    Each fault has its path and what is there.
    """
    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_mapping(settings, "qa")

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a": }', "[ST008] {path}: is no JSON: Expecting value at line 1, column 7; mend it"),
        (b"[1]", "[ST006] {path}: must be an object, got [1]; write {{...}}"),
        (
            b"\xff",
            "[ST008] {path}: is no UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte; "
            "save it as UTF-8",
        ),
    ],
)
def test_a_malformed_file_is_named_with_the_place(tmp_path: Path, content: bytes, problem: str) -> None:
    """
    The error says which file, and where in it.
    """
    path = tmp_path / "cdk.json"
    path.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_cdk_json(path)

    assert str(caught.value) == problem.format(path=path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """
    The fix says where cdk.json is looked for.
    """
    path = tmp_path / "cdk.json"

    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_cdk_json(path)

    assert str(caught.value) == (f"[ST001] {path}: no such file; run in the folder that holds cdk.json, or pass path=")


def test_a_huge_file_is_not_read(cdk_json: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The size is bounded before anything is parsed.
    """
    monkeypatch.setattr("pipes_trigger.helpers.settings.INPUT_FILE_BYTES", 10)

    with pytest.raises(SettingsError) as caught:
        ApplicationHelper.from_cdk_json(cdk_json)

    size = cdk_json.stat().st_size
    assert str(caught.value) == f"[ST007] {cdk_json}: is {size} bytes; keep it under 10"
    assert limits.INPUT_FILE_BYTES > 10
