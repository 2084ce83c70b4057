"""
Code and handlers: what is there, and what is said where it is not.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pipes_trigger.function_code import code_faults


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """
    Return a folder with a module and a package.
    """
    (tmp_path / "package").mkdir()
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    (tmp_path / "package" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "package" / "module.py").write_text("", encoding="utf-8")
    return tmp_path


def test_a_file_where_a_package_should_be_is_no_package(folder: Path) -> None:
    """
    Looking into it is no error of its own: the module is not there.
    """
    (fault,) = code_faults(str(folder), "app.py.inner.handler", "python3.12")

    assert fault.rule == "CO005"


def test_a_module_that_is_a_folder_is_no_module(folder: Path) -> None:
    """
    Lambda finds `odd/__init__.py`, and never `odd.py/`.
    """
    (folder / "odd.py").mkdir()
    (fault,) = code_faults(str(folder), "odd.handler", "python3.12")

    assert fault.rule == "CO005"


def test_a_package_that_is_a_link_is_not_looked_into(folder: Path) -> None:
    """
    CDK packages the link, and what it leads to may not be there.
    """
    (folder / "link").symlink_to(folder / "package")
    (fault,) = code_faults(str(folder), "link.module.handler", "python3.12")

    assert fault.rule == "CO005"


def test_a_folder_is_listed_only_where_the_handler_lies(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Fifty triggers of one folder with a thousand files in it do not walk through them fifty times.
    """
    monkeypatch.setattr(Path, "rglob", lambda *_: pytest.fail("walked through all files"))

    assert code_faults(str(folder), "package.module.handler", "python3.12") == []


HANDLERS = ["app.handler", "package.handler", "package.module.handler", "package/module.handler"]


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_in_a_folder_is_found(folder: Path, handler: str) -> None:
    """
    Modules and packages, divided by dots or slashes as Lambda takes them.
    """
    assert code_faults(str(folder), handler, "python3.12") == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_in_a_zip_file_is_found(folder: Path, handler: str, tmp_path: Path) -> None:
    """
    A zip file is looked into like a folder.
    """
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*.py")):
            target.write(path, path.relative_to(folder).as_posix())

    assert code_faults(str(archive), handler, "python3.12") == []


def test_a_path_that_is_not_there_says_where_it_was_looked_for() -> None:
    """
    A relative path is relative to the working directory, which the error names.
    """
    (fault,) = code_faults("no/such", "app.handler", "python3.12")

    assert str(fault) == (
        f"[CO001] lambda_code_path: does not exist: 'no/such' (looked for in {Path.cwd()}); "
        "pass a directory or a zip file"
    )


def test_a_file_that_is_no_zip_is_refused(tmp_path: Path) -> None:
    """
    A single module is no code package.
    """
    path = tmp_path / "app.py"
    path.write_text("", encoding="utf-8")
    (fault,) = code_faults(str(path), "app.handler", "python3.12")

    assert str(fault) == (
        f"[CO002] lambda_code_path: is neither a directory nor a zip file: {str(path)!r}; "
        "pass a directory or a zip file"
    )


def test_a_module_name_may_have_dashes(tmp_path: Path) -> None:
    """
    Lambda imports a module by its name as text.
    """
    (tmp_path / "my-mod.py").write_text("", encoding="utf-8")

    assert code_faults(str(tmp_path), "my-mod.handler", "python3.12") == []


def test_a_handler_may_lie_in_a_layer(folder: Path) -> None:
    """
    What a layer holds cannot be seen; the handler's shape still can.
    """
    assert code_faults(str(folder), "datadog_lambda.handler.handler", "python3.12", layers=True) == []
    assert [fault.rule for fault in code_faults(str(folder), "handler", "python3.12", layers=True)] == ["CO004"]


def test_an_empty_path_is_refused() -> None:
    """
    It would mean the working directory, with all that lies there.
    """
    (fault,) = code_faults("", "app.handler", "python3.12")

    assert str(fault) == "[CO006] lambda_code_path: names no path, got ''; pass a directory or a zip file"


def test_a_path_that_cannot_be_followed_is_a_fault(tmp_path: Path) -> None:
    """
    A symlink to itself is not there, and a name too long for the file system cannot be asked for.
    """
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    (missing,) = code_faults(str(loop), "app.handler", "python3.12")
    (unreadable,) = code_faults("x" * 5000, "app.handler", "python3.12")

    assert missing.rule == "CO001"
    assert str(unreadable) == (
        f"[CO007] lambda_code_path: cannot be read: {'x' * 5000!r} (File name too long); pass a directory or a zip file"
    )


def test_a_broken_zip_file_is_a_fault(tmp_path: Path) -> None:
    """
    The end of an archive is there, and what it points to is no table of contents.
    """
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "")
    path.write_bytes(path.read_bytes().replace(b"PK\x01\x02", b"...."))
    (fault,) = code_faults(str(path), "app.handler", "python3.12")

    assert str(fault) == (
        f"[CO007] lambda_code_path: cannot be read: {str(path)!r} (Bad magic number for central directory); "
        "pass a directory or a zip file"
    )


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_nothing_is_refused(tmp_path: Path, kind: str) -> None:
    """
    An empty folder or archive deploys, and fails only when it runs.
    """
    path = tmp_path / "empty"
    if kind == "folder":
        path.mkdir()
    else:
        zipfile.ZipFile(path, "w").close()
    (fault,) = code_faults(str(path), "app.handler", "python3.12")

    assert str(fault) == f"[CO003] lambda_code_path: is empty: {str(path)!r}; put the handler into it"


@pytest.mark.parametrize("handler", ["handler", "app.", ".handler", "app handler", "app:handler", ""])
def test_a_handler_of_another_shape_is_refused(folder: Path, handler: str) -> None:
    """
    Python handlers name a module and a function.
    """
    (fault,) = code_faults(str(folder), handler, "python3.12")

    assert str(fault) == (
        f"[CO004] lambda_handler: must be '<module>.<function>', got {handler!r}; write for example 'app.handler'"
    )


def test_a_module_that_is_not_there_says_which_are(folder: Path) -> None:
    """
    The modules of the code are listed.
    """
    (fault,) = code_faults(str(folder), "main.handler", "python3.12")

    assert str(fault) == (
        f"[CO005] lambda_handler: names the module 'main', which is not in {str(folder)!r}; it has 'app', "
        "'package.__init__', 'package.module'; write '<module>.<function>' with one of them"
    )


def test_other_languages_handlers_are_not_looked_into(folder: Path) -> None:
    """
    What a handler means is the runtime's business.
    """
    assert code_faults(str(folder), "index.handler", "nodejs22.x") == []
