"""What a log told, and what a form may be offered of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_datetime

if TYPE_CHECKING:
    from files.models import StoredFile


@dataclass(frozen=True)
class Finding:
    """One value in one place. `count` says how often it was seen (at least)."""

    value: str
    line: int
    text: str
    count: int = 1


@dataclass(frozen=True)
class Moment:
    """A timestamp of the log. `zone` is "+08:00" where the log says it, empty where it does not."""

    at: datetime
    zone: str
    line: int


@dataclass(frozen=True)
class Findings:
    """Values by fact, the likeliest first; error codes, the most frequent first; the first and last
    moment."""

    facts: Mapping[str, list[Finding]] = field(default_factory=dict)
    first: Moment | None = None
    last: Moment | None = None
    is_sampled: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Findings:
        facts = {fact: [Finding(**one) for one in found] for fact, found in data.get("facts", {}).items()}
        return cls(
            facts=facts,
            first=_moment(data.get("first")),
            last=_moment(data.get("last")),
            is_sampled=data.get("is_sampled", False),
        )

    def as_json(self) -> dict[str, Any]:
        if not self:
            return {}
        return {
            "facts": {fact: [vars(one) for one in found] for fact, found in self.facts.items()},
            "first": _moment_as_json(self.first),
            "last": _moment_as_json(self.last),
            "is_sampled": self.is_sampled,
        }

    def __bool__(self) -> bool:
        return bool(self.facts or self.first)

    def best(self, fact: str) -> Finding | None:
        return next(iter(self.facts.get(fact, [])), None)

    @property
    def error_codes(self) -> list[Finding]:
        return self.facts.get("error_code", [])


@dataclass(frozen=True)
class Proposal:
    """A value for a field of a form, and the line of the log that says so."""

    field: str
    value: str
    line: int
    text: str
    alternatives: tuple[str, ...] = ()


def findings_of(stored: StoredFile) -> Findings:
    return Findings.from_json(stored.findings)


def log_facts(upload: StoredFile) -> dict[str, Proposal]:
    """What the log of this upload proposes for a form, by field; empty for a file that is no log.

    Fields: `platform` (a value of products.models.Platform), `product` (a product's code), `sdk_version`
    ("4.3.2"), `device_model` ("Pixel 8"), `os_version` ("Android 14"), `browser` ("Chrome
    120.0.6099.109"), `error_code` ("-17", the most frequent one), `started_at` and `ended_at` (ISO 8601;
    without an offset where the log names no zone: the reader's own is meant then).

    In the browser the same comes as the event `log-facts`, which bubbles from the file's row in the form.
    Its `detail` is `{upload, name, facts: [{field, label, value, shown, line}]}`; static/js/log-facts.js
    fills fields of these names.
    """
    return facts_of(findings_of(upload))


def facts_of(found: Findings) -> dict[str, Proposal]:
    proposals = {
        fact: Proposal(
            fact, values[0].value, values[0].line, values[0].text, tuple(one.value for one in values[1:])
        )
        for fact, values in found.facts.items()
        if values
    }
    for name, moment in (("started_at", found.first), ("ended_at", found.last)):
        if moment:
            proposals[name] = Proposal(name, moment.at.isoformat(timespec="seconds"), moment.line, "")
    return proposals


def _moment(data: Mapping[str, Any] | None) -> Moment | None:
    at = parse_datetime(data["at"]) if data else None
    return Moment(at, data["zone"], data["line"]) if data and at else None


def _moment_as_json(moment: Moment | None) -> dict[str, Any] | None:
    return {"at": moment.at.isoformat(), "zone": moment.zone, "line": moment.line} if moment else None
