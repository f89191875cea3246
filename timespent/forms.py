"""What the report of time may be asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from timespent.reports import By, Question


class TimeReportForm(forms.Form):
    """A period and what to sum by. Everything is optional: the last thirty days, by customer."""

    since = forms.DateField(label=_("from"), required=False)
    until = forms.DateField(label=_("to and with"), required=False)
    by = forms.ChoiceField(label=_("by"), choices=By.choices, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["until"] = cleaned.get("until") or timezone.localdate()
        cleaned["since"] = cleaned.get("since") or cleaned["until"] - timedelta(days=29)
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The end lies before the start."))
        return cleaned

    def question(self) -> Question:
        """Call it after `is_valid()`."""
        asked = self.cleaned_data
        return Question(asked["since"], asked["until"], By(asked["by"] or By.ORGANIZATION))
