"""Ages and days as they are typed: 90m, 2h, 7d, 3w, 2026-07-13."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from babel.dates import format_date, format_timedelta
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.templatetags.look import babel_locale
from tickets.query.asker import Unclear

Unit = Literal["minute", "hour", "day", "week"]
_AGE = re.compile(r"(\d{1,5})\s*(?:(m|min|分钟)|(h|小时)|(d|天)|(w|周))", re.IGNORECASE)
_UNITS: tuple[tuple[Unit, timedelta], ...] = (
    ("minute", timedelta(minutes=1)),
    ("hour", timedelta(hours=1)),
    ("day", timedelta(days=1)),
    ("week", timedelta(weeks=1)),
)


@dataclass(frozen=True)
class Age:
    count: int
    unit: Unit
    length: timedelta

    def __str__(self) -> str:
        """In the reader's words: "7 days"."""
        # The threshold keeps the unit that was typed: 90 minutes are not two hours.
        return format_timedelta(
            self.length, granularity=self.unit, threshold=self.count + 1, locale=babel_locale()
        )


@dataclass(frozen=True)
class Day:
    """A whole day of the time zone now active."""

    day: date

    def __str__(self) -> str:
        return format_date(self.day, format="medium", locale=babel_locale())

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day, time.min))

    @property
    def end(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.day + timedelta(days=1), time.min))


def read(text: str) -> Age | Day:
    """Raises Unclear for what is neither."""
    if match := _AGE.fullmatch(text.strip()):
        unit, one = next(pair for pair, group in zip(_UNITS, match.groups()[1:], strict=True) if group)
        return Age(int(match[1]), unit, int(match[1]) * one)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = date.min
    if 1970 <= day.year < 9000:
        return Day(day)
    raise Unclear(_("write how long, as in 30m, 2h, 7d or 3w, or a day, as in 2026-07-13"))
