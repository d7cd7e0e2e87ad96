"""What PBXs are answered, as Django's responses."""

from __future__ import annotations

from django.http import HttpResponse

from telephony.domain.hooks import Reply


def answer(reply: Reply) -> HttpResponse:
    # An answer may repeat what was sent, and the project may have no middleware that says so.
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(reply.body, content_type=reply.content_type, status=reply.status, headers=headers)


def too_many(wait: int) -> HttpResponse:
    told = plain(429, "This connection's quota is used up; please send the message again later.")
    told.headers["Retry-After"] = str(wait)
    return told


def plain(status: int, text: str) -> HttpResponse:
    return answer(Reply.text(text, status=status))
