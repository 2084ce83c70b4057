"""
Assets as they are uploaded.
"""

from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from pipes_trigger.local.artifacts import FileAsset
from pipes_trigger.local.assets import upload, zip_directory

if TYPE_CHECKING:
    from pathlib import Path


class Buckets:
    """
    S3, and the session that gives it.
    """

    account = "111122223333"
    region = "eu-west-1"

    class exceptions:  # noqa: N801 - boto3's name
        """
        The errors of S3.
        """

        BucketAlreadyExists = type("BucketAlreadyExists", (Exception,), {})
        BucketAlreadyOwnedByYou = type("BucketAlreadyOwnedByYou", (Exception,), {})

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.buckets: dict[str, Any] = {}

    def pseudo_parameters(self) -> dict[str, str]:
        """
        Give what placeholders stand for.
        """
        return {"AWS::AccountId": self.account, "AWS::Region": self.region}

    def client(self, _service: str) -> Buckets:
        """
        Give S3.
        """
        return self

    def create_bucket(self, Bucket: str, **more: Any) -> None:  # noqa: N803 - boto3's name
        """
        Create a bucket once.
        """
        if Bucket in self.buckets:
            raise self.exceptions.BucketAlreadyOwnedByYou
        self.buckets[Bucket] = more

    def head_object(self, Bucket: str, Key: str) -> None:  # noqa: N803 - boto3's names
        """
        Find an object.
        """
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "404"}}, "HeadObject")

    def put_object(self, Bucket: str, Key: str, Body: Any) -> None:  # noqa: N803 - boto3's names
        """
        Keep an object.
        """
        self.objects[Bucket, Key] = Body.read()


def zipped(directory: Path) -> bytes:
    """
    Give a directory's archive.
    """
    archive = io.BytesIO()
    zip_directory(directory, archive)
    return archive.getvalue()


def test_archive_is_the_same_each_time(tmp_path: Path) -> None:
    """
    Two directories with the same files make the same bytes, whenever the files were written.
    """
    for number, name in enumerate(("one", "two")):
        directory = tmp_path / name
        (directory / "package").mkdir(parents=True)
        for file in ("b.py", "a.py", "package/c.py")[:: 1 - 2 * number]:
            (directory / file).write_text(file)
            os.utime(directory / file, (number * 1_000_000, number * 1_000_000))

    assert zipped(tmp_path / "one") == zipped(tmp_path / "two")


def test_archive_content(tmp_path: Path) -> None:
    """
    An archive holds every file below the directory with its permissions, in order.
    """
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "code.py").write_bytes(b"code")
    (tmp_path / "bootstrap").write_bytes(b"run")
    (tmp_path / "bootstrap").chmod(0o755)

    with zipfile.ZipFile(io.BytesIO(zipped(tmp_path))) as archive:
        held = [(entry.filename, archive.read(entry), oct(entry.external_attr >> 16)) for entry in archive.infolist()]

    assert [(name, content) for name, content, _mode in held] == [("bootstrap", b"run"), ("package/code.py", b"code")]
    assert held[0][2] == "0o100755"


def test_upload(tmp_path: Path) -> None:
    """
    An asset goes to each of its places once, with the placeholders filled in.
    """
    source = tmp_path / "data.json"
    source.write_bytes(b"{}")
    places = (
        ("assets-${AWS::AccountId}-${AWS::Region}", "data.json"),
        ("assets-${AWS::AccountId}-${AWS::Region}", "b"),
    )
    asset = FileAsset(asset_id="a", source=source, packaging="file", destinations=places)
    session: Any = Buckets()

    upload(session, asset)
    source.write_bytes(b"[]")
    upload(session, asset)

    bucket = "assets-111122223333-eu-west-1"
    assert session.objects == {(bucket, "data.json"): b"{}", (bucket, "b"): b"{}"}
    assert session.buckets == {bucket: {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}}
