"""The editor of a policy version, and the smaller forms around it."""

from __future__ import annotations

import hashlib
import re
from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.errors import InvalidInput
from sla import durations, ladder
from sla.ladder import Deed, Ladder, Role, Step
from sla.models import Calendar, Policy
from sla.policies.drafts import ZERO, Draft, DraftRow, all_calendars
from sla.policies.rules import PAUSES, Objection, objections
from sla.policies.wording import told_step
from tickets.models import Priority

_BREACH_PERCENT = 100


class DurationField(forms.CharField):
    """A duration as people write it; shown as it is read back."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return durations.parse(text)
        except InvalidInput as refused:
            raise forms.ValidationError(str(refused)) from None

    def prepare_value(self, value: Any) -> Any:
        return durations.tell(value) if isinstance(value, timedelta) else value


class LevelsField(forms.CharField):
    """Percentages as people write them: "75, 90, 150", "75 %、90 %". The breach at 100 is always there."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"})

    def to_python(self, value: Any) -> Any:
        words = re.split(r"[\s,;、，；%％]+", (super().to_python(value) or "").strip(" ,;、，；%％"))
        try:
            levels = [int(word) for word in words if word]
        except ValueError:
            raise forms.ValidationError(_("Write percentages, such as 75, 90, 150.")) from None
        if _BREACH_PERCENT not in levels and levels == sorted(levels):
            insort(levels, _BREACH_PERCENT)
        return tuple(levels)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple | list):
            return ", ".join(str(level) for level in value if level != _BREACH_PERCENT)
        return value


@dataclass(frozen=True)
class MatrixRow:
    """The fields of one priority, and what its durations are in working days of the chosen calendar."""

    priority: str
    name: str
    response: BoundField
    resolution: BoundField
    negotiated: BoundField
    calendar: BoundField
    pauses: BoundField
    response_note: str
    resolution_note: str

    @property
    def fields(self) -> list[BoundField]:
        return [self.response, self.resolution, self.negotiated, self.calendar, self.pauses]


@dataclass(frozen=True)
class StepRow:
    """The fields of one level of the ladder, and what it does as a sentence."""

    level: str
    label: str
    tell: BoundField
    do: BoundField
    mail: BoundField
    told: str


