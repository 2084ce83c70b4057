"""
Starting a function quickly leaves nothing behind that is not as it would be otherwise.
"""

from __future__ import annotations

import abc
import copy
import gc
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from startup import patterns_later, without_collecting

HANDLERS: Final = Path(__file__).parents[2] / "lambda_handlers"
WORDS: Final = r"(?P<first>[a-z]+) ([a-z]+)"


@pytest.fixture
def later() -> Any:
    """
    Give a pattern that is not compiled yet.
    """
    with patterns_later():
        return re.compile(WORDS, re.IGNORECASE)


def test_collector_after_a_failed_start() -> None:
    """
    The garbage collector works again, also where the start failed.
    """
    with pytest.raises(ValueError, match="settings"), without_collecting():
        raise ValueError("settings")

    assert gc.isenabled()


def test_compile_after_a_failed_start() -> None:
    """
    Patterns are compiled at once again, also where the start failed.
    """
    compile_now = re.compile
    with pytest.raises(ValueError, match="settings"), patterns_later():
        raise ValueError("settings")

    assert re.compile is compile_now
    assert type(re.compile(WORDS)) is re.Pattern


@pytest.mark.parametrize("name", sorted(name for name in vars(re.Pattern) if not name.startswith("__")))
def test_everything_of_a_pattern(later: Any, name: str) -> None:
    """
    Every method and attribute of a pattern is there.
    """
    now = re.compile(WORDS, re.IGNORECASE)
    expected, actual = getattr(now, name), getattr(later, name)
    if callable(expected):
        arguments = ["x", "Ada Lovelace"] if name.startswith("sub") else ["Ada Lovelace"]
        expected, actual = expected(*arguments), actual(*arguments)

    if name in {"match", "fullmatch", "search"}:
        expected, actual = expected.groupdict(), actual.groupdict()
    if name in {"finditer", "scanner"}:
        expected, actual = type(expected), type(actual)
    assert expected == actual
    assert getattr(later, name) == getattr(later, name)  # as asked for the first time, and the second


def test_functions_of_re(later: Any) -> None:
    """
    The functions of `re` take the pattern, and refuse flags beside it, as they do with any other.
    """
    with patterns_later():
        assert re.compile(later).pattern == WORDS

    assert isinstance(later, re.Pattern)
    assert re.sub(later, r"\2", "Ada Lovelace") == "Lovelace"
    assert re.compile(later) is later
    with pytest.raises(ValueError, match="flags"):
        re.match(later, "Ada Lovelace", re.ASCII)


def test_equal_and_copied(later: Any) -> None:
    """
    It equals the ordinary pattern, whichever comes first, counts as the same key, and becomes one when it is copied.
    """
    now = re.compile(WORDS, re.IGNORECASE)
    with patterns_later():
        other = re.compile(WORDS, re.IGNORECASE)

    assert now == later
    assert later == now
    assert later == other
    assert later != re.compile(WORDS)
    assert {now: 1}[later] == 1
    assert repr(now) == repr(later)
    assert [type(copied) for copied in (copy.copy(later), copy.deepcopy(later))] == [re.Pattern, re.Pattern]
    assert pickle.loads(pickle.dumps(later)) == now  # noqa: S301  # our own


def test_wrong_pattern() -> None:
    """
    A pattern is compiled when it is used, so what is wrong with it is said then.
    """
    with patterns_later():
        pattern = re.compile("(")

    with pytest.raises(re.error, match="unterminated subpattern"):
        pattern.match("")


def test_abstract_class_compiles_nothing() -> None:
    """
    An abstract class, which looks at all that it holds, compiles none of it.
    """
    with patterns_later():

        class Holder(abc.ABC):  # noqa: B024  # the pattern alone counts
            pattern = re.compile("(")

    assert isinstance(Holder().pattern, re.Pattern)
    assert not hasattr(Holder.pattern, "__isabstractmethod__")


def test_patterns_of_all_that_is_imported() -> None:
    """
    Every pattern in every module that a function imports can be compiled; by far the most had not been.
    """
    program = """
import re, sys
from startup import patterns_later, without_collecting

with without_collecting(), patterns_later():
    import pipelines, topics

later = [
    value
    for module in [*sys.modules.values()]
    for holder in [module, *(each for each in vars(module).values() if type(each) is type)]
    for value in vars(holder).values()
    if isinstance(value, re.Pattern) and type(value) is not re.Pattern
]
unused = [pattern for pattern in later if not {"match", "search", "sub", "split", "fullmatch"} & vars(pattern).keys()]
print(len(later) > 20, len(unused) > len(later) / 2, all(callable(each.match) for each in later))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=HANDLERS, capture_output=True, text=True, check=True, env={}
    )

    assert done.stdout == "True True True\n"
