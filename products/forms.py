"""What an admin may send about SDK versions, and fields of facts that several apps ask writers for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.models import Platform, SdkVersion
from products.versions import parse

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[SdkVersion]
else:
    ModelForm = forms.ModelForm


class CommaSeparated(SimpleArrayField):
    """Words with a space after each comma, as people write them; an empty list for none."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return list(super().clean(value) or [])


class ErrorCodesField(CommaSeparated):
    def __init__(self, *, max_length: int) -> None:
        super().__init__(
            forms.CharField(max_length=60),
            label=gettext_lazy("Error codes"),
            required=False,
            max_length=max_length,
            help_text=gettext_lazy("Separated by commas, as they stand in logs: -102, ERR_TIMEOUT."),
        )


class PlatformsField(forms.MultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Platforms"),
            choices=Platform.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=gettext_lazy("None: all of them."),
        )


def say_of_none(form: forms.BaseForm, name: str, words: Any) -> None:
    """What a choice among rows says where none of them is chosen."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).empty_label = words


class SdkVersionForm(ModelForm):
    class Meta:
        model = SdkVersion
        fields = ["product", "platform", "version", "released_on", "supported_until"]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("released_on", "supported_until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_of_none(self, "product", "—")
        platform = cast("forms.TypedChoiceField", self.fields["platform"])
        platform.choices = [("", _("all platforms")), *Platform.choices]
        platform.help_text = ""

    def clean_version(self) -> str:
        version: str = self.cleaned_data["version"].strip()
        if parse(version) is None:
            raise forms.ValidationError(_("Please give a version, such as 4.3.2."))
        return version

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        released, until = data.get("released_on"), data.get("supported_until")
        if released and until and until < released:
            self.add_error("supported_until", _("Support ends before the version was released."))
        return data
