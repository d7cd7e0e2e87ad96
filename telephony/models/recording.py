"""Recordings of calls: where each is to be had, how far fetching it has come, and what was stored."""

from __future__ import annotations

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from telephony import conf
from telephony.http import Failure, failure_text
from telephony.models.call import Call
from telephony.models.encrypted import EncryptedLinkField


def recordings_storage() -> Storage:
    """Where recordings lie: STORAGES["recordings"]."""
    return storages[conf.RECORDINGS_STORAGE]


class Recording(models.Model):
    """One recording of a call. The row is the memory of fetching it; Celery only carries the work."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        WAITING = "waiting", _("waiting")
        FETCHING = "fetching", _("being fetched")
        STORED = "stored", _("stored")
        LINKED = "linked", _("at the PBX only")
        LOST = "lost", _("lost")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("expired")

    class Reason(models.TextChoices):
        """Why a recording is where it is, in a sentence. A Failure of the way to it is named as it is there."""

        NOT_FOUND = "not_found", _("The PBX says that there is no such file.")
        GONE = "gone", _("The PBX says that the file is gone for good.")
        NOT_READY = "not_ready", _("The PBX says that the recording is not ready yet.")
        NO_RECORDING = "no_recording", _("The PBX says that there is no recording of this call.")
        DENIED = "denied", _("The PBX does not let us have the file.")
        UNCHANGED = "unchanged", _("The PBX sent no file, only that nothing changed.")
        BUSY = "busy", _("The PBX asks to come back later.")
        PBX_ERROR = "pbx_error", _("The PBX answered with an error.")
        ODD_ANSWER = "odd_answer", _("The PBX gave an answer that makes no sense for a file.")
        PAGE = "page", _("A web page came instead of a recording.")
        MESSAGE = "message", _("The PBX answered with a message instead of a recording.")
        EMPTY = "empty", _("An empty file came.")
        TINY = "tiny", _("Too little came to be a recording.")
        NOT_AUDIO = "not_audio", _("What came is no recording.")
        NO_SOUND = "no_sound", _("There is no sound in the file.")
        BAD_ADDRESS = Failure.BAD_ADDRESS.value, failure_text(Failure.BAD_ADDRESS)
        SCHEME = Failure.SCHEME.value, failure_text(Failure.SCHEME)
        FORBIDDEN_ADDRESS = Failure.FORBIDDEN_ADDRESS.value, failure_text(Failure.FORBIDDEN_ADDRESS)
        FORBIDDEN_HOST = Failure.FORBIDDEN_HOST.value, failure_text(Failure.FORBIDDEN_HOST)
        SECRET_ELSEWHERE = Failure.SECRET_ELSEWHERE.value, failure_text(Failure.SECRET_ELSEWHERE)
        REDIRECTS = Failure.REDIRECTS.value, failure_text(Failure.REDIRECTS)
        TOO_LARGE = Failure.TOO_LARGE.value, failure_text(Failure.TOO_LARGE)
        DNS = Failure.DNS.value, failure_text(Failure.DNS)
        CONNECT = Failure.CONNECT.value, failure_text(Failure.CONNECT)
        TLS = Failure.TLS.value, failure_text(Failure.TLS)
        TIMEOUT = Failure.TIMEOUT.value, failure_text(Failure.TIMEOUT)
        SLOW = Failure.SLOW.value, failure_text(Failure.SLOW)
        CUT = Failure.CUT.value, failure_text(Failure.CUT)
        PROTOCOL = Failure.PROTOCOL.value, failure_text(Failure.PROTOCOL)
        NOT_SET_UP = "not_set_up", _("The connection's settings lack what the PBX wants to know.")
        STORAGE = "storage", _("It could not be stored here.")
        INTERNAL = "internal", _("An error of this application.")
        TIME_OVER = "time_over", _("It was kept for as long as the connection's settings say, then deleted.")
        DELETED = "deleted", _("Somebody deleted it.")
        WORKER_ENDED = "worker_ended", _("The worker that fetched it was ended each time.")
        NOT_PREPARED = "not_prepared", _("It could not be made ready for browsers.")

    call = models.ForeignKey(
        Call,
        models.CASCADE,
        db_index=False,  # The first column of recording_once.
        related_name="recordings",
        verbose_name=_("call"),
        help_text=_("Which call."),
    )
    source_sha256 = models.CharField(
        max_length=64, editable=False, help_text=_("Tells two recordings of a call apart.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Order in which the PBX made them, from 0.")
    )
    link = EncryptedLinkField(
        _("link"), blank=True, help_text=_("Where the PBX says the file is; stored encrypted, because it may open it.")
    )
    reference = models.CharField(
        _("reference"), max_length=200, blank=True, help_text=_("What to ask the PBX by, where it gives no link.")
    )
    created_at = models.DateTimeField(_("noted"), auto_now_add=True, help_text=_("When we were told of it."))

    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.EXPECTED, help_text=_("How far fetching it has come.")
    )
    reason = models.CharField(
        max_length=40, blank=True, editable=False, help_text=_("Code of why it is waiting, lost, refused or expired.")
    )
    detail = models.TextField(
        max_length=500, blank=True, editable=False, help_text=_("What the other side said, without secrets.")
    )
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("How many times it was begun to be fetched.")
    )
    next_try_at = models.DateTimeField(
        _("next try"),
        null=True,
        blank=True,
        help_text=_("When a worker takes it; while it is being fetched, when another may take it over."),
    )
    lease = models.CharField(
        max_length=32, blank=True, editable=False, help_text=_("Whose turn it is: only this holder may store it.")
    )

    file = models.FileField(
        _("file"), max_length=200, blank=True, storage=recordings_storage, help_text=_("The original, as fetched.")
    )
    playable = models.FileField(
        _("playable file"),
        max_length=200,
        blank=True,
        storage=recordings_storage,
        help_text=_("What browsers are given, where they can't play the original."),
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, help_text=_("Of the original."))
    size = models.PositiveBigIntegerField(_("size, bytes"), null=True, blank=True, help_text=_("Of the original."))
    content_type = models.CharField(
        _("type"), max_length=50, blank=True, help_text=_("Of the original, judged by its content.")
    )
    seconds = models.FloatField(_("length, s"), null=True, blank=True, help_text=_("Length of the sound."))
    peaks = models.JSONField(
        default=list, blank=True, editable=False, help_text=_("Loudness from 0 to 100, evenly spaced.")
    )
    stored_at = models.DateTimeField(_("stored"), null=True, blank=True, help_text=_("When it was fetched."))
    held = models.BooleanField(_("keep"), default=False, help_text=_("Never deleted when its time is over."))
    is_told = models.BooleanField(
        _("told of"), default=True, help_text=_("Off when, after a replay, no message tells of it any more.")
    )

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["call", "position"]
        constraints = [models.UniqueConstraint(fields=["call", "source_sha256"], name="recording_once")]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=models.Q(state__in=["expected", "waiting", "fetching"]),
                name="recording_due",
            ),
            models.Index(fields=["state", "-id"], name="recording_by_state"),
            models.Index(fields=["stored_at"], condition=models.Q(state="stored"), name="recording_stored"),
            # Whether a file is in use is asked before each that is deleted.
            models.Index(fields=["file"], name="recording_by_file"),
            models.Index(fields=["playable"], name="recording_by_playable"),
        ]
        permissions = [
            ("listen_own", _("Can listen to recordings of own calls")),
            ("listen_team", _("Can listen to recordings of the own team's calls")),
            ("listen_all", _("Can listen to all recordings")),
            ("download_recording", _("Can download recordings that may be listened to")),
            ("hold_recording", _("Can keep recordings beyond their time")),
        ]

    def __str__(self) -> str:
        noted = timezone.localtime(self.created_at)
        return f"{formats.date_format(noted, 'SHORT_DATE_FORMAT')} {noted:%H:%M}"


class Listening(models.Model):
    """The journal: who listened to what. Written before the first byte is sent, and never changed."""

    class Kind(models.TextChoices):
        PLAYED = "played", _("played")
        DOWNLOADED = "downloaded", _("downloaded")

    recording = models.ForeignKey(
        Recording,
        models.SET_NULL,
        null=True,
        related_name="listenings",
        verbose_name=_("recording"),
        help_text=_("Empty when it was deleted since."),
    )
    call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        related_name="listenings",
        verbose_name=_("call"),
        help_text=_("Which call was listened to."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="listenings",
        verbose_name=_("user"),
        help_text=_("Who."),
    )
    username = models.CharField(_("user name"), max_length=150, help_text=_("Stays when the user is deleted."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, help_text=_("Played in the page, or downloaded."))
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True, help_text=_("Before the first byte."))
    remote_address = models.CharField(_("from"), max_length=64, blank=True, help_text=_("The browser's address."))
    play = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text=_("Made by the player when play is pressed: however many pieces it asks for, it is one row."),
    )

    class Meta:
        verbose_name = _("listening")
        verbose_name_plural = _("listening journal")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "recording", "play"], condition=~models.Q(play=""), name="listening_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"
