"""The search of the call log, and a call's page."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from telephony.admin import timeline
from telephony.connections.settings import save_extension
from telephony.models import Call, CallFact, Connection, Extension, Recording
from tests.admin.pages import page_of
from tests.admin.world import connect, make_user, play_sipuni, send, the_contact

pytestmark = pytest.mark.django_db
LIST = "/telephony/calls/"
ROW = re.compile(r"/admin/telephony/call/(\d+)/change/")


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
    found = {int(pk) for pk in ROW.findall(owner.get(f"{LIST}?{query}").text)}
    return sorted(Call.objects.filter(pk__in=found).values_list("external_id", flat=True))


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
    assert _found(owner, f"text={typed.replace('+', '%2B')}") == ["1.answered"]


def test_search_by_extension_and_by_what_nobody_has(owner: Client, sipuni: Connection) -> None:
    assert sorted(_found(owner, "text=101")) == ["1.answered", "2.missed"]
    assert _found(owner, "text=Никто") == []
    assert _found(owner, "text=8 (900) 000-00-00") == []


def test_filters_that_links_of_pages_use(owner: Client, sipuni: Connection) -> None:
    assert _found(owner, "outcome=missed") == ["2.missed"]
    assert _found(owner, "outcome=answered") == ["1.answered"]
    contact = Call.objects.get(external_id="1.answered").contact_id
    assert _found(owner, f"contact={contact}") == ["1.answered"]


def test_who_sets_nothing_up_reads_one_sentence_and_no_ids(owner: Client, sipuni: Connection) -> None:
    call = Call.objects.get(external_id="1.answered")
    anna = User.objects.get(username="orlova")
    User.objects.filter(pk=anna.pk).update(is_staff=True)
    anna.groups.add(Group.objects.get(name="Operator"))
    hers = Client()
    hers.force_login(anna)
    page = hers.get(page_of(call)).text
    for shown in ("Вася Пупкин", "Анна Орлова (101)", "0:10", "1:30", "The card"):
        assert shown in page, shown
    for hidden in ("1.answered", "What the PBX told", "campaign-7", 'id="trace"', "/admin/telephony/connection/"):
        assert hidden not in page, hidden
        assert hidden in owner.get(page_of(call)).text, hidden
    CallFact.objects.filter(call=call).update(cause="not_picked_up")
    Call.objects.filter(pk=call.pk).update(end_reason_said="NOANSWER-17")
    assert "NOANSWER-17" in owner.get(page_of(call)).text
    page = hers.get(page_of(call)).text
    assert 'id="why-lost"' in page
    assert "NOANSWER-17" not in page


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
    assert owner.get("/admin/telephony/call/add/").status_code == 403
    assert owner.post(page_of(call), {"status": "failed"}).status_code == 403
    assert owner.post(reverse("admin:telephony_call_delete", args=[call.pk])).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [call.pk], "post": "yes"}
    assert owner.post("/admin/telephony/call/", bulk).status_code == 302
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


def test_only_who_sets_things_up_is_told_where_a_recording_lies(owner: Client, sipuni: Connection) -> None:
    recording = Recording.objects.select_related("call").get(call__external_id="1.answered")
    host = urlsplit(recording.link).hostname or ""
    orlova = User.objects.get(username="orlova")
    orlova.groups.add(Group.objects.get(name="Operator"))
    operator = Client()
    operator.force_login(orlova)
    for row in (recording, recording.call):
        assert host
        assert host in owner.get(page_of(row)).text
        page = operator.get(page_of(row))
        assert page.status_code == 200
        assert host not in page.text
        assert "SHA-256" not in page.text


def test_a_calls_title_has_the_number_with_spaces(owner: Client, sipuni: Connection) -> None:
    call = Call.objects.get(external_id="1.answered")
    assert str(call).endswith(", +7 923 529-29-26")
    assert "+79235292926" not in re.sub(r"<[^>]*>", "", owner.get(page_of(call)).text.partition("<details")[0])
