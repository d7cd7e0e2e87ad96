"""Where the environment says that recordings are stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import storages

FOLDER = Path("/srv/recordings")
BUCKET = {"BUCKET": "calls"}


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> dict[str, object]:
    for name in storages.S3_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in values.items():
        monkeypatch.setenv(f"RECORDINGS_S3_{name}", value)
    return storages.read_recordings_storage(FOLDER)


def test_without_a_bucket_they_lie_in_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = read(monkeypatch)
    assert storage["BACKEND"] == "telephony.recordings.storage.WholeFileStorage"
    assert storage["OPTIONS"] == {"location": str(FOLDER), "base_url": None}


@pytest.mark.parametrize(
    ("values", "style"), [({}, "auto"), ({"ENDPOINT": "https://storage.example.ru", "REGION": "ru-1"}, "path")]
)
def test_with_a_bucket_they_lie_in_s3(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], style: str) -> None:
    options = read(monkeypatch, **BUCKET, **values)["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["bucket_name"], options["endpoint_url"]) == ("calls", values.get("ENDPOINT"))
    assert options["region_name"] == values.get("REGION", "us-east-1")
    assert (options["access_key"], options["secret_key"], options["file_overwrite"]) == (None, None, True)
    assert options["client_config"].s3 == {"addressing_style": style}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ENDPOINT": "https://storage.example.ru"}, "RECORDINGS_S3_ENDPOINT is set, but RECORDINGS_S3_BUCKET is not"),
        ({**BUCKET, "ENDPOINT": "storage.example.ru"}, "RECORDINGS_S3_ENDPOINT is no address"),
        ({**BUCKET, "ENDPOINT": "https://user:CANARY@storage.example.ru"}, "RECORDINGS_S3_ENDPOINT is no address"),
        ({**BUCKET, "ACCESS_KEY": "CANARY"}, "belong together"),
        ({**BUCKET, "SECRET_KEY": "CANARY"}, "belong together"),
    ],
)
def test_nonsense_is_refused_in_a_sentence_without_secrets(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=words) as raised:
        read(monkeypatch, **values)
    assert "CANARY" not in str(raised.value)


def test_without_django_storages_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storages, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install -r requirements/s3\.txt"):
        read(monkeypatch, **BUCKET)
