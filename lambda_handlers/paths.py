"""
Where in an item an attribute stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self


class AttributePath(NamedTuple):
    """
    The way to an attribute: names, and positions of lists.

    Example:
        >>> image = {"release": {"M": {"version": {"S": "1.2"}, "tags": {"L": [{"S": "a"}]}}}}
        >>> AttributePath.parse("release.version").find(image)
        {'S': '1.2'}
        >>> AttributePath.parse("release.tags.0").find(image)
        {'S': 'a'}
        >>> AttributePath.parse("release.owner").find(image) is None
        True
        >>> str(AttributePath.parse(["name.with.dots"]))
        "'name.with.dots'"
    """

    parts: tuple[str, ...]

    @classmethod
    def parse(cls, written: Any) -> Self:
        """
        Read `"release.version"`, or `["release", "version"]` where names hold dots.

        Raises:
            ValueError: When it is neither, or a part is empty.
        """
        parts = written.split(".") if isinstance(written, str) else written
        if not isinstance(parts, list) or not parts or not all(isinstance(part, str) and part for part in parts):
            raise ValueError(f'must be a path such as "release.version" or ["release", "version"], got {written!r}')
        return cls(tuple(parts))

    def find(self, image: Mapping[str, Any]) -> dict[str, Any] | None:
        """
        Give the DynamoDB value at this path of an image, or None.
        """
        value: Any = {"M": image}
        for part in self.parts:
            if not isinstance(value, Mapping):
                return None
            if isinstance(value.get("M"), Mapping):
                value = value["M"].get(part)
            elif isinstance(value.get("L"), list) and part.isdecimal() and int(part) < len(value["L"]):
                value = value["L"][int(part)]
            else:
                return None
        return value if isinstance(value, dict) else None

    def __str__(self) -> str:
        return "'" + "'.'".join(self.parts) + "'" if any("." in part for part in self.parts) else ".".join(self.parts)
