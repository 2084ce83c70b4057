"""
Snapshots of synthesized templates for syrupy: asset hashes hidden, and nothing else.

Import it where it is used; it needs the extra: `pip install 'pipes-trigger[testing]'`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from syrupy.extensions.json import JSONSnapshotExtension

from pipes_trigger.testing.documents import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

_HASH: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{64}(?![0-9a-zA-Z])")
# Where CDK writes the hash of a file, a folder or an image.
_KEYS: Final = frozenset({"S3Key", "TemplateURL", "ImageUri", "SourceObjectKeys", "aws:asset:path"})


def hide_assets(template: Mapping[str, Any]) -> str:
    """
    Write a template as JSON, keys in their order, in which every asset is numbered: `<asset 1>`, `<asset 2>`.

    An asset keeps its number wherever its hash stands, so that two functions with the same code still can be told from
    two with different code.

    Args:
        template: The synthesized template.

    Example:
        >>> digest = "2d44" * 16
        >>> print(hide_assets({"Code": {"S3Key": f"{digest}.zip"}, "Checksum": "ab" * 32}))
        {
          "Code": {
            "S3Key": "<asset 1>.zip"
          },
          "Checksum": "abababababababababababababababababababababababababababababababab"
        }
    """
    numbers = {found: f"<asset {number}>" for number, found in enumerate(dict.fromkeys(_hashes(template)), 1)}
    text = json.dumps(template, indent=2, ensure_ascii=False)
    return _HASH.sub(lambda found: numbers.get(found[0], found[0]), text)


class TemplateSnapshot(JSONSnapshotExtension):
    """
    A template as JSON in a file of its own; a stack is synthesized first.

    Example:
        ```python
        def test_nothing_changes_unseen(stack, snapshot):
            assert stack == snapshot.use_extension(TemplateSnapshot)
        ```
    """

    def serialize(self, data: Any, **_options: Any) -> str:
        """
        Write a stack or a template, however it is handed over.

        Raises:
            PipeSpecError: There is no template.
        """
        return hide_assets(Document(data).template) + "\n"


def _hashes(value: Any, *, is_asset: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _hashes(inner, is_asset=is_asset or key in _KEYS)
    elif isinstance(value, list):
        for inner in value:
            yield from _hashes(inner, is_asset=is_asset)
    elif is_asset and isinstance(value, str):
        yield from _HASH.findall(value)
