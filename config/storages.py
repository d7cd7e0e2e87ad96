"""Where recordings of calls are stored: a folder of this machine, or an S3-compatible store."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

S3_VARIABLES = (
    "RECORDINGS_S3_BUCKET",
    "RECORDINGS_S3_ENDPOINT",
    "RECORDINGS_S3_REGION",
    "RECORDINGS_S3_ACCESS_KEY",
    "RECORDINGS_S3_SECRET_KEY",
)


def read_recordings_storage(folder: Path, *, group_reads: bool = False) -> dict[str, Any]:
    """STORAGES["recordings"]: S3 where RECORDINGS_S3_BUCKET names a bucket, else this folder.

    `group_reads`: nginx sends the files, as another user of the folder's group.
    """
    bucket, endpoint, region, access_key, secret_key = (os.environ.get(name, "").strip() for name in S3_VARIABLES)
    if not bucket:
        set_without = [name for name in S3_VARIABLES if os.environ.get(name, "").strip()]
        if set_without:
            raise ImproperlyConfigured(f"{set_without[0]} is set, but RECORDINGS_S3_BUCKET is not: name the bucket.")
        local: dict[str, Any] = {"location": str(folder), "base_url": None}
        if group_reads:
            local |= {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750}
        return {"BACKEND": "telephony.recordings.storage.WholeFileStorage", "OPTIONS": local}
    _check_s3(endpoint, access_key, secret_key)
    # The store signs addresses for a region; stores that have none take any.
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or "us-east-1",
        "access_key": access_key or None,
        "secret_key": secret_key or None,
        "client_config": _client_config(path_style=bool(endpoint)),
        "default_acl": None,
        "file_overwrite": True,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def _check_s3(endpoint: str, access_key: str, secret_key: str) -> None:
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            "RECORDINGS_S3_BUCKET is set, but django-storages is not installed: "
            "run `pip install -r requirements/s3.txt`, or unset it to store recordings in RECORDINGS_DIR."
        )
    parts = urlsplit(endpoint)
    if endpoint and (parts.scheme not in ("http", "https") or not parts.netloc or parts.username):
        # It may hold a password, so it is not shown.
        raise ImproperlyConfigured("RECORDINGS_S3_ENDPOINT is no address: write it like https://storage.example.ru.")
    if bool(access_key) != bool(secret_key):
        raise ImproperlyConfigured(
            "RECORDINGS_S3_ACCESS_KEY and RECORDINGS_S3_SECRET_KEY belong together: set both, or none to use "
            "what the machine itself may do."
        )


def _client_config(*, path_style: bool) -> Any:
    """Stores other than Amazon's know neither a host name for each bucket nor the newer checksums."""
    from botocore.config import Config

    return Config(
        s3={"addressing_style": "path" if path_style else "auto"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 2, "mode": "standard"},
    )
