"""Why there is no call at all: what is known of each connection, and of the person who waited for the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.calls import access
from telephony.cards.trace.screens import may_see_pages
from telephony.cards.trace.steps import OK, STOP, WAIT, Reader, Step, clock
from telephony.domain import numbers
from telephony.models import Call, Connection, Delivery, DeskSettings, Extension, StrayRequests
from telephony.ui import presentation
from telephony.vendors import installed

AROUND = timedelta(minutes=15)
"""How far from the asked moment a call may be and still be the one that was meant."""
MESSAGES_AROUND = timedelta(minutes=10)
MOST_MESSAGES = 300
MOST_TOLD = 3
STRAYS_DAYS = timedelta(days=2)
WORKER_IS_LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Somebody called at about this moment, from this number (in any form; empty: unknown), and no card came.

    `person` is who waited for it, if that was said.
    """

    number: str
    moment: datetime
    person: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The call that was meant, if there is one; else the reasons why there is none, most telling first."""

    calls: Sequence[Call]
    steps: Sequence[Step]


def answer(question: Question, user: Any) -> Answer:
    """As `user` may read it: only calls, and links, that they may open."""
    reader = Reader(user)
    steps = _of_person(question.person, reader) if question.person is not None else []
    if found := _calls(question, user):
        return Answer(calls=found, steps=steps)
    connections = list(Connection.objects.all())
    if not connections:
        url = reader.add(Connection)
        text = _("No PBX is connected yet, so no call can come.")
        link = _("Connect a PBX") if url else ""
        return Answer(calls=(), steps=[*steps, Step(kind=STOP, code="no_connection", text=text, url=url, link=link)])
    for connection in connections:
        steps += _of_connection(connection, question, reader)
    return Answer(calls=(), steps=[*steps, *(_strays(reader) if reader.sees_all_calls() else ())])


def _calls(question: Question, user: Any) -> list[Call]:
    near = Call.objects.filter(started_at__range=(question.moment - AROUND, question.moment + AROUND))
    key = numbers.match_key(question.number)
    if question.number.strip():
        near = near.filter(client_match=key)
    calls = access.visible_calls(user, near).select_related("connection", "contact", "responsible")
    newest = list(calls.defer("connection__settings", "connection__hook_secret").order_by("-started_at")[:50])
    return sorted(newest, key=lambda call: abs(call.started_at - question.moment))[:MOST_TOLD]


def _of_connection(connection: Connection, question: Question, reader: Reader) -> list[Step]:
    url = reader.change(connection)
    where = {"url": url, "link": connection.name if url else ""}
    name = {"name": connection.name}
    if connection.vendor not in installed():
        text = _("“%(name)s”: this kind of PBX is not installed here any more.") % name
        return [Step(kind=STOP, code="no_vendor", text=text, **where)]
    if not connection.enabled:
        text = _("“%(name)s” is switched off: its address answers 404, and nothing that the PBX sends is kept.") % name
        return [Step(kind=STOP, code="disabled", text=text, **where)]
    steps = []
    if connection.rejected_count and reader.sees_all_calls():
        text = _(
            "“%(name)s” refused %(count)d requests so far, because of a wrong access code. If that goes on, "
            "the code here is not the PBX's."
        )
        said = text % {**name, "count": connection.rejected_count}
        steps.append(Step(kind=STOP, code="wrong_code", text=said, **where))
    around = (question.moment - MESSAGES_AROUND, question.moment + MESSAGES_AROUND)
    messages = Delivery.objects.filter(connection=connection, received_at__range=around).order_by("received_at")
    if not messages.exists():
        return [*steps, _silent(connection, question, where)]
    if not reader.sees_all_calls():
        return [*steps, _others_may_look(connection)]
    return steps + _of_messages(connection, messages, question, reader)


def _others_may_look(connection: Connection) -> Step:
    """For who sees not all calls: which number a message tells of, and what is wrong with it, is others' affair."""
    text = _(
        "“%(name)s” received messages around that time, none of them of a call that you may see. Whether they tell of "
        "this number only people know who see all calls: ask one of them to look here."
    )
    return Step(kind=WAIT, code="not_yours", text=text % {"name": connection.name})


def _silent(connection: Connection, question: Question, where: dict[str, str]) -> Step:
    earlier = Delivery.objects.filter(connection=connection, received_at__lt=question.moment).order_by("-received_at")
    last = earlier.values_list("received_at", flat=True).first()
    if last is None:
        text = _("“%(name)s” has never received anything up to then: the address in the PBX's settings is not this "
                 "connection's, or its notifications are off.") % {"name": connection.name}  # fmt: skip
        return Step(kind=STOP, code="never_heard", text=text, **where)
    facts = {"name": connection.name, "time": clock(last)}
    text = (
        _(
            "“%(name)s” received nothing within ten minutes of it; the last message before came at %(time)s. "
            "The PBX did not send, or sent elsewhere: compare its address with this connection's."
        )
        % facts
    )
    return Step(kind=STOP, code="silent", text=text, **where)


