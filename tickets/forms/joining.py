"""What an engineer may send to join, split and link tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.templatetags.look import plain_moment
from tickets.forms.working import DeskForm
from tickets.models import Link, Message, Priority, Ticket

if TYPE_CHECKING:
    ModelMultipleChoiceField = forms.ModelMultipleChoiceField[Message]
else:
    ModelMultipleChoiceField = forms.ModelMultipleChoiceField

MESSAGES_OFFERED = 50
BACKWARDS = "-back"


class MergeForm(DeskForm):
    """What the agent confirms. Only what applies to these two tickets is asked."""

    earlier_start = forms.BooleanField(required=False)
    share = forms.BooleanField(required=False)


class TicketField(forms.CharField):
    """A ticket by its number; cleaned to the ticket, which its form's user must be able to see."""

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().removeprefix("#").strip()
        if not text:
            return None
        if not text.isdecimal() or len(text) > 18:
            raise ValidationError(_("Please give the ticket's number."))
        return int(text)


class LinkForm(DeskForm):
    """How the two belong together, read from this ticket's side."""

    kind = forms.ChoiceField(label=gettext_lazy("This ticket"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        both: list[tuple[str, Any]] = [(Link.Kind.RELATED, Link.Kind.RELATED.label)]
        for kind in (Link.Kind.DUPLICATE, Link.Kind.PARENT, Link.Kind.BLOCKS):
            both += [(kind, kind.label), (kind + BACKWARDS, Link.BACKWARDS[kind])]
        self.fields["kind"] = forms.ChoiceField(
            label=gettext_lazy("This ticket"), choices=both, widget=forms.RadioSelect, initial=both[0][0]
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if kind := cleaned.get("kind"):
            cleaned["backwards"] = kind.endswith(BACKWARDS)
            cleaned["kind"] = kind.removesuffix(BACKWARDS)
        return cleaned


class MessagesField(ModelMultipleChoiceField):
    """Messages to choose from, each by who said it, when, and how it begins."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Message.objects.none(), widget=forms.CheckboxSelectMultiple, **options)

    def label_from_instance(self, message: Message) -> str:
        who = message.author.name if message.author else message.get_author_kind_display()
        begins = Truncator(" ".join(message.body.split())).chars(110)
        return f"{who}, {plain_moment(timezone.localtime(message.created_at))}: {begins}"


class SplitForm(DeskForm):
    messages = MessagesField(
        label=gettext_lazy("Messages for the new ticket"),
        help_text=gettext_lazy("They stay here too. At least one must be the customer's."),
    )
    subject = forms.CharField(label=gettext_lazy("Subject of the new ticket"), max_length=200)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=Priority.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ticket: Ticket = kwargs["ticket"]
        kwargs.setdefault("initial", {"priority": ticket.priority})
        super().__init__(*args, **kwargs)
        latest = ticket.messages.order_by("-created_at", "-pk").values("pk")[:MESSAGES_OFFERED]
        field = self.fields["messages"]
        assert isinstance(field, MessagesField)
        field.queryset = Message.objects.filter(pk__in=latest).select_related("author")


class DismissForm(DeskForm):
    why = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[
            ("spam", gettext_lazy("It is spam: nobody is waiting for an answer")),
            ("duplicate", gettext_lazy("It is a duplicate: answered in another ticket")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Its open promises are cancelled. The customer is told only that it is closed."
        ),
    )
    of = TicketField(
        label=gettext_lazy("Number of the other ticket"),
        required=False,
        help_text=gettext_lazy("For a duplicate. The desk sees it, not the customer."),
    )

    def clean_of(self) -> Ticket | None:
        number = self.cleaned_data["of"]
        if number is None:
            return None
        found = Ticket.objects.visible_to(self.user).exclude(pk=self.ticket.pk).filter(pk=number).first()
        if found is None:
            raise ValidationError(_("There is no such ticket."))
        return found
