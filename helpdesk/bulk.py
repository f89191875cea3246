"""Insert many rows, or save a few columns of many, in one statement with an array per column.

Django's bulk_update writes a CASE for each row and field, and its bulk_create asks every field for every
value: for the thousands of rows that a scan writes in one transaction that took most of the time. Each array
goes as one text in PostgreSQL's own form, '{1,2,NULL}': the driver's ARRAY[...] is an expression for every
value, which the server took twice as long to parse as to insert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Field, ForeignKey, JSONField, Model
from psycopg2 import sql

_UPDATE = sql.SQL(
    "update {table} set {changes} from unnest({arrays}) as new ({columns}) where {table}.{key} = new.{key}"
)
_INSERT = sql.SQL("insert into {table} ({columns}) select * from unnest({arrays})")
# The name of the sequence is looked up once, not for every key.
_KEYS = sql.SQL(
    "with numbers as materialized (select pg_get_serial_sequence({table}, {key})::regclass as sequence)"
    " select nextval(sequence) from numbers, generate_series(1, %s)"
)
NOTHING: Mapping[str, Sequence[Any]] = MappingProxyType({})


class Json(str):
    """JSON that is text already, for a JSON column."""

    __slots__ = ()


def update(rows: Collection[Model], fields: Sequence[str]) -> None:
    """Write these fields of the rows."""
    if not rows or not fields:
        return
    meta = next(iter(rows))._meta
    columns: list[Field[Any, Any]] = [meta.pk, *(meta.get_field(name) for name in fields)]  # type: ignore[list-item]
    names = [sql.Identifier(column.column) for column in columns]
    statement = _UPDATE.format(
        table=sql.Identifier(meta.db_table),
        key=names[0],
        changes=sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(name) for name in names[1:]),
        arrays=_arrays(columns),
        columns=sql.SQL(", ").join(names),
    )
    _run(statement, columns, [[getattr(row, column.attname) for row in rows] for column in columns])


def insert(rows: Collection[Model], *, instead: Mapping[str, Sequence[Any]] = NOTHING) -> None:
    """Insert new rows with all their columns. Each gets its key before, in the order of the rows.

    `instead` has the values of columns, by name, that are to be written in place of the rows' own: what the
    caller has as `Json` already.

    For models with a numbered key and columns that are not arrays themselves; default values of the database
    are not asked for.
    """
    if not rows:
        return
    model = type(next(iter(rows)))
    for row, key in zip(rows, _new_keys(model._meta, len(rows)), strict=True):
        row.pk = key
    columns = list(model._meta.concrete_fields)
    values = [
        instead.get(column.attname) or [getattr(row, column.attname) for row in rows] for column in columns
    ]
    _insert(model, columns, values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def insert_values(model: type[Model], fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows that nobody needs as objects, each with the values of these fields, related rows by key."""
    if rows:
        columns: list[Field[Any, Any]] = [model._meta.get_field(name) for name in fields]  # type: ignore[misc]
        _insert(model, columns, list(zip(*rows, strict=True)))


def _insert(model: type[Model], columns: Sequence[Field[Any, Any]], values: Sequence[Sequence[Any]]) -> None:
    statement = _INSERT.format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(column.column) for column in columns),
        arrays=_arrays(columns),
    )
    _run(statement, columns, values)


def _new_keys(meta: Any, count: int) -> list[int]:
    statement = _KEYS.format(table=sql.Literal(meta.db_table), key=sql.Literal(meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), [count])
        return [key for (key,) in cursor.fetchall()]


def _arrays(columns: Sequence[Field[Any, Any]]) -> sql.Composed:
    types = [column.db_type(connection) or "text" for column in columns]
    return sql.SQL(", ").join(sql.SQL("%s::" + kind + "[]") for kind in types)


def _run(
    statement: sql.Composed, columns: Sequence[Field[Any, Any]], values: Sequence[Iterable[Any]]
) -> None:
    """Run a statement with an array for each column."""
    arrays = []
    for column, of_column in zip(columns, values, strict=True):
        write = _writer(column)
        written = ("NULL" if value is None else write(value) for value in of_column)
        arrays.append("{" + ",".join(written) + "}")
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), arrays)


@cache
def _writer(column: Field[Any, Any]) -> Callable[[Any], str]:
    """How a value of this column stands in the text of an array."""
    target = column.target_field if isinstance(column, ForeignKey) else column
    kind = target.get_internal_type()
    if kind in _WRITERS:
        return _WRITERS[kind]
    if isinstance(column, JSONField):
        return partial(_json, encoder=column.encoder)
    return lambda value: _quoted(str(column.get_db_prep_save(value, connection)))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=256)  # many rows of a batch share theirs
def _moment(at: datetime) -> str:
    return f'"{at.isoformat()}"'


def _duration(duration: timedelta) -> str:
    return f'"{duration.days} days {duration.seconds}.{duration.microseconds:06d} seconds"'


def _json(value: Any, encoder: type[json.JSONEncoder] | None) -> str:
    if not isinstance(value, Json):
        value = json.dumps(value, cls=encoder)
    return _quoted(value)


_WRITERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(("AutoField", "BigAutoField", "BigIntegerField", "IntegerField"), str),
    **dict.fromkeys(("PositiveIntegerField", "PositiveSmallIntegerField", "SmallIntegerField"), str),
    **dict.fromkeys(("CharField", "TextField"), _quoted),
    "BooleanField": str,
    "DateTimeField": _moment,
    "DurationField": _duration,
}
