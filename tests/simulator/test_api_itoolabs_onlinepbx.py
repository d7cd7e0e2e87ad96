"""What the simulated APIs of ITooLabs' PBXs and of OnlinePBX refuse, and what they tell of one call, over real HTTP."""

from __future__ import annotations

import pytest

from telephony.simulator.scenarios import EMPLOYEES
from telephony.vendors import get_vendor
from telephony.vendors.simulated import Message, Scenario
from tests.simulator.api import ZONE, Api
from tests.simulator.test_api_talks import known, talk

OLD, NEW = "/itoolabs/sys/crm_api.wcgp", "/itoolabs/crmapi/v1"
ONLINEPBX = "/onlinepbx/pbx00000.onpbx.ru"
SESSION = {"x_pbx_authentication": "11111:simulated-session"}


@pytest.mark.parametrize(
    "path",
    [
        "/itoolabs/",
        "/itoolabs/records/abc-5.ogg",
        "/itoolabs/records/abc.mp3",
        f"{ONLINEPBX}/user/get.json",
        "/onlinepbx/calls-records/download/abc/5.ogg",
        "/onlinepbx/calls-records/download/abc/five.mp3",
    ],
)
def test_what_there_is_not_is_404(api: Api, path: str) -> None:
    assert api.ask("GET", path).status == 404


def test_itoolabs_knows_no_other_commands(api: Api) -> None:
    old = api.ask("POST", OLD, {"token": "the-token", "cmd": "transfer"})
    assert (old.status, old.json()) == (400, {"error": "Invalid parameters"})
    new = api.ask("GET", f"{NEW}/transfer", x_api_key="the-token")
    assert (new.status, new.json()) == (404, {"message": "Not found"})


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("<html>", "the answer is no JSON"),
        ("[]", "the answer is no JSON object of texts"),
        ('{"contact_name": 5}', "the answer is no JSON object of texts"),
        ('{"name": "Анна"}', "the answer has fields that the PBX doesn't know: name"),
        ('{"contact_name": "Анна", "responsible": "ivanova"}', ""),
        ("{}", ""),
    ],
)
def test_itoolabs_finds_fault_with_what_it_could_not_show(body: str, complaint: str) -> None:
    pbx = get_vendor("itoolabs").simulator()(settings={}, time_zone=ZONE, employees=EMPLOYEES)
    question = Message(after=0, label="contact", asks=True)
    assert pbx.complaint(question, 200, body.encode()) == complaint


def test_onlinepbx_asks_nothing_and_minds_no_answer() -> None:
    pbx = get_vendor("onlinepbx").simulator()(settings={}, time_zone=ZONE, employees=EMPLOYEES)
    assert pbx.complaint(Message(after=0, label="question", asks=True), 200, b"[]") == ""


@pytest.mark.parametrize(
    ("name", "form", "comment"),
    [
        ("call/now", {"from": "101", "to": "nobody"}, "Wrong number"),
        ("mongo_history/search", {"start_stamp_from": "1", "start_stamp_to": "604802"}, "Interval is too long"),
        ("mongo_history/search", {"start_stamp_from": "2", "start_stamp_to": "1"}, "Interval is too long"),
    ],
)
def test_onlinepbx_refuses_with_200(api: Api, name: str, form: dict[str, str], comment: str) -> None:
    got = api.ask("POST", f"{ONLINEPBX}/{name}.json", form, **SESSION)
    assert (got.status, got.json()) == (200, {"status": "0", "comment": comment})
    assert not api.orders


def test_onlinepbx_answers_nobody_without_a_session(api: Api) -> None:
    answer = api.ask("POST", f"{ONLINEPBX}/user/get.json", {}).json()
    assert isinstance(answer, dict)
    assert (answer["status"], answer["isNotAuth"]) == ("0", True)


def test_onlinepbx_tells_of_one_call(api: Api) -> None:
    info, profile = get_vendor("onlinepbx").call_info, known(api, "onlinepbx")
    assert info is not None
    pbx, call = api.play("onlinepbx", Scenario.ANSWERED)
    found = talk(info.call(profile, pbx.call_id(call)))
    assert found is not None
    assert (found.call_id, found.status, found.talk_seconds) == (pbx.call_id(call), call.status, call.talk_seconds)
    assert talk(info.call(profile, "nobody's")) is None
