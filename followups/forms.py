"""What may be sent about reminders and checklists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from followups import moments
from followups.models import ChecklistTemplate
from helpdesk.errors import Refused
from tickets.forms.working import DeskForm


class RemindForm(DeskForm):
    parts = "followups/_remind.html"

    when = forms.CharField(label=pgettext_lazy("a moment", "When"), max_length=80, required=False)
    note = forms.CharField(label=_("Note to yourself"), max_length=200, required=False)
    by_mail = forms.BooleanField(label=_("By mail too"), required=False)
    quick = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["when"].widget.attrs |= {"autocomplete": "off", "placeholder": moments.examples()}

    @property
    def arguments(self) -> dict[str, Any]:
        """What a button says goes before what is typed."""
        said = self.cleaned_data
        return {"when": said["quick"] or said["when"], "note": said["note"], "by_mail": said["by_mail"]}

    def refuse(self, refusal: Refused) -> None:
        self.add_error("when", str(refusal))

    @property
    def shortcuts(self) -> list[tuple[str, Any]]:
        return [
            ("2 h", _("In 2 hours")),
            ("tomorrow 9:00", _("Tomorrow 9:00")),
            ("next monday 9:00", _("Next Monday 9:00")),
            ("when the customer answers", _("When the customer answers")),
        ]


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    items = forms.CharField(
        label=_("Items"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=8000,
        help_text=_("One in each line."),
    )

    def __init__(self, *args: Any, template: ChecklistTemplate | None = None, **kwargs: Any) -> None:
        if template:
            kwargs.setdefault("initial", {"name": template.name, "items": "\n".join(template.items)})
        super().__init__(*args, **kwargs)

    def clean_items(self) -> list[str]:
        lines: str = self.cleaned_data["items"]
        return lines.splitlines()
