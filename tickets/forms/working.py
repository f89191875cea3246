"""What an engineer may send to a ticket. Each field is named like the argument of the action it goes to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Tier, User
from helpdesk.errors import Refused
from products.models import Platform, Product
from tickets.actions.saying import MAX_CHARACTERS
from tickets.forms.files import FilesField
from tickets.models import Priority, Ticket

if TYPE_CHECKING:
    ModelChoiceField = forms.ModelChoiceField[User]
else:
    ModelChoiceField = forms.ModelChoiceField


class DeskForm(forms.Form):
    """A form about one ticket that its user can see."""

    template_name = "tickets/_form.html"

    def __init__(self, *args: Any, ticket: Ticket, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ticket = ticket
        self.user = user

    @property
    def arguments(self) -> dict[str, Any]:
        """What the action gets; by default each field under its own name."""
        return self.cleaned_data

    def refuse(self, refusal: Refused) -> None:
        """Say why the action refused; by default above all fields."""
        self.add_error(None, str(refusal))


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Let a field choose among these rows."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def _offer_others(form: forms.Form, name: str, choices: type[models.TextChoices], present: str) -> None:
    """Let a field choose among these values but the present one: choosing that would change nothing."""
    others = [(value, label) for value, label in choices.choices if value != present]
    cast("forms.ChoiceField", form.fields[name]).choices = others


def _text(label: Any, *, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=MAX_CHARACTERS, **options
    )


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text
    )


class SayForm(DeskForm):
    """A public reply. Empty text is refused by the action, which knows about files."""

    body = _text(_("Reply"), rows=4, required=False)
    files = FilesField(label=_("Files"))  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(FilesField, self.fields["files"]).belongs_to(self.user, f"reply-{self.ticket.pk}")


class NoteForm(DeskForm):
    body = _text(_("Internal note"), rows=4, required=False)
    files = FilesField(label=_("Files"))  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(FilesField, self.fields["files"]).belongs_to(self.user, f"note-{self.ticket.pk}")


class PersonField(ModelChoiceField):
    """A colleague, named with the tier that tells two of the same name apart."""

    def __init__(self, **options: Any) -> None:
        super().__init__(User.objects.none(), **options)

    def label_from_instance(self, person: User) -> str:
        return f"{person.name} · {person.tier or person.get_role_display()}"


class AssignForm(DeskForm):
    to = PersonField(label=_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colleagues = User.objects.staff().active().order_by("tier", "name")
        if self.ticket.assignee_id:
            colleagues = colleagues.exclude(pk=self.ticket.assignee_id)
        _offer(self, "to", colleagues)


class HandOverForm(DeskForm):
    tier = forms.ChoiceField(label=_("To tier"), choices=Tier.choices)
    to = PersonField(
        label=_("To person"),
        required=False,
        empty_label=_("Whoever takes it"),
        help_text=_("A hand-over to TAM goes to the customer's own TAM where there is one."),
    )
    reason = _reason(
        _("What was tried, and what the next tier needs to know. The desk sees it, not the customer.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_others(self, "tier", Tier, self.ticket.tier)
        _offer(self, "to", User.objects.agents().exclude(tier=self.ticket.tier).order_by("tier", "name"))


class HoldForm(DeskForm):
    reason = _reason(_("The customer sees it, for example: the fix ships with 4.3.3 on Thursday."))


class ResolveForm(DeskForm):
    body = _text(
        _("What solved it"),
        rows=5,
        required=False,
        help_text=_("Sent to the requester. May stay empty if your last reply said it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.ticket.first_replied_at is None:
            self.fields["body"].required = True
            self.fields["body"].help_text = _("Sent to the requester, who has had no answer yet.")


class ReopenForm(DeskForm):
    reason = _reason(_("Stands in the history."))


class PriorityForm(DeskForm):
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, widget=forms.RadioSelect)
    reason = _reason(_("Stands in the history; the customer sees it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_others(self, "priority", Priority, self.ticket.priority)


class AgreeForm(DeskForm):
    agreed_at = forms.DateTimeField(
        label=_("Will be solved by"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In your time zone."),
    )
    body = _text(_("Tell the requester"), rows=4, help_text=_("Sent as a public reply with the date."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        soonest = timezone.localtime() + timedelta(minutes=5)
        self.fields["agreed_at"].widget.attrs["min"] = f"{soonest:%Y-%m-%dT%H:%M}"


class RequesterField(forms.EmailField):
    """Somebody who may sign in, by address; cleaned to the person."""

    def clean(self, value: Any) -> Any:
        email = super().clean(value)
        if not email:
            return None
        person = User.objects.active().filter(email=email.lower()).first()
        if person is None:
            raise ValidationError(
                _("Nobody with the address %(email)s has an account. Ask them to sign up first."),
                params={"email": email},
            )
        if person.is_staff_member:
            raise ValidationError(_("%(name)s works on the desk; name a customer."), params={"name": person})
        return person


class FileForCustomerForm(forms.Form):
    """A ticket that an engineer files for a customer."""

    template_name = "tickets/_form.html"

    ORIGINS = [
        ("taken", _("They called or chatted, and I answered at once")),
        ("customer", _("They asked; the answer is still to come")),
        ("outbound", _("Nobody asked: we tell them of something")),
    ]
    CHANNELS = [
        (Ticket.Channel.PHONE, Ticket.Channel.PHONE.label),
        (Ticket.Channel.CHAT, Ticket.Channel.CHAT.label),
        (Ticket.Channel.EMAIL, Ticket.Channel.EMAIL.label),
        (Ticket.Channel.WEB, _("other")),
    ]

    requester = RequesterField(label=_("Requester's e-mail address"))
    organization = forms.ModelChoiceField(
        Organization.objects.all(),
        label=_("Organisation"),
        required=False,
        empty_label=_("The requester's own"),
        to_field_name="name",
        widget=forms.TextInput(attrs={"list": "organizations", "autocomplete": "off"}),
        help_text=_("Needed only for a requester of more than one."),
    )
    channel = forms.ChoiceField(label=_("Came by"), choices=CHANNELS, initial=Ticket.Channel.PHONE)
    origin = forms.ChoiceField(
        label=_("How it began"), choices=ORIGINS, widget=forms.RadioSelect, initial="taken"
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.P3)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    body = _text(_("What was said"), rows=6)
    product = forms.ModelChoiceField(
        Product.objects.filter(is_active=True), label=_("Product"), required=False, empty_label=_("Not known")
    )
    platform = forms.ChoiceField(
        label=_("Platform"), required=False, choices=[("", _("Not known")), *Platform.choices]
    )
    sdk_version = forms.CharField(label=_("SDK version"), max_length=40, required=False)
    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    files = FilesField(label=_("Files"))  # type: ignore[assignment]

    def __init__(self, *args: Any, author: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(FilesField, self.fields["files"]).belongs_to(author, "desk")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        requester = cleaned.get("requester")
        if isinstance(requester, User) and not cleaned.get("organization"):
            own = list(requester.organizations.all()[:2])
            if len(own) > 1:
                self.add_error("organization", _("The requester belongs to several organisations: name one."))
            elif own:
                cleaned["organization"] = own[0]
        return cleaned
