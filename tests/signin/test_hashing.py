"""Passwords that are being tried take neither the processor nor the threads from pages."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from config.signin import hashing as patient
from tests.signin.conftest import PASSWORD, sign_in

PATIENT = "config.signin.hashing.PatientHasher"


@pytest.fixture(autouse=True)
def hasher(settings: Any, hashing: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation's, with few rounds."""
    settings.PASSWORD_HASHERS = [PATIENT]
    monkeypatch.setattr(patient.PatientHasher, "iterations", 1)


@contextmanager
def full_row() -> Iterator[None]:
    """As many passwords are being hashed as may be."""
    places, _thread = patient._row(os.getpid())
    assert all(places.acquire(blocking=False) for _ in range(patient.AT_ONCE))
    yield
    places.release(patient.AT_ONCE)


def test_hashes_are_djangos_own() -> None:
    made = make_password(PASSWORD)
    assert made.startswith("pbkdf2_sha256$1$")
    assert PBKDF2PasswordHasher().verify(PASSWORD, made)
    assert check_password(PASSWORD, PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000))
    assert not check_password("wrong", made)


@pytest.mark.skipif(not hasattr(os, "setpriority"), reason="threads have no priorities here")
def test_the_thread_that_hashes_steps_back_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def priority(*given: object) -> str:
        return str(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = priority()
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", priority)
    assert int(patient.PatientHasher().encode("any", "salt")) == int(before) + patient.NICE
    assert priority() == before


def test_who_comes_when_the_row_is_full_is_told_to_come_again_and_counted_as_nothing(
    make_person: Callable[..., User],
) -> None:
    make_person("anna")
    with full_row():
        answers = [sign_in("anna", password) for password in (PASSWORD, "wrong", "wrong")]
        russian = sign_in("anna", PASSWORD, language="ru").content.decode()
    assert [answer.status_code for answer in answers] == [503] * 3
    assert answers[0]["Retry-After"] == "5"
    assert "Too many people are logging in at this moment." in answers[0].content.decode()
    assert "Сейчас входит слишком много людей." in russian
    assert not AccessAttempt.objects.exists()
    assert sign_in("anna", PASSWORD).status_code == 302


def test_a_new_password_that_cannot_be_looked_at_is_told_in_a_page(make_person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(make_person("anna"))
    form = {"old_password": PASSWORD, "new_password1": "another horse", "new_password2": "another horse"}
    with full_row():
        answer = client.post(reverse("admin:password_change"), form, headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "nothing was changed" in answer.content.decode()


def test_several_at_once_are_hashed_one_after_the_other() -> None:
    with ThreadPoolExecutor(patient.AT_ONCE) as people:
        assert all(people.map(lambda number: make_password(f"password {number}"), range(patient.AT_ONCE)))
    with full_row():
        pass
