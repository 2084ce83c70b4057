"""
Zip the function for the artifact bucket: `python3 pack.py` writes `users.zip`, the key that the stack names.
"""

import shutil
import sys
from pathlib import Path

from pipes_trigger import handlers


def pack(folder: Path) -> Path:
    """
    Write `users.zip` to a folder, and say where it is.
    """
    return Path(shutil.make_archive(str(folder / "users"), "zip", handlers.SEND_SQS.code_path))


if __name__ == "__main__":
    sys.stdout.write(f"{pack(Path.cwd())}\n")
