"""Ordering, fetching and reading of exports, as their owner does it."""

from __future__ import annotations

import io
import re
from typing import Any

from django.test import Client
from openpyxl import load_workbook

from telephony.models import Export

PAGE = "/telephony/exports/"


def order(client: Client, query: str = "", kind: str = "calls") -> Export:
    answer = client.post(PAGE, {"kind": kind, "query": query})
    assert answer.status_code == 302
    return Export.objects.latest("pk")


def fetched(client: Client, export: Export) -> list[list[Any]]:
    answer = client.get(f"{PAGE}{export.pk}.xlsx")
    assert answer.status_code == 200, answer
    book = load_workbook(io.BytesIO(b"".join(answer)))  # type: ignore[arg-type]
    return [[cell.value for cell in row] for row in book.active.iter_rows()]  # type: ignore[union-attr]


def told(client: Client) -> str:
    """The page's text."""
    answer = client.get(PAGE)
    assert answer.status_code == 200
    html = answer.content.decode()
    part = html[html.index('id="exports"') : html.index("</section>", html.index('id="exports"'))]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", part.partition(">")[2]))
