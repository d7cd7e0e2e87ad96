"""The states of recordings in words: how far each has come, why, and what to do about it."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from telephony import conf
from telephony.models import Recording
from telephony.recordings.storage import free_bytes

State, Reason = Recording.State, Recording.Reason

TONES: dict[str, str] = {
    State.EXPECTED: "busy",
    State.WAITING: "warn",
    State.FETCHING: "busy",
    State.STORED: "good",
    State.LINKED: "",
    State.LOST: "bad",
    State.REFUSED: "bad",
    State.EXPIRED: "",
}
"""State: the colour of its badge (markup.badge)."""

ADVICE: dict[str, str | Promise] = {
    Reason.NOT_SET_UP: _("Enter the PBX's token in the connection's settings: it is fetched as soon as you save them."),
    Reason.DENIED: _("Ask the PBX's support who may fetch recordings; a token may be wrong or out of date."),
    Reason.PAGE: _("Often a login page: the link may need a login in the PBX, or have run out."),
    Reason.TOO_LARGE: _("Raise “largest recording” in the connection's settings."),
    Reason.SCHEME: _("For an ftp link, switch on “fetch by FTP” in the connection's settings."),
    Reason.FORBIDDEN_HOST: _("Add the host to “hosts of recordings” in the connection's settings."),
    Reason.STORAGE: _("Look at the disk or the storage of recordings; the worker's log says more."),
    Reason.INTERNAL: _("The worker's log says more."),
    Reason.NOT_PREPARED: _("The original is kept and can be downloaded."),
}
"""What somebody can do about it, where that is more than to wait."""


def state_text(recording: Recording) -> str:
    """One or two words."""
    return str(recording.get_state_display())


def tone(recording: Recording) -> str:
    return TONES[recording.state]


def reason_text(recording: Recording) -> str:
    """Why it is in its state, in a sentence; empty where there is nothing to say."""
    if not recording.reason:
        return ""
    return str(Reason(recording.reason).label)


def advice(recording: Recording) -> str:
    """What to do about it; empty where waiting, or nothing, is all."""
    return str(ADVICE.get(recording.reason, "")) if recording.state != State.EXPIRED else ""


def explanation(recording: Recording) -> str:
    """The state in a sentence or two for a tooltip or the call's page: why, what the PBX said, when it goes on."""
    said = gettext("It said: %(text)s") % {"text": recording.detail} if recording.reason in _SAYING else ""
    parts = [reason_text(recording) or str(_PLAIN.get(recording.state, "")), said if recording.detail else ""]
    if recording.state == State.WAITING and recording.next_try_at:
        local = timezone.localtime(recording.next_try_at)
        moment = f"{local:%H:%M:%S}"
        if local.date() != timezone.localdate():
            moment = f"{formats.date_format(local, 'SHORT_DATE_FORMAT')} {local:%H:%M}"
        parts.append(gettext("Next try: %(moment)s.") % {"moment": moment})
    elif recording.state == State.LOST and recording.attempts > 1:
        parts.append(gettext("Given up after %(count)d tries.") % {"count": recording.attempts})
    if not recording.is_told:
        parts.append(gettext("Since a replay no message tells of it any more. It is kept."))
    return " ".join(filter(None, parts))


_SAYING = frozenset({Reason.MESSAGE})
_PLAIN: dict[str, str | Promise] = {
    State.EXPECTED: _("It will be fetched within seconds."),
    State.WAITING: _("It will be fetched soon."),
    State.FETCHING: _("It is being fetched right now."),
    State.LINKED: _("This connection's recordings are fetched only when somebody asks for one."),
}


def why_paused() -> str:
    """Why nothing is fetched while there is no room (storage.has_room), in a sentence that says what to do."""
    sizes = {"free": filesizeformat(max(free_bytes(), 0)), "floor": filesizeformat(conf.disk_floor())}
    return (
        gettext(
            "Recordings are not fetched for now: only %(free)s of the disk are free, and %(floor)s have to stay free. "
            "Make room; then it goes on by itself, and nothing is lost until then."
        )
        % sizes
    )
