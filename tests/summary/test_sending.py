"""Mails are planned once, sent at most once, and what becomes of them is said. The mail server is a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from telephony.models import ReportMail, ReportSubscription
from telephony.summary.mail import planning, sending
from telephony.summary.mail.subscribing import send_now
from tests.summary.smtp import MailServer

pytestmark = pytest.mark.django_db
Order = Callable[..., ReportSubscription]


def state(mail: ReportMail) -> tuple[str, str]:
    mail.refresh_from_db()
    return mail.state, mail.reason


def test_each_day_is_planned_once_however_often_beat_calls(order: Order, owner: Any) -> None:
    subscription = order(owner)
    first = subscription.next_at
    for seconds, planned in ((-1, 0), (0, 1), (0, 0), (60, 0), (86400, 1), (86400, 0)):
        assert planning.plan(now=first + timedelta(seconds=seconds)) == planned
    assert ReportMail.objects.count() == 2


def test_what_no_worker_planned_is_planned_later_but_not_weeks_later(order: Order, owner: Any) -> None:
    first = order(owner).next_at
    assert planning.plan(now=first + timedelta(days=3, hours=1)) == 4
    assert planning.plan(now=first + timedelta(days=40)) == 7


def test_it_is_sent_once(order: Order, owner: Any, smtp: MailServer) -> None:
    mail = send_now(subscription=order(owner))
    assert send_now(subscription=mail.subscription) == mail
    assert (sending.send_due(), sending.send_due()) == (1, 0)
    assert state(mail) == ("sent", "")
    assert [str(one["To"]) for one in smtp.mails] == ["owner@example.com"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda user: setattr(user, "is_active", False), "inactive"),
        (lambda user: user.user_permissions.clear(), "no_right"),
        (lambda user: setattr(user, "email", ""), "no_address"),
    ],
)
def test_who_may_not_have_it_gets_none_and_it_is_said(
    order: Order, owner: Any, smtp: MailServer, spoil: Callable[[Any], None], reason: str
) -> None:
    mail = send_now(subscription=order(owner))
    spoil(owner)
    owner.save()
    sending.send_due()
    assert state(mail) == ("skipped", reason)
    assert smtp.mails == []


def test_without_a_mail_server_it_is_said(order: Order, owner: Any, smtp: MailServer, settings: Any) -> None:
    mail = send_now(subscription=order(owner))
    settings.EMAIL_HOST = ""
    sending.send_due()
    assert state(mail) == ("skipped", "not_set_up")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"RCPT": "550 no such mailbox"}, ("failed", "refused")),
        ({"RCPT": "450 try later"}, ("waiting", "refused")),
        ({"DATA": "554 spam"}, ("failed", "refused")),
        ({"TAKEN": "451 disk full"}, ("waiting", "refused")),
        ({"EHLO": "hang up"}, ("waiting", "no_server")),
        ({"TAKEN": "hang up"}, ("unclear", "cut_off")),
    ],
)
def test_what_the_server_says_decides_whether_it_is_tried_again(
    order: Order, owner: Any, smtp: MailServer, answers: dict[str, str], expected: tuple[str, str]
) -> None:
    mail = send_now(subscription=order(owner))
    smtp.answers = answers
    sending.send_due()
    assert state(mail) == expected
    smtp.answers, before, again = {}, len(smtp.mails), expected[0] == "waiting"
    sending.send_due(now=timezone.now() + timedelta(hours=1))
    assert len(smtp.mails) - before == again
    assert state(mail)[0] == ("sent" if again else expected[0])


def test_a_server_that_stays_away_is_given_up(order: Order, owner: Any, smtp: MailServer) -> None:
    mail = send_now(subscription=order(owner))
    smtp.close()
    now = timezone.now()
    for attempt in range(7):
        sending.send_due(now=now + timedelta(days=attempt))
    assert state(mail) == ("failed", "no_server")
    assert mail.attempts == 6


def test_who_died_before_handing_over_is_followed_by_another(order: Order, owner: Any, smtp: MailServer) -> None:
    mail = send_now(subscription=order(owner))
    assert sending.QUEUE.claim() == mail
    assert sending.send_due() == 0
    sending.send_due(now=timezone.now() + timedelta(minutes=3))
    assert (state(mail)[0], len(smtp.mails)) == ("sent", 1)


def test_a_bug_in_one_mail_does_not_stop_the_others(
    order: Order, owner: Any, olga: Any, smtp: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, good = send_now(subscription=order(owner)), send_now(subscription=order(olga))
    real = sending.message_for

    def message(mail: ReportMail) -> Any:
        return 1 / 0 if mail.pk == broken.pk else real(mail)

    monkeypatch.setattr(sending, "message_for", message)
    sending.send_due()
    assert [state(mail) for mail in (broken, good)] == [("waiting", "internal"), ("sent", "")]
