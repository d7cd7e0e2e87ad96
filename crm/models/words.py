"""Looking for the beginnings of words: an index on PostgreSQL (without extensions), a scan elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[str | int, ...]]
"""SQL and its parameters."""


class Words(Func):
    """A `search_text` as its words. PostgreSQL is not left to find these itself: it reads 12.5 and a@b.ru as one."""

    arity = 1
    template = "%(expressions)s"
    output_field = models.TextField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Compiled:
        template = "array_to_tsvector(array_remove(string_to_array(%(expressions)s, ' '), ''))"
        return self.as_sql(compiler, connection, template=template, **context)


class HasWords(Func):
    """Whether a `search_text` has, of each list, one word that begins like that. `crm.words.typed` makes the lists."""

    arity = 1
    conditional = True
    output_field = models.BooleanField()

    def __init__(self, column: str, words: Sequence[Sequence[str]], **extra: Any) -> None:
        super().__init__(Words(column), **extra)
        self._words = words

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
        one = f"' ' || {column} LIKE %s ESCAPE '\\'"
        groups = ["(" + " OR ".join([one] * len(group)) + ")" for group in self._words]
        values: list[str | int] = []
        for word in (word for group in self._words for word in group):
            values += [*parameters, f"% {_escaped(word)}%"]
        return f"({' AND '.join(groups)})", tuple(values)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Compiled:
        column, parameters = compiler.compile(self.source_expressions[0])
        query = " & ".join("(" + " | ".join(map(_lexeme, group)) + ")" for group in self._words)
        # What the index finds is right. Where PostgreSQL expects many and reads rows by their names instead, making
        # words of every text is what takes the time: looking into the text rules nearly all of the others out.
        text, of_text = compiler.compile(self.source_expressions[0].get_source_expressions()[0])
        one = f"strpos(' ' || {text}, %s) > 0"
        groups = " AND ".join("(" + " OR ".join([one] * len(group)) + ")" for group in self._words)
        values: list[str | int] = []
        for word in (word for group in self._words for word in group):
            values += [*of_text, f" {word}"]
        return f"({groups} AND {column} @@ %s::tsquery)", (*values, *parameters, query)


class WordsIndex(models.Index):
    """An index over `Words`: GIN on PostgreSQL; elsewhere a plain one, which is shorter to scan than the table."""

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Statement:
        if schema_editor.connection.vendor == "postgresql":
            using = " USING gin"
        return super().create_sql(model, schema_editor, using=using, **kwargs)


def _escaped(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, "\\" + sign)
    return word


def _lexeme(word: str) -> str:
    quoted = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"
