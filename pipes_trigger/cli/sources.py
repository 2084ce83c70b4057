"""
What a command reads: a file, standard input, or the JSON that is the argument itself.
"""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pipes_trigger.errors import Violation, ViolationsError
from pipes_trigger.limits import INPUT_FILE_BYTES
from pipes_trigger.quick_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

STDIN: Final = "-"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Source:
    """
    One input of a command.

    Attributes:
        argument: What the user wrote.
        parameter: The parameter that it was written for, such as `PATTERN`.
    """

    argument: str
    parameter: str

    @property
    def is_stdin(self) -> bool:
        """
        Whether it is standard input.
        """
        return self.argument == STDIN

    @property
    def is_inline(self) -> bool:
        """
        Whether the argument is the JSON itself.
        """
        return self.argument.lstrip().startswith("{")

    @property
    def is_directory(self) -> bool:
        """
        Whether it is a directory, as a cloud assembly is.
        """
        if self.is_stdin or self.is_inline:
            return False
        try:
            return Path(self.argument).is_dir()
        except OSError:
            return False  # no file name at all; the reason is said where it is opened

    @property
    def name(self) -> str:
        """
        What messages call it.
        """
        if self.is_stdin:
            return "stdin"
        return self.parameter if self.is_inline else self.argument

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """
        Open it for reading.

        Raises:
            ViolationsError: It cannot be read.
        """
        try:
            if self.is_stdin:
                yield sys.stdin.buffer
            elif self.is_inline:
                yield io.BytesIO(self.argument.encode("utf-8", "surrogateescape"))
            else:
                with Path(self.argument).open("rb") as file:
                    yield file
        except OSError as error:
            fix = "name a file that can be read, or - for standard input"
            raise ViolationsError(
                [Violation("SH001", self.name, f"cannot be read: {error.strerror or error}", fix)]
            ) from None

    def text(self) -> str:
        """
        Read the whole of it.

        Raises:
            ViolationsError: It cannot be read, is too large, or is no UTF-8 text.
        """
        with self.open() as file:
            content = file.read(INPUT_FILE_BYTES + 1)
        if len(content) > INPUT_FILE_BYTES:
            raise ViolationsError([too_large(self.name)])
        return decoded(content, self.name)


def decoded(content: bytes, name: str) -> str:
    """
    Turn bytes into text; what some editors put before UTF-8 text is left out.

    Raises:
        ViolationsError: It is no UTF-8 text.
    """
    try:
        return content.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 text: byte {error.start + 1} is 0x{error.object[error.start]:02x}"
        raise ViolationsError([Violation("SH002", name, problem, "save it as UTF-8")]) from None


def too_large(name: str) -> Violation:
    """
    Make the fault of an input, or a line of it, that is over the bound.
    """
    problem = f"is larger than {INPUT_FILE_BYTES} bytes"
    return Violation("SH003", name, problem, "split it; of JSON lines only each line is bounded")


def one_stdin(*sources: Source | None) -> None:
    """
    Refuse to read standard input twice.

    Raises:
        click.UsageError: Two inputs are `-`.
    """
    names = [each.parameter for each in sources if each is not None and each.is_stdin]
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} cannot both be standard input; name a file for one of them")
