"""Try steps out on tickets, and do them. Each ticket by itself: all its steps or none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from accounts.models import User
from helpdesk.errors import Refused
from macros import steps as steps_of
from macros.models import Macro, Run
from macros.steps import Step
from tickets import timeline
from tickets.models import Ticket
from tickets.permissions import can_work
from tickets.timeline import Entry

# So many are tried out and done within one request.
MOST_TICKETS = 100


@dataclass(frozen=True)
class Outcome:
    """What the steps do to one ticket, as its history will tell it; or why they cannot be done."""

    ticket: Ticket
    entries: list[Entry] = field(default_factory=list)
    refusal: str = ""


def rehearse(steps: Sequence[Step], tickets: Iterable[Ticket], by: User) -> list[Outcome]:
    """Do the steps for real and take everything back: the preview cannot differ from the deed."""
    return [_rehearse_one(steps, ticket, by) for ticket in tickets]


def _rehearse_one(steps: Sequence[Step], ticket: Ticket, by: User) -> Outcome:
    with transaction.atomic():
        try:
            _perform_all(steps, ticket, by)
            # Read before it is taken back: sentences and texts come from the rows.
            outcome = Outcome(ticket, timeline.since(ticket, by, ticket.chain_length))
        except Refused as refusal:
            outcome = Outcome(ticket, refusal=str(refusal))
        transaction.set_rollback(True)
    return outcome


def run(
    steps: Sequence[Step], tickets: Iterable[Ticket], by: User, *, key: uuid.UUID, macro: Macro | None = None
) -> Run:
    """Do the steps on each ticket; what one refuses does not hold up the others.

    A key that was used before does nothing and returns the first run.
    """
    began, is_new = begin(steps, by, key=key, macro=macro)
    for ticket in tickets if is_new else ():
        with note_refusal(began, ticket):
            perform(began, ticket)
    return began


def begin(steps: Sequence[Step], by: User, *, key: uuid.UUID, macro: Macro | None = None) -> tuple[Run, bool]:
    """The run with this key, and whether it begins now."""
    stored = [step.dump() for step in steps]
    return Run.objects.get_or_create(key=key, defaults={"macro": macro, "by": by, "steps": stored})


@transaction.atomic
def perform(began: Run, ticket: Ticket) -> None:
    """Do the steps of a run on one of its tickets, all or none, and note that they are done."""
    _perform_all(began.plan, ticket, began.by)
    _note(began, done=[ticket.number])
    Macro.objects.filter(runs=began).update(uses=F("uses") + 1)


@contextmanager
def note_refusal(began: Run, ticket: Ticket) -> Iterator[None]:
    """What a ticket refuses stands in the run, and the next ticket has its turn."""
    try:
        yield
    except Refused as refusal:
        _note(began, refused={str(ticket.number): str(refusal)})


@transaction.atomic
def _note(began: Run, *, done: Sequence[int] = (), refused: Mapping[str, str] | None = None) -> None:
    """Add to what a run tells. Several of its tickets may be done at the same time."""
    now = Run.objects.select_for_update().get(pk=began.pk)
    began.done, began.refused = [*now.done, *done], {**now.refused, **(refused or {})}
    began.save(update_fields=["done", "refused"])


def _perform_all(steps: Sequence[Step], ticket: Ticket, by: User) -> None:
    steps_of.check(steps)
    if not can_work(by, ticket):
        raise PermissionError(f"{by} does not work on {ticket}")
    for step in steps:
        ticket = steps_of.perform(step, ticket, by)
