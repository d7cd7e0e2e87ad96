"""Errors to Sentry, if SENTRY_DSN says where: the traceback, without values of variables and what is secret."""

from __future__ import annotations

from typing import Any

from telephony.privacy.masking import hide_secrets

_LEFT_OUT = ("cookies", "data", "env", "headers", "query_string")
"""Of a request: they hold sessions, keys, numbers and names."""


def start(dsn: str, *, environment: str, release: str = "") -> None:
    """Call once, before the first request. Without a DSN nothing is sent."""
    if not dsn:
        return
    # It takes time and memory that whoever sends nothing need not spend.
    import sentry_sdk
    from sentry_sdk.integrations.argv import ArgvIntegration
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.django import DjangoIntegration

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release or None,
        integrations=[DjangoIntegration(signals_spans=False), CeleryIntegration(propagate_traces=False)],
        # Traces go nowhere, neither to workers nor to other companies' servers: their headers name the DSN's key.
        trace_propagation_targets=[],
        # Commands are given secrets.
        disabled_integrations=[ArgvIntegration()],
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_cleaned,
    )


def _cleaned(event: Any, _hint: dict[str, Any]) -> Any:
    request = event.get("request")
    if isinstance(request, dict):
        for name in _LEFT_OUT:
            request.pop(name, None)
    event.pop("user", None)
    return _hidden(event)


def _hidden(value: Any) -> Any:
    """The same, with secrets hidden in each text of it."""
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, dict):
        return {name: _hidden(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(one) for one in value]
    return value
