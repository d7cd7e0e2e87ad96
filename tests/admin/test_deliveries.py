"""What a delivery's page shows, and replay."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from telephony.calls import apply
from telephony.calls.contacts import Lookup
from telephony.domain.directory import EmptyDirectory
from telephony.models import Call, Connection, Delivery
from tests.admin.pages import page_of
from tests.admin.world import connect, play_sipuni, post, send

pytestmark = pytest.mark.django_db
LIST = "/admin/telephony/delivery/"


@pytest.fixture
def sipuni() -> Connection:
    return connect("sipuni")


def _raw(owner: Client, delivery: Delivery) -> Any:
    return owner.get(page_of(delivery)).context["raw"]


def test_a_form_is_shown_as_fields(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=1, call_id="1.2", src_num="79235292926", src_type=1, dst_num="012345101", dst_type=2)
    raw = _raw(owner, Delivery.objects.get())
    assert ("src_num", "79235292926") in raw.params
    assert raw.request_line.startswith("GET /telephony/hooks/sipuni/[hidden]")


def test_russian_in_windows_1251_is_readable(owner: Client) -> None:
    post(connect("wirecrm"), "event=X&name=Вася".encode("cp1251"), "application/x-www-form-urlencoded")
    assert ("name", "Вася") in _raw(owner, Delivery.objects.get()).params


def test_json_is_indented_with_its_numbers_as_written(owner: Client) -> None:
    post(connect("mobilon"), b'{"uuid": 1419783130.15590, "a": {"b": ["c", null, true]}}', "application/json")
    shown = _raw(owner, Delivery.objects.get()).json
    assert '"uuid": 1419783130.15590,\n' in shown
    assert '    "b": [\n' in shown


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\x00\x01\x02\xff\xfe" * 40, "application/octet-stream"),
        (b"\x00" * 10_000, "application/x-www-form-urlencoded"),
    ],
)
def test_bytes_are_dumped(owner: Client, body: bytes, content_type: str) -> None:
    post(connect("wirecrm"), body, content_type)
    raw = _raw(owner, Delivery.objects.get())
    assert not raw.params
    assert raw.dump.startswith("000000  00 ")
    assert raw.cut is (len(body) > 4096)


@pytest.mark.parametrize("body", [b"{" * 5000, b"[" * 5000, b"--b\r\n" * 400, "привет".encode("utf-16")])
def test_nothing_that_was_sent_breaks_the_page(owner: Client, body: bytes) -> None:
    connection = connect("wirecrm")
    for content_type in ("application/json", "multipart/form-data; boundary=b", "text/xml", "x/y"):
        post(connection, body, content_type)
    for delivery in Delivery.objects.all():
        assert owner.get(page_of(delivery)).status_code == 200
    assert owner.get(LIST).status_code == 200


def test_a_thousand_fields_are_cut(owner: Client, sipuni: Connection) -> None:
    send(sipuni, **{f"f{number}": number for number in range(1000)})
    raw = _raw(owner, Delivery.objects.get())
    assert (len(raw.params), raw.more_params) == (300, 700)


def test_the_page_leads_to_the_calls(owner: Client, sipuni: Connection) -> None:
    play_sipuni(sipuni, "1.2")
    call = Call.objects.get()
    delivery = Delivery.objects.order_by("id").first()
    assert delivery is not None
    assert page_of(call) in owner.get(page_of(delivery)).text
    assert page_of(delivery) in owner.get(page_of(call)).text


def _damage(call: Call) -> None:
    """What a parser that was wrong then would have left."""
    call.events.filter(kind="ended").delete()
    apply.refold(call=call, lookup=Lookup(EmptyDirectory()))


def test_a_dry_run_shows_what_would_change_and_changes_nothing(owner: Client, sipuni: Connection) -> None:
    play_sipuni(sipuni, "1.2")
    call, last = Call.objects.get(), Delivery.objects.first()
    assert last is not None
    _damage(call)
    address = reverse("admin:telephony_delivery_replay", args=[last.pk])
    html = owner.post(address, {"dry_run": "1"}, follow=True).text
    assert "status talking -&gt; answered" in html
    call.refresh_from_db()
    assert call.status == "talking"
    assert "status talking -&gt; answered" in owner.post(address, {"replay": "1"}, follow=True).text
    call.refresh_from_db()
    assert call.status == "answered"
    assert "Nothing changed" in owner.post(address, {"replay": "1"}, follow=True).text


def test_many_are_replayed_from_the_list(owner: Client, sipuni: Connection) -> None:
    play_sipuni(sipuni, "1.2")
    call = Call.objects.get()
    _damage(call)
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    html = owner.post(LIST, {"action": "preview_selected", "_selected_action": chosen}, follow=True).text
    assert "status talking -&gt; answered" in html
    call.refresh_from_db()
    assert call.status == "talking"
    owner.post(LIST, {"action": "replay_selected", "_selected_action": chosen})
    call.refresh_from_db()
    assert call.status == "answered"


def test_a_parser_that_breaks_is_told_of(owner: Client, sipuni: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    send(sipuni, event=1, call_id="1.2", src_num="79235292926", src_type=1, dst_num="74951234567", dst_type=1)
    delivery = Delivery.objects.get()

    def broken(*_: object) -> None:
        raise RuntimeError(f"cannot read {sipuni.hook_secret}")

    monkeypatch.setattr(type(sipuni.vendor_object), "parse", broken)
    html = owner.post(reverse("admin:telephony_delivery_replay", args=[delivery.pk]), follow=True).text
    assert "RuntimeError: cannot read [hidden]" in html


def test_replay_takes_a_right_and_a_post(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=9)
    delivery = Delivery.objects.get()
    address = reverse("admin:telephony_delivery_replay", args=[delivery.pk])
    assert owner.get(address).status_code == 405
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    client = Client()
    client.force_login(reader)
    page = client.get(page_of(delivery))
    assert page.status_code == 200
    assert address not in page.text
    assert client.post(address).status_code == 403


def test_the_list_is_filtered(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=9)
    play_sipuni(sipuni, "1.2")
    post(connect("mobilon"), b"{", "application/json")

    def found(query: str) -> list[str]:
        return [row.state for row in owner.get(f"{LIST}?{query}").context["cl"].result_list]

    assert found("state__exact=failed") == ["failed"]
    assert found(f"connection__id__exact={sipuni.pk}").count("applied") == 4
    assert found("needs_attention__exact=1") == []
    assert len(found("")) == 6


def test_nobody_changes_deliveries(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=9)
    delivery = Delivery.objects.get()
    assert owner.get(f"{LIST}add/").status_code == 403
    assert owner.post(page_of(delivery), {"state": "applied"}).status_code == 403
    assert owner.post(reverse("admin:telephony_delivery_delete", args=[delivery.pk])).status_code == 403


def test_a_delivery_that_stays_what_it_was_is_no_change(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=9)
    delivery = Delivery.objects.get()
    assert delivery.state == "ignored"
    html = owner.post(
        reverse("admin:telephony_delivery_replay", args=[delivery.pk]), {"dry_run": "1"}, follow=True
    ).text
    assert "A replay would change nothing." in html
    Delivery.objects.update(state="failed", error="An old fault.")
    html = owner.post(reverse("admin:telephony_delivery_replay", args=[delivery.pk]), follow=True).text
    assert f"#{delivery.pk}: ignored: event=9" in html
    delivery.refresh_from_db()
    assert delivery.state == "ignored"


def test_too_many_at_once_are_refused(owner: Client, sipuni: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    play_sipuni(sipuni, "1.2")
    monkeypatch.setattr("telephony.admin.replaying.MOST_AT_ONCE", 3)
    chosen = list(Delivery.objects.values_list("pk", flat=True))
    html = owner.post(LIST, {"action": "replay_selected", "_selected_action": chosen}, follow=True).text
    assert "These are 4 deliveries. Choose at most 3" in html


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"timestamp": "soon"}, "Its time could not be read (timestamp is “soon”): the time of receipt counts."),
        ({"status": "WHATEVER", "event": 2}, "Nobody knows this outcome of a call: status is “WHATEVER”."),
        ({"src_type": "7"}, "A field could not be read (src_type is “7”): it is left out."),
        ({"timestamp": "2199000000000"}, "Its time lies days ahead (timestamp is “2199000000000”)"),
        (
            {"src_num": "x" * 300},
            f"A field is too long to be what it should (src_num is “{'x' * 40}…”): it is left out.",
        ),
    ],
)
def test_what_was_odd_is_told(owner: Client, sipuni: Connection, fields: dict[str, Any], sentence: str) -> None:
    send(sipuni, **{"event": 1, "call_id": "1.2", "dst_num": "012345101", "dst_type": 2, **fields})
    delivery = Delivery.objects.get()
    assert delivery.state == Delivery.State.APPLIED
    page = owner.get(page_of(delivery))
    assert page.context["notes"][0].startswith(sentence)
    assert sentence[:60] in page.content.decode()
    assert sentence[:60] in owner.get(LIST).content.decode()


def test_what_was_odd_is_told_in_russian_too(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=1, call_id="1.2", dst_num="012345101", dst_type=2, timestamp="soon")
    page = owner.get(page_of(Delivery.objects.get()), headers={"Accept-Language": "ru"}).content.decode()
    assert "Время не удалось прочитать (timestamp: «soon»), считается время получения." in page


def test_a_note_of_another_version_is_told_as_far_as_it_goes(owner: Client, sipuni: Connection) -> None:
    send(sipuni, event=1, call_id="1.2", dst_num="012345101", dst_type=2)
    Delivery.objects.update(notes=[{"oddity": "new", "field": "a", "value": "b"}, {}])
    notes = owner.get(page_of(Delivery.objects.get())).context["notes"]
    assert notes == ["Something about a was odd: “b”.", "Something about  was odd: “”."]


def test_a_secret_is_in_no_note(owner: Client, sipuni: Connection) -> None:
    sipuni.settings = {**sipuni.settings, "secret": "s3cret-of-sipuni"}
    sipuni.save()
    send(sipuni, event=1, call_id="1.2", dst_num="012345101", dst_type=2, timestamp="s3cret-of-sipuni")
    delivery = Delivery.objects.get()
    assert delivery.notes
    assert (
        "s3cret" not in str(delivery.notes) + owner.get(page_of(delivery)).content.decode().partition("The request")[0]
    )
