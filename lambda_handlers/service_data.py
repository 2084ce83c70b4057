"""
What botocore knows of services, as far as a few of them need it.
"""

from __future__ import annotations

import gzip
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.loaders import JSONFileLoader, Loader

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ENDPOINTS: Final = "endpoints"


class ServiceData(Loader):  # type: ignore[misc]  # botocore has no types
    """
    Loads botocore's data without listing the folders of all services, and without reading all their endpoints.

    Args:
        services: Those that will be asked for.
        search_path: More folders to look in, as in `AWS_DATA_PATH`, or None.
    """

    def __init__(self, services: Sequence[str], search_path: str | None) -> None:
        folders = [
            os.path.expandvars(Path(each).expanduser()) for each in (search_path or "").split(os.pathsep) if each
        ]
        super().__init__(extra_search_paths=folders, file_loader=_PlainFiles())
        self._services: Final = services

    def list_available_services(self, type_name: str) -> list[str]:
        """
        Give the services that will be asked for.
        """
        del type_name
        return [*self._services]

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """
        Give data and where it is from; instead of botocore's own list of endpoints, what holds for every service.
        """
        builtin = Path(self.BUILTIN_DATA_PATH, name)
        if name == _ENDPOINTS and not any(
            self.file_loader.exists(str(Path(path, name))) for path in self._custom_paths()
        ):
            return _endpoints(self.load_data("partitions")), str(builtin)
        found: tuple[Any, str] = super().load_data_with_path(name)
        return found

    def _custom_paths(self) -> list[str]:
        return [path for path in self.search_paths if path != self.BUILTIN_DATA_PATH]


class _PlainFiles(JSONFileLoader):  # type: ignore[misc]  # as above
    def load_file(self, file_path: str) -> Any:
        """
        Give a file's content in plain dicts, or None: they keep their order, too, and are made in half the time.
        """
        with suppress(FileNotFoundError):
            return json.loads(Path(file_path + ".json").read_bytes())
        with suppress(FileNotFoundError), gzip.open(file_path + ".json.gz") as file:
            return json.loads(file.read())
        return None


def _endpoints(partitions: Mapping[str, Any]) -> dict[str, Any]:
    # Requests go where the rules of the service itself say. From here botocore takes the partition, and a first guess.
    return {"version": 3, "partitions": [_partition(each) for each in partitions["partitions"]]}


def _partition(partition: Mapping[str, Any]) -> dict[str, Any]:
    outputs = partition["outputs"]
    suffix = outputs["dnsSuffix"]
    dualstack = outputs.get("dualStackDnsSuffix", suffix)
    name, fips = "{service}.{region}.{dnsSuffix}", "{service}-fips.{region}.{dnsSuffix}"
    return {
        "partition": partition["id"],
        "dnsSuffix": suffix,
        "regionRegex": partition["regionRegex"],
        "regions": partition["regions"],
        "services": {},
        "defaults": {
            "hostname": name,
            "protocols": ["https"],
            "signatureVersions": ["v4"],
            "variants": [
                {"tags": ["fips"], "hostname": fips, "dnsSuffix": suffix},
                {"tags": ["dualstack"], "hostname": name, "dnsSuffix": dualstack},
                {"tags": ["dualstack", "fips"], "hostname": fips, "dnsSuffix": dualstack},
            ],
        },
    }