def _of_messages(
    connection: Connection, messages: QuerySet[Delivery], question: Question, reader: Reader
) -> list[Step]:
    found = list(messages[:MOST_MESSAGES])
    digits = numbers.last_digits(question.number) or numbers.digits(question.number)
    mine = [one for one in found if digits and digits in _digits_of(one)]
    steps = [step for one in mine[:MOST_TOLD] if (step := _of_message(one, reader, is_his=True)) is not None]
    if steps:
        return steps
    others = [one for one in found if one.state != Delivery.State.APPLIED]
    # The same complaint about a hundred messages is said once.
    told: dict[str, Step] = {}
    for one in others:
        step = _of_message(one, reader, is_his=False)
        if step is not None:
            told.setdefault(f"{step.code} {one.error}", step)
    if told:
        return list(told.values())[:MOST_TOLD]
    url = reader.listed(Delivery, connection__id__exact=connection.pk)
    facts = {"name": connection.name, "count": len(found)}
    text = (
        _("“%(name)s” received %(count)d messages around that time and understood them, but none tells of this number.")
        % facts
    )
    return [Step(kind=WAIT, code="other_calls", text=text, url=url, link=_("Deliveries") if url else "")]


def _digits_of(delivery: Delivery) -> str:
    """Every digit of the message, for looking a number up in it: its separators and escapes aside."""
    text = (
        b" ".join((bytes(delivery.query), bytes(delivery.body))).decode("latin-1").replace("%2B", "").replace("%20", "")
    )
    return "".join(sign for sign in text if sign.isdigit() or sign in '&=,; \n\r"')


def _of_message(delivery: Delivery, reader: Reader, *, is_his: bool) -> Step | None:
    """What became of a message; `is_his` if the asked number stands in it."""
    url = reader.change(delivery)
    kind, code, text = _became(delivery)
    if code == "applied" and not is_his:
        return None
    facts = {"time": clock(delivery.received_at), "reason": delivery.error}
    return Step(kind=kind, code=code, text=(text % facts).strip(), url=url, link=_("Message") if url else "")


_REFUSALS = {
    Delivery.State.FAILED: gettext_lazy("A message that came at %(time)s could not be read: %(reason)s"),
    Delivery.State.REFUSED: gettext_lazy(
        "A message that came at %(time)s was refused: %(reason)s Enter the right secret in the connection."
    ),
}


def _became(delivery: Delivery) -> tuple[str, str, str]:
    """Kind, code and words."""
    state = Delivery.State(delivery.state)
    if state in _REFUSALS:
        return STOP, state.value, str(_REFUSALS[state])
    if delivery.state == Delivery.State.RECEIVED:
        if delivery.received_at > timezone.now() - WORKER_IS_LATE:
            return WAIT, "processing", _("A message that came at %(time)s is being processed.")
        text = _("A message that came at %(time)s still waits to be processed: is the worker running? %(reason)s")
        return STOP, "waiting", text
    if delivery.state == Delivery.State.APPLIED:
        text = _("A message with this number came at %(time)s, and was taken: the call is listed under another time.")
        return WAIT, "applied", text
    if delivery.needs_attention:
        return (
            STOP,
            "placeholder",
            _("A message that came at %(time)s shows a mistake in the PBX's settings: %(reason)s"),
        )
    return WAIT, "ignored", _("A message that came at %(time)s was left aside: %(reason)s")


def _strays(reader: Reader) -> list[Step]:
    since = timezone.localdate() - STRAYS_DAYS
    rows = list(StrayRequests.objects.filter(day__gte=since))
    if not rows:
        return []
    facts = {"count": sum(row.count for row in rows), "time": clock(max(row.last_at for row in rows))}
    text = (
        _(
            "%(count)d requests came to addresses that no connection has within these days, the last at "
            "%(time)s: perhaps a PBX with a mistyped address, with one that was changed here since, or with that "
            "of a connection that is switched off."
        )
        % facts
    )
    url = reader.listed(Connection)
    return [Step(kind=STOP, code="stray", text=text, url=url, link=_("Connections") if url else "")]


def _of_person(person: Any, reader: Reader) -> list[Step]:
    """What would keep a card from this person now."""
    name = {"name": presentation.person(person)}
    url = reader.change(person)
    user = {"url": url, "link": _("User") if url else ""}
    if not person.is_active:
        return [Step(kind=STOP, code="inactive", text=_("%(name)s is deactivated, and gets no cards.") % name, **user)]
    steps = []
    if not may_see_pages(person):
        text = _("%(name)s may not open these pages, or see any calls, so there is no screen for a card.") % name
        steps.append(Step(kind=STOP, code="no_rights", text=text, **user))
    if not Extension.objects.filter(user=person).exists():
        add = reader.add(Extension, user=person.pk)
        text = _("No phone is %(name)s's here.") % name
        steps.append(Step(kind=STOP, code="no_phone", text=text, url=add, link=_("Add one") if add else ""))
    wishes = DeskSettings.objects.filter(user=person).first() or DeskSettings(user=person)
    where = {"url": reader.change(wishes) if wishes.pk else "", "link": _("Settings") if wishes.pk else ""}
    if not wishes.cards:
        steps.append(Step(kind=STOP, code="off", text=_("%(name)s has cards switched off.") % name, **where))
    if wishes.is_undisturbed(timezone.now()):
        steps.append(Step(kind=STOP, code="dnd", text=_("%(name)s does not want to be disturbed now.") % name, **where))
    if not steps:
        steps.append(Step(kind=OK, code="person_ok", text=_("%(name)s's own settings let cards through.") % name))
    return steps
