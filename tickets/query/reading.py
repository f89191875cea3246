"""From what was typed to tickets: each term gets its meaning, or a sentence that says why it has none.

    reading = read('tier:L2 breach<1h "black screen"', Asker(user, now))
    tickets = reading.tickets()

A term that means nothing finds nothing: a list that left it out would show more than was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.postgres.search import SearchQueryCombinable
from django.db.models import Q
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from tickets.models import DeskWords, Ticket, TicketQuerySet
from tickets.query import words
from tickets.query.asker import Asker, Unclear
from tickets.query.grammar import parse
from tickets.query.keys import Key, Moment
from tickets.query.table import ALIASES, FLAGS, KEYS, RESOLVED, STATUS
from tickets.query.terms import Filter, Measure, Term, Text, written

MAX_LENGTH = 1000
MAX_TERMS = 40
MAX_VALUES = 50
FEW = 1000
_NUMBER = re.compile(r"#?\d{1,18}")
_LIKE_ENOUGH = 70


@dataclass(frozen=True)
class Chip:
    """One term as it is shown: how it is typed, what it says in the reader's words, what is wrong with it."""

    text: str
    said: str
    without: str
    """The query without this term."""
    problem: str = ""


@dataclass
class Reading:
    text: str
    """The query as it is typed, in its short form: `tier:L2,L2` has become `tier:L2`."""
    asker: Asker
    active_only: bool
    terms: tuple[Term, ...] = ()
    condition: Q = field(default_factory=Q)
    texts: list[Text] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    statuses: set[str] | None = None
    """The statuses asked for by name; None where none were."""
    number: int | None = None

    @property
    def problems(self) -> list[Chip]:
        return [chip for chip in self.chips if chip.problem]

    @cached_property
    def is_active_only(self) -> bool:
        """Whether only unfinished tickets can be in the list: those have promises to sort by."""
        if self.statuses is not None:
            return self.statuses <= set(Ticket.ACTIVE)
        return self.active_only

    def tickets(self) -> TicketQuerySet:
        """The tickets asked for that this person may see, in no order."""
        tickets = Ticket.objects.visible_to(self.asker.user)
        if self.problems:
            return tickets.none()
        if self.number is not None:
            return tickets.filter(number=self.number)
        if self.statuses is None and self.active_only:
            tickets = tickets.active()
        tickets = tickets.filter(self.condition)
        if self.question is None:
            return tickets
        if not self.asker.user.is_staff_member:
            return tickets.filter(search=self.question)
        # Notes are the desk's own, and so are their words.
        if self._few is not None:
            return tickets.filter(pk__in=self._few)
        return tickets.filter(desk_words__search=self.question)

    @cached_property
    def _few(self) -> list[int] | None:
        """The tickets with these words where they are few; None where they are many.

        PostgreSQL takes a word that it has no statistics of for one in 200 tickets, and reads all tickets in
        the order of the list until it has a page of them: for a word that nobody ever wrote, a million.
        """
        found = DeskWords.objects.filter(search=self.question).values_list("pk", flat=True)[: FEW + 1]
        few = list(found)
        return few if len(few) <= FEW else None

    @cached_property
    def question(self) -> SearchQueryCombinable | None:
        """The words as PostgreSQL is asked for them; None without any."""
        return words.asked_for(self.texts)


def read(text: str, asker: Asker, *, active_only: bool = True) -> Reading:
    """What a query means for this person. `active_only`: without a status, finished tickets are left out.

    At most one query for each key whose values are names; the words of the desk are another.
    """
    terms = tuple(_canonical(term) for term in parse(text[:MAX_LENGTH]))
    reading = Reading(written(terms), asker, active_only, terms)
    for position, term in enumerate(terms):
        rest = written([*terms[:position], *terms[position + 1 :]])
        try:
            if position >= MAX_TERMS:
                raise Unclear(_("at most %(count)d at once") % {"count": MAX_TERMS})
            said, problem = _understood(term, reading), ""
        except Unclear as unclear:
            said, problem = str(term), str(unclear)
        reading.chips.append(Chip(str(term), said, rest, problem))
    if any(isinstance(term, Filter | Measure) and term.key == RESOLVED.name for term in terms):
        reading.active_only = False
    return reading


