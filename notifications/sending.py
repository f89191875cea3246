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
from django.db.models import F
from django.utils import timezone

from notifications.audience import may_hear
from notifications.composing import compose
from notifications.failures import GIVE_UP_AFTER, is_about_the_server, is_permanent, reason_of, wait_after
from notifications.models import Mail

logger = structlog.get_logger(__name__)

# A mail is in one sender's hands for so long. The task that sends ends before (notifications.tasks), so that
# no two senders ever hold the same mail.
LEASE = timedelta(seconds=75)
# After so much work a sender claims nothing more: what it has claimed must be done within the lease.
WORK_SECONDS = 30
# A mail that ended its sender so often is set aside.
MOST_UNFINISHED = 3


@dataclass
class Outcome:
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    dropped: int = 0


def send_due() -> Outcome:
    """Send what is due, one after the other, for at most WORK_SECONDS.

    At least once: if this process dies between the server's yes and the commit, the mail goes a second
    time, under the same Message-ID. A server that is away ends the batch; the rows wait for the next sweep.
    """
    outcome = Outcome()
    end = time.monotonic() + WORK_SECONDS
    with contextlib.closing(_Server()) as server:
        while time.monotonic() < end:
            mail = claim(timezone.now())
            if mail is None or not _deliver(mail, server, outcome):
                break
    return outcome


def claim(now: datetime) -> Mail | None:
    """Take one due mail: nobody else gets it until its lease is over. None if nothing is due."""
    while True:
        with transaction.atomic():
            mail = (
                Mail.objects.due(now)
                .select_for_update(of=("self",), skip_locked=True)
                .select_related("user", "event__actor", "event__ticket__organization")
                .first()
            )
            if mail is None:
                return None
            if mail.unfinished < MOST_UNFINISHED:
                Mail.objects.filter(pk=mail.pk).update(
                    due_at=now + LEASE, attempts=F("attempts") + 1, unfinished=F("unfinished") + 1
                )
                mail.attempts += 1
                return mail
            _finish(mail, Mail.State.FAILED, error="set aside: sending it ended the process three times")


def _deliver(mail: Mail, server: _Server, outcome: Outcome) -> bool:
    """Send one claimed mail and write down what became of it. Returns whether to go on with others."""
    obstacle = _obstacle(mail)
    if obstacle:
        outcome.dropped += 1
        _finish(mail, Mail.State.DROPPED, error=obstacle)
        return True
    try:
        server.send(compose(mail))
    except Exception as error:
        server.close()
        _failed(mail, error, outcome)
        return not is_about_the_server(error)
    outcome.sent += 1
    _finish(mail, Mail.State.SENT, sent_at=timezone.now(), error="")
    return True


def _obstacle(mail: Mail) -> str:
    """Why this person must not get this mail any more. The rights of now count, not those of then."""
    if not mail.user.is_active:
        return "the person may no longer sign in"
    if not may_hear(mail.user, mail.event):
        return "the person may no longer see the ticket"
    return ""


def _failed(mail: Mail, error: Exception, outcome: Outcome) -> None:
    now, reason = timezone.now(), reason_of(error)
    if is_permanent(error) or now - mail.created_at >= GIVE_UP_AFTER:
        outcome.failed += 1
        logger.error("mail_failed", mail=mail.pk, attempts=mail.attempts, reason=reason)
        _finish(mail, Mail.State.FAILED, error=reason)
        return
    outcome.put_off += 1
    due_at = now + wait_after(mail.attempts, error)
    logger.warning("mail_put_off", mail=mail.pk, attempts=mail.attempts, reason=reason, due_at=due_at)
    _finish(mail, Mail.State.WAITING, due_at=due_at, error=reason)


def _finish(mail: Mail, state: Mail.State, **fields: Any) -> None:
    """Write the end of an attempt, unless the row has gone on without us."""
    held = Mail.objects.waiting().filter(pk=mail.pk, attempts=mail.attempts)
    if not held.update(state=state, unfinished=0, **fields):
        logger.warning("mail_no_longer_ours", mail=mail.pk)


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
