"""What writers may send."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from known_issues.actions.writing import FACTS, WORDS
from known_issues.models import KnownIssue, Wording
from products.forms import ErrorCodesField, PlatformsField, say_of_none

State = KnownIssue.State


class KnownIssueForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own has no parameter
    """Facts, and the words in each language: fields `title_en`, `title_zh_hans` and so on."""

    platforms = PlatformsField()
    error_codes = ErrorCodesField(max_length=20)
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = KnownIssue
        fields = [name for name in FACTS if name != "fixed_in"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_of_none(self, "product", _("all products"))
        if self.instance.state != State.FIXED:
            # Fixed is not chosen but published, for there are people to tell.
            self.fields["state"].choices = [  # type: ignore[attr-defined]
                choice for choice in State.choices if choice[0] != State.FIXED
            ]
        if self.instance.pk:
            # Who may read it is a decision of its own (`open_to`), not a field among twenty.
            del self.fields["audience"]
        wordings = {one.language: one for one in self.instance.wordings.all()} if self.instance.pk else {}
        for language, _name in settings.LANGUAGES:
            for name in WORDS:
                field = Wording._meta.get_field(name).formfield(required=False)  # type: ignore[union-attr]
                assert field is not None  # both kinds of column have a form field
                if isinstance(field.widget, forms.Textarea):
                    field.widget.attrs["rows"] = 3
                self.fields[_key(name, language)] = field
                if language in wordings:
                    self.initial.setdefault(_key(name, language), getattr(wordings[language], name))

    @property
    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        """For the template: each language by name, with its fields."""
        return [
            (str(name), [self[_key(word, language)] for word in WORDS])
            for language, name in settings.LANGUAGES
        ]

    def answers(self) -> dict[str, Any]:
        """In the words of `actions.create` and `actions.edit`."""
        data = self.cleaned_data
        wordings = {
            language: {name: data.get(_key(name, language), "") for name in WORDS}
            for language, _name in settings.LANGUAGES
        }
        return {"wordings": wordings, **{name: data[name] for name in FACTS if name in data}}


class FixForm(forms.Form):
    version = forms.CharField(
        label=_("Fixed in SDK version"), max_length=40, help_text=_("The version that customers can get now.")
    )
    resolves = forms.TypedChoiceField(
        label=_("The tickets that wait for it"),
        choices=[
            ("", _("Tell everybody who waits, once; the tickets stay as they are")),
            ("yes", _("Tell them and resolve the tickets that are still open")),
        ],
        coerce=bool,
        empty_value=False,  # type: ignore[arg-type]  # the stubs know of texts only
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )


class AudienceForm(forms.Form):
    audience = forms.ChoiceField(label=_("Who may read it"), choices=KnownIssue.Audience.choices)


def _key(name: str, language: str) -> str:
    return f"{name}_{language.replace('-', '_')}"
