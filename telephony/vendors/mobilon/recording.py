"""Asking Mobilon for a recording. Source: `record_url` in "API & webhooks" (README.md, "Sources").

The address holds the account's token, so it is never stored: it is made of the call id each time.
"""

from __future__ import annotations

from telephony.domain.exceptions import NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request

METHOD = "record"


def recording_request(profile: ConnectionProfile, *, link: str, reference: str, api_url: str) -> Request:
    """By the link if the PBX sent one without a token, else by the call id. Raises `NotSetUp` without the token."""
    if link:
        return Request(url=link)
    token = str(profile.settings.get("token") or "")
    if not token:
        raise NotSetUp("Mobilon gives recordings only to who sends the account's token.")
    address = str(profile.settings.get("api_url") or api_url).rstrip("/")
    return Request(
        url=f"{address}/{METHOD}", query={"callid": reference}, secret_query={"token": token}, own_address=address
    )
