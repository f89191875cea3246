"""Apply a policy version to open tickets: look, confirm, move (rule C1). `sla.reapplying` does the moving.

Only tickets that the look showed are moved, so nobody confirms what nobody saw. What changed between the look
and the move is written beside each line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidTransition
from sla import reapplying
from sla.models import Clock, PolicyVersion, PromiseChange, Reapplication, ReappliedClock, Terms
from sla.policies.drafts import Draft
from sla.promise_log import note_change
from sla.reapplying import Moved, TicketMove, told
from sla.terms import bind

BATCH = 200

Phase = Reapplication.Phase
Outcome = ReappliedClock.Outcome
Direction = ReappliedClock.Direction


def look(version: PolicyVersion, *, by: User, at: datetime) -> Reapplication:
    """Begin a look at what would move. Raises InvalidTransition while another one is under way."""
    try:
        with transaction.atomic():
            return Reapplication.objects.create(
                version=version,
                created_by=by,
                created_at=at,
                touched_at=at,
                total=reapplying.affected(_old_terms(version)).count(),
            )
    except IntegrityError:
        raise InvalidTransition(_("Somebody is looking at this already. Go on from there.")) from None


@transaction.atomic
def confirm(job: Reapplication, *, by: User, at: datetime, leave_late: bool) -> Reapplication:
    """Decide that what the look showed is done. Raises InvalidTransition when it cannot be, or is already."""
    job = Reapplication.objects.select_for_update(of=("self",), no_key=True).get(pk=job.pk)
    if job.phase != Phase.READY:
        raise InvalidTransition(_("This is %(phase)s already.") % {"phase": job.get_phase_display()})
    if job.version.valid_from > at:
        raise InvalidTransition(_("This version is not in force yet. Apply it once it is."))
    new = bind(job.version)
    job.exchange = {str(old): new.pk for old in _old_terms(job.version)}
    job.phase, job.leave_late, job.confirmed_at, job.confirmed_by = Phase.APPLYING, leave_late, at, by
    job.done, job.touched_at = 0, at
    job.total = job.clocks.values("ticket").distinct().count()
    job.save(
        update_fields=[
            *("exchange", "phase", "leave_late", "confirmed_at", "confirmed_by"),
            *("done", "touched_at", "total"),
        ]
    )
    note_change(
        PromiseChange.Kind.VERSION_APPLIED,
        by=by,
        at=at,
        policy=job.version.policy,
        changes={"version": ["", str(job.version.number)], "tickets": ["", str(job.total)]},
    )
    return job


@transaction.atomic
def drop(job: Reapplication) -> None:
    """Let a look go that nobody confirms. One that is being applied is not dropped."""
    job = Reapplication.objects.select_for_update(of=("self",), no_key=True).get(pk=job.pk)
    if job.phase not in (Phase.LOOKING, Phase.READY):
        raise InvalidTransition(_("This is %(phase)s already.") % {"phase": job.get_phase_display()})
    job.phase, job.finished_at = Phase.DROPPED, timezone.now()
    job.save(update_fields=["phase", "finished_at"])
    job.clocks.all().delete()


def step(job_id: int) -> bool:
    """One batch of whatever phase the job is in. Returns whether there is more to do."""
    with transaction.atomic():
        job = (
            Reapplication.objects.select_for_update(of=("self",), no_key=True)
            .select_related("version__policy")
            .get(pk=job_id)
        )
        match job.phase:
            case Phase.LOOKING:
                return _look_on(job, timezone.now())
            case Phase.APPLYING:
                return _apply_on(job, timezone.now())
    return False


def _old_terms(version: PolicyVersion) -> list[int]:
    """The terms of the policy's other versions."""
    others = Terms.objects.filter(policy_version__policy=version.policy_id).exclude(policy_version=version)
    return list(others.order_by("pk").values_list("pk", flat=True))


