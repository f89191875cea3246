"""How promises were kept, counted by PostgreSQL from the clock rows (rule E2).

Achievement = met / (met + missed + running and breached), by the month in which the promise fell due. Clocks
that are cancelled, void, not applicable or still within their time are left out. A promise without a deadline
(a P4 whose date was not agreed) cannot be kept or missed and is left out too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Aggregate, Count, DurationField, F, Q
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from sla.models import Clock

State = Clock.State

MET = Q(state=State.MET)
MISSED = Q(state=State.MISSED)
LIVE = Q(state__in=[State.RUNNING, State.PAUSED])


class Result(models.TextChoices):
    """How a promise ended, or stands."""

    MET = "met", _("kept")
    MISSED = "missed", _("missed")
    LATE = "late", _("open and late")


class Percentile(Aggregate):
    """PostgreSQL's percentile_cont of a duration."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) within group (order by %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: str, share: float, **extra: Any) -> None:
        super().__init__(expression, share=float(share), **extra)


@dataclass(frozen=True)
class Question:
    """Which promises: those that fell due in [start, end), months counted in `zone`."""

    start: datetime
    end: datetime
    zone: tzinfo
    organization: Organization | None = None
    priority: str = ""
    target: str = ""
    result: str = ""

    @property
    def parameters(self) -> str:
        """The question as a query string, for links to its rows and its file."""
        last_day = self.end - timedelta(microseconds=1)
        asked = {
            "since": self.start.astimezone(self.zone).date().isoformat(),
            "until": last_day.astimezone(self.zone).date().isoformat(),
            "organization": self.organization.pk if self.organization else "",
            "priority": self.priority,
            "target": self.target,
            "result": self.result,
        }
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Line:
    """One line of the report: a month, a target and a priority, or sums over them."""

    month: date | None
    target: str
    priority: str
    met: int
    missed: int
    late: int
    median: timedelta | None
    p90: timedelta | None

    @property
    def counted(self) -> int:
        return self.met + self.missed + self.late

    @property
    def achievement(self) -> float | None:
        """Percent of the promises kept; None where there were none."""
        return 100 * self.met / self.counted if self.counted else None


def clocks(question: Question, now: datetime) -> models.QuerySet[Clock]:
    """The clocks that count for the question."""
    late = LIVE & (Q(breached_at__isnull=False) | Q(due_at__lt=now))
    by_result: dict[str, Q] = {Result.MET: MET, Result.MISSED: MISSED, Result.LATE: late}
    chosen = Clock.objects.filter(
        by_result.get(question.result, MET | MISSED | late),
        promised_at__gte=question.start,
        promised_at__lt=question.end,
    )
    if question.organization:
        chosen = chosen.filter(ticket__organization=question.organization)
    if question.priority:
        chosen = chosen.filter(priority=question.priority)
    if question.target:
        chosen = chosen.filter(target=question.target)
    return chosen


def by_month(question: Question, now: datetime) -> list[Line]:
    """A line for each month, target and priority, the latest month first."""
    month = TruncMonth("promised_at", tzinfo=question.zone)
    rows = _counted(clocks(question, now).annotate(month=month).values("month", "target", "priority"))
    lines = [Line(**{**row, "month": row["month"].date()}) for row in rows]
    targets = list(Clock.Target.values)
    return sorted(lines, key=lambda line: (-_ordinal(line.month), targets.index(line.target), line.priority))


def in_total(question: Question, now: datetime) -> list[Line]:
    """One line for each target over the whole period."""
    rows = _counted(clocks(question, now).values("target"))
    lines = {row["target"]: Line(month=None, priority="", **row) for row in rows}
    return [lines[target] for target in Clock.Target.values if target in lines]


def _counted(groups: Any) -> Any:
    ended = MET | MISSED
    return groups.annotate(
        met=Count("pk", filter=MET),
        missed=Count("pk", filter=MISSED),
        late=Count("pk", filter=~ended),
        median=Percentile("elapsed", 0.5, filter=ended),
        p90=Percentile("elapsed", 0.9, filter=ended),
    ).order_by()


def _ordinal(month: date | None) -> int:
    return month.toordinal() if month else 0


def as_told_by_source(question: Question, now: datetime) -> dict[str, int]:
    """Of the imported tickets in the question, how many their old system says were kept.

    It followed targets that are not ours, so it is shown beside our result and never mixed with it.
    """
    whole = replace(question, result="", target=Clock.Target.RESOLUTION)
    told = clocks(whole, now).aggregate(
        kept=Count("pk", filter=Q(ticket__imported__facts__made_sla="true")),
        missed=Count("pk", filter=Q(ticket__imported__facts__made_sla="false")),
    )
    return {"kept": told["kept"], "total": told["kept"] + told["missed"]}


def rows(question: Question, now: datetime) -> models.QuerySet[Clock]:
    """The clocks behind a number, the latest promise first."""
    return (
        clocks(question, now)
        .select_related("ticket", "ticket__organization", "holder_at_breach")
        .order_by(F("promised_at").desc(), "-pk")
    )
