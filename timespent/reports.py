"""Time by customer, product or person; counted by PostgreSQL. Void entries count nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Count, F, Sum, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from products.naming import name_of
from sla.export import copied, plain
from timespent.models import TimeEntry


class By(models.TextChoices):
    ORGANIZATION = "organization", _("customer")
    PRODUCT = "product", _("product")
    PERSON = "person", _("person")


_KEYS = {By.ORGANIZATION: "ticket__organization", By.PRODUCT: "ticket__product", By.PERSON: "person"}


@dataclass(frozen=True)
class Question:
    """Entries of days from `since` to `until`, both included."""

    since: date
    until: date
    by: By

    @property
    def parameters(self) -> str:
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat(), "by": self.by})


@dataclass(frozen=True)
class Line:
    name: str
    minutes: int
    tickets: int
    people: int

    @property
    def spent(self) -> timedelta:
        return timedelta(minutes=self.minutes)


def lines(question: Question) -> list[Line]:
    """One line for each customer, product or person, the most time first; empty names are without one."""
    rows = (
        _entries(question)
        .order_by()
        .values(_KEYS[question.by], name=_name(question.by))
        .annotate(
            total=Sum("minutes"),
            tickets=Count("ticket", distinct=True),
            people=Count("person", distinct=True),
        )
        .order_by("-total", "name")
    )
    return [Line(row["name"] or "", row["total"], row["tickets"], row["people"]) for row in rows]


def _name(by: By) -> Combinable:
    if by == By.PRODUCT:
        return name_of("ticket__product")
    return F("person__name" if by == By.PERSON else "ticket__organization__name")


def csv(question: Question) -> Iterator[bytes]:
    """One line for each entry, UTF-8, passed on as PostgreSQL sends it."""
    columns: dict[str, Any] = {
        "day": Cast("worked_on", TextField()),
        "ticket": F("ticket_id"),
        "customer": Coalesce(plain("ticket__organization__name"), Value(""), output_field=TextField()),
        "product": Coalesce(plain("ticket__product__name"), Value(""), output_field=TextField()),
        "person": plain("person__name"),
        "minutes": F("minutes"),
        "note": plain("note"),
    }
    yield ("\ufeff" + ",".join(columns) + "\n").encode()
    yield from copied(_entries(question).order_by("worked_on", "pk").values_list(*columns.values()))


def _entries(question: Question) -> models.QuerySet[TimeEntry]:
    return TimeEntry.objects.counted().filter(worked_on__gte=question.since, worked_on__lte=question.until)
