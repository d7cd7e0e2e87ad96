"""The words of the domain for what a call may be, as people read them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.domain import events
from telephony.domain.causes import Cause
from telephony.domain.reasons import EndReason


class DirectionChoice(models.TextChoices):
    INCOMING = events.Direction.INCOMING, _("incoming")
    OUTGOING = events.Direction.OUTGOING, _("outgoing")
    INTERNAL = events.Direction.INTERNAL, _("internal")
    UNKNOWN = events.Direction.UNKNOWN, _("unknown")


class StatusChoice(models.TextChoices):
    RINGING = events.CallStatus.RINGING, _("ringing")
    TALKING = events.CallStatus.TALKING, _("talking")
    ANSWERED = events.CallStatus.ANSWERED, _("answered")
    NO_ANSWER = events.CallStatus.NO_ANSWER, _("no answer")
    BUSY = events.CallStatus.BUSY, _("busy")
    CANCELLED = events.CallStatus.CANCELLED, _("cancelled")
    FAILED = events.CallStatus.FAILED, _("failed")
    UNKNOWN = events.CallStatus.UNKNOWN, _("unknown")


class EndReasonChoice(models.TextChoices):
    NOT_REGISTERED = EndReason.NOT_REGISTERED, _("the phone was not connected with the PBX")
    BUSY = EndReason.BUSY, _("the line was busy")
    NOT_PICKED_UP = EndReason.NOT_PICKED_UP, _("nobody picked up")
    REJECTED = EndReason.REJECTED, _("the call was declined")
    GAVE_UP = EndReason.GAVE_UP, _("the caller hung up before anybody answered")
    OUTSIDE_HOURS = EndReason.OUTSIDE_HOURS, _("it came outside working hours")
    NO_MONEY = EndReason.NO_MONEY, _("the PBX's account has no money")
    LIMIT = EndReason.LIMIT, _("a limit of lines or calls was reached")
    BLOCKED = EndReason.BLOCKED, _("the number is blocked at the PBX")
    NOT_ALLOWED = EndReason.NOT_ALLOWED, _("the PBX does not allow such calls")
    NO_SUCH_NUMBER = EndReason.NO_SUCH_NUMBER, _("there is no such number")
    UNREACHABLE = EndReason.UNREACHABLE, _("the number could not be reached")
    NOBODY = EndReason.NOBODY, _("nobody is set up at the PBX to take it")
    PBX_ERROR = EndReason.PBX_ERROR, _("an error of the PBX or its operator")


class CauseChoice(models.TextChoices):
    """Short; a call's page has a sentence (telephony/ui/causes.py)."""

    NOT_REGISTERED = Cause.NOT_REGISTERED, _("phone not connected")
    BUSY = Cause.BUSY, _("busy")
    NOT_PICKED_UP = Cause.NOT_PICKED_UP, _("did not pick up")
    REJECTED = Cause.REJECTED, _("declined")
    OUTSIDE_HOURS = Cause.OUTSIDE_HOURS, _("outside working hours")
    NO_MONEY = Cause.NO_MONEY, _("no money at the PBX")
    LIMIT = Cause.LIMIT, _("limit of lines or calls")
    BLOCKED = Cause.BLOCKED, _("blocked number")
    NOT_ALLOWED = Cause.NOT_ALLOWED, _("not allowed at the PBX")
    NO_SUCH_NUMBER = Cause.NO_SUCH_NUMBER, _("no such number")
    UNREACHABLE = Cause.UNREACHABLE, _("could not be reached")
    NOBODY = Cause.NOBODY, _("nobody is set up to take it")
    PBX_ERROR = Cause.PBX_ERROR, _("error of the PBX")
    GAVE_UP_WAITING = Cause.GAVE_UP_WAITING, _("client hung up in the greeting or queue")
    GAVE_UP_RINGING = Cause.GAVE_UP_RINGING, _("client hung up while it rang")
    CALLER_GAVE_UP = Cause.CALLER_GAVE_UP, _("who called hung up")
    NOBODYS_PHONE = Cause.NOBODYS_PHONE, _("the phone is nobody's")
    NO_PHONE_RANG = Cause.NO_PHONE_RANG, _("no phone rang")
    UNKNOWN = Cause.UNKNOWN, _("the PBX does not say")
