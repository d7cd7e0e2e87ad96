"""What a place is in which a person may stand, and the register of all of them: each app adds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

Names = Callable[[object], bool]
"""Whether a value, of whatever type, names the number."""
Forget = Callable[["QuerySet[Any]", Names], None]
"""Takes the person from these rows, each of which names the number in some column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One table, and of each of its columns that hold text whether a person may stand there."""

    model: str
    """Its label, like `telephony.Call`."""
    person: tuple[str, ...] = ()
    """Columns in which the person whose number is erased may stand: afterwards they don't."""
    nobody: tuple[str, ...] = ()
    """Columns that name no client."""
    how: str = ""
    """What erasing does there, where the person may stand."""
    forget: Forget | None = None
    """For rows that only the number in their text leads to: they are searched, one after another, and given to this."""

    def rows(self) -> QuerySet[Any]:
        model: type[Model] = apps.get_model(self.model)
        return model._default_manager.order_by("pk")


_places: dict[str, Place] = {}


def add_places(places: Iterable[Place]) -> None:
    """Say what an app holds. Twice is once."""
    for place in places:
        _places[place.model] = place


def all_places() -> list[Place]:
    return list(_places.values())


def searched_places() -> list[Place]:
    """Those whose rows are to be read, of apps that are installed."""
    return [place for place in _places.values() if place.forget and apps.is_installed(_app_of(place))]


def _app_of(place: Place) -> str:
    label = place.model.split(".")[0]
    return next((app.name for app in apps.get_app_configs() if app.label == label), "")


def delete_rows(rows: QuerySet[Any], names: Names) -> None:
    """For copies and conveniences: nobody misses them."""
    rows.delete()


def blank(*columns: str) -> Forget:
    """For texts beside what stays."""

    def forget(rows: QuerySet[Any], names: Names) -> None:
        rows.update(**dict.fromkeys(columns, ""))

    return forget
