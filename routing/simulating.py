"""What would these rules have done in a period? Its real events, decided as on the live desk.

Nothing is written. People, skills, hours and capacity are those of today, absences as they are known today;
presence in the past is not known and not asked. A ticket that the rules gave to somebody stays with them
until it is handed over, and leaves their load when it was really resolved, put on hold or waited for its
customer.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event
from helpdesk.errors import InvalidInput
from routing.choosing import Desk, Outcome, decide
from routing.desk import HELD, read_people
from routing.facts import RELATED, facts_of
from routing.giving import MAY_HAVE_SOMEBODY, Trigger, needs_somebody
from routing.listening import trigger_of
from routing.people import Person
from routing.rules import RuleSet
from sla.terms import Book
from tickets.models import Ticket

BUCKETS = 56  # of the chart: three hours each in a week
TRY_AGAIN_EVERY = timedelta(minutes=15)
# A hundred people look at each of them in a millisecond or two: seconds in all, within one request.
MOST_TICKETS = 5_000


@dataclass(frozen=True)
class Given:
    """One decision: what the rules would have done, and who really had the ticket next."""

    ticket: Ticket
    at: datetime
    trigger: Trigger
    rule: str
    would: Person | None
    given_at: datetime | None  # later than `at` where it had to wait
    was: int | None
    was_at: datetime | None

    @property
    def is_same(self) -> bool:
        return (self.would.id if self.would else None) == self.was


@dataclass
class Share:
    """What one person would have got and really got, and how much they would have held at most."""

    person: Person
    got: int = 0
    really_got: int = 0
    peak: int = 0
    really_peak: int = 0
    loads: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    real_loads: list[int] = field(default_factory=lambda: [0] * BUCKETS)


@dataclass
class Simulation:
    start: datetime
    end: datetime
    given: list[Given]
    shares: list[Share]
    no_rule: int  # no rule was for these
    left: int  # a rule left these in the queue

    @property
    def unassigned(self) -> list[Given]:
        return [one for one in self.given if one.would is None]

    @property
    def differing(self) -> list[Given]:
        return [one for one in self.given if not one.is_same]


@dataclass
class _Ticket:
    """How a ticket stands while the period is played, with the rules and in reality."""

    row: Ticket
    tier: str
    priority: str
    status: str = Ticket.Status.NEW
    holder: int | None = None
    really: int | None = None
    is_ours: bool = False  # the rules have given it to the holder

    @property
    def is_active(self) -> bool:
        return self.status in Ticket.ACTIVE


@dataclass(frozen=True)
class _Move:
    at: datetime
    event: int
    ticket: int
    kind: str
    data: dict[str, Any]

    @property
    def changes(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = self.data.get("changes", {})
        return found


def simulate(rules: RuleSet, start: datetime, end: datetime) -> Simulation:
    """Play [start, end). Raises InvalidInput where more than MOST_TICKETS tickets moved in it."""
    return _Player(rules, start, end).play()


class _Player:
    def __init__(self, rules: RuleSet, start: datetime, end: datetime) -> None:
        self.rules, self.start, self.end = rules, start, end
        people = read_people(absences_from=start)
        self.desk = Desk(people=people, weights=rules.weights)
        self.real = Desk(people=people, weights=rules.weights)
        self.shares = {key: Share(person) for key, person in people.items()}
        self.book = Book()
        self.now = start
        self.waiting: dict[int, int] = {}  # ticket -> its place in `given`
        self.given: list[Given] = []
        self.no_rule = self.left = 0
        rows = _moving(start, end)
        moves = _moves(list(rows))
        self.next_holders = _next_holders(moves)
        self.tickets: dict[int, _Ticket] = {}
        self.moves = sorted(moves, key=lambda move: (move.at, move.event))
        self.rows = rows

    def play(self) -> Simulation:
        self._load_what_stood_still()
        began = False
        for move in self.moves:
            if move.at >= self.end:
                break
            if move.at >= self.start and not began:
                began = True
                self._note_loads()
            if began:
                self._pass_time(move.at)
            self._apply(move, is_in_period=began)
        if not began:
            self._note_loads()
        self._pass_time(self.end)
        shares = [
            share
            for share in self.shares.values()
            if share.person.tier or share.got or share.really_got or share.peak
        ]
        return Simulation(self.start, self.end, self.given, shares, self.no_rule, self.left)

    # --- The tickets

    def _load_what_stood_still(self) -> None:
        """What was held before and is held still, without a change since: it weighs all the time."""
        still = Ticket.objects.filter(
            status__in=HELD, assignee__in=list(self.shares), updated_at__lt=self.start
        ).exclude(pk__in=self.rows)
        for person, priority in still.values_list("assignee", "priority"):
            self.desk.give(person, priority)
            self.real.give(person, priority)

    def _apply(self, move: _Move, *, is_in_period: bool) -> None:
        if move.kind == "ticket.created":
            self.tickets[move.ticket] = _Ticket(
                self.rows[move.ticket], tier=move.data["tier"], priority=move.data["priority"]
            )
        ticket = self.tickets.get(move.ticket)
        if ticket is None:  # imported halfway, without a beginning
            return
        self._unweigh(ticket)
        changes = move.changes
        for name in ("tier", "priority", "status"):
            if name in changes:
                setattr(ticket, name, changes[name][1])
        if "assignee" in changes:
            self._really(ticket, move.kind, changes["assignee"][1])
        if is_in_period and (trigger := trigger_of(move.kind, changes)):
            self._decide(ticket, trigger, move)
        self._weigh(ticket)

    def _really(self, ticket: _Ticket, kind: str, assignee: int | None) -> None:
        """Somebody really got it, or let it go. Where the rules had given it to somebody else, they keep it,
        unless it went to another tier."""
        ticket.really = assignee
        if (
            not ticket.is_ours
            or kind in ("ticket.handed_over", "ticket.handed_back")
            or ticket.holder is None
        ):
            ticket.holder, ticket.is_ours = assignee, False
            if assignee is not None:
                self.waiting.pop(ticket.row.pk, None)

    def _decide(self, ticket: _Ticket, trigger: Trigger, move: _Move) -> None:
        holder = self.desk.people.get(ticket.holder or 0)
        if not ticket.is_active or (ticket.holder and trigger not in MAY_HAVE_SOMEBODY):
            return
        if not needs_somebody(trigger, ticket.tier, holder, move.at):
            return
        facts = facts_of(ticket.row, move.at, book=self.book, tier=ticket.tier, priority=ticket.priority)
        decided = decide(facts, self.rules, self.desk, move.at)
        if decided.outcome is Outcome.NO_RULE:
            self.no_rule += 1
            return
        self.left += decided.outcome is Outcome.LEFT
        was, was_at = self.next_holders.get((move.ticket, move.event), (None, None))
        choice = decided.choice
        assert choice is not None
        if was in self.shares:
            self.shares[was].really_got += 1
        self.given.append(
            Given(
                ticket.row,
                move.at,
                trigger,
                choice.rule.name,
                decided.person,
                move.at if decided.person else None,
                was,
                was_at,
            )
        )
        if decided.person:
            self._give(ticket, decided.person, choice.rule.key)
        elif decided.waits and ticket.holder is None:
            self.waiting[ticket.row.pk] = len(self.given) - 1

    def _give(self, ticket: _Ticket, person: Person, rule: str) -> None:
        self.desk.had_turn(rule, person.id)
        self.shares[person.id].got += 1
        ticket.holder, ticket.is_ours = person.id, True

    def _try_again(self, at: datetime) -> None:
        for number, place in list(self.waiting.items()):
            ticket = self.tickets[number]
            if ticket.holder is not None or ticket.status not in HELD:
                del self.waiting[number]
                continue
            facts = facts_of(ticket.row, at, book=self.book, tier=ticket.tier, priority=ticket.priority)
            decided = decide(facts, self.rules, self.desk, at)
            if decided.person and decided.choice:
                one = self.given[place]
                self.given[place] = Given(
                    one.ticket,
                    one.at,
                    one.trigger,
                    decided.choice.rule.name,
                    decided.person,
                    at,
                    one.was,
                    one.was_at,
                )
                self._unweigh(ticket)
                self._give(ticket, decided.person, decided.choice.rule.key)
                self._weigh(ticket)
                del self.waiting[number]

    # --- Time and load

    def _pass_time(self, until: datetime) -> None:
        """Try what waits again on the way, and note what everybody holds for the chart."""
        while self.waiting and self.now + TRY_AGAIN_EVERY < until:
            self._step_to(self.now + TRY_AGAIN_EVERY)
            self._try_again(self.now)
        self._step_to(until)

    def _step_to(self, until: datetime) -> None:
        first, last = self._bucket(self.now), self._bucket(until)
        for bucket in range(first + 1, last + 1):
            self._note_loads(bucket)
        self.now = until

    def _bucket(self, at: datetime) -> int:
        return min(BUCKETS - 1, int(BUCKETS * ((at - self.start) / (self.end - self.start))))

    def _note_loads(self, bucket: int = 0) -> None:
        for key, share in self.shares.items():
            _raise(share, bucket, self.desk.load[key], self.real.load[key])

    def _unweigh(self, ticket: _Ticket) -> None:
        if ticket.status in HELD:
            if ticket.holder in self.shares:
                self.desk.take(ticket.holder, ticket.priority)
            if ticket.really in self.shares:
                self.real.take(ticket.really, ticket.priority)

    def _weigh(self, ticket: _Ticket) -> None:
        if ticket.status not in HELD:
            return
        bucket = self._bucket(max(self.now, self.start))
        for desk, key in ((self.desk, ticket.holder), (self.real, ticket.really)):
            if key in self.shares:
                desk.give(key, ticket.priority)
                _raise(self.shares[key], bucket, self.desk.load[key], self.real.load[key])


def _raise(share: Share, bucket: int, load: int, real: int) -> None:
    share.loads[bucket] = max(share.loads[bucket], load)
    share.real_loads[bucket] = max(share.real_loads[bucket], real)
    share.peak, share.really_peak = max(share.peak, load), max(share.really_peak, real)


def _moving(start: datetime, end: datetime) -> dict[int, Ticket]:
    """The tickets that may have moved in the period: changed since it began, filed before it ended."""
    tickets = Ticket.objects.filter(updated_at__gte=start, created_at__lt=end)
    found = tickets.select_related(*RELATED).defer("search").order_by("pk")[: MOST_TICKETS + 1]
    rows = {ticket.pk: ticket for ticket in found}
    if len(rows) > MOST_TICKETS:
        raise InvalidInput(
            _("More than %(count)d tickets moved in this period. Choose a shorter one.")
            % {"count": MOST_TICKETS}
        )
    return rows


def _moves(numbers: list[int]) -> list[_Move]:
    """What moved these tickets: their beginnings and every change, in the order of their own histories."""
    rows = Event.objects.filter(ticket__in=numbers, kind__startswith="ticket.").order_by("ticket", "sequence")
    columns = rows.values_list("at", "pk", "ticket_id", "kind", "data")
    return [
        _Move(at, key, ticket, kind, data)
        for at, key, ticket, kind, data in columns.iterator(chunk_size=2000)
        if kind == "ticket.created" or "changes" in data
    ]


def _next_holders(moves: Iterable[_Move]) -> dict[tuple[int, int], tuple[int, datetime]]:
    """For each event, who got the ticket next in its history, and when."""
    found: dict[tuple[int, int], tuple[int, datetime]] = {}
    open_events: dict[int, list[int]] = defaultdict(list)
    for move in moves:
        assignee = (move.changes.get("assignee") or [None, None])[1]
        if assignee is not None:
            for event in open_events.pop(move.ticket, []):
                found[move.ticket, event] = (assignee, move.at)
        else:
            open_events[move.ticket].append(move.event)
    return found


def tally(simulation: Simulation) -> Iterator[tuple[str, int]]:
    """How many tickets each rule would have decided, the most first."""
    counts = Counter(one.rule for one in simulation.given)
    yield from counts.most_common()
