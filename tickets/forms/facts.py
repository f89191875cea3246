"""Forms about what is known of a ticket: answered by the customer, asked back and corrected by the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Application, User
from intake import asking
from intake.definition import CORE, Definition, Field, Kind, Need
from intake.evaluation import Evaluation, evaluate
from intake.models import RequestTypeVersion
from products.models import Product
from tickets import facts
from tickets.actions.saying import MAX_CHARACTERS
from tickets.forms.files import FilesField
from tickets.forms.working import DeskForm
from tickets.models import Ticket


def offered_to(ticket: Ticket) -> asking.Offered:
    """Products on offer and the one that the ticket has; applications of its organisation."""
    products = list(Product.objects.filter(is_active=True))
    if ticket.product and ticket.product not in products:
        products.append(ticket.product)
    applications = (
        Application.objects.filter(organization=ticket.organization_id) if ticket.organization_id else []
    )
    return asking.Offered(products=products, applications=list(applications))


class _Questions(forms.Form):
    """Asks some questions of a ticket's request type and reads the answers with all that is known already."""

    def ask(self, ticket: Ticket, questions: Iterable[Field], *, with_values: bool) -> None:
        self.ticket = ticket
        self.questions = list(questions)
        self.offered = offered_to(ticket)
        fields = asking.fields_for(self.questions, self.offered)
        self.fields.update(fields)
        if with_values:
            known = facts.given(ticket)
            for key, field in fields.items():
                self.initial.setdefault(key, field.shown_as(known.get(key)))

    def read(self) -> Evaluation:
        """Evaluate; what is wrong with an answer stands beside it."""
        known = facts.given(self.ticket)
        given = {
            **known,
            **{key: value for key, value in asking.given(self).items() if key in self.asked_keys},
        }
        found = evaluate(
            facts.definition_of(self.ticket),
            given,
            rules=None,
            choices=self.offered.choices,
            zone=asking.zone_of_reader(),
        )
        for key, text in found.errors.items():
            if key in self.fields:
                self.add_error(key, text)
        return found

    @property
    def asked_keys(self) -> set[str]:
        return {one.key for one in self.questions if one.key in self.fields}

    def columns(self, found: Evaluation, keys: Iterable[str]) -> dict[str, Any]:
        """The answers among `keys` that are columns of a ticket, as its actions take them."""
        wanted: dict[str, Any] = {}
        for key in set(keys) & CORE:
            value = found.answers.get(key)
            if key == "product":
                wanted[key] = next((one for one in self.offered.products if one.code == value), None)
            elif key == "application":
                wanted[key] = next((one for one in self.offered.applications if one.app_id == value), None)
            else:
                wanted[key] = value or ""
        return wanted

    def kept(self, found: Evaluation, keys: Iterable[str]) -> dict[str, Any]:
        """The others; None where nothing is answered now."""
        return {key: found.answers.get(key) for key in set(keys) - CORE}


