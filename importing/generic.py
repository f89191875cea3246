"""A CSV file of tickets, one row each, from any system. docs/importing.md describes the columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from importing.files import Complain, Row, rows
from importing.records import BadRow, Change, History, Person
from products.models import Platform
from tickets.models import Priority, Ticket

SOURCE = "generic"
REQUIRED = {"id", "subject", "body", "requester_email", "priority", "status", "created_at"}
STATUSES = set(Ticket.Status.values)


def read(path: Path, complain: Complain) -> Iterator[History]:
    """One history for each usable row; the others are complained of."""
    seen: set[str] = set()
    for line, row in rows(path, REQUIRED, complain):
        try:
            history = _history(line, row)
            if history.external_id in seen:
                raise ValueError(f"id “{history.external_id}” stands in the file already")
        except ValueError as error:
            complain(BadRow(line, str(error)))
            continue
        seen.add(history.external_id)
        yield history


def _history(line: int, row: Row) -> History:
    cell = {name: value.strip() for name, value in row.items()}
    for name in ("id", "subject", "body"):
        if not cell[name]:
            raise ValueError(f"{name} is empty")
    return History(
        external_id=cell["id"],
        line=line,
        subject=cell["subject"],
        body=cell["body"],
        requester=_person(cell, "requester"),
        created_at=_moment(cell, "created_at"),
        priority=_one_of(cell["priority"].upper(), set(Priority.values), "priority"),
        channel="import",
        organization=cell.get("organization", ""),
        product=cell.get("product", ""),
        platform=_one_of(cell.get("platform", ""), {*Platform.values, ""}, "platform"),
        sdk_version=cell.get("sdk_version", ""),
        tier=_one_of(cell.get("tier", "") or "L1", {"L1", "L2", "TAM"}, "tier"),
        assignee=_person(cell, "assignee") if cell.get("assignee_email") else None,
        changes=_changes(cell),
    )


def _changes(cell: Row) -> list[Change]:
    """The steps from filing to the present status, at the times the row gives."""
    status = _one_of(cell["status"].lower(), STATUSES, "status")
    created_at = _moment(cell, "created_at")
    changes = []
    if cell.get("first_replied_at"):
        changes.append(Change(at=_moment(cell, "first_replied_at"), status="open", replied=True))
    if status in ("resolved", "closed"):
        if not cell.get("resolved_at"):
            raise ValueError(f"a {status} ticket needs resolved_at")
        changes.append(Change(at=_moment(cell, "resolved_at"), status="resolved", replied=True))
    if status == "closed":
        closed_at = "closed_at" if cell.get("closed_at") else "resolved_at"
        changes.append(Change(at=_moment(cell, closed_at), status="closed"))
    if status in ("pending", "on_hold") or (status == "open" and not changes):
        at = _moment(cell, "updated_at") if cell.get("updated_at") else created_at
        reason = cell.get("hold_reason", "") or "Imported on hold" if status == "on_hold" else ""
        changes.append(Change(at=at, status=status, reason=reason))
    moments = [created_at, *(change.at for change in changes)]
    if moments != sorted(moments):
        raise ValueError("its times are not in order: created, first replied, resolved, closed")
    return changes


def _person(cell: Row, role: str) -> Person:
    email = cell[f"{role}_email"].lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(f"{role}_email “{email}” is not an address") from None
    return Person(email, cell.get(f"{role}_name", "") or email.partition("@")[0])


def _moment(cell: Row, name: str) -> datetime:
    try:
        at = datetime.fromisoformat(cell[name])
    except ValueError:
        raise ValueError(f"{name} “{cell[name]}” is not a time like 2026-07-13T09:00:00+08:00") from None
    if at.tzinfo is None:
        raise ValueError(f"{name} “{cell[name]}” has no offset from UTC")
    return at.astimezone(UTC)


def _one_of(value: str, allowed: set[str], what: str) -> str:
    if value not in allowed:
        raise ValueError(f"{what} “{value}” is none of {', '.join(sorted(allowed - {''}))}")
    return value
