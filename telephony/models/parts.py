"""Parts of numbers: an index of every four characters in a row on PostgreSQL (without extensions), a scan elsewhere."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[Any, ...]]
"""SQL and its parameters."""

LENGTH = 4
"""Shorter parts are in too many numbers for an index to be of use."""
COVERED = 10
"""Characters of a number that the index reads; the few that are longer are in an index of their own."""
PARTS = "ARRAY[" + ", ".join(f"substr({{0}}, {place}, {LENGTH})" for place in range(1, COVERED - LENGTH + 2)) + "]"
"""SQL for the parts of a column. The index and the condition must spell it alike (migration 0017)."""


class HasPart(Func):
    """Whether a column has these characters, `LENGTH` of them or more, in a row.

    On PostgreSQL only among the first `COVERED`: longer ones have to be asked for beside it.
    """

    arity = 1
    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: str, part: str, **extra: Any) -> None:
        super().__init__(column, **extra)
        self._part = part

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> Compiled:
        column, parameters = compiler.compile(self.source_expressions[0])
        return f"({column} LIKE %s ESCAPE '\\')", (*parameters, f"%{_escaped(self._part)}%")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Compiled:
        column, parameters = compiler.compile(self.source_expressions[0])
        has_it, values = self.as_sql(compiler, connection)
        parts = sorted({self._part[place : place + LENGTH] for place in range(len(self._part) - LENGTH + 1)})
        repeated = parameters * (COVERED - LENGTH + 1)
        return f"({PARTS.format(column)} @> %s::text[] AND {has_it})", (*repeated, parts, *values)


def _escaped(part: str) -> str:
    for sign in ("\\", "%", "_"):
        part = part.replace(sign, "\\" + sign)
    return part
