"""How Mobilon is asked: by GET, with a secret in the query. Source: "API & webhooks" (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Mapping

from telephony.domain.exceptions import NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request

API_URL = "https://connect.mobilon.ru/api/call/"
INFO_PATH = "info"
ONE_CALL, RECORD, ORDER = "info", "record", "CallToSubscriber"


def question(profile: ConnectionProfile, name: str, secret: Mapping[str, str] | None = None, **query: str) -> Request:
    """By the account's token, where no other secret goes."""
    address = profile.address("api_url", API_URL)
    secret_query = secret or {"token": profile.setting("token")}
    return Request(url=f"{address}/{name}", query=query, secret_query=secret_query, own_address=address)


def recording_request(profile: ConnectionProfile, *, link: str, reference: str) -> Request:
    """By a link without a token. One with it is never stored, but made of the call id each time."""
    if link:
        return Request(url=link)
    if not profile.has("token"):
        raise NotSetUp("Mobilon gives recordings only to who sends the account's token.")
    return question(profile, RECORD, callid=reference)
