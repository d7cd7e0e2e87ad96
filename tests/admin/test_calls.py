"""The list of calls, its search and filters, and a call's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from telephony.admin import timeline
from telephony.connections.settings import save_extension
from telephony.models import Call, Connection, Extension
from tests.admin.pages import page_of
from tests.admin.world import connect, make_user, play_sipuni, send, the_contact

pytestmark = pytest.mark.django_db
LIST = "/admin/telephony/call/"


@pytest.fixture
def sipuni() -> Connection:
    connection = connect("sipuni")
    user = make_user("orlova", "Анна", "Орлова")
    save_extension(extension=Extension(connection=connection, user=user, number="101"))
    the_contact()
    play_sipuni(connection, "1.answered")
    play_sipuni(connection, "2.missed", client="79131112233", status="NOANSWER")
    return connection


def _found(owner: Client, query: str) -> list[str]:
    return [call.external_id for call in owner.get(f"{LIST}?{query}").context["cl"].result_list]


@pytest.mark.parametrize(
    "typed",
    [
        "8 (923) 529-29-26",
        "+79235292926",
        "89235292926",
        "529-29-26",
        "9235292926",
        "Вася",
        "вАСЯ",
        "пупкин",
        "рога",
        "1.answered",
    ],
)
def test_search_finds_the_call(owner: Client, sipuni: Connection, typed: str) -> None:
    assert _found(owner, f"q={typed.replace('+', '%2B')}") == ["1.answered"]


def test_search_by_extension_and_by_what_nobody_has(owner: Client, sipuni: Connection) -> None:
    assert sorted(_found(owner, "q=101")) == ["1.answered", "2.missed"]
    assert _found(owner, "q=Никто") == []
    assert _found(owner, "q=8 (900) 000-00-00") == []


def test_filters(owner: Client, sipuni: Connection) -> None:
    assert _found(owner, "outcome=missed") == ["2.missed"]
    assert _found(owner, "outcome=answered") == ["1.answered"]
    assert _found(owner, "direction__exact=outgoing") == []
    assert len(_found(owner, f"connection__id__exact={sipuni.pk}")) == 2
    responsible = Call.objects.get(external_id="1.answered").responsible_id
    assert "1.answered" in _found(owner, f"responsible__id__exact={responsible}")
    contact = Call.objects.get(external_id="1.answered").contact_id
    assert _found(owner, f"contact__id__exact={contact}") == ["1.answered"]


@pytest.mark.parametrize(("language", "notation"), [("en", "%Y-%m-%d"), ("ru", "%d.%m.%Y")])
def test_days_are_whole_and_in_the_readers_notation(
    owner: Client, sipuni: Connection, language: str, notation: str
) -> None:
    # Not `now`: close to midnight the calls that were played some minutes ago are yesterday's.
    call = Call.objects.get(external_id="1.answered")
    last_second = timezone.localtime().replace(hour=23, minute=59, second=59) - timedelta(days=3)
    Call.objects.filter(pk=call.pk).update(started_at=last_second)
    owner.cookies["django_language"] = language
    day, before = f"{last_second:{notation}}", f"{last_second - timedelta(days=1):{notation}}"
    assert _found(owner, f"started_at_from={day}&started_at_to={day}") == ["1.answered"]
    assert _found(owner, f"started_at_from={before}&started_at_to={before}") == []
    assert len(_found(owner, "started_at_from=nonsense")) == 2


def test_the_list_says_missed(owner: Client, sipuni: Connection) -> None:
    html = owner.get(f"{LIST}?outcome=missed").text
    assert ">missed</span>" in html
    assert "+79131112233" in html
    assert "Анна Орлова" in html


def test_the_page_tells_the_whole_call(owner: Client, sipuni: Connection) -> None:
    call = Call.objects.get(external_id="1.answered")
    Call.objects.filter(pk=call.pk).update(conflicts=["client_raw"], flag=Call.Flag.NO_START_SEEN)
    html = owner.get(page_of(call)).text
    for shown in (
        "Вася Пупкин",
        "+79235292926",
        "Анна Орлова (101)",
        "0:10",
        "1:30",
        "campaign-7",
        "records.example.ru, MP3",
    ):
        assert shown in html, shown
    assert "disagree about this: client&#x27;s number" in html
    assert "no call of this number was open" in html
    assert call.contact is not None
    assert call.contact.get_absolute_url() in html


def test_nobody_changes_calls(owner: Client, sipuni: Connection) -> None:
    call = Call.objects.get(external_id="1.answered")
    assert owner.get(f"{LIST}add/").status_code == 403
    assert owner.post(page_of(call), {"status": "failed"}).status_code == 403
    assert owner.post(reverse("admin:telephony_call_delete", args=[call.pk])).status_code == 403
    assert (
        owner.post(LIST, {"action": "delete_selected", "_selected_action": [call.pk], "post": "yes"}).status_code < 500
    )
    call.refresh_from_db()
    assert call.status == "answered"


def test_the_timeline_is_to_scale(sipuni: Connection) -> None:
    call = Call.objects.get(external_id="1.answered")
    drawn = timeline.draw(call, list(call.legs.all()), now=timezone.now())
    whole, leg = drawn.bars
    assert [(part.x, part.width, part.kind) for part in whole.segments] == [(0, 100, "ring"), (100, 900, "talk")]
    assert [(part.x, part.width, part.kind) for part in leg.segments] == [(30, 70, "ring"), (100, 900, "talk")]
    assert drawn.length == "1:40"


def test_an_open_call_is_drawn_up_to_now(sipuni: Connection) -> None:
    send(sipuni, event=1, call_id="3.open", src_num="79001112233", src_type=1, dst_num="74951234567", dst_type=1)
    call = Call.objects.get(external_id="3.open")
    now = call.started_at + timedelta(seconds=50)
    drawn = timeline.draw(call, [], now=now)
    assert drawn.ends_at == now
    assert [(part.x, part.width) for part in drawn.bars[0].segments] == [(0, 1000)]


def test_numbers_in_the_picture_are_plain_in_every_language(owner: Client, sipuni: Connection) -> None:
    owner.cookies["django_language"] = "ru"
    with translation.override("ru"):
        html = owner.get(page_of(Call.objects.get(external_id="1.answered"))).text
    assert 'x="100" y="2" width="900"' in html
