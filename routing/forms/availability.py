"""What a person may say about when they work and what they can do; and where their tickets go."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from products.models import Product
from routing.models import Profile
from routing.permissions import can_set_facts
from routing.wording import DAYS, language_name
from sla.calendar_rules import explain
from sla.calendars.forms import read_hours
from sla.models import Calendar
from sla.worktime import WEEKDAYS, InvalidCalendar
from sla.worktime import Calendar as Hours
from tickets.forms.working import PersonField

ANY, OWN = "", "own"


class HoursField(forms.CharField):
    """The hours of one day, as people write them: "9-12, 13:30-18". Cleaned to pairs of "HH:MM"."""

    def clean(self, value: Any) -> Any:
        try:
            return read_hours(super().clean(value))
        except ValueError as wrong:
            raise ValidationError(
                _("“%(text)s” is no time. Write 9-12:30, 13:30-18."), params={"text": str(wrong)}
            ) from None


class ProfileForm(forms.Form):
    """What routing knows of somebody. Skills and capacity only for those who answer for the work."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple, required=True
    )
    works = forms.ChoiceField(
        label=gettext_lazy("Working hours"),
        required=False,
        help_text=gettext_lazy("New tickets come within them, where a rule asks for it."),
    )
    products = forms.ModelMultipleChoiceField(
        Product.objects.filter(is_active=True),
        label=gettext_lazy("Product skills"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None ticked: every product."),
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Capacity"),
        min_value=0,
        max_value=1000,
        required=False,
        help_text=gettext_lazy("New and open tickets at once, weighed by priority. Empty: no limit."),
    )
    takes_turns = forms.BooleanField(
        label=gettext_lazy("Gets tickets by the rules of the tier"), required=False
    )

    def __init__(self, *args: Any, person: User, by: User, **kwargs: Any) -> None:
        profile = Profile.objects.filter(pk=person.pk).first() or Profile(user=person)
        kwargs.setdefault("initial", _initial(person, profile))
        super().__init__(*args, **kwargs)
        self.person = person
        languages = cast("forms.MultipleChoiceField", self.fields["languages"])
        languages.choices = [(code, language_name(code)) for code, _name in settings.LANGUAGES]
        cast("forms.ChoiceField", self.fields["works"]).choices = [
            (ANY, _("Not said: any hour")),
            *((str(one.pk), str(one)) for one in Calendar.objects.all()),
            (OWN, _("A week of their own")),
        ]
        for day, label in DAYS.items():
            self.fields[day] = HoursField(label=label, required=False, max_length=60)
        if not can_set_facts(by, person):
            for name in ("products", "capacity", "takes_turns"):
                del self.fields[name]

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[day] for day in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        works = data["works"]
        data["calendar"] = Calendar.objects.filter(pk=int(works)).first() if works.isdecimal() else None
        data["hours"] = {day: data[day] for day in WEEKDAYS if data[day]} if works == OWN else {}
        if works == OWN and not data["hours"]:
            self.add_error("works", _("Write the hours of at least one day."))
        try:
            Hours.from_definition({"tz": str(self.person.zone), "hours": data["hours"]})
        except InvalidCalendar as wrong:
            self.add_error("works", [str(explain(problem)) for problem in wrong.problems])
        return data

    def chosen(self) -> dict[str, Any]:
        """As `actions.set_profile` takes it."""
        names = ("languages", "calendar", "hours", "capacity", "takes_turns", "products")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def _initial(person: User, profile: Profile) -> dict[str, Any]:
    works = OWN if profile.hours else str(profile.calendar_id or ANY)
    week = {day: ", ".join("–".join(pair) for pair in pairs) for day, pairs in profile.hours.items()}
    return {
        "languages": profile.languages or [person.language],
        "works": works,
        "products": person.products.all(),
        "capacity": profile.capacity,
        "takes_turns": profile.takes_turns,
        **week,
    }


def _moment(label: Any, **options: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **options)


class AbsenceForm(forms.Form):
    starts_at = _moment(gettext_lazy("From"))
    ends_at = _moment(
        gettext_lazy("Until"),
        required=False,
        help_text=gettext_lazy("Empty: until you say that they are back."),
    )
    substitute = PersonField(
        label=gettext_lazy("Substitute"),
        required=False,
        empty_label=gettext_lazy("Nobody"),
        help_text=gettext_lazy("Gets what is assigned to them meanwhile, and is offered their P1 and P2."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for colleagues"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Seen by leads and managers."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.staff().active().exclude(pk=person.pk).order_by("tier", "name")
        cast("forms.ModelChoiceField[User]", self.fields["substitute"]).queryset = colleagues


class MoveForm(forms.Form):
    """What becomes of somebody's tickets."""

    HAND_OVER, SWAP, RELEASE, RULES = "hand_over", "swap", "release", "rules"

    what = forms.ChoiceField(label=gettext_lazy("What is done"), widget=forms.RadioSelect)
    colleague = PersonField(label=gettext_lazy("Colleague"), empty_label=gettext_lazy("Choose somebody"))
    only_urgent = forms.BooleanField(label=gettext_lazy("Only P1 and P2"), required=False)
    goes_away = forms.BooleanField(
        label=gettext_lazy("They are away from now on, until somebody says that they are back"),
        required=False,
    )

    def __init__(self, *args: Any, person: User, away: bool, is_on: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.is_away = person, away
        choices = [
            (self.HAND_OVER, _("Give them to a colleague")),
            (self.SWAP, _("Swap them with a colleague's")),
            (self.RELEASE, _("Put them back into the queue")),
        ]
        if is_on:
            choices.append((self.RULES, _("Put them back, and let the rules give them out")))
        cast("forms.ChoiceField", self.fields["what"]).choices = choices
        colleagues = User.objects.staff().active().exclude(pk=person.pk).order_by("tier", "name")
        cast("forms.ModelChoiceField[User]", self.fields["colleague"]).queryset = colleagues
        # Not seen then, and not asked.
        self.fields["colleague"].required = self["what"].value() not in (self.RELEASE, self.RULES)
        if away:
            del self.fields["goes_away"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        what = data.get("what")
        leaves = self.is_away or data.get("goes_away")
        if what == self.RULES and not leaves:
            self.add_error(
                "goes_away",
                _("Enter the absence as well: the rules might give them straight back."),
            )
        if what == self.SWAP and leaves:
            self.add_error("what", _("Who is away gets no tickets. Give theirs to the colleague instead."))
        return data
