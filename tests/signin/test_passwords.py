"""Passwords that are easy to guess are refused with the reason, for people and for the PBX that calls as 1C."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from config.demo.company import OWNER, make_company
from telephony.models import Connection


@pytest.mark.parametrize("password", ["short-one", "password1234", "48151623421234", "orlova-anna"])
def test_a_person_s_password_is_no_easy_one(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, User(username="orlova-anna"))
    validate_password("correct horse battery", User(username="orlova-anna"))


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("1234", "too short"),
        ("481516234212", "entirely numeric"),
        ("pbx-office-1", "similar"),
        ("password1234", "common"),
    ],
)
@pytest.mark.django_db
def test_a_connection_is_not_added_with_an_easy_password(password: str, words: str) -> None:
    options = {"name": "Office", "set": [["soap_user=pbx-office", f"soap_password={password}"]]}
    with pytest.raises(CommandError, match=words) as caught:
        call_command("connection", "add", "mobilon", **options)
    assert "soap_password" in str(caught.value)
    assert not Connection.objects.exists()


@pytest.mark.django_db
def test_commands_still_make_connections_and_owners(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    call_command(
        "connection", "add", "mobilon", name="Office", set=[["soap_user=pbx", "soap_password=Tr0ub4dor-and-3"]]
    )
    assert Connection.objects.get().soap_user == "pbx"
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", interactive=False, username="root", email="root@example.ru")
    assert User.objects.get(username="root").check_password("correct horse battery")
    make_company(password="p4r-demo-only", api_url="http://127.0.0.1:1")
    assert User.objects.get(username=OWNER).check_password("p4r-demo-only")
