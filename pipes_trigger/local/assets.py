"""
Bringing a stack's assets to an emulator's S3.
"""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipes_trigger.local.artifacts import FileAsset
    from pipes_trigger.local.session import LocalSession

# The first day that a zip can name: the same content always makes the same archive.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_NO_CONSTRAINT_REGION: Final = "us-east-1"


def zip_directory(directory: Path, archive: IO[bytes]) -> None:
    """
    Write the files below `directory` to `archive`: the same bytes for the same names, contents and permissions.
    """
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(directory).as_posix(), _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whose permissions the next line sets
            entry.external_attr = path.stat().st_mode << 16
            with path.open("rb") as source, target.open(entry, "w") as sink:
                while chunk := source.read(1024 * 1024):
                    sink.write(chunk)


def upload(session: LocalSession, asset: FileAsset) -> None:
    """
    Bring an asset to each of its destinations; what is there already stays, because its key names its content.
    """
    s3 = session.client("s3")
    for bucket, key in asset.destinations:
        place = {"Bucket": _placed(bucket, session), "Key": _placed(key, session)}
        ensure_bucket(session, place["Bucket"])
        if _is_there(session, place):
            continue
        with _content(asset) as content:
            s3.put_object(**place, Body=content)


def ensure_bucket(session: LocalSession, name: str) -> None:
    """
    Create the bucket unless it is there.
    """
    s3 = session.client("s3")
    place = {"CreateBucketConfiguration": {"LocationConstraint": session.region}}
    try:
        s3.create_bucket(Bucket=name, **(place if session.region != _NO_CONSTRAINT_REGION else {}))
    except (s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
        return


@contextmanager
def _content(asset: FileAsset) -> Iterator[IO[bytes]]:
    if asset.packaging == "file":
        with asset.source.open("rb") as file:
            yield file
        return
    with TemporaryFile() as archive:
        zip_directory(asset.source, archive)
        archive.seek(0)
        yield archive


def _placed(text: str, session: LocalSession) -> str:
    for name, value in session.pseudo_parameters().items():
        text = text.replace("${" + name + "}", value)
    return text


def _is_there(session: LocalSession, place: dict[str, str]) -> bool:
    try:
        session.client("s3").head_object(**place)
    except ClientError:
        return False
    return True
