"""What a period would have looked like under a draft: its real events, read under other promises.

Nothing is written but the replay itself: no clock, no ticket, no event. Memory is bounded by the batch and by
the number of clocks whose result differs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models, transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from sla import clocks, engine
from sla.engine import ClockKey, ClockState
from sla.history import histories
from sla.models import Clock, Policy, PolicyVersion, Replay, ReplayedClock
from sla.policies.drafts import Draft
from tickets.models import Ticket

BATCH = 500
KEPT = 20  # replays of a policy; older ones are removed when a new one begins


class Result(models.TextChoices):
    """How a promise ended or stands, as the report counts it (E2)."""

    MET = "met", _("kept")
    MISSED = "missed", _("missed")
    LATE = "late", _("open and late")
    OPEN = "open", pgettext_lazy("result of a promise", "open")
    OUT = "out", _("not counted")


COUNTED = (Result.MET, Result.MISSED, Result.LATE)
_STATES = {
    engine.State.MET: Result.MET,
    engine.State.MISSED: Result.MISSED,
    engine.State.RUNNING: Result.OPEN,
    engine.State.PAUSED: Result.OPEN,
}


def result_of(state: str, due_at: datetime | None, breached_at: datetime | None, now: datetime) -> Result:
    """The result of a clock, stored or computed. Void, cancelled and negotiating clocks do not count."""
    result = _STATES.get(engine.State(state), Result.OUT)
    if result is Result.OPEN and (breached_at is not None or (due_at is not None and due_at < now)):
        return Result.LATE
    return result


def begin(
    policy: Policy,
    draft: Draft,
    *,
    by: User,
    at: datetime,
    start: datetime,
    end: datetime,
    of_policy: Policy | None,
    version: PolicyVersion | None = None,
) -> Replay:
    """Write down what is to be replayed; `step` does it. Tickets filed in [start, end) are read."""
    replay = Replay(
        policy=policy,
        version=version,
        draft=draft.dump(),
        of_policy=of_policy,
        start=start,
        end=end,
        created_by=by,
        created_at=at,
        touched_at=at,
    )
    numbers = _tickets(replay).aggregate(first=Min("pk"), count=models.Count("pk"))
    replay.cursor, replay.total = (numbers["first"] or 1) - 1, numbers["count"]
    replay.save(force_insert=True)
    kept = policy.replays.order_by("-pk").values_list("pk", flat=True)[:KEPT]
    policy.replays.exclude(pk__in=list(kept)).delete()
    return replay


def step(replay_id: int) -> bool:
    """Replay one batch of tickets. Returns whether there is more to do."""
    now = timezone.now()
    with transaction.atomic():
        # Removed meanwhile: nothing is left to do.
        replay = Replay.objects.select_for_update(no_key=True).filter(pk=replay_id, finished_at=None).first()
        if replay is None:
            return False
        tickets = list(_tickets(replay).filter(pk__gt=replay.cursor).order_by("pk")[:BATCH])
        counts = Counter(replay.counts)
        changed = []
        for clock in compare(tickets, Draft.read(replay.draft).engine_policy(), now):
            counts[f"{clock.target}/{clock.priority}/{clock.was}/{clock.would_be}"] += 1
            if clock.was != clock.would_be:
                changed.append(clock.row(replay))
        ReplayedClock.objects.bulk_create(changed)
        replay.counts = counts
        replay.done += len(tickets)
        replay.touched_at = now
        if tickets:
            replay.cursor = tickets[-1].pk
        else:
            replay.finished_at = now
        replay.save(update_fields=["counts", "done", "touched_at", "cursor", "finished_at"])
    return bool(tickets)


@dataclass(frozen=True)
class Compared:
    """One clock: what became of it, and what would have."""

    ticket: int
    target: str
    cycle: int
    priority: str
    was: Result
    would_be: Result

    def row(self, replay: Replay) -> ReplayedClock:
        return ReplayedClock(
            replay=replay,
            ticket_id=self.ticket,
            target=self.target,
            cycle=self.cycle,
            priority=self.priority,
            was=self.was,
            would_be=self.would_be,
        )


def compare(tickets: Iterable[Ticket], policy: engine.Policy, now: datetime) -> Iterator[Compared]:
    """Each clock of these tickets as it is stored, and as the policy reads the same events at `now`."""
    by_number = {ticket.pk: ticket for ticket in tickets}
    stored: dict[int, dict[ClockKey, Result]] = defaultdict(dict)
    columns = ("ticket_id", "target", "cycle", "state", "due_at", "breached_at")
    rows = Clock.objects.filter(ticket__in=by_number).values_list(*columns)
    for number, target, cycle, state, due_at, breached_at in rows:
        stored[number][(engine.Target(target), cycle)] = result_of(state, due_at, breached_at, now)
    for number, events in histories(list(by_number)).items():
        states = {clock.key: clock for clock in engine.clocks(engine.fold(events), policy, now)}
        for key in sorted({*states, *stored[number]}):
            would = states.get(key)
            yield Compared(
                number,
                *key,
                by_number[number].priority,
                stored[number].get(key, Result.OUT),
                result_of(would.state, would.due_at, would.breached_at, now) if would else Result.OUT,
            )


@dataclass
class Tally:
    """The clocks of one target and priority, or of all priorities, on both sides."""

    target: str
    priority: str = ""
    was: Counter[str] = field(default_factory=Counter)
    would_be: Counter[str] = field(default_factory=Counter)
    better: int = 0
    worse: int = 0

    @property
    def share_was(self) -> float | None:
        return _share(self.was)

    @property
    def share_would_be(self) -> float | None:
        return _share(self.would_be)

    def add(self, was: str, would_be: str, number: int) -> None:
        self.was[was] += number
        self.would_be[would_be] += number
        kept, would_keep = was == Result.MET, would_be == Result.MET
        broken, would_break = was in (Result.MISSED, Result.LATE), would_be in (Result.MISSED, Result.LATE)
        if (broken and not would_break) or (would_keep and not kept and not broken):
            self.better += number
        elif would_break and not broken:
            self.worse += number


BROKEN = (Result.MISSED, Result.LATE)
BETTER = Q(was__in=BROKEN) & ~Q(would_be__in=BROKEN) | ~Q(was__in=[Result.MET, *BROKEN]) & Q(
    would_be=Result.MET
)
WORSE = Q(would_be__in=BROKEN) & ~Q(was__in=BROKEN)


def narrowed(lines: QuerySet[ReplayedClock], shown: str) -> QuerySet[ReplayedClock]:
    """The lines that would have gone better, or worse, counted as `Tally` does."""
    return lines.filter(BETTER if shown == "better" else WORSE)


def _share(results: Mapping[str, int]) -> float | None:
    """Percent of the promises kept; None where there were none."""
    counted = sum(results[result] for result in COUNTED)
    return 100 * results[Result.MET] / counted if counted else None


def tallies(replay: Replay) -> list[Tally]:
    """A line for each target as a whole, followed by its priorities."""
    lines: dict[tuple[str, str], Tally] = {}
    for key, number in sorted(replay.counts.items()):
        target, priority, was, would_be = key.split("/")
        for line in (target, ""), (target, priority):
            lines.setdefault(line, Tally(*line)).add(was, would_be, number)
    order = list(Clock.Target.values)
    return [lines[line] for line in sorted(lines, key=lambda line: (order.index(line[0]), line[1]))]


@dataclass(frozen=True)
class Pair:
    """A clock as its own terms read it and as the draft does, for the list of what changed."""

    line: ReplayedClock
    was: ClockState | None
    would_be: ClockState | None


def explained(lines: Iterable[ReplayedClock], replay: Replay, now: datetime) -> list[Pair]:
    """Both readings of each of these lines: three queries, however many."""
    lines = list(lines)
    policy = Draft.read(replay.draft).engine_policy()
    tickets = Ticket.objects.in_bulk({line.ticket_id for line in lines})
    was: dict[tuple[int, ClockKey], ClockState] = {}
    would_be: dict[tuple[int, ClockKey], ClockState] = {}
    for reading in clocks.read(dict.fromkeys(tickets.values(), now)):
        number = reading.ticket.pk
        was |= {(number, clock.key): clock for clock in reading.states}
        states = engine.clocks(reading.history, policy, now)
        would_be |= {(number, clock.key): clock for clock in states}
    keys = [(line.ticket_id, (engine.Target(line.target), line.cycle)) for line in lines]
    return [Pair(line, was.get(key), would_be.get(key)) for line, key in zip(lines, keys, strict=True)]


def _tickets(replay: Replay) -> QuerySet[Ticket]:
    """The tickets that the replay reads: filed in the period, under the policy asked for."""
    promises = Clock.objects.filter(ticket=OuterRef("pk"))
    if replay.of_policy_id is not None:
        promises = promises.filter(terms__policy_version__policy=replay.of_policy_id)
    return Ticket.objects.filter(Exists(promises), created_at__gte=replay.start, created_at__lt=replay.end)
