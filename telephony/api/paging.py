"""Pages by cursor: they cost the same at the millionth row, and a new call shifts nothing."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class ByCursor(CursorPagination):
    """Newest first; `?page_size=` up to 200; `next` and `previous` are addresses to follow."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    ordering: tuple[str, ...] = ("-id",)


class CallsByCursor(ByCursor):
    ordering = ("-started_at", "-id")
