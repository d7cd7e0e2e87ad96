"""Passwords are hashed by one thread of low priority in each process: whoever tries many takes no time from pages.

A hash is slow on purpose (0.4 s of a core). A few wrong logins a second would else keep all cores busy, and all threads
waiting; the throttle counts them, but only after each was hashed.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from config import error_pages

AT_ONCE = 2
"""Of a process: one that is hashed and one that waits. The other threads go on with pages."""
NICE = 10
RETRY_AFTER_SECONDS = 5


class TooManyLogins(Exception):
    """So many passwords are waiting to be hashed that this one was not looked at."""


class PatientHasher(PBKDF2PasswordHasher):
    """Django's, with the same hashes. Raises `TooManyLogins` in place of waiting in a long row."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        places, thread = _row(os.getpid())
        if not places.acquire(blocking=False):
            raise TooManyLogins
        try:
            return thread.submit(super().encode, password, salt, iterations).result()
        finally:
            places.release()


@cache
def _row(process: int) -> tuple[BoundedSemaphore, ThreadPoolExecutor]:
    """By process: a thread does not outlive a fork."""
    return BoundedSemaphore(AT_ONCE), ThreadPoolExecutor(1, "passwords", initializer=_step_back)


def _step_back() -> None:
    """Linux gives threads priorities of their own; elsewhere the thread has that of its process."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


class TellTooManyLogins(MiddlewareMixin):
    """A page in words for any form whose password was not looked at. The log-in page says it itself."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, TooManyLogins):
            return None
        response = error_pages.too_many_logins(request)
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
