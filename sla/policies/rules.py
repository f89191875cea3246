"""What speaks against a draft of a policy: sentences for the person who edits it.

A refusal stops the saving. A warning must be read and accepted: it is allowed, and rarely meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput
from sla import ladder
from sla.durations import tell
from sla.policies.drafts import Draft, DraftRow
from sla.worktime import Calendar
from tickets.models import Ticket

PAUSES = (Ticket.Status.PENDING, Ticket.Status.ON_HOLD)
MOST_LEVELS = 10
HIGHEST_LEVEL = 1000


@dataclass(frozen=True)
class Objection:
    """A sentence, and the field of the editor that it belongs to ("" for the draft as a whole)."""

    field: str
    sentence: str
    is_warning: bool = False


def objections(draft: Draft, calendars: Mapping[int, Calendar]) -> list[Objection]:
    """Refusals first. `calendars` are those there are, by their keys."""
    found = [
        *(objection for row in draft.rows for objection in _of_row(row, calendars)),
        *_of_order(draft),
        *_of_levels(draft.levels),
        *_of_ladder(draft),
    ]
    return sorted(found, key=lambda objection: objection.is_warning)


def _of_row(row: DraftRow, calendars: Mapping[int, Calendar]) -> Iterator[Objection]:
    name = row.priority.lower()
    if row.calendar not in calendars:
        yield Objection(f"{name}_calendar", _("This calendar does not exist any more. Choose another one."))
    for part, target in (("response", row.response), ("resolution", row.resolution)):
        if target is not None and target <= timedelta(0):
            yield Objection(f"{name}_{part}", _("A promise of no time at all cannot be kept."))
    if row.resolution is not None and row.response > row.resolution:
        yield Objection(
            f"{name}_response",
            _("%(response)s for the first answer is longer than %(resolution)s for the solution.")
            % {"response": tell(row.response), "resolution": tell(row.resolution)},
        )
    if Ticket.Status.PENDING not in row.pauses:
        yield Objection(
            f"{name}_pauses",
            _("The time of %(priority)s tickets goes on while they wait for the customer's answer.")
            % {"priority": row.priority},
            is_warning=True,
        )


def _of_order(draft: Draft) -> Iterator[Objection]:
    """The more severe the ticket, the shorter the promise: by rule B10 the lower row's shorter promise
    would hold anyway, and the longer one would only look generous."""
    for upper, lower in pairwise(draft.rows):
        for part in ("response", "resolution"):
            yield from _of_pair(upper, lower, part)


def _of_pair(upper: DraftRow, lower: DraftRow, part: str) -> Iterator[Objection]:
    above: timedelta | None = getattr(upper, part)
    below: timedelta | None = getattr(lower, part)
    if below is None or (above is not None and above <= below):
        return
    field = f"{upper.priority.lower()}_{part}"
    words = {
        "upper": upper.priority,
        "lower": lower.priority,
        "above": tell(above),
        "below": tell(below),
    }
    if above is None:
        sentence = _(
            "%(lower)s is promised a solution within %(below)s, so %(upper)s cannot be left to agreement."
        )
        yield Objection(field, sentence % words)
    elif upper.calendar == lower.calendar:
        sentence = _(
            "%(upper)s is more severe than %(lower)s, but %(above)s is slower than its %(below)s. "
            "The shorter promise of %(lower)s would hold for %(upper)s too."
        )
        yield Objection(field, sentence % words)
    else:
        sentence = _(
            "%(above)s for %(upper)s is more than %(below)s for %(lower)s. They count on different "
            "calendars: whichever is due first holds for %(upper)s."
        )
        yield Objection(field, sentence % words, is_warning=True)


def _of_levels(levels: tuple[int, ...]) -> Iterator[Objection]:
    if list(levels) != sorted(set(levels)):
        yield Objection("levels", _("Write the levels from the smallest to the largest, each once."))
    if any(not 1 <= level <= HIGHEST_LEVEL for level in levels):
        sentence = _("A level is a share of the time: 1 to %(highest)s percent.")
        yield Objection("levels", sentence % {"highest": HIGHEST_LEVEL})
    if len(levels) > MOST_LEVELS:
        yield Objection("levels", _("At most %(count)s levels: nobody reads more.") % {"count": MOST_LEVELS})
    if not any(level < 100 for level in levels):
        sentence = _("Without a level below 100 % nobody is warned before a promise breaks.")
        yield Objection("levels", sentence, is_warning=True)


def _of_ladder(draft: Draft) -> Iterator[Objection]:
    try:
        ladder.validate(draft.ladder, draft.levels)
    except InvalidInput as refused:
        yield Objection("ladder", str(refused))
    if not any(step.level == ladder.BREACH and step.tell for step in draft.ladder):
        yield Objection("ladder", _("Nobody is told when a promise is broken."), is_warning=True)
