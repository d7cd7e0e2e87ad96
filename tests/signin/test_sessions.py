"""Sessions are listed and ended: one, all, or by an administrator for somebody whose phone is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.signin.conftest import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


def signed_in(username: str, address: str) -> Client:
    client = Client(REMOTE_ADDR=address)
    assert sign_in(username, PASSWORD, client=client, address=address).status_code == 302
    return client


def works(client: Client) -> bool:
    return client.get(reverse("sessions")).status_code == 200


def test_one_of_the_own_sessions_is_ended(make_person: Callable[..., User]) -> None:
    make_person("anna", "Operator")
    here, there = signed_in("anna", "192.0.2.1"), signed_in("anna", "192.0.2.2")
    page = here.get(reverse("sessions"))
    assert [row["address"] for row in page.context["rows"]] == ["192.0.2.2", "192.0.2.1"]
    assert "Firefox, Windows" in page.text
    other = next(row["pk"] for row in page.context["rows"] if not row["is_this"])
    assert here.post(reverse("session-end", args=[other])).status_code == 302
    assert (works(here), works(there)) == (True, False)


def test_nobody_ends_another_s(make_person: Callable[..., User]) -> None:
    make_person("anna", "Operator")
    make_person("boris", "Operator")
    anna, boris = signed_in("anna", "192.0.2.1"), signed_in("boris", "192.0.2.2")
    own = anna.get(reverse("sessions")).context["rows"][0]["pk"]
    assert boris.post(reverse("session-end", args=[own])).status_code == 404
    assert works(anna)


def test_sign_out_everywhere_ends_old_sessions_too(make_person: Callable[..., User]) -> None:
    anna = make_person("anna", "Operator")
    before = Client()
    before.force_login(anna)  # As one from before sessions were listed.
    make_person("boris", "Operator")
    other = signed_in("boris", "192.0.2.3")
    here = signed_in("anna", "192.0.2.1")
    here.post(reverse("sessions-end-all"))
    assert [works(client) for client in (here, before, other)] == [False, False, True]


def test_an_administrator_ends_sessions_and_removes_a_lost_factor(make_person: Callable[..., User]) -> None:
    anna, chief = make_person("anna", "Operator"), make_person("chief", "Administrator")
    root = make_person("root", is_superuser=True)
    for user in (anna, root):
        Authenticator.objects.create(user=user, type="totp", data={})
    session, client = Client(), Client()
    session.force_login(anna)
    client.force_login(chief)
    client.post(reverse("reset-access", args=[anna.pk]))
    assert not works(session)
    assert Authenticator.objects.filter(user=anna).exists()
    client.post(reverse("reset-access", args=[anna.pk]), {"second_factor": "1"})
    assert not Authenticator.objects.filter(user=anna).exists()
    assert client.post(reverse("reset-access", args=[root.pk]), {"second_factor": "1"}).status_code == 403
    assert Authenticator.objects.filter(user=root).exists()