def _look_on(job: Reapplication, now: datetime) -> bool:
    old = _old_terms(job.version)
    tickets = list(reapplying.affected(old).filter(pk__gt=job.cursor)[:BATCH])
    policy = Draft.of(job.version).engine_policy(since=job.version.valid_from)
    moves = reapplying.look(tickets, dict.fromkeys(old, policy), now)
    ReappliedClock.objects.bulk_create(
        _line(job, clock, turns_late=move.turns_late) for move in moves for clock in move.clocks
    )
    job.done += len(tickets)
    job.touched_at = now
    if tickets:
        job.cursor = tickets[-1].pk
    else:
        job.phase, job.looked_at, job.total = Phase.READY, now, job.done
    job.save(update_fields=["done", "touched_at", "cursor", "phase", "looked_at", "total"])
    return bool(tickets)


def _line(job: Reapplication, clock: Moved, *, turns_late: bool) -> ReappliedClock:
    return ReappliedClock(
        reapplication=job,
        ticket_id=clock.ticket,
        target=clock.target,
        cycle=clock.cycle,
        direction=_direction(clock),
        turns_late=clock.turns_late,
        ticket_turns_late=turns_late,
        before=told(clock.before) if clock.before else None,
        after=told(clock.after),
    )


def _direction(clock: Moved) -> str:
    if not clock.is_later_or_earlier:
        return Direction.SAME
    return {-1: Direction.EARLIER, 1: Direction.LATER}.get(clock.direction, Direction.OTHER)


def _apply_on(job: Reapplication, now: datetime) -> bool:
    planned = job.clocks.filter(outcome=Outcome.PLANNED)
    ids = list(planned.order_by("ticket").values_list("ticket", flat=True).distinct()[:BATCH])
    if ids:
        exchange = {int(old): new for old, new in job.exchange.items()}
        policy = job.version.policy
        moves = reapplying.reapply(
            ids,
            exchange,
            by=job.confirmed_by,
            at=now,
            leave_late=job.leave_late,
            policy=policy.name,
            policy_zh=policy.name_zh,
            version=job.version.number,
        )
        _note_outcomes(job, planned.filter(ticket__in=ids), moves, _alive_under(ids, exchange))
        job.done += len(ids)
    else:
        job.phase, job.finished_at = Phase.APPLIED, now
    job.touched_at = now
    job.save(update_fields=["done", "touched_at", "phase", "finished_at"])
    return bool(ids)


def _alive_under(ids: Sequence[int], exchange: Iterable[int]) -> set[int]:
    """The tickets that still have a live clock under the old terms: they were left."""
    alive = Clock.objects.filter(ticket__in=ids, terms__in=list(exchange), state__in=reapplying.LIVE)
    return set(alive.values_list("ticket", flat=True))


def _note_outcomes(
    job: Reapplication, lines: Iterable[ReappliedClock], moves: Sequence[TicketMove], left: set[int]
) -> None:
    """Write beside each line what came of it, and a line for a clock that the look could not know."""
    moved = {(clock.ticket, clock.target, clock.cycle): clock for move in moves for clock in move.clocks}
    over = {move.ticket.pk for move in moves}
    known = []
    for line in lines:
        clock = moved.pop((line.ticket_id, line.target, line.cycle), None)
        line.outcome, line.applied = _outcome(line, clock, is_left=line.ticket_id in left - over)
        known.append(line)
    ReappliedClock.objects.bulk_update(known, ["outcome", "applied"])
    new = [_line(job, clock, turns_late=clock.turns_late) for clock in moved.values()]
    for line in new:
        line.outcome, line.applied = Outcome.OTHERWISE, line.after
    ReappliedClock.objects.bulk_create(new)


def _outcome(
    line: ReappliedClock, clock: Moved | None, *, is_left: bool
) -> tuple[str, dict[str, object] | None]:
    if clock is None:
        return (Outcome.LEFT if is_left else Outcome.GONE), None
    applied = told(clock.after)
    return (Outcome.DONE, None) if applied == line.after else (Outcome.OTHERWISE, applied)