class AnswerForm(_Questions):
    """What the ticket's page asks a requester: what an engineer wants to know, or what would help."""

    body = forms.CharField(
        label=gettext_lazy("Anything else"),
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    attachments = FilesField(label=gettext_lazy("Logs and screenshots"))

    def __init__(
        self, *args: Any, ticket: Ticket, author: User, asked: Sequence[facts.Fact], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cast(FilesField, self.fields["attachments"]).belongs_to(author, f"answers-{ticket.pk}")
        self.asked = list(asked)
        self.ask(ticket, [one.question for one in asked], with_values=True)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each question as the page shows it (templates/tickets/_question.html)."""
        platform = self.ticket.platform
        return [
            {
                "question": one.question,
                "field": self[one.key] if one.key in self.fields else None,
                "is_shown": True,
                "is_missing": True,
                "need": one.need if one.is_asked else Need.RECOMMENDED,
                "help": one.question.help_for(platform),
            }
            for one in self.asked
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.found = self.read()
        return data

    def answers(self) -> dict[str, Any]:
        """In the words of `actions.answer`. What is left empty stays as it was."""
        answered = [key for key in self.asked_keys if self.found.answers.get(key) is not None]
        return {
            "answers": self.kept(self.found, answered),
            "body": self.cleaned_data["body"],
            "files": self.cleaned_data["attachments"],
            **self.columns(self.found, answered),
        }


class FactsForm(DeskForm, _Questions):
    """The desk corrects what is known: the subject, the request type, and every answer."""

    parts = "tickets/_facts_form.html"

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    request_type = forms.ModelChoiceField(
        RequestTypeVersion.objects.none(),
        label=gettext_lazy("Request type"),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("Another one asks other questions; save, then fill them in."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        ticket: Ticket = kwargs["ticket"]
        kwargs.setdefault("initial", {"subject": ticket.subject, "request_type": ticket.request_type_id})
        super().__init__(*args, **kwargs)
        definition = facts.definition_of(ticket)
        core = [one for one in _core(definition) if one.key not in definition.by_key]
        questions = [*core, *facts.questions(definition)]
        self.ask(ticket, [one for one in questions if one.kind != Kind.FILES], with_values=True)
        types = self.fields["request_type"]
        types.queryset = _types(ticket)  # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        subject = " ".join(self.cleaned_data["subject"].split())
        if not subject:
            raise forms.ValidationError(_("Please say in one line what is going wrong."))
        return subject

    def clean(self) -> dict[str, Any]:
        """The words of `actions.set_facts`."""
        data = super().clean() or {}
        found = self.read()
        shown = {one.key for one in found.shown}
        # What is not asked any more keeps the answer it has: a correction elsewhere loses nothing.
        return {
            **{name: data[name] for name in ("subject", "request_type") if name in data},
            "answers": self.kept(found, self.asked_keys & shown),
            **self.columns(found, self.asked_keys & shown),
        }

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "question": one,
                "field": self[one.key],
                "is_shown": True,
                "need": "",
                "help": one.help_for(self.ticket.platform) if one.key in self.errors else "",
            }
            for one in self.questions
        ]


class AskForm(DeskForm):
    """An engineer picks facts to ask for, with words of their own if they like.

    `initial` may be what `clean` returned, to be asked again.
    """

    parts = "tickets/_ask_form.html"

    body = forms.CharField(
        label=gettext_lazy("In your words"),
        max_length=MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("Sent with the list. May stay empty."),
    )
    facts = forms.MultipleChoiceField(
        label=gettext_lazy("Facts"), widget=forms.CheckboxSelectMultiple, required=False
    )
    optional = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = self.ticket.request_type or RequestTypeVersion.objects.offered().first()
        definition = self.type.read if self.type else facts.definition_of(self.ticket)
        self.questions = facts.questions(definition)
        choices = [(one.key, str(one.label)) for one in self.questions]
        for name in ("facts", "optional"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        asked = self.initial.get("facts", ())
        self.initial["facts"] = [one["key"] for one in asked]
        self.initial["optional"] = [one["key"] for one in asked if not one["required"]]

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """What is not known first, then what is; each with the help that the customer will read."""
        known = facts.given(self.ticket)
        names = list(facts.file_names(self.ticket))
        chosen = set(self["facts"].value() or [])
        optional = set(self["optional"].value() or [])
        rows = [
            {
                "question": one,
                "is_known": bool(known.get(one.key)) or facts.files_answer(one, names),
                "is_chosen": one.key in chosen,
                "is_optional": one.key in optional,
                "is_asked": any(asked["key"] == one.key for asked in self.ticket.asked_facts),
                "help": one.help_for(self.ticket.platform),
            }
            for one in self.questions
        ]
        open_ = [row for row in rows if not row["is_known"]]
        done = [row for row in rows if row["is_known"]]
        return [
            (title, group) for title, group in ((_("Not known yet"), open_), (_("Ask again"), done)) if group
        ]

    def clean(self) -> dict[str, Any]:
        """The words of `actions.ask_requester`."""
        data = super().clean() or {}
        optional = set(data.get("optional", ()))
        wanted = [{"key": key, "required": key not in optional} for key in data.get("facts", ())]
        if not wanted and not data.get("body") and not self.errors:
            self.add_error(None, _("Choose at least one fact, or ask in your words."))
        return {"body": data.get("body", ""), "facts": wanted, "request_type": self.type}


def _core(definition: Definition) -> list[Field]:
    """Product, platform and the like can be corrected, asked for or not."""
    from intake import fallback

    return [one for one in fallback.DEFINITION if one.key in CORE]


def _types(ticket: Ticket) -> Any:
    offered = [version.pk for version in RequestTypeVersion.objects.offered()]
    if ticket.request_type and ticket.request_type_id not in offered:
        same = ticket.request_type.request_type_id
        current = RequestTypeVersion.objects.filter(pk__in=offered, request_type=same)
        offered = [pk for pk in offered if pk not in set(current.values_list("pk", flat=True))]
        offered.append(ticket.request_type.pk)
    return (
        RequestTypeVersion.objects.filter(pk__in=offered)
        .select_related("request_type")
        .order_by("request_type__position")
    )
