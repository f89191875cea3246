"""Shares of the answers, with how sure they are: of few answers no share is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.expressions import Combinable

from satisfaction.models import Question, QuestionQuerySet, Score

# Below this a share says more about chance than about us.
LEAST = 5


@dataclass(frozen=True)
class Line:
    name: str
    asked: int
    good: int
    fair: int
    bad: int

    @property
    def answered(self) -> int:
        return self.good + self.fair + self.bad

    @property
    def share(self) -> int | None:
        """Percent of the answers that are good; None for too few."""
        return round(100 * self.good / self.answered) if self.answered >= LEAST else None

    @property
    def between(self) -> tuple[int, int]:
        """Where the share lies with 95 % certainty, in percent (Wilson's score interval, 1927)."""
        n, z = self.answered, 1.96
        if not n:
            return 0, 100
        p = self.good / n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0, math.floor(100 * (middle - reach))), min(100, math.ceil(100 * (middle + reach)))


def asked_between(start: datetime, end: datetime) -> QuestionQuerySet:
    return Question.objects.filter(asked_at__gte=start, asked_at__lt=end)


def in_total(questions: QuestionQuerySet) -> Line:
    return Line("", **questions.order_by().aggregate(**_COUNTS))


def by(questions: QuestionQuerySet, name: Combinable) -> list[Line]:
    """A line for each value of a column, the most answers first; the name is empty for none."""
    rows: Any = questions.order_by().values(name=name).annotate(**_COUNTS).order_by("-asked", "name")
    return [Line(**{**row, "name": row["name"] or ""}) for row in rows]


def comments(questions: QuestionQuerySet) -> QuestionQuerySet:
    """The newest words of requesters, those who were not content first."""
    said = questions.exclude(comment="").select_related("ticket", "person", "ticket__organization")
    return said.order_by(F("score").asc(), "-answered_at")


_COUNTS = {
    "asked": Count("pk"),
    "good": Count("pk", filter=Q(score=Score.GOOD)),
    "fair": Count("pk", filter=Q(score=Score.FAIR)),
    "bad": Count("pk", filter=Q(score=Score.BAD)),
}
