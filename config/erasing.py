"""Where a client stands in the tables of how employees get in: nowhere (telephony/erasure/place.py)."""

from __future__ import annotations

from telephony.erasure import Place

_SENDER = ("user_agent", "ip_address", "username", "http_accept", "path_info")
PLACES = [
    Place(model="axes.AccessAttempt", nobody=(*_SENDER, "get_data", "post_data")),
    Place(model="axes.AccessLog", nobody=(*_SENDER, "session_hash")),
    Place(model="axes.AccessFailureLog", nobody=_SENDER),
    Place(model="account.EmailAddress", nobody=("email",)),
    Place(model="account.EmailConfirmation", nobody=("key",)),
    Place(model="mfa.Authenticator", nobody=("data",)),
    Place(model="usersessions.UserSession", nobody=("ip", "session_key", "user_agent", "data")),
    # Settings, rights, phones and employees: the company's own.
    Place(
        model="auditlog.LogEntry",
        nobody=(
            "object_pk",
            "object_repr",
            "changes",
            "changes_text",
            "serialized_data",
            "additional_data",
            "cid",
            "actor_email",
            "remote_addr",
        ),
    ),
    Place(model="config.Employee", nobody=("password", "username", "first_name", "last_name", "email")),
]
