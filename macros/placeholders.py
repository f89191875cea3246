"""The fixed words that a macro's text may leave open: `{{requester}}`, `{{number}}` and so on.

Not a template language: a name in double braces is replaced once, everything else stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.models import User
from helpdesk.errors import InvalidInput
from tickets.models import Ticket

_OPEN = re.compile(r"\{\{\s*(\w+)\s*\}\}")

Value = Callable[[Ticket, User], str]

PLACEHOLDERS: dict[str, tuple[str | Promise, Value]] = {
    "requester": (gettext_lazy("who asked"), lambda ticket, by: str(ticket.requester)),
    "organization": (gettext_lazy("their organisation"), lambda ticket, by: str(ticket.organization or "")),
    "number": (gettext_lazy("the ticket's number"), lambda ticket, by: f"#{ticket.number}"),
    "subject": (gettext_lazy("its subject"), lambda ticket, by: ticket.subject),
    "product": (gettext_lazy("the product"), lambda ticket, by: _product(ticket)),
    "sdk_version": (gettext_lazy("the SDK version"), lambda ticket, by: ticket.sdk_version),
    "platform": (gettext_lazy("the platform"), lambda ticket, by: _platform(ticket)),
    "link": (gettext_lazy("the ticket's address"), lambda ticket, by: _link(ticket)),
    "agent": (gettext_lazy("you"), lambda ticket, by: str(by)),
}


def check(text: str) -> None:
    """Raises InvalidInput for a name in double braces that nothing stands for."""
    unknown = sorted({name for name in _OPEN.findall(text) if name not in PLACEHOLDERS})
    if unknown:
        wrong = get_text_list([f"{{{{{name}}}}}" for name in unknown], _("and"))
        known = ", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS)
        raise InvalidInput(
            _("Nothing stands for %(wrong)s. There are: %(known)s.") % {"wrong": wrong, "known": known}
        )


def fill(text: str, ticket: Ticket, by: User) -> str:
    """The text for this ticket, names of products in the requester's language.

    Raises InvalidInput where the ticket does not know a value: a customer should not read a gap.
    """
    missing: list[str] = []

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in PLACEHOLDERS:
            return match.group(0)
        label, read = PLACEHOLDERS[name]
        with override(ticket.requester.language):
            found = read(ticket, by)
        if not found:
            missing.append(str(label))
        return found

    filled = _OPEN.sub(value, text)
    if missing:
        names = get_text_list(missing, _("and"))
        raise InvalidInput(_("The text names %(names)s, which this ticket does not know.") % {"names": names})
    return filled


def _product(ticket: Ticket) -> str:
    return str(ticket.product or "")


def _platform(ticket: Ticket) -> str:
    return str(ticket.get_platform_display()) if ticket.platform else ""


def _link(ticket: Ticket) -> str:
    return f"{settings.SITE_URL}{ticket.get_absolute_url()}"
