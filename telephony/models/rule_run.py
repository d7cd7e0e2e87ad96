"""What rules did after calls."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call
from telephony.models.call_rule import CallEnding, CallRule
from telephony.models.mail_row import MailRow


class RuleRun(models.Model):
    """One rule after one call: to be done, or what became of it. A rule never acts twice after the same call; what it
    did stands here when it is deleted."""

    class State(models.TextChoices):
        WAITING = "waiting", _("not done yet")
        DONE = "done", _("done")
        OTHERWISE = "otherwise", _("nothing: the call turned out otherwise")
        FAILED = "failed", _("failed")

    rule = models.ForeignKey(CallRule, models.SET_NULL, null=True, related_name="runs", verbose_name=_("rule"))
    call = models.ForeignKey(Call, models.CASCADE, related_name="rule_runs", verbose_name=_("call"))
    ending = models.CharField(
        _("because"), max_length=12, choices=CallEnding, help_text=_("How the call had ended as it was known then.")
    )
    created_at = models.DateTimeField(_("found"), help_text=_("When the call was over and fitted the rule."))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(null=True, help_text=_("When a worker takes it."))
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("what a rule did")
        verbose_name_plural = _("what rules did")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "rule"], name="rule_once_after_a_call")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="waiting"), name="rule_run_due"),
        ]

    def __str__(self) -> str:
        return f"{self.rule or _('a rule that was deleted since')}: {self.get_state_display()}"


class RuleEffect(models.Model):
    """One thing that a rule did after a call, or why it did not. What was made is named by its key alone."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("contact")
        TAG = "tag", _("tag")
        TASK = "task", _("task")
        SYSTEMS = "systems", _("other systems")

    class Result(models.TextChoices):
        MADE = "made", _("made")
        THERE = "there", _("was there already")
        NOBODY = "nobody", _("nothing: nobody is known by this number")
        NO_NUMBER = "no_number", _("nothing: the number can't be read")
        TOLD = "told", _("told")
        UNASKED = "unasked", _("nothing: no outgoing webhook asks for this")
        IMPOSSIBLE = "impossible", _("nothing: nothing here can do that")

    run = models.ForeignKey(RuleRun, models.CASCADE, related_name="effects")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    made = models.BigIntegerField(null=True, help_text=_("The key of what was made, or was there."))

    class Meta:
        verbose_name = _("effect of a rule")
        verbose_name_plural = _("effects of rules")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "kind"], name="rule_effect_once")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_result_display()}"


class RuleMessage(MailRow):
    """One person who is told of a call by a rule: on the page “For you”, and by e-mail."""

    class Mail(models.TextChoices):
        NONE = "none", _("no e-mail")
        WAITING = "waiting", _("e-mail waits")
        SENT = "sent", _("e-mail sent")
        FAILED = "failed", _("e-mail failed")
        UNCLEAR = "unclear", _("e-mail perhaps sent")

    run = models.ForeignKey(RuleRun, models.CASCADE, related_name="messages")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rule_messages")
    at = models.DateTimeField(_("told"))
    seen_at = models.DateTimeField(_("seen"), null=True)
    mail = models.CharField(_("e-mail"), max_length=10, choices=Mail, default=Mail.NONE)

    class Meta:
        verbose_name = _("message of a rule")
        verbose_name_plural = _("messages of rules")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["run", "user"], name="rule_message_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="rule_message_of"),
            models.Index(fields=["next_try_at"], condition=models.Q(mail="waiting"), name="rule_mail_due"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.run}"
