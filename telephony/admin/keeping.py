"""Buttons of a recording's page: keep it beyond its time, let its time count again, delete it now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from telephony.calls.access import visible_calls
from telephony.domain.exceptions import RecordingIsGone, RecordingIsHeld
from telephony.models import Recording
from telephony.recordings.keeping import holding
from telephony.ui import presentation
from telephony.ui.markup import change_url, when
from telephony.ui.shell import page

MAY_HOLD, MAY_DELETE = "telephony.hold_recording", "telephony.delete_recording"


def buttons(request: HttpRequest, recording: Recording) -> dict[str, Any]:
    """What `telephony/admin/keeping.html` shows: empty if this user may do nothing with this recording."""
    if recording.state == Recording.State.EXPIRED:
        return {}
    may_hold, may_delete = (request.user.has_perm(right) for right in (MAY_HOLD, MAY_DELETE))
    if not (may_hold or may_delete):
        return {}
    days = recording.call.connection.keep_recordings_days
    return {
        "recording": recording,
        "may_hold": may_hold,
        "may_delete": may_delete,
        "days": days,
        "hold_url": reverse("admin:telephony_recording_hold", args=[recording.pk]),
        "release_url": reverse("admin:telephony_recording_release", args=[recording.pk]),
        "delete_url": reverse("admin:telephony_recording_remove", args=[recording.pk]),
    }


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    recording = _recording(request, pk, MAY_HOLD)
    return _do(request, recording, holding.hold, gettext("The recording is kept until somebody releases it."))


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    recording = _recording(request, pk, MAY_HOLD)
    return _do(request, recording, holding.release, gettext("The recording is no longer kept beyond its time."))


def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then deletes the recording for good."""
    recording = _recording(request, pk, MAY_DELETE)
    if request.method == "POST":
        return _do(request, recording, holding.delete_now, gettext("The recording was deleted."))
    if recording.state == Recording.State.EXPIRED:
        messages.warning(request, gettext("This recording was deleted already."))
        return HttpResponseRedirect(change_url(recording))
    return page(
        request,
        "telephony/admin/delete_recording.html",
        title=gettext("Delete a recording"),
        recording=recording,
        client=presentation.client_name(recording.call),
        began=when(recording.call.started_at),
        length=presentation.length(recording.seconds),
        back=change_url(recording),
    )


def _recording(request: HttpRequest, pk: int, right: str) -> Recording:
    if not request.user.has_perm(right):
        raise PermissionDenied
    seen = Recording.objects.filter(call__in=visible_calls(request.user).values("pk"))
    return get_object_or_404(seen.select_related("call__contact", "call__connection"), pk=pk)


def _do(request: HttpRequest, recording: Recording, service: Any, done: str) -> HttpResponse:
    try:
        service(recording=recording, user=request.user)
    except RecordingIsHeld:
        messages.error(request, gettext("Somebody keeps this recording. Release it first, then delete it."))
    except RecordingIsGone:
        messages.warning(request, gettext("This recording was deleted already."))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(change_url(recording))
