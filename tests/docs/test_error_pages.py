"""
The pages about errors: whole, and each example meets the error that it is about, or does not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import pipes_trigger
from pipes_trigger.cli.error_pages import ErrorEntry, error_entries
from pipes_trigger.errors import PipesTriggerError, Violation, ViolationsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipes_trigger.cli.error_pages import Example
    from tests.docs.conftest import Player

PACKAGE: Final = Path(pipes_trigger.__file__).parent
RULE: Final = re.compile(r'"([A-Z]{2}\d{3})"')
SAID: Final = re.compile(r"\[([A-Z]{2}\d{3})\]|pipes-trigger:([A-Z]{2}\d{3})")
# Of docstrings' own examples.
NO_RULE: Final = {"XX001"}

# What cannot be executed here, and why.
NOT_EXECUTED: Final = {"TA004": "the example is a test of its own, of a stack with two tables on the emulator"}
RIGHT_NOT_EXECUTED: Final = {
    "LR010": "the right command runs until Ctrl-C",
    "LR011": "the right command runs until Ctrl-C",
    "SH020": "the right command talks to AWS, or to whatever the environment names in its place",
}
# Rules that are never met alone, and their company.
TOGETHER: Final = {"SH005": {"SH004"}}

ENTRIES: Final = error_entries()
RULES: Final = {
    found for path in PACKAGE.rglob("*.py") for found in RULE.findall(path.read_text(encoding="utf-8"))
} - NO_RULE
ABOUT_RULES: Final = sorted(name for name in ENTRIES if re.fullmatch(r"[A-Z]{2}\d{3}", name))
ABOUT_CLASSES: Final = sorted(set(ENTRIES) - set(ABOUT_RULES))


def classes(root: type[PipesTriggerError] = PipesTriggerError) -> dict[str, type[PipesTriggerError]]:
    """
    Find every class of errors, by name.
    """
    below = {name: each for child in root.__subclasses__() for name, each in classes(child).items()}
    return {root.__name__: root} | {
        name: each for name, each in below.items() if each.__module__.startswith("pipes_trigger.")
    }


def rules_in(value: Any) -> set[str]:
    """
    Find the rules that a value tells of: a violation, several, something with warnings, or a construct of CDK.
    """
    if isinstance(value, Violation):
        return {value.rule}
    if isinstance(value, tuple | list):
        return set().union(*map(rules_in, value))
    node = getattr(value, "node", None)
    if node is not None:
        return {rule for entry in node.metadata for rule in said(str(entry.data))}
    return rules_in(getattr(value, "warnings", ()))


def said(text: str) -> set[str]:
    """
    Find the rules that a text names.
    """
    return {one or other for one, other in SAID.findall(text)}


def met(player: Player, setup: Sequence[Example], examples: Iterable[Example]) -> tuple[set[str], str]:
    """
    Execute an example; give the rules that it broke, and the class of the error that ended it.
    """
    for example in setup:
        player.run(example.text)
    rules: set[str] = set()
    for example in examples:
        if example.language == "console":
            rules |= said(player.session(example.text))
            continue
        assert example.language == "python"
        try:
            player.run(example.text)
        except PipesTriggerError as error:
            rules |= {each.rule for each in error.violations} if isinstance(error, ViolationsError) else set()
            return rules, type(error).__name__
        rules |= rules_in(player.value)
    return rules, ""


def test_every_rule_has_an_entry_and_every_entry_a_rule() -> None:
    """
    What the code can say is on the pages, and nothing else is.
    """
    assert sorted(RULES) == ABOUT_RULES


def test_every_class_has_an_entry() -> None:
    """
    Each class of errors anywhere in the package is on the pages.
    """
    import_everything()

    assert sorted(classes()) == ABOUT_CLASSES


def import_everything() -> None:
    """
    Import each module with a class of errors in it.
    """
    for path in PACKAGE.rglob("*.py"):
        if re.search(r"^class \w+Error\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            __import__(name.removesuffix(".__init__"))


@pytest.mark.parametrize("name", [each for each in ABOUT_RULES if each not in NOT_EXECUTED])
def test_the_wrong_example_breaks_that_rule_alone(player: Player, name: str) -> None:
    """
    What is shown as wrong is refused, or warned of, by that very rule and by no other.
    """
    rules, _ = met(player, ENTRIES[name].setup, ENTRIES[name].wrong)

    assert rules == {name} | TOGETHER.get(name, set())


@pytest.mark.parametrize("name", [each for each in ENTRIES if each not in NOT_EXECUTED | RIGHT_NOT_EXECUTED])
def test_the_right_example_breaks_no_rule(player: Player, name: str) -> None:
    """
    What is shown as right is neither refused nor warned of.
    """
    assert ENTRIES[name].right
    assert met(player, ENTRIES[name].setup, ENTRIES[name].right) == (set(), "")


@pytest.mark.parametrize("name", [each for each in ABOUT_CLASSES if each not in NOT_EXECUTED])
def test_the_wrong_example_raises_that_class(player: Player, name: str) -> None:
    """
    What is shown as wrong raises an error of that class.
    """
    import_everything()
    _, kind = met(player, ENTRIES[name].setup, ENTRIES[name].wrong)

    assert issubclass(classes()[kind], classes()[name])


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_an_entry_says_why(name: str) -> None:
    """
    Each entry has a title that ends as a sentence, a reason, and both examples.
    """
    entry: ErrorEntry = ENTRIES[name]

    assert entry.title.endswith((".", "?"))
    assert entry.why
    assert entry.wrong
    assert entry.right


def test_what_is_not_executed_is_there() -> None:
    """
    No exception outlives its entry.
    """
    assert not (set(NOT_EXECUTED) | set(RIGHT_NOT_EXECUTED)) - set(ENTRIES)
