"""For the project's ASGI application: event streams share a few threads, instead of keeping one each.

Django gives each request over ASGI a thread of its own for what is not asynchronous (sessions, middleware), which stays
until its response has ended: a browser's stream ends in the evening. Here all requests for streams take turns in
`LANES` threads; while it is open, a stream is a coroutine and nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import cycle
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.urls import reverse

LANES = 4

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
"""Called with scope, receive and send, as ASGI has it."""


class StreamLanes:
    """Wraps the application: `application = StreamLanes(get_asgi_application())`."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lanes = cycle([ThreadPoolExecutor(1, thread_name_prefix=f"streams-{lane}") for lane in range(LANES)])

    @cached_property
    def _path(self) -> str:
        return reverse("telephony:live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._application(scope, receive, send)
            return
        # The outermost context counts: Django's own, inside, makes no thread then.
        async with ThreadSensitiveContext(executor=next(self._lanes)):
            await self._application(scope, receive, send)
