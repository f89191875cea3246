"""The small parts every page draws with: icons, faces, moments, durations, clocks."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton
from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.lists import listed

register = template.Library()
register.filter(listed)

FACE_TONES = 5
WARN_SHARE = 0.25
# English as most of the world writes dates: 4 Dec, 21:14.
BABEL_LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN"}


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, size: str = "") -> SafeString:
    """A drawing from static/icons.svg. It says nothing by itself: a word or a label stands beside it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon--{size}" if size else "",
        static("icons.svg"),
        name,
    )


@register.filter
def tone(person: User | None) -> int:
    """The number of a person's colour: always the same for the same person."""
    return (person.pk or 0) % FACE_TONES if person else 0


@register.simple_tag
def moment(at: datetime | None, form: str = "") -> SafeString | str:
    """`at` in the reader's zone as <time>, the full moment with its zone in the tooltip.

    Forms: "" (time today, else day and time), "day", "time", "full".
    """
    if at is None:
        return ""
    local = timezone.localtime(at)
    return _told(local, form, get_language() or "", str(local.tzinfo), timezone.localtime().date())


@register.simple_tag
def plain_moment(at: datetime | None, form: str = "") -> str:
    """A moment as `moment` writes it, without its element: inside a drawing, in attributes and choices."""
    return strip_tags(str(moment(at, form)))


# The same moments are told again and again, most of all by lists that refresh themselves.
@lru_cache(maxsize=10_000)
def _told(local: datetime, form: str, language: str, zone: str, today: date) -> SafeString:
    """`zone` and `language` are here for the cache: equal instants of two zones are equal datetimes."""
    full = (
        f"{format_datetime(local, 'full' if form == 'full' else 'medium', locale=babel_locale())} {local:%Z}"
    )
    short = _short(local, form, today)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.astimezone(UTC).isoformat(), full, short
    )


@register.filter
def day(value: date | None) -> str:
    """4 Dec 2026 · 2026年12月4日"""
    return format_date(value, "medium", locale=babel_locale()) if value else ""


@register.filter
def duration(value: timedelta | None) -> str:
    """The two largest units: "2 h 5 min", "3 d 4 h", "40 s"; empty for None."""
    if value is None:
        return ""
    seconds = round(abs(value.total_seconds()))
    amounts = [
        (seconds // 86400, _("%s d")),
        (seconds % 86400 // 3600, _("%s h")),
        (seconds % 3600 // 60, _("%s min")),
        (seconds % 60, _("%s s")),
    ]
    largest_first = list(dropwhile(lambda part: not part[0], amounts)) or amounts[-1:]
    words = " ".join(unit % amount for amount, unit in largest_first[:2] if amount) or amounts[-1][1] % 0
    return f"-{words}" if value < timedelta(0) and seconds else words


@register.simple_tag
def countdown(due_at: datetime) -> str:
    """What is left until `due_at`, as static/js/clock.js writes it: 00:12:05, -00:07:12, 3 d 04:12."""
    return _countdown(math.floor((due_at - timezone.now()).total_seconds()))


@register.simple_tag
def clock(clock: Any, size: str = "", label: str = "") -> SafeString:
    """A promise as number, bar and word: a `sla.Clock`, or anything with the fields read here.

    `label` replaces the name of the target beside the number; size "large" is for the ticket's own page.
    """
    left = (clock.due_at - timezone.now()).total_seconds() if clock.due_at else None
    total = _total(clock)
    seconds = round(total)
    names = ["clock", f"clock--{size}" if size else "", _state_class(clock, left, total)]
    return format_html(
        '<span class="{}"{}><span class="clock__time"><span class="clock__text" data-clock-text>{}</span>'
        "<small>{}</small></span>{}</span>",
        " ".join(filter(None, names)),
        format_html(_TICKS, clock.due_at.isoformat(), seconds, _("d")) if clock.due_at else "",
        clock.get_state_display() if left is None else _countdown(math.floor(left)),
        label or clock.get_target_display(),
        format_html(_BAR, seconds, _bar(clock, left, total)) if seconds else "",
    )


_TICKS = ' data-clock data-due="{}" data-total="{}" data-days="{}"'
_BAR = '<progress class="clock__bar" max="{}" value="{}" aria-hidden="true"></progress>'


def _total(clock: Any) -> float:
    """The whole promise in seconds; an agreed date has no allowance and counts from the start."""
    if clock.allowed:
        return float(clock.allowed.total_seconds())
    return float((clock.due_at - clock.started_at).total_seconds()) if clock.due_at else 0.0


def _bar(clock: Any, left: float | None, total: float) -> int:
    """Seconds of the promise still there; a broken one fills the bar, so that it is seen."""
    if clock.breached_at or (left is not None and left < 0):
        return round(total)
    if left is None:
        left = total - clock.elapsed.total_seconds() if clock.elapsed is not None else total
    return round(max(0, min(left, total)))


def _state_class(clock: Any, left: float | None, total: float) -> str:
    if left is None:
        known = {"met": "clock--met", "missed": "clock--missed", "paused": "clock--paused"}
        return known.get(clock.state, "clock--still")
    if left < 0:
        return "clock--late"
    return "clock--warn" if left < total * WARN_SHARE else ""


def _countdown(seconds: int) -> str:
    sign, whole = ("-" if seconds < 0 else ""), abs(seconds)
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours < 24:
        return f"{sign}{hours:02}:{minutes:02}:{whole % 60:02}"
    return f"{sign}{hours // 24} {_('d')} {hours % 24:02}:{minutes:02}"


def _short(local: datetime, form: str, today: date) -> str:
    locale = babel_locale()
    if form == "time" or (not form and local.date() == today):
        return f"{local:%H:%M}"
    skeleton = "MMMd" if local.year == today.year and form != "full" else "yMMMd"
    words = str(format_skeleton(skeleton, local, locale=locale))
    return words if form == "day" else f"{words} {local:%H:%M}"


def babel_locale() -> Locale:
    return Locale.parse(BABEL_LOCALES.get(get_language() or settings.LANGUAGE_CODE, "en_GB"))
