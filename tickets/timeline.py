"""A ticket's history for one reader: what was said and what happened, in the order of the events.

The events are the thread: they are numbered without a gap, so a part of a long history is found by one
index, and "what came after number 57" is an exact question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from accounts.models import User
from events import presenting
from events.models import Event
from tickets.models import Message, Note, Ticket

PART = 50

# Their message says it all; a sentence beside it would repeat it.
_ONLY_SAID = {"ticket.created", "ticket.replied", "ticket.noted", "ticket.carried"}

Words = TypeVar("Words", Message, Note)


@dataclass(frozen=True)
class Entry:
    """One event with its sentence, and the message or note that came with it."""

    event: Event
    sentence: SafeString
    message: Message | None = None
    note: Note | None = None
    absorbed: int | None = None  # a ticket merged in here, whose conversation can be opened in its place

    @property
    def at(self) -> datetime:
        return self.event.at

    @property
    def is_only_said(self) -> bool:
        """A plain message or note: nothing else changed that a sentence would have to tell."""
        said = self.message is not None or self.note is not None
        if self.event.data.get("split_from"):
            return False
        return said and self.event.kind in _ONLY_SAID and "status" not in self.event.changes

    @property
    def is_late(self) -> bool:
        return self.event.kind == "sla.breached"


@dataclass(frozen=True)
class Part:
    """Some entries that follow each other, oldest first."""

    entries: list[Entry]
    has_earlier: bool

    @property
    def first(self) -> int:
        """Number of the first entry: what came earlier is asked for by it."""
        return self.entries[0].event.sequence if self.entries else 0


def of(ticket: Ticket, viewer: User) -> list[Entry]:
    """The whole history as this person may see it: at most six queries, however long it is."""
    return _entries(presenting.visible_to(viewer, ticket), ticket, viewer)


def latest(ticket: Ticket, viewer: User, *, before: int | None = None) -> Part:
    """The last PART entries, or the last ones before a number. At most six queries."""
    events = presenting.visible_to(viewer, ticket).order_by("-sequence")
    if before is not None:
        events = events.filter(sequence__lt=before)
    found = list(events[: PART + 1])
    return Part(_entries(found[:PART][::-1], ticket, viewer), has_earlier=len(found) > PART)


def since(ticket: Ticket, viewer: User, seen: int) -> list[Entry]:
    """What happened after the entry with this number."""
    return _entries(presenting.visible_to(viewer, ticket).filter(sequence__gt=seen), ticket, viewer)


def _entries(events: Iterable[Event], ticket: Ticket, viewer: User) -> list[Entry]:
    told = presenting.tell(events, viewer)
    messages = _said(ticket.messages.visible_to(viewer), "message", told)
    notes = _said(ticket.notes.visible_to(viewer), "note", told)
    merged = _merged(told)
    return [
        Entry(
            event=one.event,
            sentence=one.sentence,
            message=messages.get(one.event.data.get("message", 0)),
            note=notes.get(one.event.data.get("note", 0)),
            absorbed=merged.get(one.event.sequence),
        )
        for one in told
    ]


def _merged(told: Iterable[presenting.Told]) -> dict[int, int]:
    """Place in the log -> number of a ticket merged in there and not taken out again."""
    last: dict[int, int] = {}
    for one in told:
        if one.event.kind == "ticket.absorbed":
            last[one.event.data["source"]] = one.event.sequence
        elif one.event.kind == "ticket.merge_undone":
            last.pop(one.event.data["source"], None)
    return {sequence: source for source, sequence in last.items()}


def _said(rows: QuerySet[Words], name: str, told: Iterable[presenting.Told]) -> dict[int, Words]:
    wanted = [one.event.data[name] for one in told if name in one.event.data]
    if not wanted:
        return {}
    return rows.select_related("author").prefetch_related("attachments").in_bulk(wanted)
