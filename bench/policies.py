"""Policies: `python -m bench.policies [--tickets 10000]`.

Open tickets with six events each: a replay of all of them under a draft, the look at what a new version would
move, and the move itself. The floor is reading the same events and nothing else.
"""

from __future__ import annotations

import argparse
import resource
import time
from datetime import timedelta
from typing import Any

from bench import desk

# Answered, asked back, answered by the customer, lowered to P2 and put on hold, in the sixteen minutes since.
MORE_EVENTS = [
    """insert into events_event (ticket_id, sequence, kind, at, recorded_at, data, previous_hash, hash,
           announced_at)
       select number, sequence, kind, created_at + minute * interval '1 minute', now(), data, repeat('0', 64),
           repeat('0', 64), now()
       from tickets_ticket, (values
           (2, 'ticket.replied', 3, '{"message": 0, "author_kind": "agent"}'::jsonb),
           (3, 'ticket.asked', 5,
               '{"message": 0, "author_kind": "agent", "changes": {"status": ["new", "pending"]}}'),
           (4, 'ticket.replied', 9,
               '{"message": 0, "author_kind": "requester", "changes": {"status": ["pending", "open"]}}'),
           (5, 'ticket.priority_set', 11, '{"reason": "x", "changes": {"priority": ["P1", "P2"]}}'),
           (6, 'ticket.held', 13, '{"reason": "x", "changes": {"status": ["open", "on_hold"]}}')
       ) more(sequence, kind, minute, data)
       where number > 90000000 and (sequence < 6 or number %% 3 = 0)""",
    """update tickets_ticket set chain_length = case when number %% 3 = 0 then 6 else 5 end,
           hold_reason = case when number %% 3 = 0 then 'x' else '' end, priority = 'P2',
           status = case when number %% 3 = 0 then 'on_hold' else 'open' end
       where number > 90000000""",
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=10_000)
    asked = parser.parse_args()
    desk.use_scratch_database()
    desk.fill(0, due_now=asked.tickets)
    _tell_more()
    draft, version = _version()
    base = _floor()
    print(f"{asked.tickets:,} open tickets; reading their events alone: {base:.1f} s")
    _replay(draft, base)
    _apply(version, base)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory at most {peak:.0f} MB")


def _tell_more() -> None:
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in MORE_EVENTS:
            cursor.execute(statement, [])
    with open("/dev/null", "w") as nowhere:
        call_command("recompute_clocks", stdout=nowhere)


def _version() -> tuple[Any, Any]:
    """The default policy with two thirds of each target, as a draft and as a version."""
    from dataclasses import replace

    from django.utils import timezone

    from sla.models import Plan
    from sla.policies import actions
    from sla.policies.drafts import Draft

    policy = Plan.objects.get(is_default=True).policy
    draft = Draft.of(policy.versions.get())
    rows = tuple(
        replace(row, response=row.response / 1.5, resolution=row.resolution and row.resolution / 1.5)
        for row in draft.rows
    )
    draft, now = replace(draft, rows=rows), timezone.now()
    return draft, actions.make_version(policy, draft, by=_somebody(), at=now, valid_from=now, note="bench")


def _somebody() -> Any:
    from accounts.models import User

    return User.objects.order_by("pk")[0]


def _floor() -> float:
    from events.models import Event

    started = time.perf_counter()
    for _event in Event.objects.order_by("ticket_id", "sequence").iterator():
        pass
    return time.perf_counter() - started


def _replay(draft: Any, base: float) -> None:
    from django.utils import timezone

    from sla.models import Plan
    from sla.policies import replaying

    policy, now = Plan.objects.get(is_default=True).policy, timezone.now()
    replay = replaying.begin(
        policy,
        draft,
        by=_somebody(),
        at=now,
        start=now - timedelta(days=1),
        end=now,
        of_policy=policy,
    )
    seconds = _timed(replaying.step, replay.pk)
    print(
        f"  replay: {seconds:.1f} s, {replay.total / seconds:,.0f} tickets a second, "
        f"{seconds / base:.1f} times the floor; {replay.changed.count():,} results would differ"
    )


def _apply(version: Any, base: float) -> None:
    from django.utils import timezone

    from sla.policies import applying

    job = applying.look(version, by=_somebody(), at=timezone.now())
    seconds = _timed(applying.step, job.pk)
    print(f"  look: {seconds:.1f} s, {seconds / base:.1f} times the floor; {job.clocks.count():,} clocks")
    job.refresh_from_db()
    applying.confirm(job, by=_somebody(), at=timezone.now(), leave_late=False)
    seconds = _timed(applying.step, job.pk)
    print(f"  move: {seconds:.1f} s, {job.total / seconds:,.0f} tickets a second, each with its event")


def _timed(step: Any, job_id: int) -> float:
    """Seconds; prints how many of them were this process's own work, not PostgreSQL's or a busy machine's."""
    started, worked = time.perf_counter(), time.process_time()
    while step(job_id):
        pass
    print(f"  ({time.process_time() - worked:.1f} s of work here)")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
