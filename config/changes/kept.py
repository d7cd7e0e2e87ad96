"""Of which rows changes are kept, and which of their columns hold secrets."""

from __future__ import annotations

from auditlog.registry import auditlog
from django.apps import apps
from django.db.models import Model

from telephony.models.encrypted import EncryptedBinaryField, EncryptedTextField

SHOWN_OF_SECRETS = "•••"
"""A secret was set, or is another: nothing more is told of it."""

KEPT = (
    # People and what they may.
    *("auth.User", "auth.Group", "config.Profile", "knox.AuthToken", "mfa.Authenticator"),
    # How calls are taken and told.
    *("telephony.Connection", "telephony.Extension", "telephony.Line", "telephony.Team"),
    *("telephony.Calendar", "telephony.SpecialDay", "telephony.Schedule"),
    *("telephony.MissedRule", "telephony.CallRule", "telephony.Disposition"),
    *("telephony.Subscription", "telephony.ReportSubscription"),
    "crm.Tag",
)
_SECRETS = {
    "auth.User": ("password",),
    "knox.AuthToken": ("digest", "token_key"),
    "mfa.Authenticator": ("data",),
}
_OF_EACH_DAY = {"auth.User": ("last_login",)}
"""What changes without anybody setting it."""


def register() -> None:
    """Have changes of these models written from now on."""
    for model in map(apps.get_model, KEPT):
        many = [field.name for field in model._meta.many_to_many]
        for kind in (model, *_proxies(model)):  # Django's signals tell them apart.
            auditlog.register(
                kind,
                include_fields=[*columns_of(model), *many],
                mask_fields=list(secrets_of(model)),
                mask_callable="config.changes.kept.mask",
                m2m_fields=set(many),
            )


def columns_of(model: type[Model]) -> list[str]:
    """What people set. What the application works out by itself is kept from forms, too."""
    secret, hidden = secrets_of(model), _OF_EACH_DAY.get(model._meta.label, ())
    chosen = (field.name for field in model._meta.fields if field.editable or field.name in secret)
    return [name for name in chosen if name not in hidden]


def secrets_of(model: type[Model]) -> frozenset[str]:
    """Names of the columns whose values nobody is shown."""
    encrypted = {
        field.name for field in model._meta.fields if isinstance(field, EncryptedTextField | EncryptedBinaryField)
    }
    return frozenset(encrypted | {*_SECRETS.get(model._meta.label, ())})


def _proxies(model: type[Model]) -> list[type[Model]]:
    return [other for other in apps.get_models() if other._meta.proxy and other._meta.concrete_model is model]


def mask(value: str) -> str:
    """As django-auditlog calls it: with what it would store."""
    return SHOWN_OF_SECRETS if value not in ("", "None", "{}") else ""
