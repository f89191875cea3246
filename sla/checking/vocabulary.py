"""The words of the scenario files, as events and policies of the engine.

A word has several spellings, because histories are written by people. A word that is not here is an error,
never ignored: an event left out would make a wrong clock look right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sla.checking.report import UnknownForm, amount, instant, mapping, sequence
from sla.checking.vectors import MINUTE, Calendars
from sla.engine import (
    Author,
    Cancelled,
    Created,
    DateAgreed,
    HistoryEvent,
    Message,
    Origin,
    Policy,
    PriorityChanged,
    Row,
    StartMoved,
    Status,
    StatusChanged,
    Target,
    Voided,
)
from sla.engine.policy import DEFAULT_LEVELS, DEFAULT_PAUSES

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
    "opened": Status.OPEN,
    "reopen": Status.OPEN,
    "reopened": Status.OPEN,
    "hold": Status.ON_HOLD,
    "resolve": Status.RESOLVED,
    "close": Status.CLOSED,
    **STATUSES,
}
CANCELLING = {"merged_into", "merged", "merge", "spam", "duplicate", "cancelled", "cancel", "deleted"}
ABSORBING = {"merged_from", "absorbed", "merge_in", "survivor"}
AGREEING = {
    *("agreed", "agree", "agreed_date", "agreed_due", "agree_date", "date_agreed", "agreement"),
    *("negotiated", "renegotiated", "renegotiate", "target_agreed"),
}
VOIDING = {"void", "voided"}
WITHOUT_EFFECT = {  # B3, B9, and what concerns only the new ticket of a split (B14)
    *(
        "tier",
        "assign",
        "assigned",
        "assignment",
        "assignee",
        "reassigned",
        "handoff",
        "hand_off",
        "handover",
    ),
    *("escalated", "tag", "split", "split_off", "linked", "edited"),
}
AUTHORS = {
    "agent": Author.AGENT,
    "l1": Author.AGENT,
    "l2": Author.AGENT,
    "tam": Author.AGENT,
    "bot": Author.BOT,
    "ai": Author.BOT,
    "system": Author.SYSTEM,
    "auto": Author.SYSTEM,
    "automatic": Author.SYSTEM,
    "auto_ack": Author.SYSTEM,
    "customer": Author.REQUESTER,
    "requester": Author.REQUESTER,
    "colleague": Author.COLLEAGUE,
    "customer_colleague": Author.COLLEAGUE,
}
ORIGINS = {
    **dict.fromkeys(
        ("customer", "request", "web", "portal", "form", "mail", "email", "api", "alert", "split", "inbound"),
        Origin.REQUEST,
    ),
    **dict.fromkeys(("phone", "chat", "hotline", "live"), Origin.LIVE),
    **dict.fromkeys(("agent_outbound", "outbound", "proactive"), Origin.OUTBOUND),
}
TARGETS = {target.value: target for target in Target}

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
START_KEYS = ("started_at", "start", "created_at", "source_created_at")
KNOWN_KEYS = (
    "known_at",
    "imported_at",
    "processed_at",
    "seen_at",
    "arrived_at",
    "recorded_at",
    "delivered_at",
)
FREE_TEXT = {"ticket", "reason", "note", "comment", "text", "body", "id", "who", "source", "subject"}


def word(value: Any) -> str:
    """Spellings differ in case, hyphens and spaces only."""
    return str(value).strip().lower().replace("-", "_").replace(" ", "_")


def translate(table: Mapping[str, Any], value: Any, what: str, where: str) -> Any:
    try:
        return table[word(value)]
    except KeyError:
        raise UnknownForm(f"{where}: unknown {what} {value!r}") from None


class Fields:
    """The keys of one event; every key must have been asked for when the event is done."""

    def __init__(self, entry: Mapping[str, Any], where: str) -> None:
        self.entry = entry
        self.where = where
        self.unread = set(entry) - FREE_TEXT

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


def read_events(entries: Any, where: str) -> list[tuple[datetime, HistoryEvent]]:
    """The events of a scenario, each with the instant from which our server knew it (C5)."""
    return [
        known_event
        for position, entry in enumerate(sequence(entries, f"{where} events"))
        for known_event in _read_event(
            Fields(mapping(entry, where), f"{where} event {position + 1}"), position
        )
    ]


def _read_event(fields: Fields, number: int) -> Iterator[tuple[datetime, HistoryEvent]]:
    kind = word(fields.need("type"))
    at = instant(fields.need("at"), fields.where)
    known = fields.get(*KNOWN_KEYS)
    known_at = at if known is None else instant(known, fields.where)
    for event in _translate(kind, at, number, fields):
        yield known_at, event
    fields.done()


def _translate(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    where = fields.where
    if kind == "created":
        yield Created(
            at,
            str(fields.need("priority")),
            translate(ORIGINS, fields.get("origin", "channel", default="request"), "origin", where),
            translate(STATUSES, fields.get("status", default="new"), "status", where),
            number,
        )
    elif kind in ("message", "reply", "note"):
        yield _message(kind, at, number, fields)
        agreed = fields.get("agreed_due_at", "agreed_due", "agreed_date", "agreed")
        if agreed is not None:
            yield DateAgreed(at, instant(agreed, where), number)
    elif kind == "status":
        to = fields.need("to")
        if word(to) in CANCELLING:
            yield Cancelled(at, word(to), number)
        else:
            yield StatusChanged(
                at, translate(STATUSES, to, "status", where), str(fields.get("reason") or ""), number
            )
    elif kind in STATUS_EVENTS:
        yield StatusChanged(at, STATUS_EVENTS[kind], str(fields.get("reason") or ""), number)
    elif kind == "priority":
        yield PriorityChanged(at, str(fields.need("to")), str(fields.get("reason") or ""), number)
    elif kind in AGREEING:
        if fields.get("public", default=False):
            yield _message("message", at, number, fields)
        yield DateAgreed(at, instant(fields.need(*DATE_KEYS), where), number)
    elif kind in CANCELLING:
        yield Cancelled(at, kind, number)
    elif kind in ABSORBING:
        started_at = fields.get(*START_KEYS)
        if fields.get("confirmed", "move_start", "take_start", default=False):
            yield StartMoved(at, instant(fields.need(*START_KEYS), where), number)
        elif started_at is not None:
            instant(started_at, where)
    elif kind in VOIDING:
        target = translate(TARGETS, fields.need("metric", "clock", "target"), "clock", where)
        who = str(fields.get("by") or "")
        yield Voided(
            at, target, who, str(fields.get("reason") or ""), int(fields.get("cycle", default=1)), number
        )
    elif kind in WITHOUT_EFFECT:
        fields.get("to", "from", "tier", "assignee", "agent")
    else:
        raise UnknownForm(f"{where}: unknown type {kind!r}")


def _message(kind: str, at: datetime, number: int, fields: Fields) -> Message:
    return Message(
        at,
        translate(AUTHORS, fields.get("author", "by", "from", default="agent"), "author", fields.where),
        public=bool(fields.get("public", default=kind != "note"))
        and not fields.get("internal", default=False),
        accepted=bool(fields.get("accepted", "queued", "sent", default=True)),
        id=number,
    )


def read_policies(entries: Any, calendars: Calendars) -> dict[str, Policy]:
    return {
        name: _read_policy(mapping(entry, f"policy {name}"), calendars, f"policy {name}")
        for name, entry in mapping(entries, "policies").items()
    }


def _read_policy(entry: Mapping[str, Any], calendars: Calendars, where: str) -> Policy:
    rows = {key: value for key, value in entry.items() if isinstance(value, dict) and "calendar" in value}
    options = Fields({key: value for key, value in entry.items() if key not in rows}, where)
    renotice = options.get("renotice_every_min")
    policy = Policy(
        rows=tuple(_read_row(name, rows[name], calendars, f"{where} {name}") for name in sorted(rows)),
        levels=tuple(options.get("levels", default=DEFAULT_LEVELS)),
        next_response=bool(options.get("next_response", default=False)),
        bot_meets_response=bool(options.get("bot_meets_response", default=False)),
        reopen_floor=amount(options.get("reopen_floor_min", default=0), MINUTE, where),
        renotice_every=None if renotice is None else amount(renotice, MINUTE, where),
    )
    options.done()
    return policy


def _read_row(priority: str, entry: Mapping[str, Any], calendars: Calendars, where: str) -> Row:
    fields = Fields(entry, where)
    response, resolution = fields.need("response_min"), fields.get("resolution_min")
    pauses = fields.get("pause_statuses", "pauses")
    row = Row(
        priority,
        amount(response, MINUTE, where),
        None if resolution is None else amount(resolution, MINUTE, where),
        calendars.get(fields.need("calendar"), where),
        DEFAULT_PAUSES
        if pauses is None
        else frozenset(translate(STATUSES, status, "status", where) for status in sequence(pauses, where)),
    )
    fields.done()
    return row