class VersionForm(forms.Form):
    """A policy version: the matrix of promises, warnings, options, the escalation ladder, its start.

    Filled from `start`, the version that is edited or a replayed draft. With `to_save` off only the promises
    are asked for: a replay needs no start and no reason. `draft()` is what was filled in.
    """

    levels = LevelsField(
        label=gettext_lazy("Warn when this much of the time is used"),
        help_text=gettext_lazy(
            "Percent, from small to large. 100, the breach, is always there; levels above it escalate "
            "further."
        ),
        required=False,
    )
    next_response = forms.BooleanField(
        label=gettext_lazy("Promise every next answer too"),
        help_text=gettext_lazy(
            "After the first answer, each question of the customer has the first answer's time."
        ),
        required=False,
    )
    bot_meets_response = forms.BooleanField(
        label=gettext_lazy("An answer by the bot counts as an answer"),
        help_text=gettext_lazy("Off: only a person's public reply keeps the promise of an answer."),
        required=False,
    )
    reopen_floor = DurationField(
        label=gettext_lazy("After a reopening leave at least"),
        help_text=gettext_lazy("Empty: the time that was left. A broken promise gets none."),
        required=False,
    )
    renotice_every = DurationField(
        label=gettext_lazy("Remind of a broken promise every"),
        help_text=gettext_lazy("Working time of the promise's calendar. Empty: no reminders."),
        required=False,
    )
    when = forms.ChoiceField(
        label=gettext_lazy("In force"),
        choices=[("now", gettext_lazy("from now on")), ("later", gettext_lazy("from a later moment on"))],
        widget=forms.RadioSelect,
        initial="now",
    )
    valid_from = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        required=False,
        help_text=gettext_lazy("In your time zone."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    note = forms.CharField(
        label=gettext_lazy("What changes, and why"),
        max_length=200,
        help_text=gettext_lazy("Stands beside the version for whoever asks in a year."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.CharField(required=False)

    def __init__(
        self, data: Any = None, *, start: Draft, now: datetime, to_save: bool = True, **options: Any
    ) -> None:
        options["initial"] = {**_initial(start), **options.get("initial", {})}
        super().__init__(data, **options)
        self.start, self.now, self.warnings = start, now, list[Objection]()
        self.ladder_is_wrong = False
        self.calendars = all_calendars()
        self._add_matrix()
        self.step_levels = self._levels_of_steps()
        self._add_steps()
        if not to_save:
            for name in ("when", "note"):
                self.fields[name].required = False
        self.to_save = to_save
        for name, field in self.fields.items():
            if isinstance(field, DurationField):
                field.widget.attrs["placeholder"] = durations.examples() if name in self.base_fields else ""

    def _add_matrix(self) -> None:
        calendars = Calendar.objects.all()
        statuses = [(status.value, status.label) for status in PAUSES]
        for priority in Priority:
            name, of = priority.lower(), {"priority": priority.value}
            self.fields |= {
                f"{name}_response": DurationField(
                    label=_("%(priority)s first answer") % of,
                    error_messages={"required": _("Write a duration.")},
                ),
                f"{name}_resolution": DurationField(label=_("%(priority)s solution") % of, required=False),
                f"{name}_negotiated": forms.BooleanField(label=_("by agreement"), required=False),
                f"{name}_calendar": forms.ModelChoiceField(
                    calendars, label=_("%(priority)s counted on") % of, empty_label=None
                ),
                f"{name}_pauses": forms.MultipleChoiceField(
                    label=_("%(priority)s solution pauses while") % of,
                    choices=statuses,
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                ),
            }

    def _levels_of_steps(self) -> list[str]:
        """The levels that the typed percentages offer, and those that were filled in before they changed."""
        percents: Sequence[int] = self.start.levels
        filled = {step.level for step in self.start.ladder}
        if self.is_bound:
            with suppress(forms.ValidationError):
                percents = self.fields["levels"].clean(self.data.get("levels"))
            names = (
                name.removeprefix("step-").rsplit("-", 1) for name in self.data if name.startswith("step-")
            )
            filled = {parts[0] for parts in names if parts[-1] in ("tell", "do")}
        found = ladder.offered(percents)
        return found + sorted(level for level in filled if level not in found)

    def _add_steps(self) -> None:
        for level in self.step_levels:
            self.fields |= {
                f"step-{level}-tell": forms.MultipleChoiceField(
                    label=_("tell"), choices=Role.choices, widget=forms.CheckboxSelectMultiple, required=False
                ),
                f"step-{level}-do": forms.MultipleChoiceField(
                    label=_("do"), choices=Deed.choices, widget=forms.CheckboxSelectMultiple, required=False
                ),
                f"step-{level}-mail": forms.BooleanField(label=_("also by mail"), required=False),
            }

    @property
    def matrix(self) -> Iterator[MatrixRow]:
        for priority in Priority:
            name = priority.lower()
            yield MatrixRow(
                priority=priority.value,
                name=str(priority.label),
                response=self[f"{name}_response"],
                resolution=self[f"{name}_resolution"],
                negotiated=self[f"{name}_negotiated"],
                calendar=self[f"{name}_calendar"],
                pauses=self[f"{name}_pauses"],
                response_note=self.reading(f"{name}_response"),
                resolution_note=self.reading(f"{name}_resolution"),
            )

    def reading(self, field: str) -> str:
        """What the duration typed in this field is in working days of the calendar chosen beside it."""
        typed, chosen = self[field].value(), self[f"{field[:2]}_calendar"].value()
        calendar = self.calendars.get(int(chosen)) if str(chosen or "").isdigit() else None
        if not typed or calendar is None:
            return ""
        try:
            return durations.in_working_days(durations.parse(str(typed)), calendar)
        except InvalidInput:
            return ""

    @property
    def steps(self) -> Iterator[StepRow]:
        for level in self.step_levels:
            tell, do, mail = (self[f"step-{level}-{part}"] for part in ("tell", "do", "mail"))
            yield StepRow(level, ladder.label(level), tell, do, mail, self._told(tell, do, mail, level))

    def _told(self, tell: BoundField, do: BoundField, mail: BoundField, level: str) -> str:
        roles = tuple(Role(name) for name in tell.value() or () if name in Role.values)
        deeds = tuple(Deed(name) for name in do.value() or () if name in Deed.values)
        return told_step(Step(level, roles, deeds, bool(mail.value())))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for priority in Priority:
            self._clean_resolution(cleaned, priority.lower())
        if self.to_save:
            self._clean_start(cleaned)
        if not self._promise_errors():
            self._object(objections(self.draft(), self.calendars))
        return cleaned

    def _clean_resolution(self, cleaned: dict[str, Any], name: str) -> None:
        field = f"{name}_resolution"
        if cleaned.get(f"{name}_negotiated"):
            if cleaned.get(field):
                self.add_error(field, _("Either a duration or by agreement, not both."))
        elif field not in self.errors and not cleaned.get(field):
            self.add_error(field, _("Write a duration, or tick “by agreement”."))

    def _clean_start(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("when") != "later":
            cleaned["valid_from"] = self.now
        elif not cleaned.get("valid_from"):
            if "valid_from" not in self.errors:
                self.add_error("valid_from", _("Choose the moment."))
        elif cleaned["valid_from"] < self.now:
            self.add_error(
                "valid_from", _("A promise is not changed for the past. Choose now or a later moment.")
            )

    def _promise_errors(self) -> set[str]:
        return set(self.errors) - {"when", "valid_from", "note", "based_on", "accept"}

    def _object(self, found: Sequence[Objection]) -> None:
        for objection in found:
            if objection.is_warning:
                self.warnings.append(objection)
            else:
                self.add_error(
                    objection.field if objection.field in self.fields else None, objection.sentence
                )
        if "ladder" in {objection.field for objection in found if not objection.is_warning}:
            self.ladder_is_wrong = True

    @cached_property
    def fingerprint(self) -> str:
        """Of the warnings, so that accepting these does not accept others."""
        told = "\n".join(warning.sentence for warning in self.warnings)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def must_accept(self) -> bool:
        """Whether there are warnings that nobody has accepted yet."""
        return bool(self.warnings) and self.data.get("accept") != self.fingerprint

    def draft(self) -> Draft:
        """What was filled in. Call it after `is_valid()`."""
        cleaned = self.cleaned_data
        return Draft(
            rows=tuple(self._row(priority) for priority in Priority),
            levels=cleaned["levels"],
            ladder=Ladder(tuple(step for level in self.step_levels if (step := self._step(level)))),
            next_response=cleaned["next_response"],
            bot_meets_response=cleaned["bot_meets_response"],
            reopen_floor=cleaned["reopen_floor"] or ZERO,
            renotice_every=cleaned["renotice_every"],
        )

    def _row(self, priority: Priority) -> DraftRow:
        cleaned, name = self.cleaned_data, priority.lower()
        return DraftRow(
            priority=priority.value,
            response=cleaned[f"{name}_response"],
            resolution=None if cleaned[f"{name}_negotiated"] else cleaned[f"{name}_resolution"],
            calendar=cleaned[f"{name}_calendar"].pk,
            pauses=tuple(cleaned[f"{name}_pauses"]),
        )

    def _step(self, level: str) -> Step | None:
        """A level for which nothing is ticked has no step."""
        tell, do, mail = (self.cleaned_data[f"step-{level}-{part}"] for part in ("tell", "do", "mail"))
        if not tell and not do:
            return None
        return Step(level, tuple(map(Role, tell)), tuple(map(Deed, do)), mail)


def _initial(start: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {
        "levels": start.levels,
        "next_response": start.next_response,
        "bot_meets_response": start.bot_meets_response,
        "reopen_floor": start.reopen_floor or None,
        "renotice_every": start.renotice_every,
    }
    for row in start.rows:
        name = row.priority.lower()
        found |= {
            f"{name}_response": row.response,
            f"{name}_resolution": row.resolution,
            f"{name}_negotiated": row.resolution is None,
            f"{name}_calendar": row.calendar,
            f"{name}_pauses": list(row.pauses),
        }
    for step in start.ladder:
        found |= {
            f"step-{step.level}-tell": [role.value for role in step.tell],
            f"step-{step.level}-do": [deed.value for deed in step.do],
            f"step-{step.level}-mail": step.mail,
        }
    return found


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a policy is called."""

    class Meta:
        model = Policy
        fields = ("name", "name_zh")


class NewPolicyForm(PolicyForm):
    """A new policy starts as a copy: nobody types a matrix and a ladder from nothing."""

    copied = forms.ModelChoiceField(
        Policy.objects.all(),
        label=gettext_lazy("Start with the promises of"),
        empty_label=None,
        help_text=gettext_lazy(
            "Its version in force becomes version 1 of the new policy. Nobody is promised anything until a "
            "plan has it."
        ),
    )


class ReplayForm(forms.Form):
    """Which tickets a replay reads. Without dates, those filed last month."""

    since = forms.DateField(
        label=gettext_lazy("Filed from"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=pgettext_lazy("period", "to and with"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    whose = forms.ChoiceField(label=gettext_lazy("Tickets under"), required=False)

    def __init__(self, data: Any = None, *, policy: Policy, **options: Any) -> None:
        super().__init__(data, **options)
        self.policy = policy
        others = Policy.objects.exclude(pk=policy.pk)
        self.policies = {str(one.pk): one for one in [policy, *others]}
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            *((key, str(one)) for key, one in self.policies.items()),
            ("all", _("every policy")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = last_month(timezone.localdate())
        cleaned["since"], cleaned["until"] = cleaned.get("since") or first, cleaned.get("until") or last
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("The end lies before the start."))
        return cleaned

    def period(self) -> dict[str, Any]:
        """start, end (exclusive) and of_policy for `replaying.begin`; days of the reader's zone."""
        cleaned = self.cleaned_data
        whose = cleaned["whose"] or str(self.policy.pk)
        return {
            "start": _midnight(cleaned["since"]),
            "end": _midnight(cleaned["until"] + timedelta(days=1)),
            "of_policy": self.policies.get(whose),
        }


def last_month(today: date) -> tuple[date, date]:
    """The first and the last day of the month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
