"""What the report may be asked."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization
from sla.models import Clock
from sla.reports import Question, Result
from tickets.models import Priority


class ReportForm(forms.Form):
    """A period, and perhaps one customer or priority. Everything is optional: without dates, this month and
    the two before it."""

    since = forms.DateField(label=_("from"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(
        label=_("to and with"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    organization = forms.ModelChoiceField(
        label=_("customer"),
        queryset=Organization.objects.all(),
        required=False,
        empty_label=_("all customers"),
    )
    priority = forms.ChoiceField(
        label=_("priority"), required=False, choices=[("", _("all priorities")), *Priority.choices]
    )
    target = forms.ChoiceField(required=False, choices=[("", ""), *Clock.Target.choices])
    result = forms.ChoiceField(required=False, choices=[("", ""), *Result.choices])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        today = timezone.localdate()
        cleaned["since"] = cleaned.get("since") or _months_before(today, 2)
        cleaned["until"] = cleaned.get("until") or _end_of_month(today)
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The end lies before the start."))
        return cleaned

    def question(self) -> Question:
        """What is asked, with the days of the period in the reader's zone. Call it after `is_valid()`."""
        zone, asked = timezone.get_current_timezone(), self.cleaned_data
        return Question(
            start=_midnight(asked["since"], zone),
            end=_midnight(asked["until"] + timedelta(days=1), zone),
            zone=zone,
            organization=asked["organization"],
            priority=asked["priority"],
            target=asked["target"],
            result=asked["result"],
        )


def _midnight(day: date, zone: Any) -> datetime:
    return datetime.combine(day, time.min, zone if isinstance(zone, ZoneInfo) else UTC).astimezone(UTC)


def _months_before(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


class VoidForm(forms.Form):
    """Why a clock is taken out of the count, for the desk and, in other words, for the customer."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the history and in the ledger. The desk sees it, not the customer."),
    )
    told = forms.CharField(
        label=_("What the customer is told"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Shown beside the promise on their page. Empty: they see only that it was set aside, and when."
        ),
    )
