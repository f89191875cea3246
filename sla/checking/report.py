"""What a check found, and how the fields of a file are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sla.worktime import to_utc


class UnknownForm(ValueError):
    """A file, or an entry of it, that this program does not understand; the message is one line."""


@dataclass(frozen=True)
class Mismatch:
    where: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, got {self.got}"


@dataclass
class Report:
    checked: int = 0
    wrong: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)

    def compare(self, where: str, expected: object, got: object) -> None:
        """Count one expected value, and note it when it differs."""
        self.checked += 1
        if expected != got:
            self.wrong += 1
            self.mismatches.append(Mismatch(where, show(expected), show(got)))

    def give_up(self, where: str, error: Exception, values: int) -> None:
        """Count the values of an entry that cannot be understood: all of them are wrong."""
        self.checked += values
        self.wrong += values
        self.mismatches.append(Mismatch(where, f"{values} values that can be understood", str(error)))

    def add(self, other: Report) -> None:
        self.checked += other.checked
        self.wrong += other.wrong
        self.mismatches += other.mismatches


def show(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    return str(value)


def instant(value: Any, where: str) -> datetime:
    """An ISO 8601 instant with an offset."""
    try:
        return to_utc(datetime.fromisoformat(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise UnknownForm(f"{where}: {value!r} is not an instant with an offset ({error})") from None


def amount(value: Any, unit: timedelta, where: str) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnknownForm(f"{where}: {value!r} is not a number")
    try:
        return value * unit
    except (OverflowError, ValueError):  # beyond what a duration can be; not a number
        raise UnknownForm(f"{where}: {value!r} is no duration") from None


def need(entry: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in entry:
        raise UnknownForm(f"{where}: has no '{key}'")
    return entry[key]


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnknownForm(f"{where}: is not an object")
    return value


def sequence(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise UnknownForm(f"{where}: is not a list")
    return value
