"""Names of mails. They are computed from what the mail is about, so a mail sent twice has one name."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.models import User
from events.models import Event


def message_id(*, event: Event, person: User) -> str:
    """The Message-ID of the mail that tells this person of this event."""
    return _name(f"ticket-{event.ticket_id}.{event.sequence}", f"{event.pk} to {person.pk}")


def thread_id(*, ticket_number: int, person: User) -> str:
    """What all mails to this person about this ticket refer to, so that mail programs show one thread."""
    return _name(f"ticket-{ticket_number}", f"ticket {ticket_number} to {person.pk}")


def _name(readable: str, key: str) -> str:
    # Nobody can make up the name of a mail that was not sent to them.
    secret = salted_hmac("notifications.message_ids", key, algorithm="sha256").hexdigest()[:32]
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{readable}.{secret}@{domain}>"
