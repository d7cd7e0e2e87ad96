"""Who comes in by an API key."""

from __future__ import annotations

import binascii
import hmac
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from crm.models import ApiToken
from crm.services import api_keys
from telephony.http.remote_address import remote_address

PREFIX = "Bearer"
WORDS = {
    ApiToken.Ended.REVOKED: "This key was ended.",
    ApiToken.Ended.PASSWORD: "This key ended with its owner's password.",
    ApiToken.Ended.INACTIVE: "This key ended: its owner was deactivated.",
    ApiToken.Ended.RIGHTS: "This key ended: its owner may not do any more what it was made for.",
}


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`. `request.auth` is the key's row. What ended is told, and stays ended."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        scheme, _, sent = get_authorization_header(request).partition(b" ")
        if scheme.lower() != PREFIX.lower().encode():
            return None
        key = _found(sent.strip())
        if key is None:
            raise AuthenticationFailed("There is no such key.")
        _check(key)
        api_keys.note_use(key=key, address=remote_address(request._request))
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        return PREFIX


def _found(sent: bytes) -> ApiToken | None:
    try:
        text = sent.decode("ascii")
        digest = hash_token(text)
    except (UnicodeError, TypeError, binascii.Error):
        return None
    same = ApiToken.objects.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH]).select_related("user")
    return next((key for key in same if hmac.compare_digest(key.digest, digest)), None)


def _check(key: ApiToken) -> None:
    if key.expiry is None or key.expiry <= timezone.now():
        raise AuthenticationFailed("This key's time is over. Make another under API keys.")
    if key.ended_at is None and (why := api_keys.why_ended(key)) is not None:
        api_keys.end_key(key=key, why=why)
        raise AuthenticationFailed(WORDS[why])
    if key.ended_at is None and key.scopes is None:
        api_keys.give_scopes(key=key)
    if key.ended_at is not None:
        raise AuthenticationFailed(WORDS.get(ApiToken.Ended(key.ended_why), WORDS[ApiToken.Ended.REVOKED]))


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes it."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key made under API keys; it has a scope."}
