"""How the report names things and where its numbers lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from babel.dates import format_skeleton
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.templatetags.look import babel_locale
from sla.models import Clock
from sla.reports import Line, Question, Result

register = template.Library()

NAMES = dict(Clock.Target.choices)


@register.simple_tag
def promise_name(target: str) -> str:
    return str(NAMES[Clock.Target(target)])


@register.simple_tag
def result_name(result: str) -> str:
    return str(Result(result).label)


@register.simple_tag
def narrowed(question: Question, target: str | None = None, result: str | None = None) -> str:
    """The question's parameters with another target or result."""
    return replace(
        question,
        target=question.target if target is None else target,
        result=question.result if result is None else result,
    ).parameters


@register.simple_tag
def number_of(line: Line, question: Question, result: str) -> SafeString | str:
    """A number of the report, leading to the rows it counts."""
    number = getattr(line, result)
    if not number:
        return "–"
    month = _month(line.month, question) if line.month else question
    asked = replace(month, target=line.target, priority=line.priority or question.priority, result=result)
    return format_html('<a href="{}?{}">{}</a>', reverse("report_rows"), asked.parameters, number)


@register.filter
def month(value: date) -> str:
    """July 2026 · 2026年7月"""
    return str(format_skeleton("yMMMM", value, locale=babel_locale()))


@register.simple_tag
def clock_result(clock: Clock) -> str:
    if clock.state in (Clock.State.MET, Clock.State.MISSED):
        return str(clock.get_state_display())
    late_by = timezone.now() - clock.promised_at if clock.promised_at else None
    return _("open and late") if late_by else str(clock.get_state_display())


def _month(first: date, question: Question) -> Question:
    """The part of the question's period that lies in one month."""
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    start, end = (
        datetime.combine(day, time.min, question.zone).astimezone(UTC) for day in (first, following)
    )
    return replace(question, start=max(start, question.start), end=min(end, question.end))
