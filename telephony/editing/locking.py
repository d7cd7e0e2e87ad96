"""The row that a form is about stands still while the form is compared with it and saved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpRequest


def lock(model: type[Model], pk: Any) -> None:
    """Let nobody else change the row until the transaction ends; rows may still point at it. Read it only then."""
    if connection.in_atomic_block:
        rows = model._base_manager.order_by()  # The order of some models asks other tables, which are not to be locked.
        list(rows.select_for_update(no_key=True).filter(pk=pk).values_list("pk"))


@contextmanager
def row_of_form(request: HttpRequest, model: type[Model], pk: Any) -> Iterator[None]:
    """Around a view's reading, checking and saving of the row; a page that is only looked at locks nothing."""
    if request.method != "POST":
        yield
        return
    with transaction.atomic():
        lock(model, pk)
        yield
