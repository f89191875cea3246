"""Ticket histories with the clocks they must show at given times, and the records that scans must write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sla.checking.report import Report, UnknownForm, amount, instant, mapping, need, sequence
from sla.checking.telling import KnownEvent, read_events, read_policies
from sla.checking.vectors import SECOND, Calendars
from sla.checking.words import STATUSES, TARGETS, translate, word
from sla.engine import (
    ClockState,
    InvalidHistory,
    Notify,
    Policy,
    Record,
    RecordKey,
    ScanResult,
    Target,
    TicketState,
    clocks,
    fold,
    scan,
)
from sla.engine.thresholds import ANY_ROW, BREACH

NOT_KNOWN = "a value this program does not know"
Label = tuple[str, str, str]
"""What a record is known by in the file: clock, level and row."""

ABOUT_IT = frozenset({"id", "title", "name", "note", "comment", "description", "rules", "tag", "tags"})
SCENARIO_KEYS = ABOUT_IT | {"policy", "events", "checks", "scans"}
SCAN_KEYS = frozenset({"now", "note", "records", "withdrawn"})
AGREED_ROWS = re.compile(r"agreed.*")
NEGOTIATED_LEVELS = re.compile(r"(?:nudge|passed|warn\d+d)(?:-\d+)?")
PERCENT = re.compile(r"(?:warn|warning)?_?(\d{2,3})")
AGREED_WARNING = re.compile(
    r"(?:warn|agreed|due_in)?_?(\d)_?(?:bd|d|days?|business_days?)(?:_before)?(?:_\d+)?"
)


def check_scenarios(document: Mapping[str, Any]) -> Report:
    """Check every scenario. Raises UnknownForm when calendars or policies cannot be read."""
    report = Report()
    calendars = Calendars(mapping(document.get("calendars", {}), "calendars"))
    policies = read_policies(need(document, "policies", "file"), calendars)
    for position, entry in enumerate(sequence(document["scenarios"], "scenarios")):
        scenario = mapping(entry, f"scenarios[{position}]")
        where = str(scenario.get("id", f"scenarios[{position}]"))
        try:
            report.add(_check_scenario(scenario, where, policies))
        except (UnknownForm, InvalidHistory) as error:
            expected = (scenario.get("checks"), scenario.get("scans"))
            report.give_up(where, error, max(1, sum(_values(entry) for entry in expected if entry)))
    return report


def _check_scenario(scenario: Mapping[str, Any], where: str, policies: Mapping[str, Policy]) -> Report:
    report = Report()
    _only(scenario, SCENARIO_KEYS, where)
    policy = need(policies, str(scenario.get("policy", "default")), where)
    events = read_events(need(scenario, "events", where), policy, where)
    story = Story(events, policy)
    for entry in sequence(scenario.get("checks", []), where):
        _check_clocks(report, mapping(entry, where), where, story)
    for entry in sequence(scenario.get("scans", []), where):
        _check_scan(report, mapping(entry, where), where, story)
    return report


def _only(entry: Mapping[str, Any], keys: frozenset[str], where: str) -> None:
    """Refuse what would be passed over otherwise."""
    for key in entry.keys() - keys:
        raise UnknownForm(f"{where}: unknown key '{key}'")


def _values(entry: Any) -> int:
    """How many expected values checks or scans hold."""
    if isinstance(entry, dict):
        return sum(_values(value) for key, value in entry.items() if key != "now")
    if isinstance(entry, list):
        return sum(_values(value) for value in entry)
    return 1


class Story:
    """One ticket's events as they became known, and what the scans have recorded of it."""

    def __init__(self, events: list[KnownEvent], policy: Policy) -> None:
        self.events = events
        self.policy = policy
        self.recorded: dict[RecordKey, datetime] = {}

    def state(self, now: datetime) -> TicketState:
        """The ticket by the events that the server knows at `now` (C5)."""
        return fold(event for known_at, event in self.events if known_at <= now and event.at <= now)

    def clocks(self, now: datetime) -> list[ClockState]:
        return clocks(self.state(now), self.policy, now)

    def scan(self, now: datetime) -> ScanResult:
        result = scan(self.clocks(now), self.recorded, now)
        for key in result.withdrawn:
            del self.recorded[key]
        self.recorded.update((record.key, record.occurred_at) for record in result.new)
        return result


def _check_clocks(report: Report, entry: Mapping[str, Any], where: str, story: Story) -> None:
    now = instant(need(entry, "now", where), where)
    found = {clock.key: clock for clock in story.clocks(now)}
    for name, expected in entry.items():
        if name in ("now", "note"):
            continue
        if name == "status":
            status = translate(STATUSES, expected, "status", where)
            report.compare(f"{where} at {entry['now']} status", status, story.state(now).now.status)
            continue
        target = translate(TARGETS, name, "clock", where)
        cycles = expected if isinstance(expected, list) else [expected]
        latest = max((cycle for kind, cycle in found if kind is target), default=1)
        first = 1 if isinstance(expected, list) else latest
        for cycle, values in enumerate(cycles, start=first):
            place = f"{where} at {entry['now']} {name}"
            clock = found.get((target, cycle))
            for key, value in mapping(values, place).items():
                _check_value(report, f"{place}.{key}", key, value, clock)


