"""What is stored. Rows are written by `telephony.services` only."""

from telephony.models.call import Call, CallEvent, CallLeg, DirectionChoice, StatusChoice
from telephony.models.card import Card
from telephony.models.connection import Connection, Extension
from telephony.models.delivery import Delivery
from telephony.models.failed_login import FailedLogin
from telephony.models.recording import Recording

__all__ = [
    "Call",
    "CallEvent",
    "CallLeg",
    "Card",
    "Connection",
    "Delivery",
    "DirectionChoice",
    "Extension",
    "FailedLogin",
    "Recording",
    "StatusChoice",
]
