"""The page on which reports are ordered: for oneself or, with the right to, for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from telephony.models import ReportMail, ReportSubscription, Team
from telephony.summary.mail.message import message_for
from telephony.summary.mail.subscribing import send_now
from tests.desk.people import person

pytestmark = pytest.mark.django_db
PAGE = "/telephony/reports/mail/"
WANTED = {"period": "day", "hour": "7", "time_zone": "Asia/Yekaterinburg", "language": "ru"}
Order = Callable[..., ReportSubscription]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_operator_orders_one_for_themselves_once(anna: Any, boris: Any) -> None:
    client = signed_in(anna)
    assert client.post(PAGE, {**WANTED, "user": boris.pk}).status_code == 302
    ordered = ReportSubscription.objects.get()
    assert (ordered.user, ordered.hour, ordered.origin) == (anna, 7, "http://testserver")
    assert "There is such a report at this hour already" in client.post(PAGE, WANTED).text
    assert ReportSubscription.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"), [("hour", "24"), ("time_zone", "Moscow"), ("language", "xx"), ("period", "")]
)
def test_nonsense_is_refused_at_its_field(anna: Any, field: str, value: str) -> None:
    response = signed_in(anna).post(PAGE, {**WANTED, field: value})
    assert list(response.context["form"].errors) == [field]
    assert not ReportSubscription.objects.exists()


def test_a_supervisor_chooses_of_the_own_teams(olga: Any, boris: Any) -> None:
    other = Team.objects.create(name="Service")
    own = Team.objects.get(name="Sales")
    assert "teams" in signed_in(olga).post(PAGE, {**WANTED, "teams": [other.pk]}).context["form"].errors
    signed_in(olga).post(PAGE, {**WANTED, "teams": [own.pk]})
    assert list(ReportSubscription.objects.get().teams.all()) == [own]


def test_who_may_orders_for_others_and_sees_everybodys(order: Order, anna: Any, owner: Any) -> None:
    owner.user_permissions.add(Permission.objects.get(codename="add_reportsubscription"))
    client = signed_in(owner)
    client.post(PAGE, {**WANTED, "user": anna.pk})
    assert ReportSubscription.objects.get().user == anna
    assert len(client.get(PAGE).context["subscriptions"]) == 1


def test_others_reports_are_none_of_mine(order: Order, anna: Any, olga: Any) -> None:
    subscription = order(olga)
    client = signed_in(anna)
    assert client.get(PAGE).context["subscriptions"] == []
    assert [client.post(f"{PAGE}{subscription.pk}/{what}/").status_code for what in ("send", "cancel")] == [404, 404]
    assert not ReportMail.objects.exists()


def test_one_is_sent_at_once_and_none_after_it_was_stopped(order: Order, olga: Any) -> None:
    subscription, client = order(olga), signed_in(olga)
    for _click in range(2):
        assert client.post(f"{PAGE}{subscription.pk}/send/").status_code == 302
    assert ReportMail.objects.get().is_trial
    client.post(f"{PAGE}{subscription.pk}/cancel/")
    assert not ReportMail.objects.exists()


def test_one_is_changed_not_only_stopped(order: Order, anna: Any, olga: Any) -> None:
    own, client = order(olga, hour=8), signed_in(olga)
    order(olga, hour=9)
    page = f"{PAGE}{own.pk}/"
    assert client.get(page).context["form"]["hour"].value() == 8
    assert "There is such a report" in client.post(page, {**WANTED, "hour": "9"}).text
    assert client.post(page, {**WANTED, "period": "week", "teams": [Team.objects.get().pk]}).status_code == 302
    before, own = own, ReportSubscription.objects.get(pk=own.pk)
    assert (own.user, own.period, own.hour, own.language, own.teams.count()) == (olga, "week", 7, "ru", 1)
    assert own.next_at != before.next_at
    assert own.next_at.astimezone(ZoneInfo("Asia/Yekaterinburg")).strftime("%w %H:%M") == "1 07:00"
    assert signed_in(anna).get(page).status_code == 404
    assert signed_in(anna).post(page, WANTED).status_code == 404


def test_a_changed_report_of_somebody_else_stays_theirs(order: Order, anna: Any, owner: Any) -> None:
    owner.user_permissions.add(Permission.objects.get(codename="add_reportsubscription"))
    theirs = order(anna)
    signed_in(owner).post(f"{PAGE}{theirs.pk}/", {**WANTED, "user": anna.pk})
    assert [(one.user, one.hour) for one in ReportSubscription.objects.all()] == [(anna, 7)]


def test_what_is_missing_is_said(anna: Any, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "", "django.core.mail.backends.smtp.EmailBackend"
    page = signed_in(anna).get(PAGE).text
    assert "No mail server is set up yet" in page
    assert "You have no e-mail address here yet" in page


def test_who_sees_no_calls_orders_none() -> None:
    assert signed_in(person("stranger", "view_team")).get(PAGE).status_code == 403


@pytest.mark.parametrize(("language", "title"), [("en", "Calls on"), ("ru", "Звонки за")])
def test_the_mail_is_in_its_readers_language_with_links_and_both_parts(
    order: Order, owner: Any, language: str, title: str
) -> None:
    message = message_for(send_now(subscription=order(owner, language=language)))
    html = str(message.alternatives[0][0])
    assert message.subject.startswith(title)
    for part in (str(message.body), html):
        assert message.subject in part
        assert "https://crm.example.com/telephony/calls/?first_day=" in part
        assert "https://crm.example.com/telephony/reports/mail/" in part
    assert "<script" not in html
    assert " class=" not in html
