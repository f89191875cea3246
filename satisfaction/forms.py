"""What is answered, and what the report may be asked."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from satisfaction.models import Score


class AnswerForm(forms.Form):
    score = forms.ChoiceField(choices=Score.choices)
    comment = forms.CharField(required=False, max_length=1000)


class PeriodForm(forms.Form):
    """A period; without dates the last ninety days."""

    since = forms.DateField(label=_("from"), required=False)
    until = forms.DateField(label=_("to and with"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["until"] = cleaned.get("until") or timezone.localdate()
        cleaned["since"] = cleaned.get("since") or cleaned["until"] - timedelta(days=89)
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The end lies before the start."))
        return cleaned

    def span(self) -> tuple[datetime, datetime]:
        """Its days in the reader's zone. Call it after `is_valid()`."""
        zone = timezone.get_current_timezone()
        days = self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1)
        start, end = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in days)
        return start, end
