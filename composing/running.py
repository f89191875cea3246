"""Steps of a macro, one's own or many tickets' at once: what a customer would read of them can be undone.

Steps that only the desk sees are done at once. Where one of them is public, all of them wait together on each
ticket, for a macro is done whole or not at all; what waits is a row of Outgoing, as a reply is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from composing import actions
from composing.models import Outgoing
from composing.releasing import give_back
from composing.tasks import release_due
from helpdesk import hints
from helpdesk.errors import InvalidTransition
from macros import placeholders, running
from macros.models import Macro, Run
from macros.steps import PUBLIC, Step
from tickets.actions.changing import locked
from tickets.models import Ticket


def run(
    steps: Sequence[Step],
    tickets: Iterable[Ticket],
    by: User,
    *,
    key: uuid.UUID,
    macro: Macro | None = None,
    at: datetime | None = None,
) -> tuple[Run, datetime | None]:
    """Do the steps on each ticket, or hold them until they leave. Returns the run, with what refused, and the
    moment for which the last of it waits: None where nothing does.

    A key that was used before does nothing.
    """
    began, is_new = running.begin(steps, by, key=key, macro=macro)
    now = at or timezone.now()
    for ticket in tickets if is_new else ():
        with running.note_refusal(began, ticket):
            _hold_or_do(began, ticket, now)
    waiting = began.outgoing.waiting().order_by("-release_at")
    last = waiting.values_list("release_at", flat=True).first()
    if is_new and last is not None:
        # One hint for all; the sweep finds what it loses.
        hints.give_in((last - now).total_seconds(), release_due)
    return began, last


@transaction.atomic
def _hold_or_do(began: Run, ticket: Ticket, now: datetime) -> None:
    ticket = locked(ticket)
    leaves = actions.moment(ticket, began.by, now=now) if began.is_public else now
    if leaves <= now:
        running.perform(began, ticket)
        return
    actions.try_out(partial(running.perform, began, ticket))
    Outgoing.objects.create(
        ticket=ticket,
        author=began.by,
        body=_read_of(began, ticket),
        run=began,
        release_at=leaves,
        seen=ticket.chain_length,
        created_at=now,
    )


def _read_of(began: Run, ticket: Ticket) -> str:
    """What the customer will read, to be shown while it waits."""
    texts = [step.text for step in began.plan if step.do in PUBLIC and step.text]
    return "\n\n".join(placeholders.fill(text, ticket, began.by) for text in texts)


@transaction.atomic
def take_back(began: Run, *, at: datetime | None = None) -> list[int]:
    """Nothing more of it leaves. Returns the tickets on which it does not; those on which it is being done
    at this moment are waited for, and are not among them. Raises InvalidTransition where all of it has left.
    """
    waiting = began.outgoing.waiting().select_for_update(of=("self",)).select_related("author", "run")
    held = list(waiting.order_by("pk"))
    if not held:
        raise InvalidTransition(actions.sent_already())
    for one in held:
        give_back(one, state=Outgoing.State.TAKEN_BACK, at=at or timezone.now())
    return [one.ticket_id for one in held]
