"""
What is checked of a function's code before CDK stages it: that it is there, and that the handler's module is in it.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from pipes_trigger.errors import Violation

# Lambda imports the module by its name as text, so what no import statement can spell is legal.
_PYTHON_HANDLER: Final = re.compile(r"[\w./-]+\.\w+")


def code_faults(code_path: str, handler: str, runtime: str, *, layers: bool = False) -> list[Violation]:
    """
    Say what is wrong with a function's code and its handler.

    Args:
        code_path: A directory or a zip file, relative to the working directory.
        handler: For Python `<module>.<function>`, the module's packages divided by dots or slashes.
        runtime: A Lambda runtime's name; handlers of other languages than Python are not looked into.
        layers: Whether the function has layers: the handler's module may lie in one of them.

    Example:
        >>> [fault.rule for fault in code_faults("no/such/folder", "app.handler", "python3.12")]
        ['CO001']
    """
    fix = "pass a directory or a zip file"
    if not code_path:
        # CDK would take it for the working directory, and deploy all that lies there.
        return [Violation("CO006", "lambda_code_path", "names no path, got ''", fix)]
    path = Path(code_path)
    try:
        if not path.exists():
            problem = f"does not exist: {code_path!r} (looked for in {Path.cwd()})"
            return [Violation("CO001", "lambda_code_path", problem, fix)]
        names = _names(path, handler)
    except (OSError, zipfile.BadZipFile) as error:
        problem = f"cannot be read: {code_path!r} ({getattr(error, 'strerror', None) or error})"
        return [Violation("CO007", "lambda_code_path", problem, fix)]
    if names is None:
        problem = f"is neither a directory nor a zip file: {code_path!r}"
        return [Violation("CO002", "lambda_code_path", problem, fix)]
    if not names:
        return [Violation("CO003", "lambda_code_path", f"is empty: {code_path!r}", "put the handler into it")]
    return _handler_faults(handler, names, code_path, layers=layers) if runtime.startswith("python") else []


def _names(path: Path, handler: str) -> set[str] | None:
    if path.is_dir():
        # Its handler's module is in nearly every folder, and thousands of files may be.
        if _PYTHON_HANDLER.fullmatch(handler) and _holds(path, _module(handler)):
            return {f"{_module(handler)}.py"}
        return {item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file()}
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def _holds(folder: Path, module: str) -> bool:
    *packages, name = module.split("/")
    for package in packages:
        # A folder that is linked is listed by nothing below, and CDK packages the link.
        if not (_has(folder, package) and (folder / package).is_dir()) or (folder / package).is_symlink():
            return False
        folder /= package
    return _has(folder, f"{name}.py") and (folder / f"{name}.py").is_file()


def _has(folder: Path, name: str) -> bool:
    # Listed, not asked for: there are systems where `App.py` can be opened as `app.py`, and Lambda is none.
    return any(item.name == name for item in folder.iterdir())


def _module(handler: str) -> str:
    return handler.rpartition(".")[0].replace(".", "/")


def _handler_faults(handler: str, names: set[str], code_path: str, *, layers: bool) -> list[Violation]:
    if _PYTHON_HANDLER.fullmatch(handler) is None:
        problem = f"must be '<module>.<function>', got {handler!r}"
        return [Violation("CO004", "lambda_handler", problem, "write for example 'app.handler'")]
    module = _module(handler)
    if layers or f"{module}.py" in names or f"{module}/__init__.py" in names:
        return []
    modules = sorted(name.removesuffix(".py").replace("/", ".") for name in names if name.endswith(".py"))
    there = ", ".join(repr(name) for name in modules[:8]) or "no Python module"
    problem = f"names the module {module.replace('/', '.')!r}, which is not in {code_path!r}; it has {there}"
    return [Violation("CO005", "lambda_handler", problem, "write '<module>.<function>' with one of them")]
