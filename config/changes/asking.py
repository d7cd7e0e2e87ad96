"""Who changes something: whoever sent the request that is being answered, else a command or the worker."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from auditlog.models import LogEntry
from celery import current_task
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from config.signin.throttle import client_address
from telephony.ui.presentation import person

_answered: ContextVar[HttpRequest | None] = ContextVar("answered", default=None)
WHO = "who"
"""In `additional_data`: the person's name, which stays when the account goes; without a person the command or task."""


class RememberRequest:
    """Only remembers it: the user is looked up if something is changed. An API's user is known later than here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _answered.set(request)
        try:
            return self._get_response(request)
        finally:
            _answered.reset(token)


@receiver(pre_save, sender=LogEntry, dispatch_uid="config: who changes it")
def tell_who(instance: LogEntry, **_: Any) -> None:
    """django-auditlog's own middleware takes the address from any X-Forwarded-For, and the user of each request."""
    request = _answered.get()
    if request is None:
        instance.additional_data = {WHO: _program()}
        return
    instance.remote_addr = client_address(request)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        instance.actor_id = user.pk
        instance.additional_data = {WHO: f"{person(user)} ({user.get_username()})"}


def _program() -> str:
    """`manage.py connection`, or the name of the worker's task; empty for any other program."""
    if current_task:
        return str(current_task.name)
    program = Path(sys.argv[0]).name
    return " ".join([program, *sys.argv[1:2]]) if program == "manage.py" else ""
