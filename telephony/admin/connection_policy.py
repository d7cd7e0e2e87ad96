"""Of a connection's form: what becomes of its recordings, and which networks its PBX may be in."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from telephony.admin.listed import LinesField
from telephony.editing.forms import EditedForm
from telephony.models import Connection

SECTIONS: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        _("Recordings"),
        {"fields": ["fetch_recordings", "keep_recordings_days", "longest_recording", "recording_hosts", "allow_ftp"]},
    ),
    (_("Network"), {"fields": ["sender_networks", "internal_networks"]}),
)

ECHO_SECTION: tuple[Any, dict[str, Any]] = (
    _("Real canary calls"),
    {"fields": ["echo_number", "echo_phone", "echo_minutes"]},
)
"""Of PBXs that take our own id along with an order to call."""


class PolicyForm(EditedForm):
    """Fields that `ConnectionForm` adds its own to."""

    recording_hosts = LinesField(
        label=_("Hosts of recordings"),
        help_text=_(
            "One a line, like pbx.example.ru: recordings are fetched from these hosts and their subdomains only. "
            "Empty: from any public host."
        ),
    )
    sender_networks = LinesField(
        label=_("Addresses of the PBX"),
        help_text=_(
            "One a line, like 203.0.113.7 or 203.0.113.0/24: messages are taken from there only, others are kept as "
            "refused. Empty: from anywhere. The PBX's operator tells its addresses."
        ),
    )
    internal_networks = LinesField(
        label=_("Internal networks"),
        help_text=_(
            "One a line, like 192.168.1.0/24. Requests go to public addresses only; list here where a PBX in your own "
            "network is."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"longest_recording", "echo_minutes"} & set(self.fields):
            self.fields[name].required = False

    def clean_longest_recording(self) -> int:
        """Left empty it is as for a new connection."""
        given: int | None = self.cleaned_data["longest_recording"]
        return Connection().longest_recording if given is None else given

    def clean_echo_minutes(self) -> int:
        """The same."""
        given: int | None = self.cleaned_data["echo_minutes"]
        return Connection().echo_minutes if given is None else given
