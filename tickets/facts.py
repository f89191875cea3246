"""What is known of a ticket, question by question: for its pages, the search, the API and the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils.functional import cached_property

from helpdesk.templatetags.look import babel_locale
from intake import fallback, impact, values
from intake.attached import answers_with
from intake.definition import CORE, Definition, Field, Kind, Need
from intake.evaluation import Evaluation, evaluate
from intake.models import RequestTypeVersion
from intake.values import Choices
from tickets.models import Attachment, Ticket, TicketQuerySet

_IN_SEARCH = (Kind.TEXT, Kind.VERSION, Kind.URL, Kind.NUMBER, Kind.CHOICE, Kind.CHOICES)


def definition_of(ticket: Ticket) -> Definition:
    """What the ticket was asked; the general questions for one without a request type."""
    return ticket.request_type.read if ticket.request_type else fallback.DEFINITION


def given(ticket: Ticket) -> dict[str, Any]:
    """Everything that is answered, by key, in the words of `evaluate`."""
    return {
        **ticket.answers,
        "priority": ticket.priority,
        "product": ticket.product.code if ticket.product else None,
        "platform": ticket.platform,
        "sdk_version": ticket.sdk_version,
        "application": ticket.application.app_id if ticket.application else None,
    }


def choices_of(ticket: Ticket) -> Choices:
    """What the ticket itself names, whether it is still offered or not."""
    return Choices(
        products={ticket.product.code: str(ticket.product)} if ticket.product else {"-": "-"},
        applications={ticket.application.app_id: str(ticket.application)} if ticket.application else {},
    )


def with_file_names(tickets: TicketQuerySet) -> TicketQuerySet:
    """Read the names of all files of the conversation along with the tickets."""
    attached = Attachment.objects.filter(message__ticket=OuterRef("pk")).order_by().values("name")
    return tickets.annotate(attached_names=ArraySubquery(attached))


def file_names(ticket: Ticket) -> list[str]:
    """Names of all files of the conversation; a query unless `with_file_names` read them."""
    names: list[str] | None = getattr(ticket, "attached_names", None)
    if names is not None:
        return names
    return list(Attachment.objects.filter(message__ticket=ticket).values_list("name", flat=True))


def look(ticket: Ticket, names: Iterable[str]) -> Evaluation:
    """How complete the ticket is now."""
    return evaluate(
        definition_of(ticket), given(ticket), rules=None, choices=choices_of(ticket), files=list(names)
    )


@dataclass(frozen=True)
class Fact:
    """A question and its answer in the reader's words; `value` is empty while there is none."""

    question: Field
    value: str
    need: str
    is_asked: bool = False

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def is_long(self) -> bool:
        return self.question.kind == Kind.LONG_TEXT

    @property
    def is_code(self) -> bool:
        return self.question.kind in (Kind.VERSION, Kind.TEXT) and any(map(str.isdigit, self.value))


class Facts:
    """The facts of a ticket. What is open costs one query, for the names of its files."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self.definition = definition_of(ticket)

    @cached_property
    def evaluation(self) -> Evaluation:
        return look(self.ticket, file_names(self.ticket))

    @cached_property
    def asked(self) -> dict[str, bool]:
        """What an engineer asked back and still waits for: key -> whether it is required."""
        return {one["key"]: bool(one.get("required", True)) for one in self.ticket.asked_facts}

    @property
    def known(self) -> list[Fact]:
        """What is answered, in the order of the form; the ticket's columns are shown by the page itself."""
        answers = self.ticket.answers
        return [
            Fact(
                question, shown(question, answers[question.key]), self.evaluation.needs.get(question.key, "")
            )
            for question in questions(self.definition)
            if question.key in answers and question.key not in CORE
        ]

    @property
    def open(self) -> list[Fact]:
        """What would help and is not known yet, the most needed first."""
        needs = self.evaluation.needs
        return [
            Fact(question, "", needs[question.key], question.key in self.asked)
            for question in self.evaluation.missing
        ]

    @property
    def asked_back(self) -> list[Fact]:
        """The checklist: what an engineer asked for, in the order of the form."""
        return [
            Fact(question, "", Need.REQUIRED if self.asked[question.key] else Need.RECOMMENDED, is_asked=True)
            for question in questions(self.definition)
            if question.key in self.asked
        ]

    @property
    def percent(self) -> int:
        return self.evaluation.percent

    @property
    def priority_reason(self) -> str:
        return str(self.ticket.answers.get("priority_reason", ""))


def questions(definition: Definition) -> list[Field]:
    """Every question that can be answered: those about the impact and those of the type."""
    return [*(impact.FIELDS if definition.asks_impact else ()), *definition]


def shown(question: Field, value: Any) -> str:
    return values.shown(question, value, locale=babel_locale())


def files_answer(question: Field, names: Sequence[str]) -> bool:
    return question.kind == Kind.FILES and answers_with(question.accepts, names)


# --- For the search and the log


def words(ticket: Ticket, keys: Iterable[str] | None = None) -> str:
    """What the search finds a ticket by: what people typed, what they chose in both languages."""
    wanted = None if keys is None else set(keys)
    said = [ticket.sdk_version] if wanted is None or "sdk_version" in wanted else []
    for question in questions(definition_of(ticket)):
        if question.key not in ticket.answers or question.kind not in _IN_SEARCH:
            continue
        if wanted is not None and question.key not in wanted:
            continue
        said += _said(question, ticket.answers[question.key])
    return " ".join(one for one in said if one)


def _said(question: Field, value: Any) -> list[str]:
    if question.kind not in (Kind.CHOICE, Kind.CHOICES):
        return [str(value)]
    chosen = value if isinstance(value, list) else [value]
    if question.key in impact.BY_KEY:
        return []
    labels = [option.label for option in question.options if option.value in chosen]
    return [text for label in labels for text in (label.en, label.zh)]


def carried_over(ticket: Ticket) -> dict[str, Any]:
    """What a ticket that goes on from this one, or is split from it, is about: columns and answers."""
    return {
        "organization": ticket.organization,
        "product": ticket.product,
        "platform": ticket.platform,
        "sdk_version": ticket.sdk_version,
        "application": ticket.application,
        "request_type": ticket.request_type,
        "answers": ticket.answers,
    }


def told(ticket: Ticket) -> dict[str, Any]:
    """What the event of a new ticket tells of the form: its version and the answers."""
    if not ticket.request_type and not ticket.answers:
        return {}
    version = ticket.request_type
    return {"request_type": name_of(version) if version else None, "answers": ticket.answers}


def name_of(version: RequestTypeVersion) -> dict[str, Any]:
    return {"code": version.request_type.code, "version": version.number}
