"""What the desk knows of a ticket already, so that nobody types it again on a hand-over."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from handover.definition import Answer, Item
from intake.attached import answers_with
from intake.definition import CORE, Accepts
from intake.models import RequestTypeVersion
from tickets import facts
from tickets.models import Ticket

# Facts that every ticket may have. Any other source is the key of a question of its request type.
SOURCES: dict[str, tuple[str | Promise, Callable[[Ticket], str]]] = {
    "product": (_("Product"), lambda ticket: str(ticket.product or "")),
    "sdk_version": (_("SDK version"), lambda ticket: ticket.sdk_version),
    "platform": (_("Platform"), lambda ticket: str(ticket.get_platform_display())),
    "application": (
        _("Application"),
        lambda ticket: f"{ticket.application} {ticket.application.app_id}" if ticket.application else "",
    ),
    "files": (_("A file of the conversation"), lambda ticket: _named(ticket, Accepts.ANY)),
    "log": (_("A log or archive of the conversation"), lambda ticket: _named(ticket, Accepts.LOG)),
}


def known(items: Iterable[Item], ticket: Ticket) -> dict[str, Answer]:
    """Answers by key, for the items that a fact answers: ticks are set, texts are the fact in words."""
    found: dict[str, Answer] = {}
    for item in items:
        if item.source and (text := _fact(item.source, ticket)):
            found[item.key] = True if item.is_tick else text
    return found


def choices() -> list[tuple[str, str]]:
    """What a manager may choose as the source of an item: the facts above and what request types ask."""
    questions = {
        question.key: str(question.label)
        for version in RequestTypeVersion.objects.current()
        for question in facts.questions(version.read)
        if question.key not in CORE and question.key not in SOURCES
    }
    return [
        *((name, str(label)) for name, (label, _read) in SOURCES.items()),
        *sorted(questions.items(), key=lambda pair: pair[1]),
    ]


def _fact(source: str, ticket: Ticket) -> str:
    if source in SOURCES:
        return SOURCES[source][1](ticket)
    for question in facts.questions(facts.definition_of(ticket)):
        if question.key == source and source in ticket.answers:
            return facts.shown(question, ticket.answers[source])
    return ""


def _named(ticket: Ticket, accepts: str) -> str:
    """Names of the files that answer it, the newest last."""
    return ", ".join(name for name in facts.file_names(ticket) if answers_with(accepts, [name]))
