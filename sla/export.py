"""The report down to the row: one line of CSV for each clock.

PostgreSQL writes the lines itself (COPY) and they are passed on as they come, so memory stays flat and no
value is converted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from queue import Full, Queue
from threading import Thread
from typing import Any

from django.db import connection
from django.db.models import Case, CharField, F, Func, QuerySet, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from sla.models import Clock
from sla.reports import Question, clocks

CHUNK_BYTES = 64 * 1024

# A spreadsheet takes a cell that starts with one of these for a formula (threats, row 66).
FORMULA = r"^[=+\-@\t\r]"


class Moment(Func):
    """A moment as ISO 8601 in UTC."""

    function = "to_char"
    template = """%(function)s(%(expressions)s at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
    output_field = TextField()


class Seconds(Func):
    """A duration in whole seconds."""

    template = "trunc(extract(epoch from %(expressions)s))::bigint::text"
    output_field = TextField()


def plain(name: str) -> Case:
    """Text that people wrote, with an apostrophe before anything a spreadsheet would calculate."""
    guarded = Func(Value("'"), F(name), function="concat", output_field=TextField())
    return Case(When(**{f"{name}__regex": FORMULA}, then=guarded), default=F(name), output_field=TextField())


def written(name: str) -> Coalesce:
    """The same; empty where there is none."""
    return Coalesce(plain(name), Value(""), output_field=TextField())


def answers() -> Case:
    """The answers to the questions of the request type, by key: JSON, which no spreadsheet calculates."""
    return Case(
        When(ticket__answers={}, then=Value("")),
        default=Cast("ticket__answers", TextField()),
        output_field=TextField(),
    )


def result(now: datetime) -> Case:
    return Case(
        When(state=Clock.State.MET, then=Value("met")),
        When(state=Clock.State.MISSED, then=Value("missed")),
        default=Value("late"),
        output_field=CharField(),
    )


def columns(now: datetime) -> dict[str, Any]:
    """Name of the column -> expression. docs/reports.md explains each."""
    return {
        "ticket": F("ticket_id"),
        "customer": written("ticket__organization__name"),
        "priority": F("priority"),
        "tier at breach": F("tier_at_breach"),
        "holder at breach": written("holder_at_breach__name"),
        "target": F("target"),
        "cycle": F("cycle"),
        "allowed seconds": Seconds(F("allowed")),
        "started": Moment(F("started_at")),
        "due": Moment(F("promised_at")),
        "paused seconds": Seconds(F("paused")),
        "stopped": Moment(F("stopped_at")),
        "actual seconds": Case(
            When(state__in=["met", "missed"], then=Seconds(F("elapsed"))),
            default=None,
            output_field=TextField(),
        ),
        "result": result(now),
        "provisional": Case(When(is_provisional=True, then=Value("yes")), default=Value("no")),
        "breached": Moment(F("breached_at")),
        "result in source": Coalesce(
            KeyTextTransform("made_sla", "ticket__imported__facts"), Value(""), output_field=TextField()
        ),
        "product": written("ticket__product__code"),
        "platform": F("ticket__platform"),
        "sdk version": written("ticket__sdk_version"),
        "application": written("ticket__application__app_id"),
        "request type": written("ticket__request_type__request_type__code"),
        "answers": answers(),
    }


def lines(question: Question, now: datetime) -> Iterator[bytes]:
    """The file in UTF-8, header first, then chunks as PostgreSQL sends them.

    Whoever stops reading early ends the COPY with it.
    """
    wanted = columns(now)
    yield ("\ufeff" + ",".join(wanted) + "\n").encode()
    chosen = clocks(question, now).order_by("promised_at", "pk").values_list(*wanted.values())
    yield from copied(chosen)


def copied(rows: QuerySet[Any, Any]) -> Iterator[bytes]:
    """Any rows as lines of CSV, as they come."""
    yield from _copied(*rows.query.sql_with_params())


class _Abandoned(Exception):
    """Nobody reads any more."""


class _Funnel:
    """What COPY writes to, in its thread, and the reader takes from; at most a few chunks are on the way.

    PostgreSQL sends row by row; rows go on together, since each hand-over between threads costs.
    """

    def __init__(self) -> None:
        self.chunks: Queue[bytes | BaseException | None] = Queue(maxsize=8)
        self.rows: list[bytes] = []
        self.size = 0
        self.abandoned = False

    def write(self, row: bytes) -> None:
        self.rows.append(row)
        self.size += len(row)
        if self.size >= CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        self._hand_over(b"".join(self.rows))
        self.rows, self.size = [], 0

    def close(self, error: BaseException | None) -> None:
        """Hand over what is left, and the end."""
        try:
            self.flush()
            self._hand_over(error)
        except _Abandoned:
            pass

    def _hand_over(self, chunk: bytes | BaseException | None) -> None:
        while not self.abandoned:
            try:
                self.chunks.put(chunk, timeout=1)
                return
            except Full:
                continue
        raise _Abandoned

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := self.chunks.get()) is not None:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk


def _copied(sql: str, params: tuple[Any, ...]) -> Iterator[bytes]:
    """The rows of a query as CSV, by COPY on the connection of this thread.

    psycopg2 pushes the rows, a response pulls them: a second thread turns one into the other. A slow reader
    must not run into the limit for ordinary statements, so there is none meanwhile.
    """
    connection.ensure_connection()
    funnel = _Funnel()

    def copy() -> None:
        end: BaseException | None = None
        try:
            with connection_of_reader.cursor() as cursor:
                cursor.execute("set statement_timeout = 0")
                try:
                    statement = cursor.mogrify(sql, params).decode()
                    cursor.copy_expert(f"copy ({statement}) to stdout with (format csv)", funnel)
                finally:
                    # Also after a broken-off download: the connection goes on to serve other pages.
                    cursor.execute("reset statement_timeout")
        except BaseException as error:
            end = error
        funnel.close(end)

    connection_of_reader = connection.connection
    thread = Thread(target=copy, daemon=True)
    thread.start()
    try:
        yield from funnel
    finally:
        funnel.abandoned = True
        thread.join()
        if connection_of_reader.closed or not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
