"""Plans, and the contracts that give them to customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sla.models import Plan


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Plan
        fields = ("name", "name_zh", "description", "policy", "is_default")
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "policy": gettext_lazy(
                "Another policy holds for tickets filed from then on; open tickets keep theirs."
            ),
            "is_default": gettext_lazy(
                "There is always exactly one: ticking this takes it from the present one."
            ),
        }

    def _get_validation_exclusions(self) -> set[str]:
        """That there is one default is the action's affair: it takes it from the present one."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | {"is_default"}


class ContractForm(forms.Form):
    """Which plan a customer gets, and from when."""

    plan = forms.ModelChoiceField(Plan.objects.all(), label=gettext_lazy("Plan"), empty_label=None)
    when = forms.ChoiceField(
        label=gettext_lazy("Starts"),
        choices=[("now", gettext_lazy("now")), ("later", gettext_lazy("at a later moment"))],
        widget=forms.RadioSelect,
        initial="now",
    )
    starts_at = forms.DateTimeField(
        label=gettext_lazy("Starts on"),
        help_text=gettext_lazy("In your time zone."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("For example: contract of 1 December")}),
    )

    def __init__(self, data: Any = None, *, now: datetime, **options: Any) -> None:
        super().__init__(data, **options)
        self.now = now

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") != "later":
            cleaned["starts_at"] = self.now
        elif not cleaned.get("starts_at"):
            if "starts_at" not in self.errors:
                self.add_error("starts_at", _("Choose the moment."))
        elif cleaned["starts_at"] < self.now:
            self.add_error(
                "starts_at", _("A contract cannot start in the past. Choose now or a later moment.")
            )
        return cleaned
