"""
Our dataclasses beside the standard library's: the same class, defined with both, does the same.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

import pytest

from pipes_trigger import FailureHandling, PipeTarget, StreamReading, TriggerStrategy, quick_dataclasses
from pipes_trigger.errors import Violation

if TYPE_CHECKING:
    from collections.abc import Callable

    Library = tuple[Callable[..., Any], Callable[..., Any]]

OURS: Library = (quick_dataclasses.dataclass, quick_dataclasses.field)
STANDARD: Library = (dataclasses.dataclass, dataclasses.field)


def defined(library: Library) -> dict[str, type[Any]]:
    """
    Define the same classes with one of the two libraries.
    """
    dataclass, field = library

    @dataclass(frozen=True, slots=True, order=True)
    class Point:
        """
        Two fields and a default.
        """

        origin: ClassVar[int] = 0
        x: int
        y: int = 2

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Options:
        """
        All that a field can say.
        """

        name: str
        missing: str = "_missing"
        tags: dict[str, str] = field(default_factory=dict, hash=False)
        secret: str = field(default="", repr=False, compare=False)
        size: int = field(init=False, compare=False)
        kind: str = field(init=False, default="option")
        made: list[int] = field(init=False, default_factory=list, hash=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "size", len(self.name))

    @dataclass(slots=True)
    class Counter:
        """
        One that can change.
        """

        count: int = 0
        seen: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Labelled(Point):
        """
        One that inherits fields, and has a `__repr__` of its own.
        """

        label: str = ""

        def __repr__(self) -> str:
            return f"<{self.label}>"

    class Plain(Point):
        """
        One that inherits without being a dataclass of its own.
        """

    @dataclass(frozen=True, slots=True, eq=False)
    class Same:
        """
        One that is equal to itself alone.
        """

        x: int

    @dataclass(frozen=True, slots=True)
    class Empty:
        """
        No field at all.
        """

    return {each.__name__: each for each in (Point, Options, Counter, Labelled, Plain, Same, Empty)}


Classes = dict[str, type[Any]]
# What is asked of the classes; what comes back, or the error, is compared.
QUESTIONS: dict[str, Callable[[Classes], object]] = {
    "positions": lambda of: repr(of["Point"](1)),
    "names": lambda of: repr(of["Point"](y=1, x=3)),
    "repr": lambda of: repr(of["Options"](name="a", secret="s")),
    "own repr": lambda of: repr(of["Labelled"](1, label="l")),
    "mutable": lambda of: repr(of["Counter"](count=4)),
    "no field": lambda of: (repr(of["Empty"]()), of["Empty"]() == of["Empty"](), hash(of["Empty"]())),
    "a default each": lambda of: of["Counter"]().seen is of["Counter"]().seen,
    "missing argument": lambda of: of["Point"](),
    "unknown argument": lambda of: of["Options"](name="a", other=1),
    "not by position": lambda of: of["Options"]("a"),
    "not in init": lambda of: of["Options"](name="a", size=1),
    "equal": lambda of: (of["Point"](1) == of["Point"](1, 2), of["Point"](1) == of["Point"](1, 3)),
    "equal but for what is not compared": lambda of: of["Options"](name="a", secret="s") == of["Options"](name="a"),
    "equal to another class": lambda of: (of["Point"](1) == of["Labelled"](1), of["Point"](1) == (1, 2)),
    "identity": lambda of: (of["Same"](1) == of["Same"](1), len({of["Same"](1), of["Same"](1)})),
    "order": lambda of: (of["Point"](1) < of["Point"](2), of["Point"](1, 3) >= of["Point"](1, 2)),
    "no order": lambda of: of["Options"](name="a") < of["Options"](name="b"),
    "order of another class": lambda of: of["Point"](1) < 3,
    "hash": lambda of: (hash(of["Point"](1)), hash(of["Options"](name="a", tags={"b": "c"}))),
    "no hash": lambda of: hash(of["Counter"]()),
    "frozen": lambda of: setattr(of["Point"](1), "x", 2),
    "frozen to deletion": lambda of: delattr(of["Point"](1), "x"),
    "an heir's field": lambda of: setattr(of["Plain"](1), "x", 2),
    "slots": lambda of: (of["Point"].__slots__, of["Labelled"].__slots__, hasattr(of["Point"](1), "__dict__")),
    "no other name": lambda of: setattr(of["Counter"](), "other", 1),
    "class variable": lambda of: (of["Point"].origin, of["Point"](1).origin),
    "match": lambda of: [of[name].__match_args__ for name in ("Point", "Options", "Labelled", "Empty")],
    "copy": lambda of: (repr(copy.copy(of["Point"](1, 5))), repr(copy.deepcopy(of["Options"](name="a")))),
    "copy of what can change": lambda of: repr(copy.deepcopy(of["Counter"](1, [2]))),
    "replace": lambda of: repr(dataclasses.replace(of["Options"](name="a"), name="bc")),
    "replace what is not in init": lambda of: dataclasses.replace(of["Options"](name="a"), size=3),
    "fields": lambda of: [
        [(each.name, each.type, each.init, each.repr, each.hash, each.compare, each.kw_only, each.default is None)]
        for name in of
        for each in dataclasses.fields(of[name])
    ],
    "as a dict": lambda of: dataclasses.asdict(of["Options"](name="a", tags={"b": "c"})),
    "is one": lambda of: [dataclasses.is_dataclass(each) for each in of.values()],
    "signature": lambda of: [str(inspect.signature(of[name])) for name in ("Point", "Options", "Counter", "Same")],
    "names of init": lambda of: [(each.__init__.__qualname__, each.__init__.__module__) for each in of.values()],
    "names of methods": lambda of: [
        getattr(of["Point"], name).__qualname__ for name in ("__eq__", "__hash__", "__repr__", "__lt__")
    ],
    "parameters": lambda of: [str(each.__dataclass_params__) for each in of.values()],
    "class": lambda of: [(each.__name__, each.__qualname__, each.__module__, each.__doc__) for each in of.values()],
    "a standard heir": lambda of: standard_heir(of["Point"]),
    "a standard heir that thaws": lambda of: dataclasses.dataclass(type("Thawed", (of["Point"],), {})),
}


def standard_heir(base: type[Any]) -> object:
    """
    Inherit with the standard library's, as a user may.
    """
    body = {"__annotations__": {"z": "int"}, "z": 7}
    heir: Any = dataclasses.dataclass(frozen=True)(type("Heir", (base,), body))
    one = heir(1, z=9)
    changed = dataclasses.replace(one, x=4)
    return repr(one), repr(changed), repr(copy.copy(one)), one == heir(1, 2, 9), hash(one), dataclasses.astuple(one)


def answer(question: Callable[[Classes], object], library: Library) -> object:
    """
    Ask the classes of a library; an error is its type and its text.
    """
    try:
        return question(defined(library))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is compared
        return type(error), str(error)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_they_do_what_the_standard_librarys_do(question: Callable[[Classes], object]) -> None:
    """
    The same answer, or the same error with the same words.
    """
    assert answer(question, OURS) == answer(question, STANDARD)


def test_only_an_heir_takes_names_that_are_no_fields() -> None:
    """
    As the standard library's without slots: with them it raises a TypeError of its own making.
    """
    classes = defined(OURS)
    heir = classes["Plain"](1)
    heir.z = 2

    assert heir.z == 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'z'"):
        classes["Point"](1).z = 2


def test_what_inherits_from_an_heir_of_the_standard_librarys_loses_nothing() -> None:
    """
    A copy has the fields of the dataclass between, which ours knows nothing of.
    """
    base = defined(OURS)["Point"]
    heir: Any = dataclasses.dataclass(frozen=True)(type("Heir", (base,), {"__annotations__": {"z": "int"}, "z": 7}))
    last = type("Last", (heir,), {})
    one = last(1, 2, 3)

    assert [copy.copy(one).z, copy.deepcopy(one).z, quick_dataclasses.replace(one, x=0).z] == [3, 3, 3]
    assert copy.copy(one) == one


def test_type_hints_are_found_where_a_class_is_written() -> None:
    """
    Tools that read a signature look up its annotations in the module of the class.
    """
    assert get_type_hints(TriggerStrategy.__init__, localns={"Mapping": Mapping})["target"] == PipeTarget | None


def test_our_replace_and_copys_do_the_same() -> None:
    """
    `replace` of ours needs nothing of the standard library's, and also copies an heir that is the standard library's.
    """
    base = defined(OURS)["Point"]
    heir: Any = dataclasses.dataclass(frozen=True)(type("Heir", (base,), {"__annotations__": {"z": "int"}, "z": 7}))

    assert repr(quick_dataclasses.replace(base(1), y=5)).endswith("Point(x=1, y=5)")
    assert quick_dataclasses.replace(heir(1, 2, 3), x=0) == heir(0, 2, 3)
    with pytest.raises(ValueError, match=r"field size is declared with init=False"):
        quick_dataclasses.replace(defined(OURS)["Options"](name="a"), size=1)
    if sys.version_info >= (3, 13):
        assert copy.replace(base(1), y=5) == base(1, 5)


@pytest.mark.parametrize(
    "value", [FailureHandling(bisect=False), StreamReading(), PipeTarget(actions=("sns:Publish",)), Violation(*"abcd")]
)
def test_public_ones_are_dataclasses_for_everybody(value: Any) -> None:
    """
    They can be pickled, copied, taken apart and put together, and tell their fields.
    """
    parts = {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.init}

    assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == type(value)(**parts) == value  # noqa: S301 - ours
    assert list(inspect.signature(type(value)).parameters) == list(parts)
    assert dataclasses.replace(value) == value


def test_they_are_made_without_the_standard_librarys() -> None:
    """
    Neither defining nor using one imports `dataclasses`, which is what they are for.
    """
    script = (
        "import sys; from pipes_trigger import FailureHandling, FilterPattern; "
        "from pipes_trigger.quick_dataclasses import replace; "
        "value = replace(FailureHandling(), bisect=False); {value: repr(value)}; "
        "FilterPattern({'eventName': ['INSERT']}).matches('{\"eventName\": \"INSERT\"}'); "
        "print({'dataclasses', 'inspect'} & set(sys.modules))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "set()"
