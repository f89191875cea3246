"""What an admin may send about patterns, and a text to try them on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from files.models import LogPattern
from files.reading import read_text
from files.reading.compiling import compiled
from helpdesk.errors import InvalidInput
from products.forms import say_of_none

LONGEST_TEXT = 200_000


class PatternForm(forms.ModelForm):  # type: ignore[type-arg]
    """A pattern is saved only if RE2 takes it and it finds its own example."""

    class Meta:
        model = LogPattern
        fields = ["name", "fact", "pattern", "value", "example", "product", "position", "is_active"]
        widgets = {
            "pattern": forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
            "example": forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_of_none(self, "product", _("all products"))

    def clean_pattern(self) -> str:
        pattern: str = self.cleaned_data["pattern"]
        try:
            compiled(pattern)
        except InvalidInput as error:
            raise forms.ValidationError(str(error)) from error
        return pattern

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("example") and data.get("pattern"):
            row = LogPattern(fact=data.get("fact", ""), pattern=data["pattern"], value=data.get("value", ""))
            if not read_text(data["example"], [row]).facts:
                self.add_error("example", _("The pattern does not find anything in this line."))
        return data


class TryForm(forms.Form):
    text = forms.CharField(
        label=_("Lines of a log"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"}),
        help_text=_("Paste what a customer sent: you see what would be proposed to them. Nothing is stored."),
    )
