"""
The pytest plugin, in a pytest of its own as users have it.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from pipes_trigger.testing import plugin

pytest_plugins = ["pytester"]
ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """
    Return a pytester whose runs load our plugin and no other.
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", plugin.__name__)
    return pytester


def test_the_plugin_is_declared() -> None:
    """
    Whoever installs pipes-trigger has the plugin, under the name of its module.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["entry-points"]["pytest11"] == {plugin.__name__: plugin.__name__}


def test_it_loads_nothing_where_it_is_not_used(run: pytest.Pytester) -> None:
    """
    Loading it loads neither CDK nor boto3 nor syrupy, and of pipes-trigger no more than the empty rooms.
    """
    run.makepyfile(
        """
        import sys

        def test_modules():
            loaded = {name for name in sys.modules if name.split(".")[0] in
                      {"aws_cdk", "jsii", "boto3", "botocore", "syrupy", "ministack", "rich", "pipes_trigger"}}
            assert loaded == {"pipes_trigger", "pipes_trigger.local", "pipes_trigger.local.node",
                              "pipes_trigger.testing", "pipes_trigger.testing.plugin"}
        """
    )

    run.runpytest_subprocess().assert_outcomes(passed=1)


def test_without_the_extra_its_test_is_skipped(run: pytest.Pytester) -> None:
    """
    A test that asks for `local_pipes` says what to install; the others run.
    """
    run.makeconftest(f"import {plugin.__name__} as plugin\nplugin.find_spec = lambda name: None")
    run.makepyfile("def test_one(local_pipes): raise AssertionError\n\ndef test_two(): pass")

    result = run.runpytest_subprocess("-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*local_pipes needs the extra: pip install 'pipes-trigger[[]local]'"])


def test_a_failed_sentence_is_shown_at_the_users_line(run: pytest.Pytester) -> None:
    """
    The traceback ends in the user's test, not in the library.
    """
    run.makepyfile(
        """
        from pipes_trigger.testing import assert_trigger

        def test_nothing():
            assert_trigger({"Resources": {}})
        """
    )

    result = run.runpytest_subprocess()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E * AssertionError: one trigger was expected", "*.py:4: AssertionError"])


@pytest.mark.parametrize(
    ("variables", "has_node", "set_to"),
    [({}, False, "/wheel/node"), ({}, True, None), ({"JSII_NODE": "/own/node"}, False, "/own/node")],
)
def test_cdk_finds_a_node_where_the_machine_has_none(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, has_node: bool, set_to: str | None
) -> None:
    """
    The Node from PyPI is used where there is no other, and where nothing else was asked for.
    """
    monkeypatch.setattr("os.environ", variables)
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/node" if has_node else None)
    monkeypatch.setattr(plugin, "node_binary", lambda: "/wheel/node")

    plugin.pytest_load_initial_conftests()

    assert variables.get("JSII_NODE") == set_to


def test_every_name_of_the_package_loads() -> None:
    """
    The names are there, sorted, and one that is not is an AttributeError; importing the package loads none of them.
    """
    script = (
        "import sys, pipes_trigger.testing as t\n"
        "assert [name for name in sys.modules if name.startswith('pipes_trigger.testing.')] == []\n"
        "assert t.__all__ == sorted(t.__all__, key=lambda name: (name[0].islower(), name)) == dir(t)\n"
        "assert [getattr(t, name).__name__ for name in t.__all__] == t.__all__\n"
        "try:\n    t.Nothing\nexcept AttributeError as error:\n    print(error)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ended.stdout == "module 'pipes_trigger.testing' has no attribute 'Nothing'\n"
