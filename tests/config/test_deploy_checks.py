"""`manage.py check --deploy`: what an installation that is about to be used would be sorry for."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.checks import run_checks
from django.db import connection as database

from config import deploy_checks
from telephony.models import Connection
from tests.admin.world import connect

pytestmark = pytest.mark.django_db


def said(check: Any) -> list[str]:
    return [f"{message.id} {message.msg}" for message in check()]


def test_they_are_asked_by_deploy_alone() -> None:
    assert not [one for one in run_checks() if one.id.startswith(("deploy.", "health."))]
    assert "health.no_worker" in [one.id for one in run_checks(include_deployment_checks=True)]


@pytest.mark.parametrize(
    ("role", "password", "is_said"),
    [
        ("Administrator", "boss", True),
        ("Administrator", "qwerty123", True),
        ("Administrator", "correct horse battery", False),
        ("Operator", "boss", False),
    ],
)
def test_passwords_that_everybody_tries(role: str, password: str, is_said: bool) -> None:
    user = User.objects.create_user("boss", password=password)
    user.groups.add(Group.objects.get(name=role))
    expected = ["deploy.W002 The password of boss is one that everybody tries first."] if is_said else []
    assert said(deploy_checks.nobody_has_a_password_to_guess) == expected


def test_an_address_alone_proves_little() -> None:
    sipuni, xvb = connect("sipuni"), connect("xvb")
    assert said(deploy_checks.messages_are_proved) == [
        f"deploy.W003 {sipuni.name}: whoever learns the connection's address can send calls."
    ]
    Connection.objects.filter(pk=sipuni.pk).update(sender_networks=["203.0.113.0/24"])
    assert said(deploy_checks.messages_are_proved) == []
    assert xvb.enabled


def test_without_tables_it_says_so() -> None:
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE auth_user RENAME TO elsewhere")
    [message] = deploy_checks.nobody_has_a_password_to_guess()
    assert (message.id, "manage.py migrate" in str(message.hint)) == ("deploy.I001", True)
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO auth_user")
