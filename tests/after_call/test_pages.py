"""Pages of rules: who may set them up, what is offered and refused, what a rule would have done, and what it did."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from crm.models import Contact
from telephony.after_call.trying import try_rule
from telephony.domain.numbers import shown
from telephony.models import Call, CallRule, Line, RuleMessage, RuleRun
from tests.after_call.making import make_rule, work
from tests.missed.company import OTHER, Company
from tests.telephony.factories import make_contact
from tests.telephony.messages import CLIENT, START, at

LIST = "/admin/telephony/callrule/"
ADD = f"{LIST}add/"
FILLED = {"ending": "missed", "who": "unknown", "hours": "any", "task_minutes": "15", "assignee": "in_charge"}


def enter(client: Client, role: str, username: str = "") -> User:
    user = User.objects.create(username=username or role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return user


def page_of(rule: CallRule) -> str:
    return f"{LIST}{rule.pk}/change/"


@pytest.mark.parametrize(("role", "status"), [("Administrator", 200), ("Supervisor", 403), ("Operator", 403)])
def test_administrators_make_rules(db: None, client: Client, role: str, status: int) -> None:
    enter(client, role)
    assert {client.get(address).status_code for address in (LIST, ADD)} == {status}


def test_the_empty_list_offers_three_rules_that_can_be_saved(db: None, client: Client) -> None:
    enter(client, "Administrator")
    offered = client.get(LIST).context["suggestions"]
    assert len(offered) == 3
    for suggestion in offered:
        form = client.get(suggestion["url"]).context["adminform"].form
        posted = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, [])}
        assert client.post(ADD, posted).status_code == 302
    assert not CallRule.objects.filter(enabled=True).exists()
    assert client.get(LIST).context["suggestions"] == []
    assert "an unknown number" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("task_title", {"task_title": "Call {name}"}),
        ("person", {"assignee": "fixed"}),
        ("add_contact", {"who": "known", "add_contact": "on"}),
        ("enabled", {"enabled": "on"}),
        ("tell", {"tell_by_email": "on"}),
        ("task_minutes", {"task_minutes": "0"}),
        ("line", {"connection": "other", "line": "mine"}),
        ("tell_by_email", {"tell_by_email": "on", "tell": "me"}),
    ],
)
def test_what_can_t_be_is_refused_at_its_field(
    company: Company, client: Client, settings: Any, field: str, values: dict[str, str]
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_BACKEND = "", "django.core.mail.backends.smtp.EmailBackend"
    me = enter(client, "Administrator")
    line = Line.objects.create(connection=company.at("sipuni"), number="+74951234567", label="x")
    keys = {"other": company.at("mobilon").pk, "mine": line.pk, "me": me.pk}
    answer = client.post(ADD, {**FILLED, **{name: keys.get(value, value) for name, value in values.items()}})
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not CallRule.objects.exists()


@pytest.mark.parametrize(
    ("values", "count"),
    [({}, 2), ({"who": "unknown"}, 1), ({"who": "known"}, 1), ({"ending": "answered"}, 1), ({"hours": "outside"}, 0)],
)
def test_a_dry_run_shows_what_it_would_have_done(
    company: Company, client: Client, values: dict[str, str], count: int
) -> None:
    company.misses(0)
    company.misses(100, client=OTHER)
    company.answers(300)
    make_contact(f"+{OTHER}")
    rule = CallRule.objects.create(**{"ending": "missed", "task_title": "Call {number}: {our_number}", **values})
    enter(client, "Administrator")
    answer = client.get(page_of(rule))
    assert answer.context["trial"].count == count
    page = unescape(answer.content.decode())
    text = "would have acted after 1 call." if count == 1 else f"would have acted after {count} calls."
    assert text in page
    assert "“Call [client's number]: [our number]”" in page, "no braces in what people read"
    assert ("The task after the latest of them: “Call +7 9" in page) == bool(count)


def test_what_a_rule_did_stands_on_the_call_for_who_may_see_it(company: Company, client: Client) -> None:
    rule = make_rule(add_contact=True, task_title="Call back {number}")
    company.misses(0)
    boss = enter(client, "Administrator", "boss")
    rule.tell.add(boss)
    work()
    address = f"/admin/telephony/call/{Call.objects.get().pk}/change/"
    page = client.get(address).content.decode()
    for words in ("Done by rules", "Contact: made", "Task: made", f"Call back {shown(f'+{CLIENT}')}", "Told:"):
        assert words in page
    operator = enter(client, "Operator", "other")
    assert client.get(address).status_code in (302, 403)
    Call.objects.get().legs.update(user=operator)
    assert "Contact: made" in client.get(address).content.decode()


def test_what_a_deleted_rule_did_stands_on_the_call(company: Company, client: Client) -> None:
    rule = make_rule(task_title="Call back {number}")
    company.misses(0)
    work()
    company.misses(100)
    rule.tell.add(enter(client, "Administrator", "boss"))
    rule.delete()
    work()
    assert list(RuleRun.objects.values_list("call__started_at", "state")) == [(START, "done")], "the other never acted"
    page = client.get(f"/admin/telephony/call/{RuleRun.objects.get().call_id}/change/").content.decode()
    assert "A rule that was deleted since." in page
    assert "Task: made" in page


def test_a_dry_run_counts_what_the_rule_then_does(company: Company, client: Client) -> None:
    """Whom the rule makes a contact after the first call is known at the second."""
    for second, number in ((0, CLIENT), (100, OTHER), (200, CLIENT), (300, ""), (400, "")):
        company.misses(second, client=number)
    dry = try_rule(rule=CallRule(ending="missed", who="unknown", add_contact=True), user=enter(client, "Administrator"))
    assert [call.started_at for call in dry.calls] == [at(400), at(300), at(100), at(0)]
    make_rule(who="unknown", add_contact=True)
    Call.objects.all().delete()
    for second, number in ((0, CLIENT), (100, OTHER), (200, CLIENT), (300, ""), (400, "")):
        company.misses(second, client=number)
        work()
    assert RuleRun.objects.count() == dry.count
    assert Contact.objects.count() == 2


def test_for_you(company: Company, client: Client) -> None:
    rule = make_rule()
    boss = enter(client, "Administrator")
    assert "Nothing for you yet" in client.get("/telephony/for-you/").content.decode()
    rule.tell.add(boss)
    company.misses(0)
    work()
    answer = client.get("/telephony/for-you/")
    assert f"/admin/telephony/call/{Call.objects.get().pk}/change/" in answer.content.decode()
    for up_to in ("", "x", "9" * 30, str(answer.context["newest"])):
        assert client.post("/telephony/for-you/", {"up_to": up_to}).status_code == 302
    assert RuleMessage.objects.get().seen_at is not None
    assert client.get("/telephony/for-you/").context["newest"] is None
    enter(client, "Operator")
    assert "Nothing for you yet" in client.get("/telephony/for-you/").content.decode()
