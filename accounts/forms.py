"""What a person says of themselves, and with whom they share what they keep."""

from functools import cache
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier, User
from accounts.sharing import Share, Shared, may_share_with


@cache
def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """The IANA zones by continent, for a grouped choice; old names and bare offsets are left out."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(available_timezones()):
        continent, slash, place = name.partition("/")
        if slash and continent not in ("Etc", "SystemV", "US", "Canada", "Brazil", "Chile", "Mexico"):
            groups.setdefault(continent, []).append((name, place.replace("_", " ").replace("/", " / ")))
    return [("UTC", [("UTC", "UTC")]), *groups.items()]


class SignupDetailsForm(forms.Form):
    """What sign-up asks besides address and password."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    # Filled by static/js/browser-zone.js; a name we do not know counts as none.
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-browser-zone": ""}))
    field_order = ["name", "email", "password1"]

    def clean_time_zone(self) -> str:
        zone = str(self.cleaned_data["time_zone"])
        return zone if zone in available_timezones() else ""

    def signup(self, request: Any, user: Any) -> None:
        """Called by allauth when the person is saved; what was asked is set by the adapter."""


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("Stands beside everything you write."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of these pages and of the mail you get."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("All times are shown in it.")
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": _("For example: status page, nightly export")}),
    )


class ShareForm(forms.Form):
    """Who may use a thing: offers what this person may choose, and what is chosen now."""

    share = forms.ChoiceField(label=_("Who may use it"), choices=Share.choices, widget=forms.RadioSelect)
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", "—"), *Tier.choices], required=False)

    def __init__(self, *args: Any, user: User, kept: Shared | None, **kwargs: Any) -> None:
        now = {"share": kept.share, "tier": kept.tier} if kept else {"share": Share.MINE, "tier": user.tier}
        super().__init__(*args, **{**kwargs, "initial": {**now, **kwargs.get("initial", {})}})
        possible = set(may_share_with(user)) | ({Share(kept.share)} if kept else set())
        if kept and kept.owner_id is None:
            possible.discard(Share.MINE)
        self._limit("share", possible)
        self.has_only_one_way = possible == {Share.MINE}
        if self.has_only_one_way:
            self.fields["share"].widget = forms.HiddenInput()
        if Share.TIER not in possible:
            del self.fields["tier"]
        elif not user.is_manager:
            self._limit("tier", {"", user.tier, kept.tier if kept else ""})

    def _limit(self, name: str, possible: set[Any]) -> None:
        field = cast("forms.ChoiceField", self.fields[name])
        choices = cast("list[tuple[str, Any]]", field.choices)
        field.choices = [(value, label) for value, label in choices if value in possible]
