"""What a person says of themselves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SignupDetailsForm(forms.Form):
    """What sign-up asks besides address and password."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    field_order = ["name", "email", "password1"]

    def signup(self, request: Any, user: Any) -> None:
        """Called by allauth when the person is saved; the name is set by the adapter."""
