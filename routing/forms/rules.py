"""What a manager may say about the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Organization, Tier, User
from intake.models import RequestTypeVersion
from products.models import Platform, Product
from routing.rules import Account, Ask, Conditions, Otherwise, Rule, Turn, new_key
from routing.wording import language_name
from sla.models import Plan
from tickets.models import Priority, Ticket

MOST_DAYS = 92


def _several(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, widget=forms.CheckboxSelectMultiple, required=False
    )


def _one_of(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


class OrganizationsField(forms.CharField):
    """Customers by name, one on a line. Cleaned to their keys."""

    def clean(self, value: Any) -> Any:
        names = list(
            dict.fromkeys(filter(None, (line.strip() for line in super().clean(value).splitlines())))
        )
        found = dict(Organization.objects.filter(name__in=names).values_list("name", "pk"))
        unknown = [name for name in names if name not in found]
        if unknown:
            raise ValidationError(
                _("There is no customer “%(name)s”. Write the name as it stands with the customer."),
                params={"name": unknown[0]},
            )
        return [found[name] for name in names]


class RuleForm(forms.Form):
    """A rule: for which tickets, who is asked, how one is chosen, what if nobody can."""

    name = forms.CharField(
        label=pgettext_lazy("of a thing", "Name"),
        max_length=80,
        help_text=gettext_lazy("Stands beside the tickets it gave out."),
    )
    tiers = _several(gettext_lazy("Tier"), Tier.choices)
    priorities = _several(gettext_lazy("Priority"), Priority.choices)
    languages = _several(gettext_lazy("Language of the requester"))
    products = _several(gettext_lazy("Product"))
    platforms = _several(gettext_lazy("Platform"), Platform.choices)
    request_types = _several(gettext_lazy("Request type"))
    channels = _several(gettext_lazy("Came by"), Ticket.Channel.choices)
    plans = _several(gettext_lazy("Plan"))
    account = forms.ChoiceField(label=gettext_lazy("Customer"), choices=Account.choices, required=False)
    organizations = OrganizationsField(
        label=gettext_lazy("Only these customers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One on a line, by name. Empty: all of them."),
    )
    ask = _one_of(gettext_lazy("Who is asked"), Ask.choices, initial=Ask.TIER)
    people = _several(gettext_lazy("Who"))
    needs = _several(
        gettext_lazy("Only who"),
        [
            ("needs_skill", gettext_lazy("knows the product")),
            ("needs_language", gettext_lazy("speaks the language")),
            ("needs_hours", gettext_lazy("is within working hours")),
            ("needs_presence", gettext_lazy("is on the desk")),
        ],
    )
    turn = _one_of(gettext_lazy("Of these, who gets it"), Turn.choices, initial=Turn.ROUND_ROBIN)
    otherwise = _one_of(gettext_lazy("If nobody can"), Otherwise.choices, initial=Otherwise.WAIT)

    CONDITIONS = tuple(one.name for one in fields(Conditions))
    NUMBERS = ("products", "plans", "organizations", "people")

    def __init__(self, *args: Any, rule: Rule | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(rule or Rule("")))
        super().__init__(*args, **kwargs)
        self.key = rule.key if rule else new_key()
        # What is no longer offered stays choosable where the rule has it.
        products = Product.objects.filter(is_active=True) | Product.objects.filter(
            pk__in=rule.when.products if rule else ()
        )
        self._offer("products", [(str(one.pk), str(one)) for one in products])
        self._offer("plans", [(str(one.pk), str(one)) for one in Plan.objects.all()])
        self._offer("languages", [(code, language_name(code)) for code, _name in settings.LANGUAGES])
        types = RequestTypeVersion.objects.current()
        self._offer("request_types", [(one.request_type.code, str(one)) for one in types])
        staff = User.objects.staff().active().order_by("tier", "name")
        named = [(str(one.pk), f"{one.name} · {one.tier or one.get_role_display()}") for one in staff]
        self._offer("people", named)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast("forms.MultipleChoiceField", self.fields[name]).choices = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ask") == Ask.PEOPLE and not data.get("people"):
            self.add_error("people", _("Tick at least one person."))
        return data

    def rule(self) -> Rule:
        data: dict[str, Any] = {
            name: tuple(int(key) for key in value) if name in self.NUMBERS else value
            for name, value in self.cleaned_data.items()
        }
        when: dict[str, Any] = {
            name: tuple(data[name]) if name != "account" else data[name] for name in self.CONDITIONS
        }
        needs = data["needs"]
        return Rule(
            name=data["name"],
            key=self.key,
            when=Conditions(**when),
            ask=data["ask"],
            people=data["people"] if data["ask"] == Ask.PEOPLE else (),
            turn=data["turn"],
            needs_skill="needs_skill" in needs,
            needs_language="needs_language" in needs,
            needs_hours="needs_hours" in needs,
            needs_presence="needs_presence" in needs,
            otherwise=data["otherwise"],
        )


def _initial(rule: Rule) -> dict[str, Any]:
    names = dict(Organization.objects.filter(pk__in=rule.when.organizations).values_list("pk", "name"))
    needs = ("needs_skill", "needs_language", "needs_hours", "needs_presence")
    return {
        **{name: getattr(rule.when, name) for name in RuleForm.CONDITIONS},
        "organizations": "\n".join(names[key] for key in rule.when.organizations if key in names),
        "name": rule.name,
        "ask": rule.ask,
        "people": [str(key) for key in rule.people],
        "needs": [name for name in needs if getattr(rule, name)],
        "turn": rule.turn,
        "otherwise": rule.otherwise,
    }


class WeightsForm(forms.Form):
    """How much a ticket of each priority weighs against somebody's capacity."""

    def __init__(self, data: Any = None, *, weights: Mapping[str, int]) -> None:
        super().__init__(data, initial=dict(weights))
        for priority in Priority.values:
            self.fields[priority] = forms.IntegerField(label=priority, min_value=1, max_value=20)


class PutInForceForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What changed, and why"),
        max_length=200,
        help_text=gettext_lazy("Stands in the history of the rules."),
    )
    accept = forms.BooleanField(label=gettext_lazy("Yes, I mean it"), required=False)

    def __init__(self, *args: Any, has_doubts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_doubts = has_doubts
        if not has_doubts:
            del self.fields["accept"]

    def clean_accept(self) -> bool:
        if not self.cleaned_data["accept"]:
            raise ValidationError(_("Look at the doubts above; tick this if they are meant so."))
        return True


def _day_input() -> forms.DateInput:
    """In the one form that browsers read, whatever the language."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """The days of a simulation, in the reader's zone; the last seven without an answer."""

    since = forms.DateField(label=pgettext_lazy("period", "From"), widget=_day_input())
    until = forms.DateField(label=pgettext_lazy("period", "To"), widget=_day_input())

    def __init__(self, data: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        week = {"since": today - timedelta(days=7), "until": today - timedelta(days=1)}
        asked = data if data.get("since") or data.get("until") else week
        super().__init__(asked, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and not since <= until < since + timedelta(days=MOST_DAYS):
            raise ValidationError(
                _("The last day must not lie before the first; at most %(days)d days."),
                params={"days": MOST_DAYS},
            )
        return data

    def period(self) -> tuple[datetime, datetime]:
        """The first moment, and the first one after the last."""
        return _midnight(self.cleaned_data["since"]), _midnight(
            self.cleaned_data["until"] + timedelta(days=1)
        )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
