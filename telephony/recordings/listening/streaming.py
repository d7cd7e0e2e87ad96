"""A file, or a part of it, as an answer: with flat memory under WSGI and ASGI, or handed to nginx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.core.files.storage import FileSystemStorage, Storage
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from telephony import conf
from telephony.recordings.listening.ranges import ByteRange, UnsatisfiableRange, byte_range

PIECE = 128 * 1024
"""Bytes that are in memory at a time, for each listener."""


class SoundResponse(StreamingHttpResponse):
    """Says that it is encoded already: compressing a part of a file would make Content-Range a lie."""

    def has_header(self, header: str) -> bool:
        return header.lower() == "content-encoding" or super().has_header(header)


def whole_or_part(
    request: HttpRequest, storage: Storage, name: str, *, content_type: str, etag: str, longest: int = 0
) -> Any:
    """The file (200), what Range asks for (206), or that there is no such part (416).

    Of HEAD only the headers. With `longest` no more bytes than that are sent to who asks for everything from a place
    on, which RFC 9110 (15.3.7) leaves to the server: Content-Range tells, and players ask for the rest in time.
    Raises what the storage raises.
    """
    size = storage.size(name)
    try:
        part = _asked_part(request, size=size, etag=etag)
    except UnsatisfiableRange:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Content-Type": "text/plain"})
    if part and part.is_open and 0 < longest < part.length:
        part = ByteRange(first=part.first, last=part.first + longest - 1)
    sent = part or ByteRange(first=0, last=size - 1)
    if request.method == "HEAD":
        response: Any = HttpResponse(content_type=content_type)
    else:
        file = _opened(storage, name, sent)
        pieces = _later_pieces if isinstance(request, ASGIRequest) else _pieces
        response = SoundResponse(pieces(file, sent.length), content_type=content_type, status=206 if part else 200)
        response._resource_closers.append(file.close)
    response["Content-Length"] = str(sent.length)
    if part:
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return response


def handed_to_nginx(storage: Storage, name: str, *, content_type: str) -> HttpResponse | None:
    """The answer that makes nginx send the file, where the settings say that it can."""
    prefix = conf.x_accel_prefix()
    if not prefix or not isinstance(storage, FileSystemStorage):
        return None
    # Range and ETag are nginx's own matter then.
    return HttpResponse(content_type=content_type, headers={"X-Accel-Redirect": prefix + quote(name)})


def drop(response: Any) -> None:
    """It is not sent after all: close its file."""
    for closer in response._resource_closers:
        closer()


def release_connections() -> None:
    """Give the database connections back now: a listener stays for an hour, and there are ten connections."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _asked_part(request: HttpRequest, *, size: int, etag: str) -> ByteRange | None:
    asked = request.headers.get("Range", "")
    # Only for GET (RFC 9110, 14.2); and If-Range with anything but this very file asks for the whole.
    if request.method != "GET" or not asked or request.headers.get("If-Range", etag).strip() != etag:
        return None
    return byte_range(asked, size)


def _opened(storage: Storage, name: str, part: ByteRange) -> Any:
    """The file, to be read from the beginning of the part on."""
    file = storage.open(name)
    if (stored := getattr(file, "obj", None)) is not None:
        # django-storages would bring the whole file from S3 for any byte of it.
        return stored.get(Range=f"bytes={part.first}-{part.last}")["Body"]
    file.seek(part.first)
    return file


def _pieces(file: Any, left: int) -> Iterator[bytes]:
    while left and (piece := file.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


async def _later_pieces(file: Any, left: int) -> AsyncIterator[bytes]:
    """The same under ASGI, where Django would read a plain iterator to its end before it sends the first byte."""
    pieces = _pieces(file, left)
    read = sync_to_async(lambda: next(pieces, b""), thread_sensitive=False)
    while piece := await read():
        yield piece
