"""A ServiceNow incident event log: one row for each update of an incident.

What becomes what (docs/importing.md): a row is a change at `sys_updated_at`; states and priorities map
one to one; a question to the user and a resolution are taken as an agent's word to the customer, since the
log has no texts; an incident taken on the phone was answered at once (rule B6). A closing that the log
takes back later was a resolution (rule B15 knows no way back from closed).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from importing.files import Complain, Row, rows
from importing.records import BadRow, Change, History, Person

SOURCE = "servicenow"
REQUIRED = {
    "number",
    "incident_state",
    "priority",
    "sys_updated_at",
    "sys_mod_count",
    "opened_at",
    "caller_id",
    "contact_type",
    "assigned_to",
    "made_sla",
}
STATES = {
    "New": "new",
    "Active": "open",
    "Awaiting User Info": "pending",
    "Awaiting Vendor": "on_hold",
    "Awaiting Problem": "on_hold",
    "Awaiting Evidence": "on_hold",
    "Resolved": "resolved",
    "Closed": "closed",
}
PRIORITIES = {"1 - Critical": "P1", "2 - High": "P2", "3 - Moderate": "P3", "4 - Low": "P4"}
CHANNELS = {"Phone": "phone", "Email": "email"}
FACTS = (
    "category",
    "subcategory",
    "u_symptom",
    "location",
    "cmdb_ci",
    "assignment_group",
    "closed_code",
    "reassignment_count",
    "reopen_count",
    "made_sla",
)
UNKNOWN = ("", "?")
DOMAIN = "servicenow.invalid"


def read(path: Path, complain: Complain) -> Iterator[History]:
    """One history for each incident. The rows of an incident must stand together, as the log has them."""
    lines = rows(path, REQUIRED, complain)
    for number, group in groupby(lines, key=lambda line: line[1]["number"]):
        updates = [update for line, row in group if (update := _update(line, row, complain))]
        if not updates:
            continue
        updates.sort(key=lambda update: (update.at, update.order))
        yield _history(number, updates)


class _Update:
    """One row, read and checked."""

    def __init__(self, line: int, row: Row) -> None:
        self.line, self.row = line, row
        self.at, self.opened_at = _moment(row["sys_updated_at"]), _moment(row["opened_at"])
        self.order = int(row["sys_mod_count"])
        self.status = _known(STATES, row["incident_state"], "state")
        self.priority = _known(PRIORITIES, row["priority"], "priority")
        if self.at < self.opened_at:
            raise ValueError(f"updated {row['sys_updated_at']}, before it was opened {row['opened_at']}")


def _update(line: int, row: Row, complain: Complain) -> _Update | None:
    try:
        return _Update(line, row)
    except ValueError as error:
        complain(BadRow(line, f"incident {row['number']}: {error}"))
        return None


def _history(number: str, updates: list[_Update]) -> History:
    first, last = updates[0], updates[-1]
    row = last.row
    channel = CHANNELS.get(row["contact_type"], "import")
    return History(
        external_id=number,
        line=first.line,
        subject=_subject(row),
        body="\n".join(f"- {name}: {row[name]}" for name in FACTS[:5] if row.get(name, "?") not in UNKNOWN)
        or number,
        requester=_person(row["caller_id"]) or Person(f"unknown@{DOMAIN}", "Unknown caller"),
        created_at=first.opened_at,
        priority=first.priority,
        channel=channel,
        origin="taken" if channel == "phone" else "customer",
        assignee=_person(first.row["assigned_to"]),
        changes=list(_changes(updates)),
        facts={name: row[name] for name in FACTS if name in row},
    )


def _changes(updates: list[_Update]) -> Iterator[Change]:
    """Rows that changed what a ticket has; the others are updates of fields that stay in the log."""
    status, priority, assignee = "new", updates[0].priority, _person(updates[0].row["assigned_to"])
    for position, update in enumerate(updates):
        new_status = update.status
        if new_status == "closed" and position < len(updates) - 1:
            new_status = "resolved"
        new_assignee = _person(update.row["assigned_to"]) or assignee
        change = Change(
            at=update.at,
            status=new_status if new_status != status else None,
            priority=update.priority if update.priority != priority else None,
            assignee=new_assignee if new_assignee != assignee else None,
            reason=update.row["incident_state"] if new_status == "on_hold" else "",
            replied=new_status in ("pending", "resolved") and new_status != status,
        )
        if change.status == "closed" and status != "resolved":
            yield Change(at=update.at, status="resolved", replied=True)
        if change.status or change.priority or change.assignee:
            yield change
        status, priority, assignee = new_status, update.priority, new_assignee


def _subject(row: Row) -> str:
    parts = [row.get(name, "?") for name in ("category", "subcategory", "u_symptom")]
    return ", ".join(part for part in parts if part not in UNKNOWN) or f"Incident {row['number']}"


def _person(name: str) -> Person | None:
    """People of the log have no address; theirs is made from the name, at a domain that cannot exist."""
    if name in UNKNOWN:
        return None
    return Person(f"{'-'.join(name.lower().split())}@{DOMAIN}", " ".join(name.split()))


def _moment(text: str) -> datetime:
    """Minutes, day first, in UTC: the log names no zone."""
    try:
        return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"“{text}” is not a time like 29/2/2016 04:40") from None


def _known(table: dict[str, str], value: str, what: str) -> str:
    if value not in table:
        raise ValueError(f"unknown {what} “{value}”")
    return table[value]
