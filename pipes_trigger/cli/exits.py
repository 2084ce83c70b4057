"""
What the exit status says.
"""

from __future__ import annotations

from typing import Final

EXIT_YES: Final = 0
EXIT_NO: Final = 1
EXIT_BAD_INPUT: Final = 2
# A fault of this program itself; EX_SOFTWARE of sysexits.h.
EXIT_INTERNAL: Final = 70
EXIT_INTERRUPTED: Final = 130
# What a shell reports of a program that SIGPIPE ended.
EXIT_BROKEN_PIPE: Final = 141
