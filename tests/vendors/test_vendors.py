"""What every vendor has to be, and the settings of each."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from telephony.domain.exceptions import HookRejected
from telephony.domain.hooks import Hook
from telephony.vendors import get_vendor, installed
from telephony.vendors.base import VendorSettingsForm, check_shared_code
from telephony.vendors.uninstalled import uninstalled
from tests.vendors.payloads import RECEIVED_AT, profile

FIELDS = {
    "sipuni": {"api_url", "user", "secret"},
    "wirecrm": {"answer_start", "dial_url", "dial_token"},
    "xvb": {"access_code", "cloud_url", "token"},
    "mobilon": {
        *("api_url", "info_path", "token"),
        *("soap_user", "soap_password", "say_name_template", "say_name_form"),
    },
    "zadarma": {"api_key", "secret", "api_url", "answer_start"},
    "mango": {"api_key", "api_salt", "api_url", "shown_number"},
    "uis": {"access_token", "call_api_url", "data_api_url", "virtual_phone_number"},
    "telphin": {"client_id", "client_secret", "api_url"},
    "demo": set(),
}
SECRETS = {
    "sipuni": {"secret"},
    "wirecrm": {"dial_token"},
    "xvb": {"access_code", "token"},
    "mobilon": {"token", "soap_password"},
    "zadarma": {"api_key", "secret"},
    "mango": {"api_key", "api_salt"},
    "uis": {"access_token"},
    "telphin": {"client_secret"},
    "demo": set(),
}
ADDRESSES = [
    ("sipuni", "api_url"),
    ("wirecrm", "dial_url"),
    ("xvb", "cloud_url"),
    ("mobilon", "api_url"),
    ("zadarma", "api_url"),
    ("uis", "call_api_url"),
    ("uis", "data_api_url"),
    ("telphin", "api_url"),
]


def settings_form(slug: str, **values: str) -> VendorSettingsForm:
    return get_vendor(slug).settings_form(data=values)


def test_installed_vendors_are_found_by_slug() -> None:
    assert all(slug == vendor.slug for slug, vendor in installed().items())
    assert set(FIELDS) <= set(installed())
    with pytest.raises(KeyError, match=r"No vendor 'avaya' is installed; there are: .*sipuni"):
        get_vendor("avaya")


@pytest.mark.parametrize("slug", FIELDS)
def test_settings_fields_and_their_secrets(slug: str) -> None:
    form = settings_form(slug)
    assert set(form.fields) == FIELDS[slug]
    assert set(form.secret_names()) == SECRETS[slug]
    for field in form.fields.values():
        assert field.label
        assert field.help_text


@pytest.mark.parametrize("slug", FIELDS)
def test_no_setting_is_needed_to_receive_calls(slug: str) -> None:
    form = settings_form(slug)
    assert form.is_valid(), form.errors


def test_empty_addresses_become_the_documented_ones() -> None:
    for slug, expected in (
        ("sipuni", {"api_url": "https://sipuni.com/api/callback/call_number"}),
        ("mobilon", {"api_url": "https://connect.mobilon.ru/api/call/", "info_path": "info"}),
    ):
        form = settings_form(slug, api_url="", info_path=" ")
        assert form.is_valid(), form.errors
        assert expected.items() <= form.cleaned_data.items()
        assert {name: form.fields[name].initial for name in expected} == expected


@pytest.mark.parametrize(("slug", "name"), ADDRESSES)
def test_addresses_are_http_or_https(slug: str, name: str) -> None:
    for typed, expected in (
        ("http://127.0.0.1:8099/x", "http://127.0.0.1:8099/x"),
        ("pbx.example.ru/api", "https://pbx.example.ru/api"),
    ):
        form = settings_form(slug, **{name: typed})
        assert form.is_valid(), form.errors
        assert form.cleaned_data[name] == expected
    for typed in ("ftp://pbx.example.ru/", "file:///etc/passwd", "no address"):
        assert name in settings_form(slug, **{name: typed}).errors


@pytest.mark.parametrize("slug", FIELDS)
def test_secrets_are_never_shown_again(slug: str) -> None:
    form = settings_form(slug, **dict.fromkeys(SECRETS[slug], "hunter2hunter2"))
    assert "hunter2" not in form.as_p()


def test_mobilon_s_printed_password_is_refused() -> None:
    form = settings_form("mobilon", soap_user="SOAP", soap_password="123")
    assert form.errors == {"soap_password": ["This password is printed in Mobilon's documents, so everybody knows it."]}
    assert settings_form("mobilon", soap_user="SOAP", soap_password="zA7-long-enough").is_valid()


def test_mobilon_s_info_path_is_a_name() -> None:
    assert settings_form("mobilon", info_path="journal").is_valid()
    assert "info_path" in settings_form("mobilon", info_path="../../x?y").errors


def test_wirecrm_s_answer_is_one_of_three() -> None:
    assert settings_form("wirecrm", answer_start="redirect").is_valid()
    assert "answer_start" in settings_form("wirecrm", answer_start="music").errors


@pytest.mark.parametrize("slug", FIELDS)
def test_each_vendor_says_where_its_address_goes(slug: str) -> None:
    vendor = get_vendor(slug)
    assert vendor.label
    assert vendor.address_help
    assert vendor.may_lack_call_id is (slug in ("xvb", "mobilon"))
    assert vendor.address_suffix == ("?number={NUMBER}&key={KEY}" if slug == "mobilon" else "")


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("sipuni", "SipuniPbx"),
        ("wirecrm", "WireCrmPbx"),
        ("xvb", "XvbPbx"),
        ("mobilon", "MobilonPbx"),
        ("zadarma", "ZadarmaPbx"),
        ("mango", "MangoPbx"),
        ("uis", "UisPbx"),
        ("demo", "DemoPbx"),
    ],
)
def test_each_vendor_has_a_simulator(slug: str, name: str) -> None:
    assert get_vendor(slug).simulator().__name__ == name


def test_a_vendor_may_have_no_simulator() -> None:
    with pytest.raises(NotImplementedError, match="gone has no simulator"):
        uninstalled("gone").simulator()


@pytest.mark.parametrize(("sent", "expected"), [("", "1"), ("1", ""), ("", ""), ("1", "1"), ("код", "код")])
def test_shared_code_that_fits_or_is_not_there(sent: str, expected: str) -> None:
    check_shared_code(sent, expected, name="access_code")


def test_shared_code_of_another_pbx() -> None:
    with pytest.raises(HookRejected) as caught:
        check_shared_code("10020", "10019", name="access_code")
    assert "100" not in str(caught.value)


def test_xvb_s_code_is_not_in_the_fingerprint() -> None:
    """Five digits could be found again by trying."""
    start = b"cmd=event&callid=1&type=in&event=INCOMING&access_code="
    hooks = [Hook(method="POST", body=start + code, received_at=RECEIVED_AT) for code in (b"10019", b"10020")]
    events = [get_vendor("xvb").parse(hook, profile()).events[0] for hook in hooks]
    assert events[0] == events[1]


BROKEN = "from telephony.vendors.base import Vendor\n\n\nclass Broken(Vendor): ...\n"


def test_what_a_simulator_itself_can_not_import_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_pbx").mkdir()
    (tmp_path / "broken_pbx/vendor.py").write_text(BROKEN)
    (tmp_path / "broken_pbx/simulator.py").write_text("import nothing_of_this_name\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    broken = import_module("broken_pbx.vendor").Broken
    broken.__abstractmethods__ = frozenset()
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        broken().simulator()
