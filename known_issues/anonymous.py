"""Take out of a customer's words what names the customer, before they become a known issue."""

from __future__ import annotations

import re

from tickets.models import Ticket

GONE = "…"
_PATTERNS = [
    re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"\b(?:https?|wss?|rtmps?)://\S+", re.IGNORECASE),
    re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?!\.)"),
    # What is long and of letters and digits mixed is a token, a key or an id, never a word.
    re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9_-]{20,}\b"),
    re.compile(r"\b[0-9a-fA-F]{16,}\b"),
    re.compile(r"(?<![\w.])\+?\d[\d\s-]{8,16}\d(?![\w.])"),
]


def without_names(text: str, ticket: Ticket) -> str:
    """`text` without the people, organisation and application of its ticket, addresses, and secrets."""
    names = {ticket.requester.name, *ticket.requester.name.split()}
    if ticket.organization:
        names |= {ticket.organization.name, *ticket.organization.name.split()}
        for application in ticket.organization.applications.all():
            names |= {application.name, application.app_id}
    for pattern in _PATTERNS:
        text = pattern.sub(GONE, text)
    # The longest first: "Kite Live" goes as one. A name of a letter or two would take words apart.
    for name in sorted(
        (name for name in names if len(name) > 2 or not name.isascii()), key=len, reverse=True
    ):
        text = re.sub(
            rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name), GONE, text, flags=re.I
        )
    return re.sub(rf"{GONE}(?:\s*{GONE})+", GONE, text).strip()
