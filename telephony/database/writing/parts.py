"""What can be written of one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Inserted:
    """New rows, or those with the same `unique` fields changed."""

    model: type[Model]
    rows: Sequence[Model]
    unique: tuple[str, ...]
    columns: tuple[str, ...]
    has_key: bool = False
    """The key is the row's own already."""


@dataclass(frozen=True, slots=True)
class Updated:
    """Rows that are there, changed."""

    model: type[Model]
    where: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deleted:
    """Rows that are to go."""

    model: type[Model]
    where: Mapping[str, Any]


Part = Inserted | Updated | Deleted
