"""What the cards' script asks for: fragments of HTML, and small changes. Everything is the session's user's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from telephony.cards import results, screen
from telephony.cards.presence import note_open_page, sees_board
from telephony.cards.status import State, choose_status
from telephony.conf import contact_directory
from telephony.domain.events import Phone
from telephony.models import Card, DeskSettings, Disposition, LiveEvent

LONGEST_NOTE = 5000
MOST_AT_ONCE = 100
PLAIN = "text/plain; charset=utf-8"
View = Callable[..., HttpResponseBase]


def of_user(view: View) -> View:
    """403 instead of a log-in page: a script asks. Nothing of it is kept in a cache."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated or not request.user.is_active:
            return HttpResponse(gettext("Log in first."), status=403, content_type="text/plain; charset=utf-8")
        return view(request, *args, **kwargs)

    return never_cache(guarded)


@require_GET
@of_user
def cards(request: HttpRequest) -> HttpResponse:
    """All that is on the user's screen now, as HTML."""
    user: Any = request.user
    context = screen.context_of(user)
    results.note_fetched(cards=[view.card for view in context["desk"].cards])
    note_open_page(user.pk)
    return render(request, screen.TEMPLATE, context)


@require_GET
@of_user
def state(request: HttpRequest) -> JsonResponse:
    """The newest hint for this user, for browsers without a stream: when it grows, read anew.

    `{"cards": 5, "board": 7}`; `board` is null for those who don't see it.
    """
    user: Any = request.user
    note_open_page(user.pk)
    newest = LiveEvent.objects.aggregate(
        cards=Max("pk", filter=Q(user_id=user.pk)), board=Max("pk", filter=Q(user_id=None))
    )
    board = (newest["board"] or 0) if sees_board(user) else None
    return JsonResponse({"cards": newest["cards"] or 0, "board": board})


@require_POST
@of_user
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The browser has this card on a screen."""
    results.note_shown(card=_own_card(request, pk))
    return HttpResponse(status=204)


@require_POST
@of_user
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    results.dismiss(cards=[_own_card(request, pk)])
    return HttpResponse(status=204)


@require_POST
@of_user
def dismiss_all(request: HttpRequest) -> HttpResponse:
    """Several at once: `card` is the number of each. Somebody else's are passed over."""
    wanted = {int(pk) for pk in request.POST.getlist("card")[:MOST_AT_ONCE] if pk.isdecimal() and len(pk) < 19}
    user: Any = request.user
    results.dismiss(cards=list(Card.objects.filter(pk__in=wanted, user_id=user.pk)))
    return HttpResponse(status=204)


@require_POST
@of_user
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of the call: `disposition` (its number, or empty), `note`, `close`. 400 says what is wrong."""
    card = _own_card(request, pk)
    note, chosen = request.POST.get("note", ""), request.POST.get("disposition", "")
    if len(note) > LONGEST_NOTE:
        text = gettext("The note is longer than %(limit)d characters.") % {"limit": LONGEST_NOTE}
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    disposition = Disposition.objects.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 10 else None
    if chosen and disposition is None:
        text = gettext("This result can't be chosen any more. Choose another one.")
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    results.save_result(
        card=card, disposition=disposition, note=note.replace("\x00", ""), close="close" in request.POST
    )
    return HttpResponse(status=204)


@require_POST
@of_user
def status(request: HttpRequest) -> HttpResponseBase:
    """The user's own: `state`, and for a break its `reason`. A form without a script goes back to its page."""
    try:
        state = State(request.POST.get("state", ""))
        reason = DeskSettings.Break(request.POST.get("reason", "")) if state is State.BREAK else ""
    except ValueError:
        state = State.AFTER_CALL
    if state is State.AFTER_CALL:
        return HttpResponse(gettext("Choose one of the offered states."), status=400, content_type=PLAIN)
    choose_status(user=request.user, state=state, reason=reason)
    if request.headers.get("X-Requested-With"):
        return HttpResponse(status=204)
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if is_ours else reverse("admin:index"))


@require_POST
@of_user
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """`contact` is one of those who have the call's number: from now on it is theirs."""
    card = _own_card(request, pk)
    number = Phone(raw=card.call.client_raw, e164=card.call.client_e164)
    wanted = request.POST.get("contact", "")
    offered = {str(contact.pk): contact.pk for contact in contact_directory().find(number)}
    if wanted not in offered:
        text = gettext("This contact does not have the number any more.")
        return HttpResponse(text, status=400, content_type="text/plain; charset=utf-8")
    results.choose_contact(call=card.call, contact_pk=offered[wanted], user=request.user)
    return HttpResponse(status=204)


def _own_card(request: HttpRequest, pk: int) -> Card:
    return get_object_or_404(Card.objects.select_related("call"), pk=pk, user_id=request.user.pk)


def settings_row(user: Any) -> DeskSettings:
    """The user's settings, stored; made of the defaults if there were none."""
    return DeskSettings.objects.get_or_create(user=user)[0]
