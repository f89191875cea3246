"""Insert many rows, or save a few columns of many, in one statement with an array per column.

Django's bulk_update writes a CASE for each row and field, and its bulk_create asks every field for every
value: for the thousands of rows that a scan writes in one transaction that took most of the time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from functools import cache, partial
from typing import Any

from django.db import connection
from django.db.models import Field, ForeignKey, JSONField, Model
from psycopg2 import sql

_UPDATE = sql.SQL(
    "update {table} set {changes} from unnest({arrays}) as new ({columns}) where {table}.{key} = new.{key}"
)
_INSERT = sql.SQL("insert into {table} ({columns}) select * from unnest({arrays})")
_KEYS = sql.SQL("select nextval(pg_get_serial_sequence({table}, {key})) from generate_series(1, %s)")


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


def insert(rows: Collection[Model]) -> None:
    """Insert new rows with all their columns. Each gets its key before, in the order of the rows.

    For models with a numbered key and columns that are not arrays themselves; default values of the database
    are not asked for.
    """
    if not rows:
        return
    model = type(next(iter(rows)))
    for row, key in zip(rows, _new_keys(model._meta, len(rows)), strict=True):
        row.pk = key
    columns = list(model._meta.concrete_fields)
    _insert(model, columns, [[getattr(row, column.attname) for row in rows] for column in columns])
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
    statement: sql.Composed, columns: Sequence[Field[Any, Any]], values: Sequence[Sequence[Any]]
) -> None:
    """Run a statement with an array for each column."""
    arrays = []
    for column, of_column in zip(columns, values, strict=True):
        prepare = _preparation(column)
        arrays.append(list(of_column) if prepare is None else [prepare(value) for value in of_column])
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), arrays)


# What psycopg2 writes by itself as these columns want it; of other columns each value is asked for.
_AS_IT_IS = {
    *("AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "PositiveIntegerField"),
    *("PositiveSmallIntegerField", "SmallIntegerField", "BooleanField", "CharField", "TextField"),
    *("DateTimeField", "DurationField", "UUIDField"),
}


@cache
def _preparation(column: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a value of this column is made ready; None: it is."""
    target = column.target_field if isinstance(column, ForeignKey) else column
    if target.get_internal_type() in _AS_IT_IS:
        return None
    if isinstance(column, JSONField):
        return partial(_as_json, encoder=column.encoder)
    return partial(column.get_db_prep_save, connection=connection)


def _as_json(value: Any, encoder: type[json.JSONEncoder] | None) -> str:
    """The plain encoder is several times as fast, and most values are plain."""
    try:
        return json.dumps(value)
    except TypeError:
        return json.dumps(value, cls=encoder)
