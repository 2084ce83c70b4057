"""
The process that the emulator runs in: ministack, and a thread that ends it together with whoever started it.

Started by `Emulator` as `python -m pipes_trigger.local.emulator_process HOME`, never by hand.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from threading import Thread

from ministack.app import main


def _end_with_the_parent(home: str) -> None:
    # The parent holds the other end of stdin. The kernel closes it however the parent ends, SIGKILL included, on every
    # system; PR_SET_PDEATHSIG would be Linux alone and would leave the Lambda workers, which are children of this one.
    while os.read(0, 1):  # not sys.stdin, whose lock a server that ends by itself would find taken
        pass
    shutil.rmtree(home, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    home = sys.argv.pop()
    # ministack has read it; the functions inherit what stays, and one may well have a LOG_LEVEL of its own.
    os.environ.pop("LOG_LEVEL", None)
    Thread(target=_end_with_the_parent, args=(home,), daemon=True).start()
    main()
