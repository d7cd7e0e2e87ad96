"""What rules do, once, whatever comes again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import transaction

from crm import after_call
from crm.models import Contact, Task
from telephony.after_call import acting, mailing, registry
from telephony.after_call.selectors import acted_after
from telephony.domain.numbers import shown
from telephony.intake.replay import replay
from telephony.models import Call, Delivery, Notice, RuleEffect, RuleMessage, RuleRun, Schedule, Subscription
from tests.after_call.making import did, make_rule, states, work
from tests.missed.company import Company
from tests.telephony.factories import make_contact
from tests.telephony.messages import CLIENT, START

SHOWN = "+7 920 111-96-13"
"""CLIENT, as people read it."""

ALL = {"add_contact": True, "contact_source": "Missed", "tag": "New", "task_title": "Call {number}"}


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create(username="boss", is_superuser=True, is_staff=True, email="boss@example.org")


def test_everything_at_once(company: Company, boss: User) -> None:
    make_rule(person=boss, task_minutes=15, **ALL)
    company.misses(0)
    work()
    contact, task, call = Contact.objects.get(), Task.objects.get(), Call.objects.get()
    assert did() == [("contact", "made"), ("tag", "made"), ("task", "made")]
    assert states() == ["done"]
    assert (contact.name, contact.source, str(contact.tags.get())) == (SHOWN, "Missed", "New")
    assert contact.responsible == call.responsible, "whose phone rang"
    number = shown(f"+{CLIENT}")
    assert (task.title, task.contact, task.call, task.assignee) == (f"Call {number}", contact, call, call.responsible)
    assert task.kind == Task.Kind.CALL_BACK
    assert task.due_at == call.ended_at + timedelta(minutes=15)
    assert call.contact == contact


def test_replaying_everything_changes_nothing(company: Company, boss: User) -> None:
    make_rule(person=boss, tell_systems=True, **ALL)
    Subscription.objects.create(name="x", url="https://example.org/")
    company.misses(0)
    company.misses(100)
    work()
    before = [model.objects.count() for model in (Contact, Task, RuleRun, RuleEffect)]
    for delivery in Delivery.objects.all():
        replay(delivery=delivery)
    work()
    assert [model.objects.count() for model in (Contact, Task, RuleRun, RuleEffect)] == before
    assert Notice.objects.filter(topic="call.rule").count() == 2


def test_a_second_call_joins_what_is_open(company: Company, boss: User) -> None:
    make_rule(who="anybody", person=boss, **ALL)
    for second in (0, 100):
        company.misses(second)
        work()
    assert did()[3:] == [("contact", "there"), ("tag", "there"), ("task", "there")]
    Task.objects.update(done_at=START)
    company.misses(200)
    work()
    assert did()[-1] == ("task", "made")
    assert (Contact.objects.count(), Task.objects.count()) == (1, 2)


@pytest.mark.parametrize("asked", ["in_charge", "of_call", "fixed"])
@pytest.mark.parametrize("has_one", [True, False])
def test_whose_task(company: Company, boss: User, asked: str, has_one: bool) -> None:
    keeper = User.objects.create(username="keeper")
    make_contact(f"+{CLIENT}", responsible=keeper if has_one else None)
    make_rule(task_title="Call", assignee=asked, person=boss)
    company.misses(0)
    work()
    of_call = Call.objects.get().responsible
    expected = {"in_charge": keeper if has_one else of_call, "of_call": of_call, "fixed": boss}
    assert Task.objects.get().assignee == expected[asked]


def test_a_task_is_due_in_working_time(company: Company, clock: Any) -> None:
    Schedule.objects.create(name="Office", is_default=True, monday="9-18", tuesday="9-18")
    make_rule(task_title="Call", task_minutes=90)
    clock.shift(timedelta(hours=4))
    company.misses(4 * 3600 + 1800)  # 17:30 in Moscow, and 20 seconds until it ends.
    work()
    assert Task.objects.get().due_at == datetime(2024, 1, 30, 7, 0, 20, tzinfo=UTC)


def test_a_hidden_number_makes_no_contact(company: Company, boss: User) -> None:
    make_rule(person=boss, **ALL)
    company.misses(0, client="")
    work()
    assert did() == [("contact", "no_number"), ("tag", "nobody"), ("task", "made")]


def test_a_call_that_turned_out_otherwise_meanwhile(company: Company) -> None:
    make_rule(task_title="Call")
    company.misses(0)
    Call.objects.update(status="answered")
    work()
    assert (states(), did()) == (["otherwise"], [])


def test_what_was_done_stays_when_the_call_turns_out_otherwise(company: Company, boss: User) -> None:
    make_rule(task_title="Call")
    make_rule("answered", task_title="Thank")
    company.misses(0, call_id="1700000001.1")
    work()
    company.answers(0, call_id="1700000001.1")
    work()
    assert Call.objects.get().status == "answered"
    assert [one.is_otherwise for one in acted_after(Call.objects.get(), boss)] == [True, False]
    assert sorted(Task.objects.values_list("title", flat=True)) == ["Call", "Thank"]


def test_what_fails_undoes_all_and_is_tried_again(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(**ALL)
    company.misses(0)
    broken = registry.Performer(do=lambda order: 1 // 0, show=after_call.show_tasks)  # type: ignore[arg-type]
    monkeypatch.setitem(registry._PERFORMERS, "task", broken)
    work()
    assert (Contact.objects.count(), did(), states()) == (0, [], ["waiting"])
    monkeypatch.undo()
    work()
    assert states() == ["done"]
    assert Contact.objects.count() == 1


def test_a_rule_that_fails_always_is_given_up(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    make_rule(task_title="Call")
    company.misses(0)
    broken = registry.Performer(do=lambda order: 1 // 0, show=after_call.show_tasks)  # type: ignore[arg-type]
    monkeypatch.setitem(registry._PERFORMERS, "task", broken)
    for _attempt in range(5):
        work()
    assert states() == ["failed"]


def test_without_a_crm_it_says_that_nothing_can_do_it(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_PERFORMERS", {})
    make_rule(**ALL)
    company.misses(0)
    work()
    assert did() == [("contact", "impossible"), ("tag", "impossible"), ("task", "impossible")]


def test_a_killed_worker_leaves_a_row_that_is_done_later(company: Company) -> None:
    make_rule(task_title="Call")
    company.misses(0)
    row = RuleRun.objects.get()
    with transaction.atomic():
        acting.act(row=row)
        transaction.set_rollback(True)
    assert Task.objects.count() == 0
    acting.act(row=row)
    acting.act(row=row)
    assert Task.objects.count() == 1


def test_people_are_told_if_they_may_see_the_call(company: Company, boss: User) -> None:
    stranger = User.objects.create(username="stranger", email="stranger@example.org")
    rule = make_rule(tell_by_email=True)
    rule.tell.set([boss, stranger])
    company.misses(0)
    work()
    assert [(row.user, row.mail) for row in RuleMessage.objects.all()] == [(boss, "waiting")]
    mailing.send_due()
    mailing.send_due()
    assert [(one.to, CLIENT in one.body) for one in mail.outbox] == [(["boss@example.org"], True)]
    assert RuleMessage.objects.get().mail == "sent"


def test_mail_that_can_t_be_sent_is_said_so(company: Company, boss: User, settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "", "django.core.mail.backends.smtp.EmailBackend"
    make_rule(tell_by_email=True).tell.set([boss])
    company.misses(0)
    work()
    mailing.send_due()
    assert (len(getattr(mail, "outbox", [])), RuleMessage.objects.get().mail) == (0, "failed")


def test_other_systems_are_told_with_the_rule(company: Company) -> None:
    Subscription.objects.create(name="x", url="https://example.org/", topics=["call.rule"])
    rule = make_rule(tell_systems=True)
    company.misses(0)
    work()
    told = Notice.objects.get().payload
    assert (told["rule"]["id"], told["client_e164"]) == (rule.pk, f"+{CLIENT}")
