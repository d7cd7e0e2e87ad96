"""What is stored. Rows are written by `telephony.services` only."""

from telephony.models.audit import AuditEntry
from telephony.models.call import Call, CallEvent, CallLeg, DirectionChoice, StatusChoice
from telephony.models.call_info import CallQuery, PbxDay, PbxRow
from telephony.models.card import Card
from telephony.models.connection import Connection
from telephony.models.contact_choice import ContactChoice
from telephony.models.decision import CardDecision
from telephony.models.delivery import Delivery
from telephony.models.desk import CallResult, DeskSettings, Disposition
from telephony.models.dial import Dial
from telephony.models.discarded import DiscardedFile
from telephony.models.erasure import Erasure
from telephony.models.extension import Extension
from telephony.models.failed_login import FailedLogin
from telephony.models.line import Line
from telephony.models.live import LiveEvent
from telephony.models.recording import Listening, Recording
from telephony.models.saved_filter import SavedFilter
from telephony.models.stray import StrayRequests
from telephony.models.subscription import Notice, Subscription, Topic
from telephony.models.team import Team

__all__ = [
    "AuditEntry",
    "Call",
    "CallEvent",
    "CallLeg",
    "CallQuery",
    "CallResult",
    "Card",
    "CardDecision",
    "Connection",
    "ContactChoice",
    "Delivery",
    "DeskSettings",
    "Dial",
    "DirectionChoice",
    "DiscardedFile",
    "Disposition",
    "Erasure",
    "Extension",
    "FailedLogin",
    "Line",
    "Listening",
    "LiveEvent",
    "Notice",
    "PbxDay",
    "PbxRow",
    "Recording",
    "SavedFilter",
    "StatusChoice",
    "StrayRequests",
    "Subscription",
    "Team",
    "Topic",
]
