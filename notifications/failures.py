"""What a failed sending means: try again, and when, or never."""

from __future__ import annotations

import random
import smtplib
from datetime import timedelta

from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
)

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(hours=24)

# The server said what it thinks of us, not of the mail: somebody mends the settings, then it goes.
_OUR_OWN_TROUBLE = (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError)
_HTTP_OUR_OWN_TROUBLE = {401, 403, 407, 408, 425, 429}


def is_permanent(error: Exception) -> bool:
    """Whether the same mail can never be delivered: 5xx of SMTP (RFC 5321, 4.2.1), refusals of a provider."""
    if isinstance(error, _OUR_OWN_TROUBLE):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    if isinstance(error, AnymailRecipientsRefused | AnymailInvalidAddress | AnymailSerializationError):
        return True
    if isinstance(error, AnymailAPIError):
        status = error.status_code or 0
        return 400 <= status < 500 and status not in _HTTP_OUR_OWN_TROUBLE
    return isinstance(error, smtplib.SMTPNotSupportedError)


def is_about_the_server(error: Exception) -> bool:
    """Whether the next mail would fail in the same way now, so that it is not worth trying."""
    if isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return False
    return isinstance(error, OSError | smtplib.SMTPException)


def wait_after(attempts: int, error: Exception) -> timedelta:
    """How long to wait after so many attempts: 30 s doubled each time up to 6 h, a quarter more or less by
    chance, and never less than the server asked for.
    """
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(attempts, 1) - 1, 20)
    usual = min(doubled, LONGEST_WAIT)
    by_chance = usual * random.uniform(0.75, 1.25)
    return min(max(by_chance, _asked_for(error), FIRST_WAIT), LONGEST_WAIT)


def reason_of(error: Exception) -> str:
    """In one short line, for the row and the log."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        said = f"{code} {_text(text)}"
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        said = str(error)
    return " ".join(f"{type(error).__name__}: {said}".split())[:500]


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def _asked_for(error: Exception) -> timedelta:
    """Retry-After of a provider, in seconds. The form with a date is rare and not read."""
    response = getattr(error, "response", None)
    value = response.headers.get("Retry-After", "") if response is not None else ""
    return timedelta(seconds=int(value)) if value.isdigit() and len(value) < 7 else timedelta()
