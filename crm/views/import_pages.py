"""What the pages of an import show."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.imports import undoing
from crm.imports.fields import FIELDS
from crm.imports.layout import NO_HEAD
from crm.imports.people import key_of
from crm.imports.problems import heading
from crm.imports.reading.delimited import DELIMITERS
from crm.imports.reading.encodings import ENCODINGS
from crm.imports.report import refresh
from crm.imports.running import progress
from crm.models import ContactImport, ContactImportFile, ContactImportRow
from telephony.ui.presentation import person

SHOWN_ROWS = 12
_GROUPED = 5000
_COUNTED = 5000
"""For more rows it would take too long to say beforehand how many have changed since."""
_ENDED = (ContactImport.State.DONE, ContactImport.State.CANCELLED)


def looked_at(imported: ContactImport) -> dict[str, Any]:
    """An import that has not been started."""
    if "good" not in imported.report:
        refresh(imported=imported)  # A person's data were erased meanwhile, from the report, too.
    report = imported.report
    return {
        "fields": FIELDS,
        "columns": _columns(imported),
        "has_empty": not all(report["examples"]),
        "report": report,
        "sample": _sample(report["sample"]),
        "mistakes": _headed(report["mistakes"]),
        "warnings": _headed(report["warnings"]),
        "people": _people(imported),
        "users": _users(),
        "reading": _reading(imported),
    }


def under_way(imported: ContactImport) -> dict[str, Any]:
    """An import that runs, has ended or is taken back."""
    counts = progress(imported)
    done = counts["total"] - counts["waiting"]
    ended = imported.state in _ENDED
    if imported.state == ContactImport.State.UNDOING:
        done = counts["total"] - undoing.left(imported).count()
    can_undo = undoing.left(imported).count() if ended else 0
    rows = imported.rows.order_by("number").select_related("contact").defer("values", "made")
    is_undone = imported.state == ContactImport.State.UNDONE
    return {
        "counts": counts,
        "done": done,
        "percent": done * 100 // max(counts["total"], 1),
        "failed": _grouped(rows.filter(state=ContactImportRow.State.FAILED), "error"),
        "warned": [] if is_undone else _grouped(rows.exclude(warnings=""), "warnings"),
        "kept": _grouped(rows.filter(state__in=["added", "filled"]).exclude(error=""), "error"),
        "can_undo": can_undo,
        "changed": undoing.count_changed(imported) if 0 < can_undo <= _COUNTED else 0,
    }


def _grouped(rows: QuerySet[ContactImportRow], field: str) -> list[dict[str, Any]]:
    """Rows by what is told of them, each reason with how many there are and the first of them."""
    groups: dict[str, dict[str, Any]] = {}
    for row in rows[:_GROUPED]:
        for line in dict.fromkeys(getattr(row, field).split("\n")):
            reason, _quote, value = line.partition(" “")
            group = groups.setdefault(reason, {"reason": reason, "count": 0, "rows": []})
            if not group["rows"] or group["rows"][-1]["number"] != row.number:
                group["count"] += 1
                group["rows"].append({"number": row.number, "contact": row.contact, "values": []})
            if value:
                group["rows"][-1]["values"].append(value.rstrip("”"))
    for group in groups.values():
        group["rows"] = group["rows"][:SHOWN_ROWS]
    return sorted(groups.values(), key=lambda group: -group["count"])


def questions(imported: ContactImport) -> set[tuple[int, str]]:
    """The questions on the page: which row is compared with whom."""
    return {(question["row"], question["other"]) for question in imported.report.get("questions", [])}


def _columns(imported: ContactImport) -> list[dict[str, Any]]:
    """Each column with some of its cells."""
    columns = zip(imported.columns, imported.fields, imported.report["examples"], strict=True)
    return [{"head": head, "field": field, "examples": examples} for head, field, examples in columns]


def _sample(drafts: list[dict[str, Any]]) -> dict[str, Any]:
    """The first contacts, with the columns of which they have something."""
    names = ("email", "company", "position", "responsible", "tags", "source", "note")
    shown = [name for name in names if any(draft[name] for draft in drafts)]
    rows = [{**draft, "cells": [(name, draft[name]) for name in shown]} for draft in drafts]
    return {"heads": [FIELDS[name] for name in shown], "rows": rows}


def _headed(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**group, "text": heading(group["kind"], group["field"])} for group in groups]


def _people(imported: ContactImport) -> list[dict[str, Any]]:
    """Names that no user has, each with what was said of it: a user's id, 0 for nobody, None for nothing."""
    return [
        {"name": name, "count": count, "chosen": imported.people.get(key_of(name))}
        for name, count in imported.report["people"]
    ]


def _users() -> list[tuple[int, str]]:
    users = get_user_model()._default_manager.filter(is_active=True)
    return [(user.pk, person(user)) for user in users.order_by("last_name", "first_name", "username")]


def _reading(imported: ContactImport) -> dict[str, Any] | None:
    """How the file was read, and what else can be chosen; None if the file is no longer kept."""
    said = imported.reading
    if not said or not imported.report.get("top") or not ContactImportFile.objects.filter(imported=imported).exists():
        return None
    marks = {"\t": _("tab"), ";": _("semicolon ;"), ",": _("comma ,"), "|": _("bar |")}
    delimiters = [(sign, marks[sign]) for sign in DELIMITERS] if said["kind"] == "csv" else []
    if delimiters and said["delimiter"] not in marks:
        delimiters.append((said["delimiter"], said["delimiter"]))
    encodings = list(ENCODINGS) if said["encoding"] else []
    if encodings and said["encoding"] not in encodings:
        encodings.append(said["encoding"])
    can_choose_head = said["kind"] != "vcf"
    return {
        **said,
        "delimiters": delimiters,
        "encodings": encodings,
        "can_choose_head": can_choose_head,
        "no_head": NO_HEAD,
    }
