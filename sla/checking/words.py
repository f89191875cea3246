"""The words of the scenario files. A thing has several spellings, because histories are written by people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sla.checking.report import UnknownForm
from sla.engine import Author, Origin, Status, Target

TARGETS = {target.value: target for target in Target}

STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "waiting_on_customer": Status.PENDING,
    "pending": Status.PENDING,
    "on_hold": Status.ON_HOLD,
    "resolved": Status.RESOLVED,
    "closed": Status.CLOSED,
}
STATUS_EVENTS = {  # an event type that is a change of status by itself
    **STATUSES,
    "opened": Status.OPEN,
    "reopen": Status.OPEN,
    "reopened": Status.OPEN,
    "resumed": Status.OPEN,
    "hold": Status.ON_HOLD,
    "held": Status.ON_HOLD,
    "resolve": Status.RESOLVED,
    "close": Status.CLOSED,
}
MESSAGES = ("message", "reply", "note")
PRIORITIES = ("priority", "priority_changed", "upgrade", "downgrade")
CANCELLING = ("merged_into", "merged", "merge", "spam", "duplicate", "cancelled", "cancel", "deleted")
ABSORBING = ("merged_from", "absorbed", "merge_in", "survivor", "survivor_of")
MOVING_THE_START = ("start_moved", "start", "survivor_start")
AGREEING = (
    *("agreed", "agree", "agreed_date", "agreed_due", "agree_date", "date_agreed", "agreement"),
    *("negotiated", "negotiate", "renegotiated", "renegotiate", "commitment", "promised"),
)
VOIDING = ("void", "voided", "void_clock", "void_breach")
WITHOUT_EFFECT = (  # B3, B9, and what concerns only the new ticket of a split (B14)
    *("tier", "assign", "assigned", "assignment", "assignee", "reassigned", "handoff", "hand_off"),
    *("handover", "escalated", "tag", "split", "split_off", "linked", "edited"),
)

AUTHORS = {
    **dict.fromkeys(("agent", "l1", "l2", "tam"), Author.AGENT),
    **dict.fromkeys(("bot", "ai"), Author.BOT),
    **dict.fromkeys(("system", "auto", "automatic", "auto_ack"), Author.SYSTEM),
    **dict.fromkeys(("customer", "requester"), Author.REQUESTER),
    **dict.fromkeys(("colleague", "customer_colleague"), Author.COLLEAGUE),
}
ORIGINS = {
    **dict.fromkeys(("customer", "request", "web", "portal", "form", "mail", "email"), Origin.REQUEST),
    **dict.fromkeys(("api", "alert", "split", "inbound"), Origin.REQUEST),
    **dict.fromkeys(("phone", "chat", "hotline", "live"), Origin.LIVE),
    **dict.fromkeys(("agent_outbound", "outbound", "proactive"), Origin.OUTBOUND),
}

# Keys of an event. `at` is the instant at which it happened, as our server saw it.
HAPPENED_KEYS = ("received_at", "occurred_at", "server_received_at")  # then `at` tells when it was imported
KNOWN_KEYS = ("imported_at", "imported", "known_at", "processed_at", "seen_at", "arrived_at", "ingested_at")
DATE_KEYS = (
    "due_at",
    "due",
    "agreed_due_at",
    "agreed_due",
    "agreed_date",
    "agreed",
    "date",
    "until",
    "by",
    "to",
)
AGREED_KEYS = ("agreed_due_at", "agreed_due", "agreed_date", "agreed")
START_KEYS = ("started_at", "start", "created_at", "source_created_at", "to")
WITH_A_MESSAGE_KEYS = ("message", "with_message", "public_message", "public")
# What may stand there and moves no clock: names and texts, and the Date header of a mail (B1).
WITHOUT_MEANING = {
    *("id", "name", "ticket", "reason", "note", "comment", "text", "body", "subject", "source", "title"),
    *("who", "by", "from", "actor", "assignee", "tier", "date_header"),
}


def word(value: Any) -> str:
    """Spellings differ in case, hyphens and spaces only."""
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")


def translate(table: Mapping[str, Any], value: Any, what: str, where: str) -> Any:
    try:
        return table[word(value)]
    except KeyError:
        raise UnknownForm(f"{where}: unknown {what} {value!r}") from None


class Fields:
    """The keys of one entry. Every key that has a meaning must have been asked for by the end."""

    def __init__(self, entry: Mapping[str, Any], where: str) -> None:
        self.entry = entry
        self.where = where
        self.unread = set(entry) - WITHOUT_MEANING

    def get(self, *keys: str, default: Any = None) -> Any:
        for key in keys:
            if key in self.entry:
                self.unread.discard(key)
                return self.entry[key]
        return default

    def need(self, *keys: str) -> Any:
        value = self.get(*keys)
        if value is None:
            raise UnknownForm(f"{self.where}: has no '{keys[0]}'")
        return value

    def done(self) -> None:
        if self.unread:
            raise UnknownForm(f"{self.where}: unknown key '{min(self.unread)}'")
