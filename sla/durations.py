"""Durations as people write them, in English and Chinese: "30 min", "1 d 4 h", "2,5 h", "1天4小时", "半小时".

Not a library: pytimeparse, humanfriendly and dateparser read neither Chinese units nor a decimal comma, and
take a bare number for seconds. Here a number without a unit is refused: 30 of what?
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput
from sla.worktime import Calendar

LONGEST = timedelta(days=3660)

_UNITS = {
    timedelta(weeks=1): ("w", "week", "weeks", "周", "星期"),
    timedelta(days=1): ("d", "day", "days", "天", "日"),
    timedelta(hours=1): ("h", "hr", "hrs", "hour", "hours", "小时", "时", "钟头"),
    timedelta(minutes=1): ("m", "min", "mins", "minute", "minutes", "分钟", "分"),
    timedelta(seconds=1): ("s", "sec", "secs", "second", "seconds", "秒", "秒钟"),
}
_LENGTHS = {word: length for length, words in _UNITS.items() for word in words}
_UNIT = "|".join(sorted(map(re.escape, _LENGTHS), key=len, reverse=True))
_PART = re.compile(rf"(?P<number>\d+(?:[.,]\d+)?|半)\s*个?(?P<half>半)?\s*(?P<unit>{_UNIT})(?![a-z])")
_BETWEEN = re.compile(r"[\s,，、]*(?:and|又|零)?\s*")


def parse(text: str) -> timedelta:
    """The duration. Raises InvalidInput with a sentence for the person who typed it.

    Units go from the large to the small, each once: "4 h 1 d" is more likely a slip than a duration.
    """
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    if not typed:
        raise InvalidInput(_("Write a duration, such as %(examples)s.") % {"examples": examples()})
    if re.fullmatch(r"[\d.,]+", typed):
        raise InvalidInput(
            _("%(number)s of what? Add a unit: %(number)s min, %(number)s h or %(number)s d.")
            % {"number": typed}
        )
    total, smallest, position = timedelta(0), None, 0
    while position < len(typed):
        part = _PART.match(typed, position)
        if part is None:
            raise _unreadable(text)
        length = _LENGTHS[part["unit"]]
        if smallest is not None and length >= smallest:
            raise _unreadable(text)
        total, smallest = total + _times(_number(part), length, text), length
        between = _BETWEEN.match(typed, part.end())
        position = between.end() if between else part.end()
    return total


def examples() -> str:
    return "30 分钟、2.5 小时、1 天 4 小时" if _is_chinese() else "30 min, 2.5 h, 1 d 4 h"


def tell(value: timedelta | None) -> str:
    """The duration exactly, so that `parse` reads it back: "30 min", "4 h", "1 d 4 h 30 min".

    Up to two days in hours, as promises are written: 24 h, 48 h.
    """
    if value is None:
        return ""
    seconds = round(value.total_seconds())
    days, rest = divmod(seconds, 86400) if seconds > 2 * 86400 else (0, seconds)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, _("%s d")), (hours, _("%s h")), (minutes, _("%s min")), (seconds, _("%s s"))]
    return " ".join(unit % amount for amount, unit in parts if amount) or _("%s min") % 0


def working_day(calendar: Calendar) -> timedelta | None:
    """How long a working day of this calendar is; None around the clock or without weekly hours.

    Where the days differ it is their mean.
    """
    if calendar.is_always_open:
        return None
    days = [minutes for hours in calendar.weekly if (minutes := sum(close - open_ for open_, close in hours))]
    return timedelta(minutes=sum(days) / len(days)) if days else None


def in_working_days(value: timedelta, calendar: Calendar) -> str:
    """ "= 2.82 working days of 8.5 h"; empty where the calendar runs around the clock."""
    day = working_day(calendar)
    if day is None or value < day:
        return ""
    return _("= %(days)s working days of %(hours)s h") % {
        "days": f"{value / day:.3g}",
        "hours": f"{day / timedelta(hours=1):.3g}",
    }


def _number(part: re.Match[str]) -> Decimal:
    number = Decimal("0.5") if part["number"] == "半" else Decimal(part["number"].replace(",", "."))
    return number + Decimal("0.5") if part["half"] else number


def _times(number: Decimal, length: timedelta, text: str) -> timedelta:
    seconds = number * Decimal(length.total_seconds())
    if seconds > Decimal(LONGEST.total_seconds()):
        raise InvalidInput(_("“%(text)s” is longer than ten years.") % {"text": text})
    return timedelta(seconds=round(seconds))


def _unreadable(text: str) -> InvalidInput:
    return InvalidInput(
        _("“%(text)s” cannot be read as a duration. Write it like %(examples)s.")
        % {"text": text, "examples": examples()}
    )


def _is_chinese() -> bool:
    return (get_language() or "").startswith("zh")
