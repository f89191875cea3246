"""Tell events to people: one template per kind holds its sentence, one table here its audience.

Timeline, notices and mail all tell an event by these sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event, EventQuerySet

if TYPE_CHECKING:
    from tickets.models import Ticket

# What a customer is told. Everything else is the desk's own: notes, warnings before a promise runs out,
# who voided a clock, tickets put back into a queue.
CUSTOMER_VISIBLE = frozenset(
    {
        "sla.breached",
        "ticket.absorbed",
        "sla.terms_changed",
        "ticket.asked",
        "ticket.assigned",
        "ticket.carried",
        "ticket.closed",
        "ticket.created",
        "ticket.date_agreed",
        "ticket.dismissed",
        "ticket.escalated",
        "ticket.facts_set",
        "ticket.handed_over",
        "ticket.held",
        "ticket.merge_undone",
        "ticket.merged",
        "ticket.known_issue_fixed",
        "ticket.known_issue_linked",
        "ticket.priority_set",
        "ticket.reopened",
        "ticket.replied",
        "ticket.resolved",
        "ticket.restored",
        "ticket.resumed",
        "ticket.split",
        "ticket.taken",
        "ticket.unwatched",
        "ticket.watched",
    }
)
# What concerns nobody but those whom the event names: no colleague reads it either.
PERSONAL = frozenset({"ticket.reminded"})
# Facts that the desk keeps to itself even where a customer is told of the event.
_INTERNAL_FACTS = {
    "sla.terms_changed": {"policy", "version", "calendar"},
    "ticket.handed_over": {"reason", "checklist", "is_owed"},
    "ticket.dismissed": {"why", "of"},
    "ticket.escalated": {"because"},
    "ticket.assigned": {"because", "routing"},
    "ticket.priority_set": {"because"},
}
_FACTS = {
    "subject": _("subject"),
    "product": _("product"),
    "platform": _("platform"),
    "sdk_version": _("SDK version"),
    "application": _("application"),
    "request_type": _("request type"),
}
_ANSWER = "answers."


@dataclass(frozen=True)
class Told:
    """An event and its sentence, in the language and time zone now active."""

    event: Event
    sentence: SafeString

    @property
    def at(self) -> datetime:
        return self.event.at


def visible_to(viewer: User, ticket: Ticket) -> EventQuerySet:
    """The ticket's events that this person may be told of. Whether they see the ticket is asked before."""
    events = ticket.events.select_related("actor").order_by("sequence")
    if not viewer.is_staff_member:
        return events.filter(kind__in=CUSTOMER_VISIBLE)
    return events.exclude(Q(kind__in=PERSONAL) & ~Q(data__tell__contains=[viewer.pk]))


def tell(events: Iterable[Event], viewer: User) -> list[Told]:
    """Each event with its sentence. One query for all the names that the events mention."""
    events = list(events)
    people = _mentioned(events, viewer)
    return [Told(event, _rendered(event, viewer, people)) for event in events]


def sentence(event: Event, viewer: User) -> SafeString:
    """The event in one sentence, as HTML: names stand in <b>, everything that people wrote is escaped."""
    return tell([event], viewer)[0].sentence


def plain_sentence(event: Event, viewer: User) -> str:
    """The same sentence as plain text, in one line: for subjects of mail and for notices."""
    return as_plain(sentence(event, viewer))


def as_plain(sentence: str) -> str:
    return " ".join(unescape(strip_tags(sentence)).split())


def text_of(event: Event) -> str:
    """The text that came with an event, in the language now active: Markdown, empty where none came."""
    return in_language(event.data.get("texts"))


def in_language(texts: Any) -> str:
    """Of one text in several languages, `{"en": …, "zh": …}`, the reader's own, or else one that is there.

    Chinese stands under "zh" or "zh-hans". Empty where there is no text at all.
    """
    if not isinstance(texts, dict):
        return ""
    language = get_language() or ""
    wanted = (language, language.split("-")[0])
    return str(next((texts[name] for name in (*wanted, *texts) if texts.get(name)), ""))


def _rendered(event: Event, viewer: User, people: dict[int, User]) -> SafeString:
    hidden = set() if viewer.is_staff_member else _INTERNAL_FACTS.get(event.kind, set())
    before, after = event.changes.get("assignee", [None, None])
    context = {
        "data": {name: fact for name, fact in event.data.items() if name not in hidden},
        "changes": event.changes,
        "actor": _subject(event.actor, viewer) if event.actor else "",
        "assignee": _object(people.get(after), viewer),
        "previous_assignee": _object(people.get(before), viewer),
        "requester": _object(people.get(event.data.get("requester", 0)), viewer),
        "facts": get_text_list(_changed_facts(event), _("and")),
        "missing": [in_language(one["label"]) for one in event.data.get("missing", [])],
        "asked": [in_language(one["label"]) for one in event.data.get("facts", [])],
        "due_at": _moment(event.data.get("due_at")),
        "title": in_language(event.data.get("titles")),
        "agreed_at": _moment(event.data.get("agreed_at")),
        "until": _moment(event.data.get("until")),
        "leaves_at": _moment(event.data.get("leaves_at")),
        "author": _object(people.get(event.data.get("author", 0)), viewer),
        "because": _because(event, viewer),
    }
    return render_to_string(f"events/{event.kind}.html", context)


def _because(event: Event, viewer: User) -> str:
    """Why the product did it by itself: "missed", "risk", "again" or "urgent". Of these a customer is told of
    the missed promise alone; warnings are the desk's own.
    """
    because = event.data.get("because")
    if because is None:
        return ""
    level = str(because.get("level", "breach"))
    if level == "breach" or level.startswith("overdue") or (level.isdigit() and int(level) > 100):
        return "missed"
    if not viewer.is_staff_member:
        return ""
    if level.startswith("reopened"):
        return "again"
    return "urgent" if level.startswith("created") else "risk"


def _changed_facts(event: Event) -> list[Any]:
    """Names of the facts that changed. The event itself holds what the answers were called."""
    labels = event.data.get("labels", {})
    columns = [str(_FACTS[name]) for name in event.changes if name in _FACTS]
    answers = [name.removeprefix(_ANSWER) for name in event.changes if name.startswith(_ANSWER)]
    return columns + [in_language(labels[key]) if key in labels else key for key in answers]


def _mentioned(events: list[Event], viewer: User) -> dict[int, User]:
    """Everybody whom the events name. Who is at hand already is not asked for again."""
    wanted: set[int] = set()
    people = {viewer.pk: viewer}
    for event in events:
        wanted.update(pk for pk in event.changes.get("assignee", []) if pk)
        wanted.update(event.data[name] for name in ("requester", "author") if event.data.get(name))
        people |= {person.pk: person for person in _at_hand(event)}
    missing = wanted - people.keys()
    return people | User.objects.in_bulk(missing) if missing else people


def _at_hand(event: Event) -> Iterable[User]:
    """People that were read together with the event or its ticket."""
    read = event._state.fields_cache
    ticket = read.get("ticket")
    beside = ticket._state.fields_cache if ticket else {}
    return filter(None, [read.get("actor"), beside.get("assignee"), beside.get("requester")])


def _subject(user: User, viewer: User) -> str:
    return pgettext("who did it", "You") if user.pk == viewer.pk else str(user)


def _object(user: User | None, viewer: User) -> str:
    if user is None:
        return ""
    return pgettext("to whom it was done", "you") if user.pk == viewer.pk else str(user)


def _moment(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None
