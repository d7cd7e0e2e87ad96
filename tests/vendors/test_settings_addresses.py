"""Each vendor says which secrets go to which of its addresses; one that forgets fails here, or is not even imported."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django import forms

from telephony.domain.exceptions import DialFailed, NotReady, NotSetUp
from telephony.http import Request, Talk
from telephony.vendors import installed
from telephony.vendors.base import SecretField, Vendor, VendorSettingsForm, WebAddressField
from telephony.vendors.listing import AskFailed
from tests.vendors.dialling import ORDER, profile_of

NO_HOSTS = {"domain"}
"""Of OnlinePBX: it stands in the path, and everything goes to `api_url`."""
LOOKS_LIKE_ADDRESS = ("url", "uri", "host", "server", "address", "domain", "endpoint")


def faults(form: type[VendorSettingsForm]) -> list[str]:
    """What this form does not say of its addresses and secrets."""
    addresses = {name: field for name, field in form.base_fields.items() if isinstance(field, WebAddressField)}
    sent = {secret for field in addresses.values() for secret in field.secrets}
    found = [f"{secret} is no secret of this form" for secret in sent - set(form.secret_names())]
    for name, field in form.base_fields.items():
        if isinstance(field, SecretField) and field.stays_here == (name in sent):
            found.append(f"{name}: goes to an address, or stays here?")
        looks = isinstance(field, forms.URLField) or any(part in name.lower() for part in LOOKS_LIKE_ADDRESS)
        if looks and name not in addresses and name not in NO_HOSTS:
            found.append(f"{name}: an address has to be a WebAddressField")
    return found


@pytest.mark.parametrize("slug", installed())
def test_each_secret_goes_to_a_named_address_or_stays(slug: str) -> None:
    assert not faults(installed()[slug].settings_form)


def test_a_vendor_that_forgets_is_found() -> None:
    class Forgetful(VendorSettingsForm):
        token = SecretField(label="t")
        host = forms.CharField()
        api_url = WebAddressField(secrets=[])

    assert len(faults(Forgetful)) == 2
    with pytest.raises(TypeError, match="secrets"):
        WebAddressField()  # type: ignore[call-arg]


def requests_of(vendor: Vendor, profile: Any) -> list[Request]:
    """What it asks a PBX for first, in each of its talks."""
    talks: list[Talk[Any]] = [vendor.recording(profile, link="", reference="1.1")]
    if vendor.can_dial and not vendor.fetches_errands:
        talks.append(vendor.dial(profile, ORDER))
    if (info := vendor.call_info) is not None:
        talks += [info.call(profile, "1.1")] if info.tells_one_call else []
        talks.append(info.day(profile, date(2024, 1, 29)))
    if vendor.office is not None and vendor.office.lists_employees:
        talks.append(vendor.office.employees(profile))
    return [step for talk in talks if isinstance(step := first_step(talk), Request)]


def first_step(talk: Talk[Any]) -> Any:
    """What is asked first, or the result where nothing is asked; None if settings are missing."""
    try:
        return next(talk)
    except StopIteration as end:
        return end.value
    except (AskFailed, DialFailed, NotReady, NotSetUp):
        return None


@pytest.mark.parametrize("slug", installed())
def test_what_is_declared_is_what_is_sent(slug: str) -> None:
    """Each secret value that goes out goes to an address that names it."""
    vendor = installed()[slug]
    fields = vendor.settings_form.base_fields
    addressed = [name for name, field in fields.items() if isinstance(field, WebAddressField)]
    addresses = {name: f"https://{name.replace('_', '-')}.example.ru/x" for name in addressed}
    secrets = {name: f"canary-{name}" for name in vendor.settings_form.secret_names()}
    logins = {name: "012345" for name, field in fields.items() if type(field) is forms.CharField}
    profile = profile_of(**{**logins, **addresses, **secrets})
    sent = 0
    for request in requests_of(vendor, profile):
        outgoing = {**request.secret_query, **request.secret_form, **request.secret_headers}
        if request.secret_body:
            outgoing["body"] = request.secret_body.decode()
        going = {name for name, value in secrets.items() if any(value in told for told in outgoing.values())}
        own = next((name for name, url in addresses.items() if request.own_address.startswith(url)), "")
        if outgoing:
            field: Any = fields[own]
            sent += 1
            assert going <= set(field.secrets), (going, own)
            assert ORDER.user_key not in outgoing.values() or field.takes_keys
    assert sent or not vendor.can_dial or vendor.fetches_errands
