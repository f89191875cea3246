"""What the pages of plans and policies show: durations as promised, steps, changes, where clocks stand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.templatetags.look import duration
from sla import durations, ladder
from sla.engine import ClockState
from sla.ladder import Step
from sla.models import PromiseChange
from sla.policies.drafts import Draft
from sla.policies.replaying import Result
from sla.policies.wording import Difference, told_levels, told_step
from sla.templatetags.sla_moves import promise_noun, stored_standing

register = template.Library()

FIELDS = {
    "name": gettext_lazy("name"),
    "name_zh": gettext_lazy("name in Chinese"),
    "description": gettext_lazy("description"),
    "policy": gettext_lazy("SLA policy"),
    "is_default": gettext_lazy("for customers without a contract"),
    "starts_at": gettext_lazy("starts"),
    "version": gettext_lazy("version"),
    "tickets": gettext_lazy("tickets"),
}

register.filter("promised", durations.tell)
register.filter("standing", stored_standing)


@register.filter
def levels(draft: Draft) -> str:
    return told_levels(draft.levels)


@register.filter
def step_label(step: Step) -> str:
    return ladder.label(step.level)


@register.filter
def step_told(step: Step) -> str:
    return told_step(step)


@register.filter
def result_named(result: str) -> str:
    return str(Result(result).label)


@register.filter
def count_of(results: Mapping[str, int], result: str) -> int:
    return results.get(result, 0)


@register.filter
def in_words(change: PromiseChange) -> list[Difference]:
    """The fields of a line of the history."""
    return [
        Difference(str(FIELDS.get(name, name)), _value(name, before), _value(name, after))
        for name, (before, after) in change.changes.items()
    ]


def _value(name: str, value: str) -> str:
    if name == "starts_at" and (moment := parse_datetime(value)):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    if name == "is_default":
        return {"True": _("yes"), "False": _("no")}.get(value, value)
    return value


@register.filter
def account(clock: ClockState | None) -> str:
    """A clock's ledger in one line: "40 min of 30 min, due 2026-07-13 09:30"."""
    if clock is None:
        return _("no promise")
    parts = []
    if clock.budget is not None:
        used = {"used": duration(clock.elapsed), "allowed": durations.tell(_whole(clock.budget))}
        parts.append(_("%(used)s of %(allowed)s used") % used)
    due_at = clock.breached_at or clock.due_at or clock.promised_at
    if due_at is not None:
        parts.append(_("due %(moment)s") % {"moment": f"{timezone.localtime(due_at):%Y-%m-%d %H:%M}"})
    return ", ".join(parts) or _("nothing was due")


def _whole(value: timedelta) -> timedelta:
    return timedelta(seconds=round(value.total_seconds()))


@register.filter
def get(values: Mapping[str, Any], name: str) -> Any:
    return values.get(name)


register.filter("promise_word", promise_noun)