def _check_value(report: Report, where: str, key: str, value: Any, clock: ClockState | None) -> None:
    if clock is None:
        report.compare(where, value, "no such clock")
        return
    got = _shown(clock, key)
    if isinstance(got, datetime) or (isinstance(value, str) and key.endswith("_at")):
        value = None if value is None else instant(value, where)
    elif isinstance(got, timedelta):
        value = None if value is None else amount(value, SECOND, where)
        if value is None and key == "elapsed_s" and clock.budget is None:
            value = got  # a share of no target
    elif key == "state":
        value = {"voided": "void", "n/a": "not_applicable"}.get(word(value), word(value))
    elif key == "governing_row" and clock.agreement and value and AGREED_ROWS.fullmatch(word(value)):
        value = clock.governing_row
    report.compare(where, value, got)


def _shown(clock: ClockState, key: str) -> object:
    """One value of a clock in the words of the file. What only a live clock has is null on a stopped one."""
    agreement = clock.agreement
    match word(key):
        case "state":
            return f"{clock.state}_provisional" if clock.provisional else clock.state.value
        case "governing_row":
            return clock.governing_row if clock.is_live else None
        case "elapsed_s":
            return clock.elapsed
        case "remaining_s":
            return clock.remaining
        case "paused_s":
            return clock.paused
        case "breached":
            return clock.breached_at is not None
        case (
            "due_at"
            | "breached_at"
            | "stopped_at"
            | "started_at"
            | "next_threshold_at"
            | "provisional" as name
        ):
            return getattr(clock, name)
        case "agreed_at" | "agreed_due_at" | "agreed_due" | "agreed_date":
            return agreement and agreement.due_at
        case "first_agreed_at" | "first_due_at" | "first_agreed_date" | "agreed_first":
            return agreement and agreement.first_due_at
        case "agreed_changes" | "changes" | "renegotiations":
            return agreement.changes if agreement else 0
    return NOT_KNOWN


def _check_scan(report: Report, entry: Mapping[str, Any], where: str, story: Story) -> None:
    now = instant(need(entry, "now", where), where)
    place = f"{where} scan at {entry['now']}"
    _only(entry, SCAN_KEYS, place)
    result = story.scan(now)
    found = [(_label(record.target, record.level, record.row), record) for record in result.new]
    expected: list[Mapping[str, Any]] = []
    for line in sequence(need(entry, "records", place), place):
        record = mapping(line, place)
        if "withdraw" in word(record.get("level", "")):
            _check_withdrawn(report, record, place, result)
        else:
            expected.append(record)
    for line in sequence(entry.get("withdrawn", []), place):
        _check_withdrawn(report, mapping(line, place), place, result)
    for record in expected:
        _check_record(report, record, place, found)
    others = ", ".join(" ".join(label) for label, _ in found)
    report.compare(f"{place} other records", "none", others or "none")


def _check_withdrawn(report: Report, record: Mapping[str, Any], place: str, result: ScanResult) -> None:
    target = translate(TARGETS, need(record, "metric", place), "clock", place)
    withdrawn = any((key[0], key[2]) == (target, BREACH) for key in result.withdrawn)
    report.compare(f"{place} {target} breach", "withdrawn", "withdrawn" if withdrawn else "kept")


def _check_record(
    report: Report, expected: Mapping[str, Any], place: str, found: list[tuple[Label, Record]]
) -> None:
    """Compare one expected record and take it out of those found."""
    target = translate(TARGETS, need(expected, "metric", place), "clock", place)
    label = _label(target, need(expected, "level", place), str(expected.get("row", ANY_ROW)))
    place = f"{place} {' '.join(label)}"
    record = next((record for known_as, record in found if known_as == label), None)
    if record is not None:
        found.remove((label, record))
    for key, value in expected.items():
        got = "no record" if record is None else _record_value(record, key)
        if key in ("metric", "level", "row") and record is not None:
            value = got  # found by them
        elif key.endswith("_at"):
            value = instant(value, place)
        elif key == "notify":
            value = {"true": "yes", "false": "no"}.get(word(value), word(value))
            if value == "no" and got == Notify.DIGEST:
                value = got  # "yes" means that a message goes out; for the digest none does
        report.compare(f"{place}.{key}", value, got)


def _record_value(record: Record, key: str) -> object:
    match word(key):
        case "metric":
            return record.target.value
        case "late" | "detected_late":
            return record.is_late
        case "level" | "row" | "occurred_at" | "detected_at" | "notify" as name:
            return getattr(record, name)
    return NOT_KNOWN


def _label(target: Target, level: str, row: str) -> Label:
    """Records about an agreed date are known by their level alone."""
    level = word(level).removesuffix("%")
    percent = PERCENT.fullmatch(level)
    if percent:
        level = "breach" if percent[1] == "100" else f"warn{percent[1]}"
    agreed = AGREED_WARNING.fullmatch(level)
    if agreed:
        level = f"warn{agreed[1]}d"
    elif "nudge" in level:
        level = "nudge"
    elif "passed" in level:
        level = "passed"
    return target.value, level, ANY_ROW if NEGOTIATED_LEVELS.fullmatch(level) else row
