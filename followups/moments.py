"""Moments of the future as people write them, in English and Chinese: "in 2 h", "Thursday 9:00", "tomorrow
3 pm", "next Monday", "24 Dec", "周四 9:00", "明天下午3点", "下周一", "7月20日", "when the customer answers".

Durations are read by `sla.durations`. Not dateparser: it takes "Thursday" for the last one and "9" for a day
of this month, does not read 下午3点半, and guesses where this refuses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.errors import InvalidInput
from sla import durations

# A day without a time of day means the beginning of the working day.
MORNING = time(9)
FURTHEST = timedelta(days=731)

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        [
            ("monday", "mon", "一"),
            ("tuesday", "tues", "tue", "二"),
            ("wednesday", "wed", "三"),
            ("thursday", "thurs", "thur", "thu", "四"),
            ("friday", "fri", "五"),
            ("saturday", "sat", "六"),
            ("sunday", "sun", "日", "天"),
        ]
    )
    for name in names
}
_MONTHS = {
    name: number
    for number, month in enumerate(
        "january february march april may june july august september october november december".split(),  # noqa: SIM905
        start=1,
    )
    for name in (month, month[:3])
}
_DAYS = {
    "today": 0,
    "tonight": 0,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "tomorrow": 1,
    "明天": 1,
    "明日": 1,
    "明晚": 1,
    "the day after tomorrow": 2,
    "day after tomorrow": 2,
    "后天": 2,
    "大后天": 3,
}
_ANSWERED = re.compile(
    r"(when|once|after|if|on)?\s*(the\s+)?(customer|requester|they|he|she)?\s*(has|have)?\s*(answers?|answered|replies|replied|reply)"
    r"|(等|当)?\s*(客户|对方|提交人|提单人)?\s*(回复|答复|回答)\s*(了|时|后|以后|之后|的时候)?"
)
_TIME = re.compile(
    r"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|晚|早)?\s*(?P<hour>\d{1,2})\s*"
    r"(?:(?P<colon>[:.])(?P<minute>\d{2})\s*(?P<half>am|pm)?|(?P<half2>am|pm)\b"
    r"|[点时](?P<quarter>半|一刻|三刻|(?P<minute2>\d{1,2})分?)?)"
)
_BARE_HOUR = re.compile(r"\s(?:at\s+)?(?P<hour>\d{1,2})$")
_LATE_PARTS = {"下午", "傍晚", "晚上", "晚"}
_WEEKDAY = re.compile(
    r"(?P<next>next\s+|下个?)?(?:on\s+)?(?:周|星期|礼拜)?(?P<day>"
    + "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
    + r")"
)
_DATE = re.compile(r"(?P<year>\d{4})[-/年](?P<month>\d{1,2})[-/月](?P<day>\d{1,2})日?号?")
_CHINESE_DATE = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?")
_ENGLISH_DATE = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?\s*(?:of\s+)?(?P<name>[a-z]+)|(?P<name2>[a-z]+)\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?"
)


@dataclass(frozen=True)
class Moment:
    """When to come back: at an instant, or as soon as the customer answers (`due_at` is None)."""

    due_at: datetime | None

    @property
    def is_answer(self) -> bool:
        return self.due_at is None


def read(text: str, now: datetime, zone: tzinfo) -> Moment:
    """What was meant, days and times of day counted in `zone`. Raises InvalidInput with a sentence for the
    person who typed it; what lies in the past is refused, not moved to a day that nobody named."""
    typed = " ".join(unicodedata.normalize("NFKC", text).lower().replace("，", " ").replace(",", " ").split())
    if not typed:
        raise InvalidInput(_("Write when, such as %(examples)s.") % {"examples": examples()})
    if _ANSWERED.fullmatch(typed):
        return Moment(None)
    due_at = _after(typed, now) or _on_a_day(typed, now.astimezone(zone), zone)
    if due_at is None:
        raise InvalidInput(
            _("“%(text)s” cannot be read as a moment. Write it like %(examples)s.")
            % {"text": text.strip()[:80], "examples": examples()}
        )
    if due_at <= now:
        raise InvalidInput(_("That moment has passed already."))
    if due_at - now > FURTHEST:
        years = FURTHEST.days // 365
        raise InvalidInput(
            ngettext("At most %(count)d year ahead.", "At most %(count)d years ahead.", years)
            % {"count": years}
        )
    return Moment(due_at)


def examples() -> str:
    return _("2 h, tomorrow 14:00, Thursday 9:00, 24 Dec, when the customer answers")


def _after(typed: str, now: datetime) -> datetime | None:
    """ "2 h", "in 2 h", "2 h later", "2小时后"; None for anything else."""
    words = re.sub(r"^in\s+(an?\s+(?=hour|day|week|minute))?", lambda m: "1 " if m[1] else "", typed)
    words = re.sub(r"\s*(later|from now|以后|之后|后)$", "", words).strip()
    try:
        return now + durations.parse(words)
    except InvalidInput:
        return None


def _on_a_day(typed: str, local: datetime, zone: tzinfo) -> datetime | None:
    at, rest = _time_of_day(typed)
    rest = re.sub(r"^(on|at|um)\s+|\s+(at|on)$", "", rest.strip()).strip()
    if not rest:
        if at is None:
            return None
        today = _instant(local.date(), at, zone)
        return today if today > local else _instant(local.date() + timedelta(days=1), at, zone)
    if at is None and (typed.startswith("tonight") or typed in ("今晚", "明晚")):
        at = time(20)
    day, may_be_next_week = _day(rest, local)
    if day is None:
        return None
    due_at = _instant(day, at or MORNING, zone)
    if due_at <= local and may_be_next_week:
        return _instant(day + timedelta(days=7), at or MORNING, zone)
    return due_at


def _time_of_day(typed: str) -> tuple[time | None, str]:
    """The time of day in it, and what is left. None where there is none or no such time exists."""
    found = _TIME.search(typed)
    if found is None:
        bare = _BARE_HOUR.search(typed)
        # "24 dec 9" names an hour, "dec 24" a day.
        if bare is None or int(bare["hour"]) > 23 or typed.split()[0] in _MONTHS:
            return None, typed
        return time(int(bare["hour"])), typed[: bare.start()]
    hour, minute = int(found["hour"]), int(found["minute"] or found["minute2"] or 0)
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(found["quarter"] or "", minute)
    half = found["half"] or found["half2"]
    if (half == "pm" or found["part"] in _LATE_PARTS) and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None, typed
    return time(hour, minute), f"{typed[: found.start()]} {typed[found.end() :]}"


def _day(words: str, local: datetime) -> tuple[date | None, bool]:
    """The day, and whether the same weekday of the next week is meant where it has passed."""
    today = local.date()
    if words in _DAYS:
        return today + timedelta(days=_DAYS[words]), False
    monday = today - timedelta(days=today.weekday())
    if words in ("next week", "下周", "下星期", "下个星期"):
        return monday + timedelta(days=7), False
    if found := _WEEKDAY.fullmatch(words):
        number = _WEEKDAYS[found["day"]]
        if found["next"]:
            return monday + timedelta(days=7 + number), False
        return today + timedelta(days=(number - today.weekday()) % 7), True
    if found := _DATE.fullmatch(words):
        return _date(int(found["year"]), int(found["month"]), int(found["day"])), False
    if found := _CHINESE_DATE.fullmatch(words):
        return _coming(int(found["month"]), int(found["day"]), today), False
    if found := _ENGLISH_DATE.fullmatch(words):
        month = _MONTHS.get(found["name"] or found["name2"])
        return (_coming(month, int(found["day"] or found["day2"]), today) if month else None), False
    return None, False


def _coming(month: int, day: int, today: date) -> date | None:
    """That day of this year, or of the next where it has passed."""
    this = _date(today.year, month, day)
    return this if this is None or this >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _instant(day: date, at: time, zone: tzinfo) -> datetime:
    """A local time as an instant; one that the change to summer time leaves out is the one an hour later."""
    return datetime.combine(day, at, zone).astimezone(UTC)
