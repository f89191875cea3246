"""Take out of a customer's words what names the customer, before they become a known issue or an article."""

from __future__ import annotations

import re
from collections.abc import Collection

from files.masking import Masker
from tickets.models import Message, Note, Ticket

GONE = "…"
# What masking leaves in place, as it would in a log: there they are labels, here they are not needed.
_LABEL = re.compile(r"\[(?:token|key|password|certificate|private-key|email|phone|ip)(?:-\d+)?\]")
_PATTERNS = [
    re.compile(r"\b(?:https?|wss?|rtmps?)://\S+", re.IGNORECASE),
    # What is long and of letters and digits mixed is a token, a key or an id, never a word.
    re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_-]{20,}\b"),
    re.compile(r"\b[0-9a-fA-F]{16,}\b"),
    # Telephone numbers without a sign that says so, and other long numbers.
    re.compile(r"(?<![\w.])\+?\d[\d\s-]{8,16}\d(?![\w.])"),
]
# Our own addresses lead to documents, which name nobody.
_OURS = re.compile(r"https?://[^\s/]+(/docs/[\w/-]+)|(?<![\w/.])(/docs/[\w/-]+)")


def without_names(text: str, ticket: Ticket) -> str:
    """`text` without the people, organisation and application of its ticket, addresses, and secrets."""
    return Eraser(ticket).without_names(text)


class Eraser:
    """The same for many texts of one ticket: the names are looked up once."""

    def __init__(self, ticket: Ticket) -> None:
        self._patterns = [_pattern_of(name) for name in _longest_first(names_of(ticket))]

    def without_names(self, text: str) -> str:
        """Lines stay lines. Links to documents of ours stay, without the host."""
        masker = Masker(b"")
        kept: list[str] = []

        def keep(found: re.Match[str]) -> str:
            kept.append(found[1] or found[2])
            return f"\x02{len(kept) - 1}\x03"

        text = _OURS.sub(keep, text.replace("\x02", "").replace("\x03", ""))
        # Whole lines are looked at: a certificate or a header is found as it would be in a log.
        text = (masker.feed(text.encode(errors="replace")) + masker.finish()).decode(errors="replace")
        text = _LABEL.sub(GONE, text)
        for pattern in [*_PATTERNS, *self._patterns]:
            text = pattern.sub(GONE, text)
        text = re.sub(rf"{GONE}(?:[^\S\n]*{GONE})+", GONE, text).strip()
        return re.sub(r"\x02(\d+)\x03", lambda found: kept[int(found[1])], text)


def names_of(ticket: Ticket) -> set[str]:
    """Everybody who had a part in the ticket, their organisation and its applications."""
    people = {ticket.requester}
    if ticket.assignee:
        people.add(ticket.assignee)
    for said in (Message, Note):
        rows = said.objects.filter(ticket=ticket, author__isnull=False).select_related("author")
        people |= {row.author for row in rows.defer("body")[:200] if row.author}
    names = {part for person in people for part in (person.name, *person.name.split())}
    if ticket.organization:
        names |= {ticket.organization.name, *ticket.organization.name.split()}
        for application in ticket.organization.applications.all():
            names |= {application.name, application.app_id}
    if ticket.application:
        names |= {ticket.application.name, ticket.application.app_id}
    return names


def _longest_first(names: Collection[str]) -> list[str]:
    """ "Kite Live" goes as one. A name of a letter or two would take words apart."""
    return sorted((name for name in names if len(name) > 2 or not name.isascii()), key=len, reverse=True)


def _pattern_of(name: str) -> re.Pattern[str]:
    whole = rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name)
    return re.compile(whole, re.IGNORECASE)
