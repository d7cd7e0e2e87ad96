"""What would become of the rows; nothing is saved but the report itself.

{"good": 98, "mistakes": [{"kind", "field", "count", "rows": [...], "values": [...]}], "warnings": [the same],
"questions": [{"row", "name", "shared", "other", "contact", "other_row", "proposed", "answer"}], "question_count": 3,
"people": [["Кто-то", 12]], "sample": [{"row", "name", "phones", ...}], "examples": some cells of
each column, "top": the file's first lines}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from crm.imports.drafts import Draft, Reader, RowMistake
from crm.imports.matching import Known, Match, Person
from crm.imports.people import Lookup, key_of
from crm.imports.problems import Problem
from crm.imports.telephones import is_nothing
from crm.models import ContactImport
from crm.texts import one_line
from telephony.ui.presentation import person

MOST_SHOWN, MOST_EXAMPLES, MOST_QUESTIONS, MOST_PEOPLE, MOST_SAMPLES = 30, 3, 100, 100, 5
_AT_ONCE = 2000

Row = tuple[int, str, Draft]
"""Its number, the answer to its question, and what it says."""


class _Groups:
    """Alike problems: how many, in which rows, with which values."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], dict[str, Any]] = {}

    def add(self, number: int, problem: Problem) -> None:
        empty = {"kind": problem.kind, "field": problem.field, "count": 0, "last": 0, "rows": [], "values": []}
        group = self._groups.setdefault((problem.kind, problem.field), empty)
        if group["last"] != number:  # In a row there may be several of a kind.
            group["count"], group["last"] = group["count"] + 1, number
            if len(group["rows"]) < MOST_SHOWN:
                group["rows"].append(number)
        if problem.value and len(group["values"]) < MOST_EXAMPLES and problem.value not in group["values"]:
            group["values"].append(problem.value[:60])

    def told(self) -> list[dict[str, Any]]:
        return sorted(self._groups.values(), key=lambda group: -group["count"])


class _Report:
    def __init__(self, imported: ContactImport) -> None:
        self._imported = imported
        self._known, self._asks = Known(), imported.known != ContactImport.Known.ADD
        self._mistakes, self._warnings, self._people = _Groups(), _Groups(), Counter[str]()
        self._spelled: dict[str, str] = {}
        self._examples: list[list[str]] = [[] for _ in imported.columns]
        self._good = self._wrong = self._warned = self._asked = 0
        self._questions: list[dict[str, Any]] = []
        self._sample: list[dict[str, Any]] = []

    def make(self) -> dict[str, Any]:
        lookup = Lookup(self._imported.people)
        reader = Reader(self._imported.columns, self._imported.fields, lookup)
        for rows in _batches(self._drafts(reader)):
            if self._asks:
                self._known.prime(draft for _, _, draft in rows)
            for row in rows:
                self._take(*row)
        return {
            "good": self._good,
            "wrong": self._wrong,
            "warned": self._warned,
            "mistakes": self._mistakes.told(),
            "warnings": self._warnings.told(),
            "question_count": self._asked,
            "questions": self._questions,
            "people": [row for row in self._people.most_common() if not lookup.is_user(row[0])][:MOST_PEOPLE],
            "sample": self._sample,
            "examples": self._examples,
        }

    def _drafts(self, reader: Reader) -> Iterator[Row]:
        rows = self._imported.rows.order_by("number").values_list("number", "values", "noted", "answer")
        fields = self._imported.fields
        person_at = fields.index("responsible") if "responsible" in fields else None
        for number, values, noted, answer in rows.iterator(chunk_size=1000):
            self._collect(values)
            if person_at is not None and values[person_at] and not is_nothing(values[person_at]):
                written = one_line(values[person_at])
                self._people[self._spelled.setdefault(key_of(written), written)] += 1
            try:
                draft = reader.draft(values, noted)
            except RowMistake as mistake:
                self._wrong += 1
                for problem in mistake.problems:
                    (self._mistakes if problem.is_mistake else self._warnings).add(number, problem)
            else:
                yield number, answer, draft

    def _collect(self, values: Sequence[str]) -> None:
        for examples, value in zip(self._examples, values, strict=False):
            if value and len(examples) < MOST_EXAMPLES and value[:60] not in examples:
                examples.append(value[:60])

    def _take(self, number: int, answer: str, draft: Draft) -> None:
        self._good += 1
        self._warned += bool(draft.warnings)
        for problem in draft.warnings:
            self._warnings.add(number, problem)
        if len(self._sample) < MOST_SAMPLES:
            self._sample.append(_shown(number, draft))
        if not self._asks:
            return
        match = self._known.match(draft)
        if match.is_question:
            self._ask(number, answer, draft, match)
        chosen = answer or self._imported.answer or match.proposed
        if match.person is None or (match.is_question and chosen == ContactImport.Answer.OTHER):
            self._known.add(draft, Person(draft.name, row=number))
        elif not match.is_question or chosen == ContactImport.Answer.SAME:
            self._known.add(draft, match.person)

    def _ask(self, number: int, answer: str, draft: Draft, match: Match) -> None:
        self._asked += 1
        if len(self._questions) >= MOST_QUESTIONS or match.person is None:
            return
        question = {"row": number, "name": draft.name, "shared": match.shared, "other": match.person.name}
        question |= {"contact": match.person.pk, "other_row": match.person.row, "proposed": match.proposed}
        self._questions.append({**question, "answer": answer or self._imported.answer or match.proposed})


def refresh(*, imported: ContactImport) -> None:
    """Look at every row once more and keep what would become of it."""
    imported.report = {"top": imported.report.get("top", []), **_Report(imported).make()}
    imported.save(update_fields=["report"])


def _shown(number: int, draft: Draft) -> dict[str, Any]:
    texts = {
        name: getattr(draft, name) for name in ("name", "phones", "company", "position", "email", "source", "note")
    }
    tags = ", ".join(tag.name for tag in draft.tags)
    return {"row": number, **texts, "responsible": person(draft.responsible), "tags": tags}


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield batch
