"""E-mails of rules: at most once whatever the server or the worker does, in the reader's language, with links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from config.models import Profile
from telephony.after_call import mailing
from telephony.models import CallRule, Line, MissedItem, RuleMessage
from tests.after_call.making import make_rule, work
from tests.missed.company import Company
from tests.summary.conftest import smtp
from tests.summary.smtp import MailServer

__all__ = ["smtp"]


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create(username="boss", is_superuser=True, is_staff=True, email="boss@example.org")


@pytest.fixture
def told(company: Company, boss: User, smtp: MailServer) -> RuleMessage:
    rule = make_rule(tell_by_email=True)
    rule.tell.set([boss])
    CallRule.objects.update(origin="https://crm.example.org")
    company.misses(0)
    work()
    return RuleMessage.objects.get()


def _state() -> str:
    return RuleMessage.objects.get().mail


def _later() -> None:
    RuleMessage.objects.filter(next_try_at__isnull=False).update(next_try_at=timezone.now() - timedelta(seconds=1))
    mailing.send_due()


@pytest.mark.parametrize("language", ["ru", "en", ""])
def test_it_is_in_the_reader_s_language_with_links(
    told: RuleMessage, smtp: MailServer, boss: User, settings: Any, language: str
) -> None:
    settings.LANGUAGE_CODE = "ru"
    words = "The rule" if language == "en" else "Правило"
    Profile.objects.update_or_create(user=boss, defaults={"language": language})
    mailing.send_due()
    text = smtp.mails[0].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert words in text
    assert f"https://crm.example.org/admin/telephony/call/{told.run.call_id}/change/" in text
    assert f"https://crm.example.org/telephony/missed/{MissedItem.objects.get().pk}/" in text
    assert _state() == "sent"


def test_our_number_is_written_as_people_know_it(told: RuleMessage, smtp: MailServer) -> None:
    call = told.run.call
    Line.objects.create(connection=call.connection, number=call.our_number, label="Advertising")
    mailing.send_due()
    text = smtp.mails[0].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "Advertising (+7 495 " in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"ALLOWED_HOSTS": ["crm.example.org"]}, "https://crm.example.org/telephony/missed/"),
        ({"ALLOWED_HOSTS": [".example.org", "crm.example.org"]}, "https://crm.example.org/telephony/missed/"),
        (
            {"CSRF_TRUSTED_ORIGINS": ["https://*.example.org", "https://crm.example.org"]},
            "https://crm.example.org/telephony/missed/",
        ),
        ({"ALLOWED_HOSTS": ["localhost", "*"]}, ""),
    ],
)
def test_a_rule_from_before_links_were_kept_has_them_too(
    told: RuleMessage, smtp: MailServer, settings: Any, names: dict[str, list[str]], expected: str
) -> None:
    CallRule.objects.update(origin="")
    settings.SESSION_COOKIE_SECURE = True
    for name, value in names.items():
        setattr(settings, name, value)
    mailing.send_due()
    text = smtp.mails[0].get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert expected in text
    assert ("/telephony/missed/" in text) == bool(expected)


def test_a_worker_that_died_while_it_was_taken_sends_none_twice(told: RuleMessage, smtp: MailServer) -> None:
    """What it leaves behind is a row that says that the mail was being handed over."""
    row = mailing.QUEUE.claim()
    assert row is not None
    mailing.QUEUE.renew(row, handed_over_at=timezone.now())
    _later()
    _later()
    assert (_state(), len(smtp.mails)) == ("unclear", 0)


def test_a_server_that_is_away_or_refuses_is_asked_again(told: RuleMessage, smtp: MailServer, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    mailing.send_due()
    assert _state() == "waiting"
    settings.EMAIL_PORT = port
    _later()
    _later()
    assert (_state(), len(smtp.mails)) == ("sent", 1)


def test_who_may_not_see_the_call_any_more_gets_none(told: RuleMessage, smtp: MailServer, boss: User) -> None:
    User.objects.filter(pk=boss.pk).update(is_superuser=False)
    mailing.send_due()
    assert (_state(), len(smtp.mails)) == ("failed", 0)
