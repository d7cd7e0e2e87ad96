"""What Zadarma tells of its own set-up, and the address that it is given. Source: zadarma/openapi, "pbx"."""

from __future__ import annotations

from urllib.parse import quote

from telephony.domain.hooks import ConnectionProfile
from telephony.http import Talk
from telephony.vendors.answers import a_list
from telephony.vendors.office import Employee, HookAddress, Office
from telephony.vendors.zadarma.client import read_answer
from telephony.vendors.zadarma.signing import SETTINGS, signed_request

# Source: zadarma/openapi, POST /v1/pbx/callinfo/notifications/; a recording's message has no switch there.
SWITCHES = ("notify_start", "notify_internal", "notify_answer", "notify_end", "notify_out_start", "notify_out_end")
ON = ("true", "1", "on", "yes")


class ZadarmaOffice(Office):
    needs = SETTINGS
    lists_employees = True
    tells_registration = True
    sets_address = True

    def employees(self, profile: ConnectionProfile) -> Talk[tuple[Employee, ...]]:
        """Only internal numbers: the PBX has no names."""
        answer = read_answer((yield signed_request(profile, "/v1/pbx/internal/", {})))
        return tuple(Employee(extension=str(number)) for number in a_list(answer.get("numbers"), "numbers"))

    def registration(self, profile: ConnectionProfile, extension: str) -> Talk[bool | None]:
        path = f"/v1/pbx/internal/{quote(extension, safe='')}/status/"
        said = str(read_answer((yield signed_request(profile, path, {}))).get("is_online", "")).lower()
        return said in ON if said else None

    def address(self, profile: ConnectionProfile, *, own_path: str) -> Talk[HookAddress]:
        answer = read_answer((yield signed_request(profile, "/v1/pbx/callinfo/", {})))
        stated = answer.get("notifications")
        switches = {**answer, **(stated if isinstance(stated, dict) else {})}
        return HookAddress(
            url=str(answer.get("url") or ""),
            switches={name: str(switches.get(name, "")).lower() in ON for name in SWITCHES},
        )

    def set_address(self, profile: ConnectionProfile, url: str) -> Talk[None]:
        """Zadarma checks the address with `zd_echo` before it answers the first request."""
        read_answer((yield signed_request(profile, "/v1/pbx/callinfo/url/", {"url": url}, method="POST")))
        on = dict.fromkeys(SWITCHES, "true")
        read_answer((yield signed_request(profile, "/v1/pbx/callinfo/notifications/", on, method="POST")))
