"""Send a reply: now, in a moment, or on a named day. Take it back. Take over what a colleague began.

When a reply leaves is decided here and nowhere else (`moment`); that it leaves is `composing.releasing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from composing import habits
from composing.deeds import form_of, perform, written
from composing.meanwhile import Overtaken, spoken_after
from composing.models import Outgoing
from composing.releasing import give_back, release
from drafts import actions as drafts
from drafts.models import Draft
from events.recording import record
from files import uploads
from files.models import Upload
from helpdesk import hints
from helpdesk.errors import InvalidInput, InvalidTransition
from tickets.actions.changing import locked
from tickets.models import Ticket

LATEST = timedelta(days=90)


@transaction.atomic
def send(
    ticket: Ticket,
    *,
    by: User,
    body: str,
    files: Sequence[Upload] = (),
    then: str = "",
    read: int | None = None,
    at_once: bool = False,
    later: datetime | None = None,
    zone: str = "",
    at: datetime | None = None,
    **details: Any,
) -> Outgoing | Ticket:
    """Send a public reply, or hold it until it leaves. Returns what it became: the row that waits, or the
    ticket with the reply on it. `details` is what the action behind `then` takes besides.

    `read` is the last event its writer had read: what others said since raises Overtaken, under the lock that
    their words need too, so that nothing comes between. `later` sends it at a moment of choice. What could
    not be sent now is refused now, by the sentences of the action itself.
    """
    ticket = locked(ticket)
    now = at or timezone.now()
    if read is not None and spoken_after(ticket, read, by).exists():
        raise Overtaken(ticket, read)
    act = partial(perform, then, by=by, body=body, files=files, at=now, details=written(details))
    leaves = moment(ticket, by, later=later, at_once=at_once, now=now)
    if leaves <= now:
        return act(ticket)

    try_out(partial(act, ticket))
    twice = Outgoing.objects.waiting().filter(ticket=ticket, author=by, body=body, then=then, run=None)
    if (same := twice.first()) is not None and not files:
        return same  # a form sent twice
    held = Outgoing.objects.create(
        ticket=ticket,
        author=by,
        body=body,
        then=then,
        details=written(details),
        release_at=leaves,
        is_scheduled=later is not None,
        zone=zone,
        seen=ticket.chain_length,
        created_at=now,
    )
    uploads.move(files, to=held.place)
    if held.is_scheduled:
        record("ticket.reply_scheduled", ticket, by=by, at=now, leaves_at=leaves)
    else:
        transaction.on_commit(lambda: _hint(held.pk, (leaves - now).total_seconds()), robust=True)
    return held


def moment(
    ticket: Ticket, by: User, *, now: datetime, later: datetime | None = None, at_once: bool = False
) -> datetime:
    """When a reply leaves. A promise that would be broken while it waits is kept: then it leaves at once."""
    if later is not None:
        if not now < later <= now + LATEST:
            raise InvalidInput(
                _("Choose a moment between now and %(days)d days from now.") % {"days": LATEST.days}
            )
        return later
    wait = timedelta(seconds=settings.UNDO_SEND_SECONDS)
    if at_once or not wait or not habits.of(by).can_undo:
        return now
    if ticket.next_due_at is not None and now <= ticket.next_due_at <= now + wait:
        return now
    return now + wait


def try_out(deed: Callable[[], object]) -> None:
    """Do it for real and take it back: what is held now is not refused later for what is known already."""
    with transaction.atomic():
        deed()
        transaction.set_rollback(True)


def _hint(pk: int, seconds: float) -> None:
    """Have it leave on the second. With the broker away it leaves with the next sweep."""
    from composing.tasks import release_one

    hints.give_in(seconds, release_one, pk)


@transaction.atomic
def take_back(held: Outgoing, *, by: User, at: datetime | None = None) -> Outgoing:
    """It does not leave; its text goes back to its author's draft, or into the form it came from.

    Who comes in the moment in which it leaves waits for that, and is refused. Raises InvalidTransition then.
    """
    held = _waiting(held)
    now = at or timezone.now()
    give_back(held, state=Outgoing.State.TAKEN_BACK, at=now, to_draft=not form_of(held))
    if held.is_scheduled:
        ticket = locked(held.ticket)
        told = [held.author_id] if held.author_id != by.pk else []
        who = {"tell": told, "author": held.author_id, "of": held.what}
        record("ticket.reply_withheld", ticket, by=by, at=now, cause="taken_back", **who)
    return held


def send_now(held: Outgoing, *, by: User, at: datetime | None = None) -> Outgoing:
    """It need not wait any longer. Raises InvalidTransition where it has left or was taken back."""
    now = at or timezone.now()
    with transaction.atomic():
        held = _waiting(held)
        held.release_at = min(now, held.release_at)
        held.seen = held.ticket.chain_length
        held.save(update_fields=["release_at", "seen"])
    release(held.pk, at=now)
    held.refresh_from_db()
    return held


def _waiting(held: Outgoing) -> Outgoing:
    held = Outgoing.objects.select_for_update(of=("self",)).select_related("ticket", "author").get(pk=held.pk)
    if held.state == Outgoing.State.SENT:
        raise InvalidTransition(sent_already())
    if held.state != Outgoing.State.WAITING:
        raise InvalidTransition(_("This reply was taken back already."))
    return held


def sent_already() -> str:
    return _("This reply has been sent already.")


@transaction.atomic
def take_over(draft: Draft, ticket: Ticket, *, by: User, at: datetime | None = None) -> Draft:
    """A colleague's unsent words become one's own draft, with the files that wait with them. The colleague is
    told. A file that is still on its way up stays with who sends it.
    """
    draft = Draft.objects.select_for_update().filter(pk=draft.pk).first() or draft
    ticket = locked(ticket)
    text = draft.text
    if draft._state.adding or not text:
        raise InvalidTransition(_("There is nothing to take over any more."))
    kind = draft.place.partition("-")[0]
    whole = [one for one in uploads.waiting(draft.owner, draft.place) if one.is_ready]
    uploads.give(whole, to=by, place=draft.place)
    mine = drafts.add_to(by, draft.place, text)
    owner = draft.owner_id
    draft.delete()
    record("ticket.draft_taken", ticket, by=by, at=at or timezone.now(), tell=[owner], author=owner, of=kind)
    return mine
