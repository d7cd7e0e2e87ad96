"""UIS: what it is asked and how its answers are read, and that the templates given out are read as they should be."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from telephony.domain.events import EventKind
from telephony.domain.exceptions import DialFailed, MalformedHook
from telephony.domain.hooks import Hook
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.uis.templates import NOTIFICATIONS, body_of
from telephony.vendors.uis.words import REASONS, SUCCESSES, TEMPLATE, read_reason
from tests.vendors.dialling import answer_to, profile_of, request_of
from tests.vendors.shared_vectors import FOLDER, rows

UIS = get_vendor("uis")
ORDER = DialOrder(phone="+79031112233", user_key="2001", order_id="crm-42")
KNOWN = {"access_token": "test-data-token", "data_api_url": "https://dataapi.uiscom.ru/v2.0"}
DAY = date(2026, 3, 2)
TABLE = {row["id"]: row for row in rows("uis")}
needs_table = pytest.mark.skipif(not (FOLDER / "uis.json").exists(), reason="the table of messages is not here")


def failed(code: int, message: str = "no", mnemonic: str = "", field: str | None = None) -> str:
    about = {"mnemonic": mnemonic, "field": field, "value": None}
    return json.dumps({"jsonrpc": "2.0", "id": "req1", "error": {"code": code, "message": message, "data": about}})


@needs_table
def test_an_order_is_the_documented_one_to_the_byte() -> None:
    stated = TABLE["uis-start-call"]
    settings = {"access_token": "test-call-token", "virtual_phone_number": "+7 495 123-45-67"}
    request = request_of("uis", ORDER, **settings)
    assert (request.method, request.url) == (stated["method"], stated["path"])
    assert request.secret_body.decode() == stated["body"]
    assert request.headers == {"Content-Type": stated["content_type"]}
    assert request.own_address == request.url
    assert "test-call-token" not in repr(request)


def test_an_order_names_nothing_that_is_not_known() -> None:
    request = request_of("uis", DialOrder(phone="+79031112233", user_key="2001"), access_token="token")
    assert not {"external_id", "virtual_phone_number"} & json.loads(request.secret_body)["params"].keys()


def test_the_number_to_show_goes_along() -> None:
    request = request_of("uis", ORDER, access_token="token", virtual_phone_number="+7 (812) 309-44-55")
    assert json.loads(request.secret_body)["params"]["virtual_phone_number"] == "78123094455"


def test_an_order_goes_to_the_brand_s_own_address() -> None:
    address = "https://callapi-jsonrpc.novofon.ru/v4.0"
    assert request_of("uis", ORDER, access_token="token", call_api_url=address).url == address


@pytest.mark.parametrize(
    ("key", "settings", "code"),
    [("2001", {}, "not_set_up"), ("ivanova", KNOWN, "wrong_key"), ("", KNOWN, "wrong_key")],
)
def test_an_order_that_can_not_be_made(key: str, settings: dict[str, str], code: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("uis", DialOrder(phone="+79031112233", user_key=key), **settings)
    assert failure.value.code == code


def test_an_order_that_was_taken_is_bound_by_the_session() -> None:
    taken = '{"jsonrpc": "2.0", "id": "req1", "result": {"data": {"call_session_id": 1170009999}}}'
    assert answer_to("uis", taken).order_id == "1170009999"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (failed(-32700), "unreadable"),
        (failed(-32600), "unreadable"),
        (failed(-32601), "unreadable"),
        (failed(-32602, mnemonic="data_type_error", field="contact"), "bad_number"),
        (failed(-32602, mnemonic="employee_not_found"), "wrong_key"),
        (failed(-32602, mnemonic="data_type_error", field="employee.id"), "wrong_key"),
        (failed(-32602, mnemonic="required", field="virtual_phone_number"), "bad_parameters"),
        (failed(-32603), "pbx_error"),
        (failed(-32001), "wrong_token"),
        (failed(-32002), "bad_number"),
        (failed(-32003, mnemonic="ip_not_whitelisted"), "wrong_token"),
        (failed(-32004), "bad_parameters"),
        (failed(-32007, mnemonic="virtual_phone_number_not_found", field="virtual_phone_number"), "bad_parameters"),
        (failed(-32007, mnemonic="sip_offline"), "not_registered"),
        (failed(-32008), "wrong_token"),
        (failed(-32009), "wrong_token"),
        (failed(-32029, mnemonic="limit_exceeded"), "refused"),
        (failed(-32099), "bad_parameters"),
        (failed(-1, "Абонент не в сети"), "not_registered"),
        ('{"result": {}}', "unreadable"),
        ("<html>", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_each_documented_error_is_told_in_words(body: str, code: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("uis", body)
    assert failure.value.code == code


def test_the_error_of_the_white_list_names_our_address() -> None:
    with pytest.raises(DialFailed, match=r"Your IP 203\.0\.113\.10 is not whitelisted"):
        answer_to("uis", failed(-32003, "Your IP 203.0.113.10 is not whitelisted", "ip_not_whitelisted"))


KINDS = {
    "incoming": EventKind.CALL_STARTED,
    "ringing": EventKind.LEG_RINGING,
    "outgoing": EventKind.CALL_STARTED,
    "talk_started": EventKind.ANSWERED,
    "talk_ended": EventKind.LEG_ENDED,
    "ended": EventKind.ENDED,
    "lost": EventKind.ENDED,
    "recorded": EventKind.RECORDING_READY,
}
FILLED = {
    "call_session_id": "1170001234",
    "contact_phone_number": '"79161234567"',
    "employee_id": "2002",
    "employee_ids": "[2001, 2002]",
    "direction": '"in"',
    "talk_time_duration": "83",
    "is_lost": "false",
    "file_link": '"https://app.uiscom.ru/system/media/talk/1/2/"',
}


@pytest.mark.parametrize("constant", NOTIFICATIONS)
def test_a_template_that_was_filled_in_is_read(constant: str) -> None:
    """Texts come with their quotes, numbers bare, and what is empty as null."""
    body = body_of(constant)
    for name in {name for _, names in NOTIFICATIONS.values() for name in names} | FILLED.keys():
        body = body.replace(f"{{{{{name}}}}}", FILLED.get(name, "null"))
    for name in ("virtual_phone_number", "external_id", "notification_time", "notification_mnemonic"):
        body = body.replace(f"{{{{{name}}}}}", "null")
    json.loads(body)
    parsed = UIS.parse(hook_of(body), profile_of())
    assert (parsed.events[0].kind, parsed.needs_attention, parsed.notes) == (KINDS[constant], False, ())
    assert parsed.events[0].external_id == "1170001234"


@pytest.mark.parametrize("constant", NOTIFICATIONS)
def test_a_template_of_which_nothing_was_filled_in_is_told_of(constant: str) -> None:
    parsed = UIS.parse(hook_of(body_of(constant)), profile_of())
    assert not parsed.events
    assert parsed.needs_attention


def hook_of(body: str) -> Hook:
    headers = {"content-type": "application/json"}
    return Hook(method="POST", headers=headers, body=body.encode(), received_at=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("name", ["ООО\nРомашка", "ООО \\Ромашка"])
def test_a_name_that_breaks_the_json_costs_nothing(name: str) -> None:
    body = f'{{"event":"ended","call_session_id":7,"contact_full_name":"{name}","talk_time_duration":83}}'
    params, is_mended = TEMPLATE.read(hook_of(body))
    assert (is_mended, params["contact_full_name"], params["talk_time_duration"]) == (True, name, "83")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ('[{"event":"ended","call_session_id":7}, {"event":"lost","call_session_id":8}]', "a list of 2"),
        ('{"event":"ended","call_session_id":7,"x":' + "[" * 100_000, "nested too deeply"),
    ],
    ids=["two messages", "too deep"],
)
def test_what_is_no_message_is_not_made_one(body: str, why: str) -> None:
    """Mended, the fields of two calls would be one call's."""
    with pytest.raises(MalformedHook, match=why):
        UIS.parse(hook_of(body), profile_of())


