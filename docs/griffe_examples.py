"""
The house writes `Example:`; griffe takes `Examples:` alone for code that is shown as code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from griffe import Extension

if TYPE_CHECKING:
    from griffe import Object


class SingularExamples(Extension):
    """
    Reads `Example:` as `Examples:`.
    """

    def on_object(self, *, obj: Object, **_more: Any) -> None:
        """
        Change the heading before the docstring is parsed.
        """
        if obj.docstring is not None:
            obj.docstring.value = re.sub(r"^( *)Example:$", r"\1Examples:", obj.docstring.value, flags=re.MULTILINE)