def _canonical(term: Term) -> Term:
    if isinstance(term, Text):
        return term
    key = ALIASES.get(term.key, term.key)
    if isinstance(term, Filter):
        return Filter(key, term.values, term.is_negated)
    return Measure(key, term.sign, term.amount, term.is_negated)


def _understood(term: Term, reading: Reading) -> str:
    """Put what the term means into the reading. Returns it in words. Raises Unclear."""
    if isinstance(term, Text):
        return _text(term, reading)
    key = _key(term, reading.asker)
    if isinstance(term, Measure):
        if not isinstance(key, Moment):
            raise Unclear(_("it has no size; write %(example)s") % {"example": key.example})
        reading.condition &= _perhaps_not(term.is_negated, key.measured(term, reading.asker))
        return _said(key.told(term), term.is_negated)
    return _filter(term, key, reading)


def _filter(term: Filter, key: Key, reading: Reading) -> str:
    if not term.values:
        raise Unclear(_("a value is missing behind the colon, as in %(example)s") % {"example": key.example})
    if len(term.values) > MAX_VALUES:
        raise Unclear(_("at most %(count)d at once") % {"count": MAX_VALUES})
    condition = key.condition(term.values, reading.asker)
    if key is STATUS:
        wanted = STATUS.statuses(term.values)
        if term.is_negated:
            condition = ~Q(status__in=sorted(wanted))
        else:
            reading.statuses = wanted if reading.statuses is None else reading.statuses & wanted
        reading.condition &= condition
    else:
        reading.condition &= _perhaps_not(term.is_negated, condition)
    if isinstance(key, Moment):
        return _said(key.told(key.as_measure(term.values)), term.is_negated)
    told = {"filter": key.label, "values": ", ".join(key.said(value) for value in term.values)}
    return _("%(filter)s: not %(values)s") % told if term.is_negated else _("%(filter)s: %(values)s") % told


def _text(term: Text, reading: Reading) -> str:
    flag = None if term.is_phrase else FLAGS.get(term.text.casefold())
    if flag is not None and (flag.for_requesters or reading.asker.user.is_staff_member):
        reading.condition &= _perhaps_not(term.is_negated, flag.condition(reading.asker))
        return _said(str(flag.label), term.is_negated)
    if _is_number(term, reading):
        reading.number = int(term.text.lstrip("#"))
        return f"#{reading.number}"
    words.check(term)
    reading.texts.append(term)
    return _said(f"“{term.text}”" if term.is_phrase else term.text, term.is_negated)


def _is_number(term: Text, reading: Reading) -> bool:
    """A ticket's number: `#10482` always, 10482 if it is all that was typed and there is such a ticket."""
    if term.is_phrase or term.is_negated or len(reading.terms) > 1 or not _NUMBER.fullmatch(term.text):
        return False
    if term.text.startswith("#"):
        return True
    return Ticket.objects.visible_to(reading.asker.user).filter(number=int(term.text)).exists()


def _key(term: Filter | Measure, asker: Asker) -> Key:
    key = KEYS.get(term.key)
    if key is not None and (key.for_requesters or asker.user.is_staff_member):
        return key
    known = list(usable(asker))
    near = process.extractOne(term.key, known, scorer=fuzz.ratio, score_cutoff=_LIKE_ENOUGH)
    if near:
        raise Unclear(_("there is no such filter; did you mean %(name)s?") % {"name": near[0]})
    raise Unclear(_("there is no such filter; to look for the text itself, put it in quotation marks"))


def usable(asker: Asker) -> Iterator[str]:
    """The keys that this person may use."""
    staff = asker.user.is_staff_member
    return (name for name, key in KEYS.items() if staff or key.for_requesters)


def _perhaps_not(is_negated: bool, condition: Q) -> Q:
    return ~condition if is_negated else condition


def _said(words_: str, is_negated: bool) -> str:
    return _("not: %(filter)s") % {"filter": words_} if is_negated else words_
