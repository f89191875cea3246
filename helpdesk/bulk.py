"""Save a few columns of many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from psycopg2 import sql

_UPDATE = sql.SQL(
    "update {table} set {changes} from unnest({arrays}) as new ({columns}) where {table}.{key} = new.{key}"
)


def update(rows: Collection[Model], fields: Sequence[str]) -> None:
    """Write these fields of the rows in one statement, an array per column.

    Django's bulk_update writes a CASE for each row and field: for the hundreds of tickets that a scan
    escalates in one transaction it took half of the time.
    """
    if not rows:
        return
    meta = next(iter(rows))._meta
    columns: list[Field[Any, Any]] = [meta.pk, *(meta.get_field(name) for name in fields)]  # type: ignore[list-item]
    names = [sql.Identifier(column.column) for column in columns]
    statement = _UPDATE.format(
        table=sql.Identifier(meta.db_table),
        key=names[0],
        changes=sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(name) for name in names[1:]),
        arrays=sql.SQL(", ").join(
            sql.SQL("%s::" + (column.db_type(connection) or "text") + "[]") for column in columns
        ),
        columns=sql.SQL(", ").join(names),
    )
    arrays = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        for column in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection), arrays)
