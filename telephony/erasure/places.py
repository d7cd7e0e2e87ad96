"""Where a person stands: the one list of every column that holds text, and of what erasing a number does about it.

telephony's own tables and Django's; other apps add theirs (crm/erasing.py). tests/keeping/test_places.py compares it
with every column of every model: a new one without a decision fails there, and so does a planted person that is found
in the database or in a file afterwards. Not in it: backups, and logs that a server or a proxy writes.

Files: recordings, original and playable, go with their rows (telephony/recordings/keeping/discarding.py); those that
are just being fetched lie in a folder of their lease, which the worker that loses it removes.
"""

from __future__ import annotations

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from telephony.erasure.place import Names, Place, blank, delete_rows
from telephony.erasure.rows import forget_orders
from telephony.models.schedule import WEEKDAYS

OWN_TEXTS = "What people wrote about it goes; what they wrote about others is not searched."


def _forget_in_journal(rows: QuerySet, names: Names) -> None:
    """That something was changed, and by whom, stays."""
    rows.update(object_repr=Concat(Value("#"), F("object_id")), change_message="")


CALLS = [
    Place(
        model="telephony.Call",
        person=(*("external_id", "client_raw", "client_e164", "client_match"), *("our_number", "tracking")),
        # The PBX's word is one of a list of words.
        nobody=("conflicts", "end_reason_said"),
        how="The call is folded anew from what is left of its events. Times, lengths and employees come out as before.",
    ),
    Place(
        model="telephony.CallEvent",
        person=("fingerprint", "content"),
        nobody=("kind",),
        how="Number, link, tracking go from the events of the client's calls; the number alone from those of others.",
    ),
    Place(
        model="telephony.CallLeg",
        person=("extension_number",),
        nobody=("role", "key_hash"),
        how="Written anew with the call: where the number was a phone, a mark stands.",
    ),
    Place(model="telephony.CallFact", person=("line",), nobody=("source",), how="Follows its call."),
    Place(model="telephony.CallSum", person=("value",), how="Goes: its day is summed anew."),
    Place(model="telephony.PeopleDay", person=("sums",), how="Goes: its day is summed anew."),
    Place(model="telephony.PeopleWeek", person=("sums",), how="Goes: it is added up anew of its days."),
    Place(model="telephony.CallQuery", person=("detail",), nobody=("reason",), how="Not asked about any more: goes."),
    Place(model="telephony.CallResult", person=("note",), how=OWN_TEXTS),
    Place(
        model="telephony.Recording",
        person=("link", "reference", "detail"),
        # Files are named by row numbers and the hash of their content.
        nobody=("reason", "lease", "source_sha256", "sha256", "file", "playable", "content_type", "peaks"),
        how="Goes with its call's erasure, files too, held ones only if that was confirmed.",
    ),
    Place(
        model="telephony.RecordingUpload",
        # Named by the row's number and the hash of its content.
        nobody=("file",),
        how="Goes with its recording; the file is deleted with it.",
    ),
    Place(
        model="telephony.Delivery",
        person=("tail", "query", "headers", "body", "error", "traceback", "notes"),
        nobody=("method", "remote_address"),
        how="Goes: those of the client's calls at once, all others that name the number when they have been searched.",
    ),
    Place(
        model="telephony.Notice", person=("payload", "error"), nobody=("message_id",), how="Goes.", forget=delete_rows
    ),
    Place(
        model="telephony.Dial",
        person=("phone_raw", "phone_e164", "idempotency_key", "external_id", "error_text"),
        nobody=("extension_number", "error_code"),
        how="The order stays, without the number.",
        forget=forget_orders,
    ),
    Place(
        model="telephony.OnceAnswer",
        person=("location", "body"),
        nobody=("key_hash", "request_hash"),
        how="Goes: whoever sends the same once more has it done once more.",
        forget=delete_rows,
    ),
    Place(
        model="telephony.PbxDay",
        person=("detail",),
        nobody=("reason", "counts"),
        how="What the PBX said goes.",
        forget=blank("detail"),
    ),
    Place(
        model="telephony.PbxRow",
        person=("client_match", "content"),
        nobody=("key",),
        how="Goes. It comes again when the day's list is pulled again.",
        forget=delete_rows,
    ),
    Place(model="telephony.ContactChoice", person=("number",), how="Goes."),
    Place(
        model="telephony.MissedItem",
        person=("client_key", "client_e164", "client_raw", "our_number"),
        how="Goes with its calls' numbers: it is folded from them.",
        forget=delete_rows,
    ),
    Place(
        model="telephony.MissedDecision",
        person=("client_key", "note"),
        how="Goes.",
        forget=delete_rows,
    ),
]
OTHERS = [
    Place(model="telephony.SavedFilter", person=("name", "query"), how="Goes.", forget=delete_rows),
    Place(
        model="telephony.Export",
        person=("query", "words"),
        nobody=("kind", "language", "scope", "file", "lease"),
        how="Orders whose filters name the number go; all files go, also those that are being written.",
        forget=delete_rows,
    ),
    Place(
        model="telephony.Exported",
        person=("query",),
        nobody=("kind", "username"),
        how="The filters go; that something was exported, by whom and how much, stays.",
        forget=blank("query"),
    ),
    Place(
        model="telephony.RowFailure",
        person=("error", "traceback"),
        nobody=("job", "row"),
        how="Goes; it comes again if the row fails again.",
        forget=delete_rows,
    ),
    Place(
        model="admin.LogEntry",
        person=("object_repr", "change_message"),
        nobody=("object_id",),
        how="Number and name go from the admin's journal, also of what had been deleted before.",
        forget=_forget_in_journal,
    ),
    Place(
        model="telephony.Erasure",
        nobody=("number", "lease"),
        how="The number stands there, encrypted, until all is done.",
    ),
    # A keyed hash of the number, row numbers and counts.
    Place(model="telephony.AuditEntry", nobody=("username", "details")),
    # The company's own: its PBXs, numbers, phones and employees.
    Place(
        model="telephony.PbxCheck", nobody=("findings", "error"), how="Only internal numbers, and the PBX's own words."
    ),
    Place(
        model="telephony.Connection",
        nobody=(
            *("vendor", "name", "time_zone", "phone_region", "outside_prefix", "settings", "recording_hosts"),
            *("internal_networks", "sender_networks", "dial_countries", "hook_secret", "hook_secret_sha256"),
            *("former_secret_sha256", "former_secrets", "echo_number", "echo_phone"),
            *("soap_user", "soap_password_hash"),
        ),
    ),
    Place(model="telephony.Extension", nobody=("number", "key", "key_hash")),
    Place(model="telephony.Line", nobody=("number", "match", "label")),
    Place(model="telephony.Disposition", nobody=("label",)),
    Place(model="telephony.Team", nobody=("name",)),
    Place(model="telephony.SeenPeople", nobody=("key", "people")),
    Place(model="telephony.CallRule", nobody=("contact_source", "tag", "task_title", "origin")),
    Place(model="telephony.RuleMessage", nobody=("lease",)),
    Place(model="telephony.Calendar", nobody=("name",)),
    Place(model="telephony.ReportSubscription", nobody=("time_zone", "language", "origin")),
    # Mails are not kept. The answer is the mail server's, about an employee's address.
    Place(model="telephony.ReportMail", nobody=("answer", "lease")),
    Place(model="telephony.Schedule", nobody=("name", "time_zone", *WEEKDAYS)),
    Place(model="telephony.SpecialDay", nobody=("times", "name")),
    Place(model="telephony.Subscription", nobody=("name", "url", "secret", "topics", "internal_networks")),
    Place(model="auth.User", nobody=("password", "username", "first_name", "last_name", "email")),
    Place(model="telephony.Listening", nobody=("username", "remote_address", "play")),
    Place(model="telephony.FailedLogin", nobody=("remote_address", "user")),
    Place(model="telephony.ApiUse", nobody=("who",)),
    Place(model="telephony.AskTurn", nobody=("lane",)),
    # Row numbers, counts and names of the program's own.
    Place(model="telephony.LiveEvent", nobody=("content",)),
    Place(model="telephony.DiscardedFile", nobody=("name",)),
    Place(model="telephony.StrayRequests", nobody=("vendor",)),
    # Without what PBXs and clients wrote (Finding.for_keeping).
    Place(model="telephony.Alarm", nobody=("code", "texts", "url")),
    Place(model="telephony.AlarmMail", nobody=("lease",)),
    # Nobody calls: the number is nobody's.
    Place(model="telephony.CanaryRun", nobody=("said", "order_id", "call_id")),
    Place(model="telephony.SeenProcess", nobody=("name", "queues", "code")),
    Place(model="auth.Permission", nobody=("name", "codename")),
    Place(model="auth.Group", nobody=("name",)),
    Place(model="contenttypes.ContentType", nobody=("app_label", "model")),
    # Who is signed in.
    Place(model="sessions.Session", nobody=("session_key", "session_data")),
]
PLACES = [*CALLS, *OTHERS]
