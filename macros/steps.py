"""What a macro does, step by step: each step is one action of `tickets.actions` with what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier, User
from followups import actions as followups
from followups.models import ChecklistTemplate
from handover import actions as handover
from helpdesk.errors import InvalidInput
from macros import placeholders
from tickets import actions
from tickets.models import Priority, Ticket

MOST_STEPS = 8
Status = Ticket.Status


class Do(models.TextChoices):
    REPLY = "reply", gettext_lazy("Send a reply")
    ASK = "ask", gettext_lazy("Send a reply and wait for the customer")
    NOTE = "note", gettext_lazy("Add an internal note")
    TAKE = "take", gettext_lazy("Take the ticket")
    ASSIGN = "assign", gettext_lazy("Assign to a colleague")
    RELEASE = "release", gettext_lazy("Put back into the tier's queue")
    HAND_OVER = "hand_over", gettext_lazy("Hand over to another tier")
    CHECKLIST = "checklist", gettext_lazy("Add a checklist")
    PRIORITY = "priority", gettext_lazy("Change the priority")
    HOLD = "hold", gettext_lazy("Put on hold")
    RESUME = "resume", gettext_lazy("Resume")
    RESOLVE = "resolve", gettext_lazy("Resolve")


# What stands in `text`, where a step takes one.
MESSAGES = {Do.REPLY, Do.ASK, Do.RESOLVE, Do.NOTE}
REASONS = {Do.HAND_OVER, Do.PRIORITY, Do.HOLD}
TEXT_NEEDED = {Do.REPLY, Do.ASK, Do.NOTE} | REASONS
# What the customer reads.
PUBLIC = {Do.REPLY, Do.ASK, Do.RESOLVE}


@dataclass(frozen=True)
class Step:
    """`text` is the message or the reason, `to` a colleague's key; each empty where the step takes none."""

    do: str
    text: str = ""
    to: int | None = None
    tier: str = ""
    priority: str = ""
    checklist: int | None = None

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Step:
        return cls(**stored)

    def dump(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def label(self) -> str:
        return str(Do(self.do).label)

    def check(self) -> None:
        """Raises InvalidInput if something that the step needs is missing or cannot be."""
        if self.do not in Do.values:
            raise InvalidInput(_("There is no step “%(name)s”.") % {"name": self.do})
        if self.do in TEXT_NEEDED and not self.text.strip():
            needed = _("the reason") if self.do in REASONS else _("the text")
            raise InvalidInput(_("“%(step)s” needs %(what)s.") % {"step": self.label, "what": needed})
        if self.do == Do.HAND_OVER and self.tier not in Tier.values:
            raise InvalidInput(_("“%(step)s” needs %(what)s.") % {"step": self.label, "what": _("a tier")})
        if self.do == Do.PRIORITY and self.priority not in Priority.values:
            raise InvalidInput(
                _("“%(step)s” needs %(what)s.") % {"step": self.label, "what": _("a priority")}
            )
        if self.do == Do.ASSIGN and self.to is None:
            raise InvalidInput(
                _("“%(step)s” needs %(what)s.") % {"step": self.label, "what": _("a colleague")}
            )
        if self.do == Do.CHECKLIST and self.checklist is None:
            raise InvalidInput(
                _("“%(step)s” needs %(what)s.") % {"step": self.label, "what": _("a checklist")}
            )
        placeholders.check(self.text)


def check(steps: Sequence[Step]) -> None:
    """Raises InvalidInput with the first thing that is wrong with a list of steps."""
    if not steps:
        raise InvalidInput(_("Choose at least one step."))
    if len(steps) > MOST_STEPS:
        raise InvalidInput(_("At most %(count)d steps.") % {"count": MOST_STEPS})
    for step in steps:
        step.check()
    last = {Do.RESOLVE, Do.ASK, Do.HOLD}
    for step in steps[:-1]:
        if step.do in last:
            raise InvalidInput(
                _("“%(step)s” must be the last step: nothing is left to do then.") % {"step": step.label}
            )


def perform(step: Step, ticket: Ticket, by: User) -> Ticket:
    """Do one step on one ticket and return it as it is then. Raises what the action raises.

    What is so already is left as it is: a macro over many tickets does not stop at one that is mine or a
    P2 already.
    """
    if _is_so(step, ticket, by):
        return ticket
    text = placeholders.fill(step.text, ticket, by)
    match step.do:
        case Do.REPLY:
            return actions.reply(ticket, by=by, body=text)
        case Do.ASK:
            return actions.ask_requester(ticket, by=by, body=text)
        case Do.NOTE:
            return actions.note(ticket, by=by, body=text)
        case Do.TAKE:
            return actions.take(ticket, by=by)
        case Do.ASSIGN:
            return actions.assign(ticket, by=by, to=_colleague(step.to))
        case Do.RELEASE:
            return actions.release(ticket, by=by)
        case Do.HAND_OVER:
            to = _colleague(step.to) if step.to else None
            # Nobody is asked while a macro runs: the checklist is owed, and the ticket shows it.
            return handover.hand_over(ticket, by=by, tier=step.tier, to=to, reason=text, later=True)
        case Do.CHECKLIST:
            followups.add_checklist(ticket, by=by, template=_template(step.checklist))
            return Ticket.objects.get(pk=ticket.pk)
        case Do.PRIORITY:
            return actions.set_priority(ticket, by=by, priority=step.priority, reason=text)
        case Do.HOLD:
            return actions.hold(ticket, by=by, reason=text)
        case Do.RESUME:
            return actions.resume(ticket, by=by)
        case Do.RESOLVE:
            return actions.resolve(ticket, by=by, body=text)
    raise ValueError(f"unknown step {step.do!r}")


def _is_so(step: Step, ticket: Ticket, by: User) -> bool:
    match step.do:
        case Do.TAKE:
            return ticket.assignee_id == by.pk
        case Do.ASSIGN:
            return ticket.assignee_id == step.to
        case Do.RELEASE:
            return ticket.assignee_id is None
        case Do.HAND_OVER:
            return ticket.tier == step.tier and step.to in (None, ticket.assignee_id)
        case Do.CHECKLIST:
            return ticket.checklists.filter(template=step.checklist, owner=None).exists()
        case Do.PRIORITY:
            return ticket.priority == step.priority
        case Do.RESUME:
            return ticket.status not in (Status.ON_HOLD, Status.PENDING)
    return False


def _template(key: int | None) -> ChecklistTemplate:
    found = ChecklistTemplate.objects.filter(pk=key or 0, is_archived=False).first()
    if found is None:
        raise InvalidInput(_("The checklist of this step is no longer there."))
    return found


def _colleague(key: int | None) -> User:
    found = User.objects.staff().active().filter(pk=key or 0).first()
    if found is None:
        raise InvalidInput(_("The colleague of this step does not work here any more."))
    return found
