"""API keys: what they were made for and nothing else, a year at most, no longer than password, person and role."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.api.urls import router as crm_router
from crm.models import ApiToken
from crm.services.api_keys import LONGEST_DAYS, MAY, forget_old_keys, make_key
from telephony.api.scopes import InScope, Scope
from telephony.api.urls import router as telephony_router
from telephony.models import Call
from tests.api.conftest import sign_in

pytestmark = pytest.mark.django_db
JSON = "application/json"


def keeps_working(client: Client) -> bool:
    return client.get("/api/v1/extensions/").status_code == 200


def only_key() -> ApiToken:
    return ApiToken.objects.get()


VIEWS = [view for router in (telephony_router, crm_router) for _, view, _ in router.registry]


class TestScope:
    @pytest.mark.parametrize("view", VIEWS)
    def test_each_view_says_which_scope_it_needs(self, view: Any) -> None:
        assert InScope in view.permission_classes
        assert view.scopes

    @pytest.mark.parametrize(
        ("path", "scope"),
        [
            ("calls", Scope.READ_CALLS),
            ("calls/live", Scope.READ_CALLS),
            ("recordings", Scope.READ_CALLS),
            ("extensions", Scope.READ_CALLS),
            ("contacts", Scope.READ_CONTACTS),
            ("companies", Scope.READ_CONTACTS),
            ("notes", Scope.READ_CONTACTS),
            ("tasks", Scope.READ_TASKS),
        ],
    )
    def test_reading_takes_the_scope_and_no_other_is_enough(
        self, company: dict[str, Call], path: str, scope: Scope
    ) -> None:
        others = [other for other in Scope if other is not scope]
        for scopes, status in (([scope], 200), (others, 403)):
            answer = sign_in("anna", "Administrator", scopes).get(f"/api/v1/{path}/")
            assert answer.status_code == status
        assert "API keys" in answer.json()["detail"]

    @pytest.mark.parametrize(
        ("path", "sent", "scope", "status"),
        [
            ("contacts", {"name": "Иван"}, Scope.WRITE_CONTACTS, 201),
            ("companies", {"name": "Вектор"}, Scope.WRITE_CONTACTS, 201),
            ("tasks", {"title": "Позвонить", "due_at": "2030-01-01T10:00:00Z"}, Scope.WRITE_TASKS, 201),
            ("dials", {"phone": "+79235292926"}, Scope.DIAL, 202),
        ],
    )
    def test_writing_takes_another(
        self, company: dict[str, Call], path: str, sent: dict[str, str], scope: Scope, status: int
    ) -> None:
        others = [other for other in Scope if other is not scope]
        for scopes, expected in ((others, 403), ([scope], status)):
            client = sign_in("anna", "Administrator", scopes)
            key = {"Idempotency-Key": "order-0001"}
            assert client.post(f"/api/v1/{path}/", sent, content_type=JSON, headers=key).status_code == expected

    def test_the_sound_takes_a_scope_of_its_own(self, company: dict[str, Call]) -> None:
        address = f"/api/v1/recordings/{company['anna'].recordings.get().pk}/audio/"
        assert sign_in("anna", "Administrator", [Scope.READ_CALLS]).get(address).status_code == 403
        assert sign_in("anna", "Administrator", [Scope.LISTEN]).get(address).status_code != 403

    def test_nobody_makes_a_key_for_what_they_may_not_do(self, company: dict[str, Call]) -> None:
        anna = User.objects.get(username="anna")
        for scopes in ([Scope.READ_CALLS], [], ["everything"]):
            with pytest.raises(ValidationError):
                make_key(user=anna, name="x", scopes=scopes)

    def test_each_scope_has_its_right(self) -> None:
        assert set(MAY) == set(Scope)


class TestEnd:
    def test_a_year_is_the_longest(self, company: dict[str, Call]) -> None:
        sign_in("anna", "Operator")
        anna = User.objects.get(username="anna")
        with pytest.raises(ValidationError):
            make_key(user=anna, name="x", scopes=[Scope.DIAL], days=LONGEST_DAYS + 1)
        assert only_key().expiry < timezone.now() + timedelta(days=LONGEST_DAYS, minutes=1)

    @pytest.mark.parametrize(
        ("end", "why"),
        [
            (lambda anna: (anna.set_password("new"), anna.save()), "password"),
            (lambda anna: User.objects.filter(pk=anna.pk).update(password=make_password("new")), "password"),
            (lambda anna: (setattr(anna, "is_active", False), anna.save()), "inactive"),
            (lambda anna: User.objects.filter(pk=anna.pk).update(is_active=False), "inactive"),
            (lambda anna: anna.groups.clear(), "rights"),
            (lambda anna: Group.objects.get(name="Operator").user_set.set([]), "rights"),
            (lambda anna: Group.objects.get(name="Operator").permissions.clear(), "rights"),
            (lambda anna: Group.objects.get(name="Operator").delete(), "rights"),
        ],
    )
    def test_a_key_ends_with_password_person_and_role_and_stays_ended(
        self, company: dict[str, Call], end: Any, why: str
    ) -> None:
        client = sign_in("anna", "Operator")
        assert keeps_working(client)
        anna = User.objects.get(username="anna")
        password = anna.password
        end(anna)
        answer = client.get("/api/v1/extensions/")
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "ended" in answer.json()["detail"]
        assert (only_key().ended_why, only_key().is_over) == (why, True)
        User.objects.filter(pk=anna.pk).update(is_active=True, password=password)
        sign_in("anna", "Supervisor")
        assert not keeps_working(client)

    def test_who_signs_in_with_a_password_of_an_older_hash_keeps_the_keys(
        self, company: dict[str, Call], settings: Any
    ) -> None:
        settings.PASSWORD_HASHERS = [
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
            "django.contrib.auth.hashers.MD5PasswordHasher",
        ]
        old = make_password("secret", hasher="md5")
        User.objects.filter(username="anna").update(password=old)
        client = sign_in("anna", "Operator")
        assert User.objects.get(username="anna").check_password("secret")  # As signing in does it.
        assert User.objects.get(username="anna").password != old
        assert keeps_working(client)

    def test_other_changes_of_a_person_end_nothing(self, company: dict[str, Call]) -> None:
        client = sign_in("anna", "Operator")
        anna = User.objects.get(username="anna")
        anna.last_name = "Орлова"
        anna.save()
        anna.groups.add(Group.objects.get(name="Supervisor"))
        assert keeps_working(client)

    def test_the_row_of_a_key_that_ended_goes_after_a_year(self, company: dict[str, Call]) -> None:
        sign_in("anna", "Operator")
        ApiToken.objects.update(ended_at=timezone.now() - timedelta(days=364))
        assert forget_old_keys() == 0
        ApiToken.objects.update(ended_at=timezone.now() - timedelta(days=366))
        assert forget_old_keys() == 1

    def test_the_last_use_is_noted(self, company: dict[str, Call]) -> None:
        client = sign_in("anna", "Operator")
        assert only_key().last_used_at is None
        client.get("/api/v1/extensions/")
        first = only_key()
        assert first.last_used_at is not None
        assert first.last_used_from == "127.0.0.1"
        client.get("/api/v1/extensions/")
        assert only_key().last_used_at == first.last_used_at

    @pytest.mark.parametrize("sent", ["", "x", "Ключ", "a" * 5000, "a b"])
    def test_nonsense_is_401(self, company: dict[str, Call], sent: str) -> None:
        answer = Client().get("/api/v1/calls/", headers={"authorization": f"Bearer {sent}".encode().decode("latin-1")})
        assert answer.status_code == 401


class TestEarlierVersions:
    def test_keys_go_on_with_all_that_their_owner_may_for_a_year_at_most(self, company: dict[str, Call]) -> None:
        client = sign_in("anna", "Operator")
        far = timezone.now() + timedelta(days=3000)
        ApiToken.objects.update(scopes=None, password_mark="", expiry=far)
        migration = import_module("crm.migrations.0012_api_keys")
        migration.bring_over(apps, SimpleNamespace(connection=database))
        assert keeps_working(client)
        assert set(only_key().scopes) == {
            *("read_calls", "listen", "dial", "read_contacts"),
            *("write_contacts", "read_tasks", "write_tasks", "export"),
        }
        assert only_key().expiry < timezone.now() + timedelta(days=366)


class TestPage:
    LIST, ADD = "admin:crm_apitoken_changelist", "admin:crm_apitoken_add"

    def signed_in(self, name: str, group: str) -> Client:
        user, _ = User.objects.get_or_create(username=name)
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.groups.set([Group.objects.get(name=group)])
        client = Client()
        client.force_login(User.objects.get(pk=user.pk))
        return client

    def test_a_person_makes_a_key_which_is_shown_once(self, db: None) -> None:
        client = self.signed_in("anna", "Operator")
        assert "read_calls" in client.get(reverse(self.ADD)).text
        sent = {"name": "Отчёты", "scopes": ["read_calls", "dial"], "days": "30"}
        page = client.post(reverse(self.ADD), sent, follow=True).text
        row = only_key()
        key = page.partition('<code class="tel-code">')[2].partition("<")[0]
        assert Client(headers={"authorization": f"Bearer {key}"}).get("/api/v1/calls/").status_code == 200
        assert (sorted(row.scopes), row.user.username) == (["dial", "read_calls"], "anna")
        assert key not in client.get(reverse(self.LIST)).text
        assert row.token_key[:6] in client.get(reverse(self.LIST)).text
        assert key not in client.get(reverse("admin:crm_apitoken_change", args=[row.pk])).text

    @pytest.mark.parametrize("wrong", [{"days": "366"}, {"scopes": []}, {"scopes": ["everything"]}, {"name": ""}])
    def test_a_wrong_field_is_told(self, db: None, wrong: dict[str, Any]) -> None:
        client = self.signed_in("anna", "Operator")
        answer = client.post(reverse(self.ADD), {"name": "x", "scopes": ["dial"], "days": "30", **wrong})
        assert list(answer.context["adminform"].form.errors) == list(wrong)
        assert not ApiToken.objects.exists()

    def test_people_see_and_end_their_own_administrators_everybodys(self, company: dict[str, Call]) -> None:
        programs = {name: sign_in(name, "Operator") for name in ("anna", "boris")}
        anna, boss = self.signed_in("anna", "Operator"), self.signed_in("vera", "Administrator")
        assert len(anna.get(reverse(self.LIST)).context["cl"].result_list) == 1
        assert len(boss.get(reverse(self.LIST)).context["cl"].result_list) == 2
        everything = {"action": "end_selected", "_selected_action": [str(key.pk) for key in ApiToken.objects.all()]}
        anna.post(reverse(self.LIST), everything)
        assert {name: keeps_working(client) for name, client in programs.items()} == {"anna": False, "boris": True}
        boss.post(reverse(self.LIST), everything)
        assert not keeps_working(programs["boris"])
        ended = ApiToken.objects.get(user__username="boris")
        assert (ended.ended_why, ended.ended_by) == ("revoked", "vera")
