"""What a requester sends: a new ticket, an answer, "it is solved", "it is not"."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Application, Organization, User
from products.models import Platform, Product
from tickets.actions.saying import MAX_CHARACTERS
from tickets.forms.files import FilesField
from tickets.models import Priority, Ticket

MAX_STEPS_CHARACTERS = 20_000

# What the requester can judge, and the priority that follows from it.
IMPACT = [
    (Priority.P1, gettext_lazy("Nothing works"), gettext_lazy("All users, in production")),
    (Priority.P2, gettext_lazy("A main function is broken"), gettext_lazy("Some users")),
    (Priority.P3, gettext_lazy("Something is off"), gettext_lazy("Some operations")),
    (Priority.P4, gettext_lazy("A question or a wish"), gettext_lazy("Nothing is broken")),
]


class FileTicketForm(forms.Form):
    """A new ticket. Subject, impact and description are enough for a P1; the others name the product too."""

    subject = forms.CharField(
        label=gettext_lazy("What is going wrong?"),
        max_length=200,
        error_messages={"required": gettext_lazy("Please say in one line what is going wrong.")},
    )
    priority = forms.ChoiceField(
        label=gettext_lazy("How bad is it?"),
        choices=Priority.choices,
        error_messages={"required": gettext_lazy("Please choose how bad it is: the promise depends on it.")},
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=gettext_lazy("For which organisation?"), empty_label=None
    )
    application = forms.ModelChoiceField(
        Application.objects.none(), label=gettext_lazy("Application"), required=False, empty_label="—"
    )
    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("Product"), required=False, empty_label="—"
    )
    platform = forms.ChoiceField(
        label=gettext_lazy("Platform"), choices=[("", "—"), *Platform.choices], required=False
    )
    sdk_version = forms.CharField(label=gettext_lazy("SDK version"), max_length=40, required=False)
    body = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=MAX_CHARACTERS - MAX_STEPS_CHARACTERS,
        widget=forms.Textarea,
        help_text=gettext_lazy(
            "What you did, what you expected, what happened instead. Since when? Markdown works."
        ),
        error_messages={"required": gettext_lazy("Please describe the problem.")},
    )
    steps = forms.CharField(
        label=gettext_lazy("Steps to reproduce"),
        # Room for the heading between the two.
        max_length=MAX_STEPS_CHARACTERS - 100,
        widget=forms.Textarea,
        required=False,
    )
    attachments = FilesField(label=gettext_lazy("Logs and screenshots"))
    submission_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, requester: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organizations = list(requester.organizations.all())
        if len(self.organizations) > 1:
            self._offer("organization", requester.organizations.all())
        else:
            del self.fields["organization"]
        applications = Application.objects.filter(organization__in=self.organizations)
        self._offer("application", applications)
        self.applications = list(applications.prefetch_related("products"))
        products = Product.objects.filter(is_active=True)
        if products.exists():
            self._offer("product", products)
        else:
            del self.fields["product"]
        self.initial.setdefault("submission_key", uuid.uuid4())
        cast(FilesField, self.fields["attachments"]).belongs_to(requester, "ticket")

    def _offer(self, name: str, rows: models.QuerySet[Any]) -> None:
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    @property
    def chosen_organization(self) -> Organization | None:
        """The organisation chosen so far, or the only one."""
        chosen = self["organization"].value() if "organization" in self.fields else None
        if chosen:
            return next((one for one in self.organizations if str(one.pk) == str(chosen)), None)
        return self.organizations[0] if self.organizations else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "organization" not in self.fields:
            data["organization"] = self.chosen_organization
        application = data.get("application")
        if application and application.organization_id != getattr(data.get("organization"), "pk", None):
            self.add_error("application", _("This application belongs to another organisation."))
        asks_product = "product" in self.fields and data.get("priority") not in (None, Priority.P1)
        if asks_product and not data.get("product") and "product" not in self.errors:
            self.add_error("product", _("Please choose the product, so that it reaches the right engineer."))
        return data

    def facts(self) -> dict[str, Any]:
        """The cleaned answers in the words of `actions.create`."""
        facts = dict(self.cleaned_data)
        facts["files"] = facts.pop("attachments")
        if steps := facts.pop("steps"):
            facts["body"] += "\n\n### {}\n\n{}".format(_("Steps to reproduce"), steps)
        return facts


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
