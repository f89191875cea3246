"""The report down to the row: one line of CSV for each clock, streamed.

PostgreSQL writes every value as text, and the rows come through a server-side cursor, so memory stays flat
and nothing is converted twice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Func, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from sla.models import Clock
from sla.reports import Question, clocks

CHUNK = 5000

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
        "customer": Coalesce(plain("ticket__organization__name"), Value(""), output_field=TextField()),
        "priority": F("priority"),
        "tier at breach": F("tier_at_breach"),
        "holder at breach": Coalesce(plain("holder_at_breach__name"), Value(""), output_field=TextField()),
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
    }


class _Line:
    """A file that keeps only the last line written to it."""

    def write(self, line: str) -> str:
        return line


def lines(question: Question, now: datetime) -> Iterator[str]:
    """The file, header first, a few thousand lines at a time."""
    wanted = columns(now)
    aliases = {f"column_{number}": expression for number, expression in enumerate(wanted.values())}
    chosen = clocks(question, now).order_by("promised_at", "pk").values_list(*aliases.values())
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(list(wanted))
    chunk: list[str] = []
    for row in chosen.iterator(chunk_size=CHUNK):
        chunk.append(writer.writerow(row))
        if len(chunk) == CHUNK:
            yield "".join(chunk)
            chunk.clear()
    yield "".join(chunk)
