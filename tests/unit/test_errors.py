"""
Errors: one tree, the contract's bases, data that survives pickling.
"""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from pipes_trigger import errors
from pipes_trigger.errors import ParameterNotFoundError, PipesTriggerError, Violation, ViolationsError

OF_OTHER_ROOMS = (
    "EventError",
    "ItemError",
    "AssemblyError",
    "DeadLetterMessageError",
    "RedriveError",
    "StreamDeniedError",
    "StreamUnavailableError",
)
ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, PipesTriggerError)]
FAULTS = (Violation("XX001", "here", "is wrong", "mend it"), Violation("XX002", "there", "is wrong", "mend it"))


@pytest.mark.parametrize("error", ALL)
def test_every_error_stands_in_the_tree_that_the_module_draws(error: type[PipesTriggerError]) -> None:
    """
    The docstring's tree is whole.
    """
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (errors.ConfigurationError, ValueError),
        (errors.FilterPatternError, ValueError),
        (errors.InputTemplateError, ValueError),
        (errors.PipeSpecError, ValueError),
        (errors.SettingsError, ValueError),
        (errors.ParameterNotFoundError, ValueError),
        (errors.TriggerTargetError, TypeError),
        (errors.LocalRunError, RuntimeError),
    ],
)
def test_errors_are_what_the_contract_says(error: type[Exception], base: type[Exception]) -> None:
    """
    Callers of the original catch ValueError and TypeError.
    """
    assert issubclass(error, base)
    assert issubclass(error, PipesTriggerError)


def test_the_tree_draws_the_errors_of_other_rooms_too() -> None:
    """
    Every class that derives from the root anywhere in the package stands in the one tree.
    """
    package = Path(errors.__file__).parent
    known = {error.__name__ for error in ALL} | {"Exception", "ValueError", "TypeError"}
    named = set()
    for path in package.rglob("*.py"):
        for found in re.finditer(r"^class (\w+)\(([^)]*)\):", path.read_text(encoding="utf-8"), re.MULTILINE):
            bases = {base.strip() for base in found[2].split(",")}
            if path.name != "errors.py" or path.parent != package:
                named |= {found[1]} if bases & (known - {"Exception", "ValueError", "TypeError"}) else set()

    assert named == set(OF_OTHER_ROOMS)
    assert all(name in (errors.__doc__ or "") for name in OF_OTHER_ROOMS)


@pytest.mark.parametrize("error", [error for error in ALL if issubclass(error, ViolationsError)])
def test_violations_survive_pickling(error: type[ViolationsError]) -> None:
    """
    Test runners and pools carry errors from process to process.
    """
    original = error(FAULTS)
    copy = pickle.loads(pickle.dumps(original))  # noqa: S301 - our own

    assert copy.violations == FAULTS
    assert str(copy) == str(original)


def test_a_parameter_error_survives_pickling() -> None:
    """
    Its parts stay apart.
    """
    copy = pickle.loads(pickle.dumps(ParameterNotFoundError("p", None, None, "create it")))  # noqa: S301 - our own

    assert (copy.name, copy.account, copy.region, copy.fix) == ("p", None, None, "create it")
    assert str(copy) == "SSM parameter 'p' was not found in account unknown, region unknown; create it"


def test_several_faults_are_listed_below_their_count() -> None:
    """
    A reader sees at once how much there is to mend.
    """
    assert str(errors.ConfigurationError(FAULTS)) == (
        "2 faults in the trigger:\n  [XX001] here: is wrong; mend it\n  [XX002] there: is wrong; mend it"
    )
