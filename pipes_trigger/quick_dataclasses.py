"""
`dataclass`, `field` and `replace` as the standard library has them, for classes with slots, at a fraction of the cost.

For a frozen class the standard library compiles six functions, and `dataclasses` itself imports `inspect`, `ast`, `dis`
and `tokenize`: half of what importing the pure parts took (docs/decisions/0016-import-time.md). Here one function is
compiled for each class, and the rest is shared.

A class that is made here is a dataclass for everybody else: for `dataclasses.fields`, `replace`, `asdict` and
`is_dataclass`, for a dataclass of a user's that inherits from it, for `match`, `copy` and `pickle`. What the standard
library keeps of it is made by the standard library, when it is asked for. Type checkers see the standard library's own.
"""

from __future__ import annotations

import sys
from operator import attrgetter, eq, ge, gt, le, lt
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, cast

__all__ = ["dataclass", "field", "replace"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from dataclasses import dataclass, field, replace

_FIELDS: Final = "__quick_fields__"


class _Missing:
    """
    Stands for a default that is not there, or that a factory makes.
    """

    def __repr__(self) -> str:
        return "<factory>"


_MISSING: Final = _Missing()


class _Field:
    """
    One field: what the standard library's `field` takes, and how it is given.
    """

    __slots__ = ("annotation", "compare", "default", "default_factory", "hash", "init", "kw_only", "repr")

    annotation: str
    kw_only: bool

    def __init__(
        self,
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - the standard library's names
        hash: bool | None = None,  # noqa: A002 - as above
        compare: bool = True,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare

    def parameter(self, name: str) -> str:
        """
        Write the field as a parameter of `__init__`.
        """
        has_default = self.default is not _MISSING or self.default_factory is not _MISSING
        return f"{name}=_default_{name}" if has_default else name

    def assignment(self, name: str) -> str:
        """
        Write how `__init__` sets the field; nothing where `__post_init__` does.
        """
        if self.default_factory is not _MISSING:
            made = f"_factory_{name}()"
            value = f"{made} if {name} is _missing else {name}" if self.init else made
        elif self.init:
            value = name
        elif self.default is not _MISSING:
            value = f"_default_{name}"
        else:
            return ""
        return f"  _set_{name}(self, {value})"


if not TYPE_CHECKING:
    field = _Field

    def dataclass(
        *, slots: bool, frozen: bool = False, kw_only: bool = False, eq: bool = True, order: bool = False
    ) -> Callable[[type], type]:
        """
        Make a dataclass with slots of the class below: `dataclasses.dataclass`, with the arguments that are used here.
        """
        assert slots, "only classes with slots"  # noqa: S101 - a mistake of ours
        return lambda cls: _dataclass(cls, kw_only=kw_only, frozen=frozen, eq=eq, order=order)

    def replace(given: Any, /, **changes: Any) -> Any:
        """
        Copy an object with other values: `dataclasses.replace`.
        """
        return given.__replace__(**changes)


def _dataclass(cls: type[Any], **wishes: bool) -> type[Any]:
    inherited: dict[str, _Field] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited |= vars(base).get(_FIELDS, {})
    own = _own_fields(cls, kw_only=wishes["kw_only"])
    fields = inherited | own
    left_out = {*own, "__dict__", "__weakref__"}
    body = {name: value for name, value in vars(cls).items() if name not in left_out}
    body |= {
        "__slots__": tuple(name for name in own if name not in inherited),
        _FIELDS: fields,
        "__match_args__": tuple(name for name, each in fields.items() if each.init and not each.kw_only),
        "__dataclass_fields__": _Standard(fields, wishes),
        "__dataclass_params__": _Standard(fields, wishes),
        "__replace__": _replace,
    }
    compared = [name for name, each in fields.items() if each.compare]
    methods: dict[str, Any] = {"__repr__": _repr([name for name, each in fields.items() if each.repr])}
    comparisons = [*([eq] if wishes["eq"] else []), *([lt, le, gt, ge] if wishes["order"] else [])]
    methods |= {f"__{each.__name__}__": _comparison(compared, each) for each in comparisons}
    if wishes["frozen"]:
        body |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
        body |= {"__getstate__": _get_state, "__setstate__": _set_state}
        # Python writes `__hash__ = None` beside an `__eq__` of the class's own.
        if wishes["eq"] and body.get("__hash__") is None:
            hashed = [name for name, each in fields.items() if (each.compare if each.hash is None else each.hash)]
            body["__hash__"] = methods["__hash__"] = _hash(hashed)
    for name, method in methods.items():
        method.__qualname__ = f"{cls.__qualname__}.{name}"
        body.setdefault(name, method)
    made: Any = type(cls)(cls.__name__, cls.__bases__, body)  # type: ignore[misc] # mypy: a metaclass makes no class
    made.__qualname__ = cls.__qualname__
    made.__init__ = _init(made, fields)
    return cast("type[Any]", made)


def _own_fields(cls: type[Any], *, kw_only: bool) -> dict[str, _Field]:
    fields = {}
    for name, annotation in cls.__annotations__.items():
        if "ClassVar" in annotation:
            continue
        default = vars(cls).get(name, _MISSING)
        each = default if isinstance(default, _Field) else _Field(default=default)
        each.annotation, each.kw_only = annotation, kw_only
        fields[name] = each
    return fields


def _init(cls: type[Any], fields: dict[str, _Field]) -> Callable[..., None]:
    given = {name: each for name, each in fields.items() if each.init}
    parameters = [each.parameter(name) for name, each in given.items() if not each.kw_only]
    by_name = [each.parameter(name) for name, each in given.items() if each.kw_only]
    parameters += ["*", *by_name] if by_name else []
    lines = [line for name, each in fields.items() if (line := each.assignment(name))]
    if hasattr(cls, "__post_init__"):
        lines.append("  self.__post_init__()")
    # A slot's own setter neither looks for the slot nor asks `__setattr__`, which refuses.
    names: dict[str, Any] = {f"_set_{name}": getattr(cls, name).__set__ for name in fields}
    names |= {f"_default_{name}": each.default for name, each in fields.items()}
    names |= {f"_factory_{name}": each.default_factory for name, each in fields.items()}
    names["_missing"] = _MISSING
    body = "\n".join(f"  {line}" for line in lines) or "    pass"
    text = (
        f"def make({', '.join(names)}):\n  def __init__({', '.join(['self', *parameters])}):\n{body}\n  return __init__"
    )
    # In the module of the class, where its annotations mean something.
    module = sys.modules.get(cls.__module__)
    made_there: dict[str, Any] = {}
    exec(text, {} if module is None else vars(module), made_there)  # noqa: S102 - the names of our own fields
    made: Callable[..., None] = made_there["make"](**names)
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    made.__annotations__ = {**{name: each.annotation for name, each in given.items()}, "return": None}
    return made


def _values(names: list[str]) -> Callable[[Any], Any]:
    # With one name or none it would return no tuple.
    return attrgetter(*names) if len(names) > 1 else lambda self: tuple(getattr(self, name) for name in names)


def _comparison(names: list[str], compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    values = _values(names)

    def compare_values(self: Any, other: Any) -> Any:
        return compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented

    return compare_values


def _hash(names: list[str]) -> Callable[[Any], int]:
    values = _values(names)

    def hash_values(self: Any) -> int:
        return hash(values(self))

    return hash_values


def _repr(names: list[str]) -> Callable[[Any], str]:
    def __repr__(self: Any) -> str:  # noqa: N807 - it becomes one
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return recursive_repr()(__repr__)


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    _refuse(self, name, "assign to")
    object.__setattr__(self, name, value)


def _refuse_to_delete(self: Any, name: str) -> None:
    _refuse(self, name, "delete")
    object.__delattr__(self, name)


def _refuse(self: Any, name: str, what: str) -> None:
    # A class that inherits may have attributes of its own, which it may set.
    if _FIELDS in vars(type(self)) or name in _fields_of(type(self)):
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - only the error needs it

        message = f"cannot {what} field {name!r}"
        raise FrozenInstanceError(message)


def _fields_of(cls: type[Any]) -> Mapping[str, Any]:
    nearest = next(base for base in cls.__mro__ if "__dataclass_fields__" in vars(base))
    if _FIELDS in vars(nearest):
        return cast("dict[str, _Field]", getattr(nearest, _FIELDS))
    # A dataclass of the standard library's that inherits from one of these has fields of its own.
    from dataclasses import fields  # noqa: PLC0415 - it is loaded then

    return {each.name: each for each in fields(nearest)}


def _get_state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in _fields_of(type(self))]


def _set_state(self: Any, state: list[Any]) -> None:
    for name, value in zip(_fields_of(type(self)), state, strict=True):
        object.__setattr__(self, name, value)


def _replace(self: Any, /, **changes: Any) -> Any:
    for name, each in _fields_of(type(self)).items():
        if not each.init:
            if name in changes:
                message = f"field {name} is declared with init=False, it cannot be specified with replace()"
                raise ValueError(message)
        elif name not in changes:
            changes[name] = getattr(self, name)
    return self.__class__(**changes)


class _Standard:
    """
    What the standard library keeps of a dataclass, made by it when somebody asks.
    """

    def __init__(self, fields: dict[str, _Field], wishes: dict[str, bool]) -> None:
        self.fields = fields
        self.wishes = wishes

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        import dataclasses  # noqa: PLC0415 - what is saved here

        annotations = {name: each.annotation for name, each in self.fields.items()}
        body: dict[str, Any] = {"__annotations__": annotations, "__module__": self.owner.__module__}
        for name, each in self.fields.items():
            given = {"default": each.default, "default_factory": each.default_factory}
            body[name] = dataclasses.field(
                init=each.init,
                repr=each.repr,
                hash=each.hash,
                compare=each.compare,
                kw_only=each.kw_only,
                **{what: value for what, value in given.items() if value is not _MISSING},
            )
        decorate: Any = dataclasses.dataclass
        made = decorate(slots=True, **self.wishes)(type(self.owner.__name__, (), body))
        kept = getattr(made, self.name)
        setattr(self.owner, self.name, kept)
        return kept
