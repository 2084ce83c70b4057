"""
What griffe has to be told of this house: `Example:` heads code, and our dataclasses are the standard library's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from griffe import Extension

if TYPE_CHECKING:
    from griffe import Alias, Object


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


class QuickDataclasses(Extension):
    """
    Takes `pipes_trigger.quick_dataclasses` for `dataclasses`, so that options are shown with their arguments.
    """

    def on_alias_instance(self, *, alias: Alias, **_more: Any) -> None:
        """
        Point an imported name to the standard library's.
        """
        alias.target_path = alias.target_path.replace("pipes_trigger.quick_dataclasses.", "dataclasses.")
