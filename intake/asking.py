"""The questions of a request type as fields of a form. They only carry what is typed: `evaluate` judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Application
from intake.definition import Field, Kind
from intake.values import LONGEST, Choices
from products.models import Platform, Product

LOCAL = "%Y-%m-%dT%H:%M"
# Offered while typing; every zone that the system knows is taken.
ZONES = (
    *("UTC", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul"),
    *("Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Asia/Manila", "Asia/Kolkata", "Asia/Karachi"),
    *("Asia/Dubai", "Asia/Riyadh", "Asia/Tehran", "Asia/Jerusalem", "Europe/Istanbul", "Europe/Moscow"),
    *("Europe/London", "Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Kyiv"),
    *(
        "Africa/Cairo",
        "Africa/Lagos",
        "Africa/Johannesburg",
        "America/Sao_Paulo",
        "America/Argentina/Buenos_Aires",
    ),
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Mexico_City"),
    *("Australia/Sydney", "Pacific/Auckland"),
)


@dataclass(frozen=True)
class Offered:
    """The rows that the pickers offer to this reporter."""

    products: Sequence[Product] = ()
    applications: Sequence[Application] = ()

    @property
    def choices(self) -> Choices:
        return Choices(
            products={one.code: str(one) for one in self.products},
            applications={one.app_id: str(one) for one in self.applications},
        )


class MomentInput(forms.MultiWidget):
    """Day and time, with the zone of the clock they were read from."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__({"": _moment_input(), "zone": _zone_input()})

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Mapping):
            return [value.get("at", ""), value.get("zone") or self.zone]
        return [_local(value, self.zone), self.zone]


class PeriodInput(forms.MultiWidget):
    def __init__(self, zone: str) -> None:
        self.zone = zone
        until = _moment_input(_("Until"))
        super().__init__(
            {"": _moment_input(pgettext_lazy("time", "From")), "until": until, "zone": _zone_input()}
        )

    def decompress(self, value: Any) -> list[Any]:
        value = value if isinstance(value, Mapping) else {}
        if value.get("zone"):
            return [value.get("from", ""), value.get("until", ""), value["zone"]]
        return [_local(value.get("from"), self.zone), _local(value.get("until"), self.zone), self.zone]


def _moment_input(label: Any = None) -> forms.DateTimeInput:
    attrs = {"type": "datetime-local", "class": "input"}
    return forms.DateTimeInput(attrs=attrs if label is None else {**attrs, "aria-label": label}, format=LOCAL)


def _zone_input() -> forms.TextInput:
    attrs = {"list": "zones", "class": "input", "aria-label": _("Time zone"), "autocomplete": "off"}
    return forms.TextInput(attrs=attrs)


def _local(value: Any, zone: str) -> str:
    """A typed moment as an input shows it, in the reader's zone; anything else as it was sent."""
    try:
        return timezone.localtime(datetime.fromisoformat(str(value))).strftime(LOCAL)
    except ValueError:
        return str(value or "")


class QuestionField(forms.Field):
    """Keeps what was sent. It never refuses: whether it is an answer is for `evaluate` to say."""

    def __init__(self, question: Field, offered: Offered) -> None:
        widget = _widget(question, offered)
        super().__init__(
            required=False, label=str(question.label), widget=widget, help_text=str(question.help)
        )
        self.question = question
        self._codes: dict[str, str] = {}
        if question.kind == Kind.PRODUCT:
            self._codes = {str(one.pk): one.code for one in offered.products}
        elif question.kind == Kind.APPLICATION:
            self._codes = {str(one.pk): one.app_id for one in offered.applications}

    def given(self, value: Any) -> Any:
        """The sent value in the words of `evaluate`: codes for rows, parts by name."""
        match self.question.kind:
            case Kind.PRODUCT | Kind.APPLICATION:
                return self._codes.get(str(value), value) if value else None
            case Kind.MOMENT if isinstance(value, list):
                return {"at": value[0] or "", "zone": value[1] or ""}
            case Kind.PERIOD if isinstance(value, list):
                return {"from": value[0] or "", "until": value[1] or "", "zone": value[2] or ""}
        return value

    def shown_as(self, value: Any) -> Any:
        """A typed value as the input wants it: rows by their id."""
        if self.question.kind in (Kind.PRODUCT, Kind.APPLICATION):
            return next((pk for pk, code in self._codes.items() if code == value), value)
        return value


def _widget(question: Field, offered: Offered) -> forms.Widget:
    placeholder = {"placeholder": str(question.placeholder)} if question.placeholder else {}
    zone = timezone.get_current_timezone_name()
    match question.kind:
        case Kind.LONG_TEXT:
            limit = LONGEST[Kind.LONG_TEXT]
            return forms.Textarea(attrs={"rows": 3, "maxlength": limit, **placeholder})
        case Kind.CHOICE:
            return forms.Select(choices=[("", "—"), *((one.value, one.label) for one in question.options)])
        case Kind.CHOICES:
            return forms.CheckboxSelectMultiple(choices=[(one.value, one.label) for one in question.options])
        case Kind.NUMBER:
            limits = {"min": question.minimum, "max": question.maximum}
            kept = {name: f"{limit:g}" for name, limit in limits.items() if limit is not None}
            return forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", **kept, **placeholder})
        case Kind.URL:
            return forms.URLInput(attrs={"maxlength": LONGEST[Kind.URL], **placeholder})
        case Kind.MOMENT:
            return MomentInput(zone)
        case Kind.PERIOD:
            return PeriodInput(zone)
        case Kind.PLATFORM:
            return forms.Select(choices=[("", "—"), *Platform.choices])
        case Kind.PRODUCT:
            return forms.Select(choices=[("", "—"), *((one.pk, str(one)) for one in offered.products)])
        case Kind.APPLICATION:
            return forms.Select(choices=[("", "—"), *((one.pk, str(one)) for one in offered.applications)])
        case Kind.VERSION:
            attrs = {"maxlength": LONGEST[Kind.VERSION], "autocomplete": "off", "spellcheck": "false"}
            return forms.TextInput(attrs={"list": f"{question.key}-offered", **attrs, **placeholder})
    return forms.TextInput(attrs={"maxlength": LONGEST[Kind.TEXT], **placeholder})


def fields_for(questions: Sequence[Field], offered: Offered) -> dict[str, QuestionField]:
    """A field for each question but those that files answer."""
    return {one.key: QuestionField(one, offered) for one in questions if one.kind != Kind.FILES}


def given(form: forms.Form) -> dict[str, Any]:
    """What stands in the form, as `evaluate` takes it; before the form was cleaned as well as after."""
    return {
        name: field.given(form[name].value())
        for name, field in form.fields.items()
        if isinstance(field, QuestionField)
    }


def zone_of_reader() -> tzinfo:
    return timezone.get_current_timezone()
