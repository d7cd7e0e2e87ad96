"""The same form or program's request twice, one after the other."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Company, Contact
from telephony.models import OnceAnswer, Team
from telephony.once import claims
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db
KEY = {"once_key": "a-key-of-a-form"}
TEAM = "/admin/telephony/team/add/"
FORM = {**KEY, "name": "Sales", "_save": "Save"}


@pytest.fixture
def owner() -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(User.objects.create_superuser("owner"))
    return client


def test_each_rendering_of_a_form_has_another_key(owner: Client) -> None:
    keys = [re.search(r'name="once_key" value="([^"]+)"', owner.get(TEAM).content.decode()) for _ in range(2)]
    first, second = [key[1] for key in keys if key]
    assert first != second


def test_the_second_one_is_led_where_the_first_one_was(owner: Client) -> None:
    first, second = (owner.post(TEAM, FORM) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Team.objects.count() == 1


def test_another_key_is_another_request(owner: Client) -> None:
    owner.post(TEAM, FORM)
    owner.post(TEAM, {**FORM, "once_key": "another-key", "name": "Support"})
    assert Team.objects.count() == 2


def test_the_same_key_with_other_content_is_refused_in_words(owner: Client) -> None:
    owner.post(TEAM, FORM)
    answer = owner.post(TEAM, {**FORM, "name": "Support"})
    assert answer.status_code == 422
    assert "other content" in answer.content.decode()
    assert Team.objects.count() == 1


def test_a_form_with_mistakes_leaves_its_key_free(owner: Client) -> None:
    assert owner.post(TEAM, {**FORM, "name": ""}).status_code == 200
    assert not OnceAnswer.objects.exists()
    assert owner.post(TEAM, FORM).status_code == 302


def test_the_key_of_somebody_else_is_another_one(owner: Client) -> None:
    owner.post(TEAM, FORM)
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    other.post(TEAM, {**FORM, "name": "Support"})
    assert Team.objects.count() == 2


def test_nothing_of_a_page_is_kept_but_where_it_led(owner: Client) -> None:
    owner.post(TEAM, FORM)
    kept = OnceAnswer.objects.get()
    assert (kept.status, kept.body) == (302, "")
    assert "a-key" not in kept.key_hash


def test_a_key_is_free_after_a_day(owner: Client) -> None:
    owner.post(TEAM, FORM)
    OnceAnswer.objects.update(at=timezone.now() - timedelta(days=1, seconds=1))
    claims.sweep()
    assert not OnceAnswer.objects.exists()


@pytest.mark.parametrize("sent", ["short", "with a space and long", "x" * 65])
def test_an_unreadable_key_is_refused(owner: Client, sent: str) -> None:
    assert owner.post(TEAM, {**FORM, "once_key": sent}).status_code == 400


class TestApi:
    @pytest.fixture
    def program(self) -> Client:
        User.objects.create(username="anna")
        return sign_in("anna", "Administrator")

    def post(self, program: Client, **fields: str) -> tuple[int, object]:
        headers = {"Idempotency-Key": "the-programs-word"}
        answer = program.post("/api/v1/companies/", json.dumps(fields), "application/json", headers=headers)
        return answer.status_code, answer.json()

    def test_the_same_answer_again(self, program: Client) -> None:
        first, second = (self.post(program, name="Sokol") for _ in range(2))
        assert first[0] == 201
        assert first == second
        assert Company.objects.count() == 1

    def test_another_body_is_refused(self, program: Client) -> None:
        self.post(program, name="Sokol")
        assert self.post(program, name="Orel")[0] == 422

    def test_a_refused_request_leaves_the_key_free(self, program: Client) -> None:
        assert self.post(program, name="")[0] == 400
        assert self.post(program, name="Sokol")[0] == 201

    def test_without_a_key_as_ever(self, program: Client) -> None:
        for _ in range(2):
            program.post("/api/v1/contacts/", json.dumps({"name": "Vera"}), "application/json")
        assert Contact.objects.count() == 2
