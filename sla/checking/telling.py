"""The events and policies of a scenario file, as those of the engine.

A word that is not known is an error and never ignored: an event left out would make a wrong clock look right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sla.checking.report import UnknownForm, amount, instant, mapping, sequence
from sla.checking.vectors import MINUTE, Calendars
from sla.checking.words import (
    ABSORBING,
    AGREED_KEYS,
    AGREEING,
    AUTHORS,
    CANCELLING,
    DATE_KEYS,
    HAPPENED_KEYS,
    KNOWN_KEYS,
    MESSAGES,
    MOVING_THE_START,
    ORIGINS,
    PRIORITIES,
    START_KEYS,
    STATUS_EVENTS,
    STATUSES,
    TARGETS,
    VOIDING,
    WITH_A_MESSAGE_KEYS,
    WITHOUT_EFFECT,
    Fields,
    translate,
    word,
)
from sla.engine import (
    Author,
    Cancelled,
    Created,
    DateAgreed,
    HistoryEvent,
    Message,
    Policy,
    PriorityChanged,
    Row,
    StartMoved,
    StatusChanged,
    Voided,
)
from sla.engine.policy import DEFAULT_LEVELS, DEFAULT_PAUSES

KnownEvent = tuple[datetime, HistoryEvent]
"""An event and the instant from which our server knew it (C5)."""


def read_events(entries: Any, policy: Policy, where: str) -> list[KnownEvent]:
    """The events of a scenario. Raises UnknownForm for anything that is not understood."""
    return [
        event
        for number, entry in enumerate(sequence(entries, f"{where} events"), start=1)
        for event in _read_event(Fields(mapping(entry, where), f"{where} event {number}"), policy, number)
    ]


def _read_event(fields: Fields, policy: Policy, number: int) -> Iterator[KnownEvent]:
    kind = word(fields.need("type"))
    if kind not in TELLERS:
        raise UnknownForm(f"{fields.where}: unknown type {kind!r}")
    at = known_at = instant(fields.need("at"), fields.where)
    happened, known = fields.get(*HAPPENED_KEYS), fields.get(*KNOWN_KEYS)
    if happened is not None:
        at = instant(happened, fields.where)
    if known is not None:
        known_at = instant(known, fields.where)
    for event in TELLERS[kind](kind, at, number, fields):
        if isinstance(event, Created | PriorityChanged):
            _check_priority(event, policy, fields.where)
        yield known_at, event
    fields.done()


def _check_priority(event: Created | PriorityChanged, policy: Policy, where: str) -> None:
    priority = event.priority if isinstance(event, Created) else event.to
    if priority not in {row.priority for row in policy.rows}:
        raise UnknownForm(f"{where}: the policy has no row {priority!r}")


def _created(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    yield Created(
        at,
        str(fields.need("priority")),
        translate(ORIGINS, fields.get("origin", "channel", default="request"), "origin", fields.where),
        translate(STATUSES, fields.get("status", default="new"), "status", fields.where),
        number,
    )


def _said(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    yield Message(
        at,
        translate(AUTHORS, fields.get("author", "by", "from", default="agent"), "author", fields.where),
        public=bool(fields.get("public", default=kind != "note"))
        and not fields.get("internal", default=False),
        accepted=bool(fields.get("accepted", "queued", "sent", default=True)),
        id=number,
    )
    agreed = fields.get(*AGREED_KEYS)
    if agreed is not None:
        yield DateAgreed(at, instant(agreed, fields.where), number)


def _status_set(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    to = word(fields.need("to")) if kind == "status" else kind
    if to in CANCELLING:
        yield Cancelled(at, to, number)
        return
    status = translate(STATUS_EVENTS, to, "status", fields.where)
    yield from _said_with_it(at, number, fields)
    yield StatusChanged(at, status, str(fields.get("reason") or ""), number)


def _said_with_it(at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    """A change that says it came with a public message brings it along (B5, B13)."""
    if fields.get(*WITH_A_MESSAGE_KEYS, default=False):
        yield Message(at, Author.AGENT, id=number)


def _priority_set(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    yield PriorityChanged(at, str(fields.need("to")), str(fields.get("reason") or ""), number)


def _date_agreed(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    yield from _said_with_it(at, number, fields)
    yield DateAgreed(at, instant(fields.need(*DATE_KEYS), fields.where), number)


def _cancelled(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    yield Cancelled(at, kind, number)


def _absorbed(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    """The survivor of a merge starts earlier only when the agent confirmed it (B14)."""
    started = fields.get(*START_KEYS)
    if fields.get("confirmed", "move_start", "take_start", default=kind in MOVING_THE_START):
        yield StartMoved(at, instant(started, fields.where), number)


def _voided(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    target = translate(TARGETS, fields.need("metric", "clock", "target"), "clock", fields.where)
    cycle = fields.get("cycle", default=1)
    if not isinstance(cycle, int):
        raise UnknownForm(f"{fields.where}: {cycle!r} is not the number of a cycle")
    yield Voided(at, target, str(fields.get("by") or ""), str(fields.get("reason") or ""), cycle, number)


def _nothing(kind: str, at: datetime, number: int, fields: Fields) -> Iterator[HistoryEvent]:
    fields.get("to")
    yield from ()


Teller = Callable[[str, datetime, int, Fields], Iterator[HistoryEvent]]

TELLERS: Mapping[str, Teller] = {
    "created": _created,
    "status": _status_set,
    **dict.fromkeys(STATUS_EVENTS, _status_set),
    **dict.fromkeys(MESSAGES, _said),
    **dict.fromkeys(PRIORITIES, _priority_set),
    **dict.fromkeys(AGREEING, _date_agreed),
    **dict.fromkeys(CANCELLING, _cancelled),
    **dict.fromkeys((*ABSORBING, *MOVING_THE_START), _absorbed),
    **dict.fromkeys(VOIDING, _voided),
    **dict.fromkeys(WITHOUT_EFFECT, _nothing),
}


def read_policies(entries: Any, calendars: Calendars) -> dict[str, Policy]:
    return {
        name: _read_policy(mapping(entry, f"policy {name}"), calendars, f"policy {name}")
        for name, entry in mapping(entries, "policies").items()
    }


def _read_policy(entry: Mapping[str, Any], calendars: Calendars, where: str) -> Policy:
    """Rows are what has a calendar; the rest are switches of the policy."""
    rows = {key: value for key, value in entry.items() if isinstance(value, dict) and "calendar" in value}
    options = Fields({key: value for key, value in entry.items() if key not in rows}, where)
    levels = sequence(options.get("levels", default=list(DEFAULT_LEVELS)), where)
    renotice = options.get("renotice_every_min")
    policy = Policy(
        rows=tuple(_read_row(name, rows[name], calendars, f"{where} {name}") for name in sorted(rows)),
        levels=tuple(level for level in levels if isinstance(level, int)),
        next_response=bool(options.get("next_response", default=False)),
        bot_meets_response=bool(options.get("bot_meets_response", default=False)),
        reopen_floor=amount(options.get("reopen_floor_min", default=0), MINUTE, where),
        renotice_every=None if renotice is None else amount(renotice, MINUTE, where),
    )
    options.done()
    return policy


def _read_row(priority: str, entry: Mapping[str, Any], calendars: Calendars, where: str) -> Row:
    fields = Fields(entry, where)
    response = amount(fields.need("response_min"), MINUTE, where)
    negotiable = fields.get("resolution_min")
    resolution = None if negotiable is None else amount(negotiable, MINUTE, where)
    calendar = calendars.get(fields.need("calendar"), where)
    statuses = fields.get("pause_statuses", "pauses")
    pauses = DEFAULT_PAUSES
    if statuses is not None:
        pauses = frozenset(
            translate(STATUSES, status, "status", where) for status in sequence(statuses, where)
        )
    fields.done()
    try:
        return Row(priority, response, resolution, calendar, pauses)
    except ValueError as error:
        raise UnknownForm(f"{where}: {error}") from None
