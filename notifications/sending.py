"""Send the outbox: claim a row, send it, say what became of it. Any number of senders may run at once."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone

from notifications import alerts
from notifications.audience import may_hear
from notifications.composing import compose
from notifications.digest import compose_digest
from notifications.failures import GIVE_UP_AFTER, is_about_the_server, is_permanent, reason_of, wait_after
from notifications.models import Mail, MailQuerySet

logger = structlog.get_logger(__name__)

# A mail is in one sender's hands for so long. The task that sends ends before (notifications.tasks), so that
# no two senders ever hold the same mail.
LEASE = timedelta(seconds=75)
# After so much work a sender claims nothing more: what it has claimed must be done within the lease.
WORK_SECONDS = 30
# A mail that ended its sender so often is set aside.
MOST_UNFINISHED = 3
SET_ASIDE = "set aside: sending it ended the process three times"
# What a storm leaves beyond this goes in the next digest.
MOST_IN_A_DIGEST = 500


@dataclass
class Outcome:
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass
class Parcel:
    """One message to be sent: a mail, or a digest with its parts. All are in this sender's hands."""

    first: Mail
    mails: list[Mail]

    @property
    def attempts(self) -> int:
        return self.first.attempts


def send_due() -> Outcome:
    """Send what is due, one after the other, for at most WORK_SECONDS.

    At least once: if this process dies between the server's yes and the commit, the mail goes a second
    time, under the same Message-ID. A server that is away ends the batch; the rows wait for the next sweep.
    """
    outcome = Outcome()
    end = time.monotonic() + WORK_SECONDS
    with contextlib.closing(_Server()) as server:
        while time.monotonic() < end:
            parcel = claim(timezone.now())
            if parcel is None or not _deliver(parcel, server, outcome):
                break
    return outcome


def claim(now: datetime) -> Parcel | None:
    """Take one due mail, and with an alert what travels with it: nobody else gets them until the lease is
    over. None if nothing is due.
    """
    while True:
        with transaction.atomic():
            mail = _locked(Mail.objects.due(now)).first()
            if mail is None:
                return None
            mails = [mail, *_travelling_with(mail)]
            if mail.unfinished < MOST_UNFINISHED:
                return _taken(Parcel(mail, mails), now)
            parts = [part.pk for part in mails[1:]]
            Mail.objects.filter(pk__in=parts).update(digest=None, unfinished=0, due_at=now)
            _finish(Parcel(mail, [mail]), Mail.State.FAILED, error=SET_ASIDE)


def _locked(mails: MailQuerySet) -> MailQuerySet:
    return mails.select_for_update(of=("self",), skip_locked=True).select_related(
        "user", "event__actor", "event__ticket__organization"
    )


def _travelling_with(mail: Mail) -> list[Mail]:
    """The other parts of a digest that was claimed before, or those that make one now."""
    if mail.digest_id is not None:
        parts = Mail.objects.waiting().filter(digest=mail.digest_id).exclude(pk=mail.pk)
        return list(_locked(parts.order_by("pk")))
    if not mail.is_alert:
        return []
    others = list(_locked(Mail.objects.to_travel_with(mail))[:MOST_IN_A_DIGEST])
    return others if alerts.makes_a_digest(1 + len(others)) else []


def _taken(parcel: Parcel, now: datetime) -> Parcel:
    first = parcel.first
    attempts, unfinished = first.attempts + 1, first.unfinished + 1
    Mail.objects.filter(pk__in=[mail.pk for mail in parcel.mails]).update(
        due_at=now + LEASE,
        attempts=attempts,
        unfinished=unfinished,
        digest=first if len(parcel.mails) > 1 else first.digest_id,
    )
    for mail in parcel.mails:
        mail.attempts = attempts
    return parcel


def _deliver(parcel: Parcel, server: _Server, outcome: Outcome) -> bool:
    """Send one claimed parcel and write down what became of it. Returns whether to go on with others."""
    parcel = _without_obstacles(parcel, outcome)
    if not parcel.mails:
        return True
    try:
        server.send(_composed(parcel))
    except Exception as error:
        server.close()
        _failed(parcel, error, outcome)
        return not is_about_the_server(error)
    outcome.sent += len(parcel.mails)
    _finish(parcel, Mail.State.SENT, sent_at=timezone.now(), error="")
    return True


def _composed(parcel: Parcel) -> EmailMultiAlternatives:
    if len(parcel.mails) == 1:
        return compose(parcel.mails[0])
    return compose_digest(parcel.first, parcel.mails)


def _without_obstacles(parcel: Parcel, outcome: Outcome) -> Parcel:
    """Drop what this person must not get any more. The rights of now count, not those of then."""
    free = []
    for mail in parcel.mails:
        obstacle = _obstacle(mail)
        if obstacle:
            outcome.dropped += 1
            _finish(Parcel(parcel.first, [mail]), Mail.State.DROPPED, error=obstacle)
        else:
            free.append(mail)
    return Parcel(parcel.first, free)


def _obstacle(mail: Mail) -> str:
    if not mail.user.is_active:
        return "the person may no longer sign in"
    if not may_hear(mail.user, mail.event):
        return "the person may no longer see the ticket"
    return ""


def _failed(parcel: Parcel, error: Exception, outcome: Outcome) -> None:
    now, reason, count = timezone.now(), reason_of(error), len(parcel.mails)
    said = {"mail": parcel.first.pk, "mails": count, "attempts": parcel.attempts, "reason": reason}
    if is_permanent(error) or now - parcel.first.created_at >= GIVE_UP_AFTER:
        outcome.failed += count
        logger.error("mail_failed", **said)
        _finish(parcel, Mail.State.FAILED, error=reason)
        return
    outcome.put_off += count
    due_at = now + wait_after(parcel.attempts, error)
    logger.warning("mail_put_off", due_at=due_at, **said)
    _finish(parcel, Mail.State.WAITING, due_at=due_at, error=reason)


def _finish(parcel: Parcel, state: Mail.State, **fields: Any) -> None:
    """Write the end of an attempt, unless the rows have gone on without us."""
    keys = [mail.pk for mail in parcel.mails]
    held = Mail.objects.waiting().filter(pk__in=keys, attempts=parcel.attempts)
    if held.update(state=state, unfinished=0, **fields) < len(keys):
        logger.warning("mail_no_longer_ours", mail=parcel.first.pk, mails=len(keys))


class _Server:
    """The mail server's connection, opened for the first mail and again after a failure."""

    def __init__(self) -> None:
        self._connection: Any = None

    def send(self, message: EmailMultiAlternatives) -> None:
        if self._connection is None:
            connection = get_connection()
            connection.open()
            self._connection = connection
        if not self._connection.send_messages([message]):
            raise ValueError("the mail has no recipient")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Whatever was sent is sent, however the goodbye goes.
            with contextlib.suppress(Exception):
                connection.close()