def test_an_end_without_lengths_settles_nothing() -> None:
    (event,) = UIS.parse(hook_of('{"event":"ended","call_session_id":7}'), profile_of()).events
    assert (event.kind, event.status, event.settles, event.talk_seconds) == (EventKind.ENDED, None, False, None)


def test_the_assistant_gives_out_all_eight_templates() -> None:
    templates = [step.template for step in UIS.steps]
    assert {body_of(constant) for constant in NOTIFICATIONS} <= set(templates)
    assert len(NOTIFICATIONS) == 8
    assert sum("{address}" in template for template in templates) == 2


@needs_table
def test_every_word_for_a_lost_call_is_known() -> None:
    text = (FOLDER / f"{UIS.slug}.md").read_text().split("## finish_reason")[1].split("## Traps")[0]
    words = text.split("Success:")[0].replace("internal/external", "internal_call_not_allowed, external")
    listed_words = {word.strip(" .,:()") for word in words.replace(",", " ").split() if "_" in word}
    shortened = {word for word in listed_words if word.startswith("_")}
    plain = {word.split("(")[0] for word in listed_words - shortened} | {f"employee_status{word}" for word in shortened}
    assert {word for word in plain if read_reason(word, was_answered=False)[0] is None} == set()
    assert set(text.replace(",", " ").replace(".", " ").split()) >= SUCCESSES


def test_a_word_that_nobody_knows_is_kept() -> None:
    assert read_reason("Brand_New ", was_answered=False) == (None, "brand_new")
    assert read_reason("subscriber_disconnects", was_answered=True) == (None, "")
    assert len(REASONS) > 60
