"""What is stored. Each model's rows are written by the package of its subject only."""

from telephony.models.alarm import Alarm, AlarmMail
from telephony.models.api_use import ApiUse
from telephony.models.ask_turn import AskTurn
from telephony.models.audit import AuditEntry
from telephony.models.call import Call, CallEvent
from telephony.models.call_info import CallQuery, PbxDay, PbxRow
from telephony.models.call_rule import CallEnding, CallRule
from telephony.models.canary import CanaryRun
from telephony.models.card import Card
from telephony.models.choices import CauseChoice, DirectionChoice, EndReasonChoice, StatusChoice
from telephony.models.connection import Connection
from telephony.models.connection_use import ConnectionUse, MessageHour
from telephony.models.contact_choice import ContactChoice
from telephony.models.decision import CardDecision
from telephony.models.delivery import Delivery
from telephony.models.desk import CallResult, DeskSettings, Disposition
from telephony.models.dial import Dial
from telephony.models.discarded import DiscardedFile
from telephony.models.erasure import Erasure
from telephony.models.export import Export
from telephony.models.exported import Exported
from telephony.models.extension import Extension
from telephony.models.fact import CallFact, CallSum, HoursChange, StaleDay
from telephony.models.failed_login import FailedLogin
from telephony.models.leg import CallLeg
from telephony.models.line import Line
from telephony.models.live import LiveEvent
from telephony.models.missed import MissedItem, MissedPlace, MissedReason, MissedState
from telephony.models.missed_decision import MissedDecision, MissedRule
from telephony.models.missed_rang import MissedRang
from telephony.models.once import OnceAnswer
from telephony.models.pbx_check import PbxCheck
from telephony.models.people_sums import PeopleDay, PeopleWeek, SeenPeople
from telephony.models.played_call import PlayedCall
from telephony.models.process import SeenProcess
from telephony.models.recording import Listening, Recording
from telephony.models.recording_upload import RecordingUpload
from telephony.models.report_mail import ReportMail, ReportSubscription
from telephony.models.row_failure import RowFailure
from telephony.models.rule_run import RuleEffect, RuleMessage, RuleRun
from telephony.models.saved_filter import SavedFilter
from telephony.models.schedule import Calendar, Schedule, SpecialDay
from telephony.models.stray import StrayRequests
from telephony.models.subscription import Notice, Subscription, Topic
from telephony.models.team import Team

__all__ = [
    "Alarm",
    "AlarmMail",
    "ApiUse",
    "AskTurn",
    "AuditEntry",
    "Calendar",
    "Call",
    "CallEnding",
    "CallEvent",
    "CallFact",
    "CallLeg",
    "CallQuery",
    "CallResult",
    "CallRule",
    "CallSum",
    "CanaryRun",
    "Card",
    "CardDecision",
    "CauseChoice",
    "Connection",
    "ConnectionUse",
    "ContactChoice",
    "Delivery",
    "DeskSettings",
    "Dial",
    "DirectionChoice",
    "DiscardedFile",
    "Disposition",
    "EndReasonChoice",
    "Erasure",
    "Export",
    "Exported",
    "Extension",
    "FailedLogin",
    "HoursChange",
    "Line",
    "Listening",
    "LiveEvent",
    "MessageHour",
    "MissedDecision",
    "MissedItem",
    "MissedPlace",
    "MissedRang",
    "MissedReason",
    "MissedRule",
    "MissedState",
    "Notice",
    "OnceAnswer",
    "PbxCheck",
    "PbxDay",
    "PbxRow",
    "PeopleDay",
    "PeopleWeek",
    "PlayedCall",
    "Recording",
    "RecordingUpload",
    "ReportMail",
    "ReportSubscription",
    "RowFailure",
    "RuleEffect",
    "RuleMessage",
    "RuleRun",
    "SavedFilter",
    "Schedule",
    "SeenPeople",
    "SeenProcess",
    "SpecialDay",
    "StaleDay",
    "StatusChoice",
    "StrayRequests",
    "Subscription",
    "Team",
    "Topic",
]
