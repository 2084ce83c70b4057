"""
Putting the page together: markup, style, script and data in one file.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipes_trigger.look import css_variables

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS: Final = Path(__file__).parent


def render_page(data: Mapping[str, Any]) -> str:
    r"""
    Write the page.

    The page loads nothing, and runs its own script alone: its policy names the script and the style by their hashes, so
    that markup in an item is text, and stays text even if some way were found to put it into the page.

    Args:
        data: What `Trace.data` gives.

    Example:
        >>> page = render_page({"records": [{"keys": "id=</script><script>alert(1)</script>"}]})
        >>> "<script>alert" in page, r"id=\u003c/script\u003e\u003cscript\u003ealert(1)" in page
        (False, True)
    """
    style, script = css_variables() + _part("page.css"), _part("page.js")
    filling = {
        "{{style-hash}}": _hash(style),
        "{{script-hash}}": _hash(script),
        "{{style}}": style,
        "{{script}}": script,
        "{{data}}": _embedded(data),
    }
    page = _part("page.html")
    for name, text in filling.items():
        page = page.replace(name, text)
    return page


def write_page(data: Mapping[str, Any], path: Path) -> None:
    """
    Write the page into a file, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.write_text(render_page(data), encoding="utf-8")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _embedded(data: Mapping[str, Any]) -> str:
    # Within a script element nothing but its end tag has a meaning, so no character that begins a tag is left.
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
