"""What a key is, and the kinds that need no look-up: chosen from a list, typed, measured.

The table of all keys is tickets.query.table.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.enums import ChoicesType
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tickets.models import Ticket
from tickets.query import ages
from tickets.query.asker import Asker, Offer, Unclear
from tickets.query.terms import Measure


@dataclass(frozen=True)
class Key(ABC):
    """`name:value`. `label` and `help` are for people, `example` shows it typed."""

    name: str
    label: Promise
    help: Promise
    example: str
    for_requesters: bool = False

    @abstractmethod
    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        """Tickets that have one of the values. Raises Unclear where a value is none."""

    def said(self, value: str) -> str:
        """A value in the reader's words."""
        return value

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        """Values that begin with what was typed, or are called so."""
        return []


@dataclass(frozen=True)
class Chosen(Key):
    """A column with choices. Their values can be typed, and their names in the reader's language."""

    column: str = ""
    choices: ChoicesType | None = None
    # Other spellings of a value.
    also: dict[str, str] = field(default_factory=dict)

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        return Q(**{f"{self.column}__in": [self.read(value) for value in values]})

    def read(self, value: str) -> str:
        wanted = value.casefold()
        for known, label in self.pairs():
            if wanted in (known.casefold(), label.casefold()):
                return known
        if wanted in self.also:
            return self.also[wanted]
        raise Unclear(_("there are %(values)s") % {"values": ", ".join(known for known, _l in self.pairs())})

    def pairs(self) -> list[tuple[str, str]]:
        assert self.choices is not None
        return [(str(value), str(label)) for value, label in self.choices.choices]

    def said(self, value: str) -> str:
        try:
            return dict(self.pairs()).get(self.read(value), value)
        except Unclear:
            return value

    def offered(self, typed: str, asker: Asker) -> list[Offer]:
        wanted = typed.casefold()
        return [
            Offer(value, "" if label == value else label)
            for value, label in self.pairs()
            if wanted in value.casefold() or wanted in label.casefold()
        ]


# Beside the statuses themselves.
ANY, ACTIVE, FINISHED = "any", "active", "finished"
STATUSES: dict[str, tuple[str, ...]] = {
    ANY: tuple(Ticket.Status.values),
    ACTIVE: tuple(status.value for status in Ticket.ACTIVE),
    FINISHED: (Ticket.Status.RESOLVED.value, Ticket.Status.CLOSED.value),
}


@dataclass(frozen=True)
class Status(Chosen):
    """The statuses, and words for several of them."""

    words: dict[str, Promise] = field(default_factory=dict)

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        wanted = self.statuses(values)
        return Q() if len(wanted) == len(Ticket.Status) else Q(status__in=sorted(wanted))

    def statuses(self, values: Sequence[str]) -> set[str]:
        read = [self.read(value) for value in values]
        return {status for one in read for status in STATUSES.get(one, (one,))}

    def pairs(self) -> list[tuple[str, str]]:
        return [*super().pairs(), *((word, str(label)) for word, label in self.words.items())]


@dataclass(frozen=True)
class Version(Key):
    """An SDK version: 4.3 is 4.3 and every 4.3.x."""

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        wanted = Q()
        for value in values:
            number = value.lstrip("vV")
            wanted |= Q(sdk_version=number) | Q(sdk_version__startswith=f"{number}.")
        return wanted


@dataclass(frozen=True)
class Moment(Key):
    """A moment of a ticket, by its age or its day. `longer` and the others are sentences with %(age)s."""

    column: str = ""
    longer: str | Promise = ""
    shorter: str | Promise = ""
    before: str | Promise = ""
    after: str | Promise = ""
    on: str | Promise = ""
    lies_ahead: bool = False

    def condition(self, values: Sequence[str], asker: Asker) -> Q:
        """`created:7d` is less than seven days ago, `created:2026-07-13` on that day."""
        return self.measured(self.as_measure(values), asker)

    def as_measure(self, values: Sequence[str]) -> Measure:
        if len(values) != 1:
            raise Unclear(_("one of them at a time, as in %(example)s") % {"example": self.example})
        text = values[0].replace("＜", "<").replace("＞", ">")
        sign = next((sign for sign in ("<=", ">=", "<", ">") if text.startswith(sign)), "")
        return Measure(self.name, sign or ":", text.removeprefix(sign))

    def measured(self, term: Measure, asker: Asker) -> Q:
        amount = ages.read(term.amount)
        if isinstance(amount, ages.Day):
            return self._on_day(amount, term.sign)
        if self.lies_ahead:
            return self._compared("gt" if ">" in term.sign else "lt", asker.now + amount.length)
        return self._compared("lt" if ">" in term.sign else "gt", asker.now - amount.length)

    def _on_day(self, day: ages.Day, sign: str) -> Q:
        match sign:
            case "<":
                return self._compared("lt", day.start)
            case "<=":
                return self._compared("lt", day.end)
            case ">":
                return self._compared("gte", day.end)
            case ">=":
                return self._compared("gte", day.start)
        return self._compared("gte", day.start) & self._compared("lt", day.end)

    def _compared(self, comparison: str, moment: datetime) -> Q:
        return Q(**{f"{self.column}__{comparison}": moment})

    def told(self, term: Measure) -> str:
        """The whole term in the reader's words: "filed more than 7 days ago". Raises Unclear."""
        amount = ages.read(term.amount)
        if isinstance(amount, ages.Age):
            sentence = self.longer if ">" in term.sign else self.shorter
        else:
            sentence = {"<": self.before, ">": self.after}.get(term.sign[:1], self.on)
        return str(sentence) % {"age": amount}


@dataclass(frozen=True)
class Flag:
    """A word that is a filter by itself: `unassigned`. In quotation marks it is the word."""

    name: str
    label: Promise
    help: Promise
    condition: Any
    """Called with the asker."""
    for_requesters: bool = False
