"""What a requester sends: a new ticket, an answer, "it is solved", "it is not"."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Application, Organization, User
from files import uploads
from intake import asking, fallback, impact
from intake.definition import Field, Kind
from intake.evaluation import Evaluation, evaluate
from intake.models import ImpactRules, RequestTypeVersion
from products.models import Product
from tickets.actions.saying import MAX_CHARACTERS
from tickets.forms.files import FilesField
from tickets.models import Priority, Ticket


class FileTicketForm(forms.Form):
    """A new ticket: what is wrong, how bad it is, and the questions of a request type.

    `evaluate` alone says what is asked, needed and wrong. A P1 is held up by nothing but what makes it one.
    """

    subject = forms.CharField(
        label=gettext_lazy("What is going wrong?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Please say in one line what is going wrong.")},
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("For which organisation?"), empty_label=None
    )
    body = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea,
        help_text=gettext_lazy(
            "What you did, what you expected, what happened instead. Since when? Markdown works."
        ),
        error_messages={"required": gettext_lazy("Please describe the problem.")},
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=[("", ""), *Priority.choices], required=False
    )
    priority_reason = forms.CharField(
        label=gettext_lazy("More urgent because"), max_length=300, required=False
    )
    attachments = FilesField(label=gettext_lazy("Logs and screenshots"))
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, requester: User, version: RequestTypeVersion | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.requester = requester
        self.version = version
        self.definition = version.read if version else fallback.DEFINITION
        self.rules = ImpactRules.in_force()
        self.organizations = list(requester.organizations.all())
        if len(self.organizations) > 1:
            offered = cast("forms.ModelChoiceField[Any]", self.fields["organization"])
            offered.queryset = requester.organizations.all()
        else:
            del self.fields["organization"]
        applications = Application.objects.filter(organization__in=self.organizations)
        self.offered = asking.Offered(
            products=list(Product.objects.filter(is_active=True)),
            applications=list(applications.prefetch_related("products")),
        )
        self._speak()
        impacts = impact.FIELDS if self.definition.asks_impact else ()
        self.fields.update(asking.fields_for([*impacts, *self.definition], self.offered))
        for name, value in self.initial.items():
            field = self.fields.get(name)
            if isinstance(field, asking.QuestionField):
                self.initial[name] = field.shown_as(value)
        self.initial.setdefault("submission_key", uuid.uuid4())
        cast(FilesField, self.fields["attachments"]).belongs_to(requester, "ticket")

    def _speak(self) -> None:
        """Use the words of the request type where it has its own."""
        for name, words in (("subject", self.definition.subject), ("body", self.definition.body)):
            if words:
                self.fields[name].label = str(words)
        if self.definition.body_help:
            self.fields["body"].help_text = str(self.definition.body_help)

    @property
    def applications(self) -> Sequence[Application]:
        return self.offered.applications

    @property
    def chosen_organization(self) -> Organization | None:
        """The organisation chosen so far, or the only one."""
        chosen = self["organization"].value() if "organization" in self.fields else None
        if chosen:
            return next((one for one in self.organizations if str(one.pk) == str(chosen)), None)
        return self.organizations[0] if self.organizations else None

    @property
    def file_names(self) -> list[str]:
        """Of the files that will go along: those that wait, those that came with this request."""
        if not self.is_bound:
            return []
        if files := getattr(self, "cleaned_data", {}).get("attachments"):
            return [one.name for one in files]
        sent = self["attachments"].data
        waiting = uploads.chosen(self.requester, sent["uploaded"])
        return [*(one.name for one in waiting), *(one.name or "" for one in sent["files"] if one)]

    def look(self) -> Evaluation:
        """What is asked and what is missing, as the form stands."""
        given = {**asking.given(self), "priority": self["priority"].value()}
        names = self.file_names
        words = bool(self["subject"].value() and self["body"].value())
        return evaluate(
            self.definition,
            given,
            rules=self.rules,
            choices=self.offered.choices,
            files=names,
            zone=asking.zone_of_reader(),
            has_words=words,
        )

    def without_errors(self) -> FileTicketForm:
        """The same form, taken as it stands: nothing in it is wrong yet."""
        self._errors = ErrorDict()
        return self

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "organization" not in self.fields:
            data["organization"] = self.chosen_organization
        self.evaluation = self.look()
        self._check_application(data)
        self._check_raise(data)
        if self.evaluation.priority == Priority.P1:
            return data
        for key, text in self.evaluation.errors.items():
            self.add_error(key, text)
        for question in self.evaluation.holds_up:
            self.add_error(question.key if question.key in self.fields else None, needed(question))
        return data

    def _check_application(self, data: dict[str, Any]) -> None:
        chosen = self.evaluation.answers.get("application")
        self.application = next((one for one in self.applications if one.app_id == chosen), None)
        organization = data.get("organization")
        if self.application and self.application.organization_id != getattr(organization, "pk", None):
            self.add_error("application", _("This application belongs to another organisation."))

    def _check_raise(self, data: dict[str, Any]) -> None:
        """Who calls it more urgent than it follows says why."""
        found = self.evaluation
        self.is_raised = bool(found.proposed) and found.priority < found.proposed
        if self.is_raised and not data.get("priority_reason"):
            self.add_error(
                "priority_reason", _("Please say why it is more urgent: the engineer reads it first.")
            )

    def facts(self) -> dict[str, Any]:
        """The cleaned answers in the words of `actions.create`."""
        found, data = self.evaluation, self.cleaned_data
        product = next(
            (one for one in self.offered.products if one.code == found.answers.get("product")), None
        )
        return {
            "subject": data["subject"],
            "body": data["body"] + self._in_the_text(),
            "priority": found.priority,
            "priority_reason": data["priority_reason"] if self.is_raised else "",
            "organization": data["organization"],
            "product": product,
            "platform": found.answers.get("platform", ""),
            "sdk_version": found.answers.get("sdk_version", ""),
            "application": self.application,
            "request_type": self.version,
            "answers": found.kept,
            "files": data["attachments"],
            "submission_key": data["submission_key"],
        }

    def _in_the_text(self) -> str:
        """Long answers as parts of the first message, and what a P1 could not say in the form asked for."""
        said = []
        for question in self.evaluation.shown:
            if question.kind == Kind.LONG_TEXT and question.key in self.evaluation.answers:
                said.append((question.label, self.evaluation.answers[question.key]))
            elif question.key in self.evaluation.errors:
                said.append((question.label, _as_typed(asking.given(self).get(question.key))))
        return "".join(f"\n\n### {label}\n\n{text}" for label, text in said)


def needed(question: Field) -> str:
    """What is said beside a question that holds up the ticket."""
    if question.kind in (Kind.PRODUCT, Kind.PLATFORM, Kind.APPLICATION, Kind.CHOICE, Kind.CHOICES):
        asked = _("Please choose: %(label)s.")
    else:
        asked = _("Please answer: %(label)s.")
    return " ".join(str(part) for part in (asked % {"label": question.label}, question.why) if part)


def _as_typed(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


class ReplyForm(forms.Form):
    body = forms.CharField(
        label=pgettext_lazy("field", "Your answer"),
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea,
        required=False,
    )
    attachments = FilesField(label=gettext_lazy("Logs and screenshots"))

    def __init__(self, *args: Any, ticket: Ticket, author: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(FilesField, self.fields["attachments"]).belongs_to(author, f"reply-{ticket.pk}")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("body") and not data.get("attachments") and "attachments" not in self.errors:
            self.add_error("body", _("Please write something first."))
        return data


class ReopenForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What is still wrong?"),
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Please say in a sentence what is still wrong.")},
    )
