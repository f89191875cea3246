"""What the composer puts into a text: a colleague, an article, a ticket, the text of a macro.

What goes to a customer offers only what that customer may see, whatever the writer may.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypedDict

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput
from kb.models import Article
from kb.search import suggest
from macros import placeholders
from macros.models import Macro
from tickets import finding
from tickets.models import Ticket

OFFERED = 8
LONGEST = 80


class Option(TypedDict):
    title: str
    hint: str
    text: str


def colleagues(ticket: Ticket, writer: User, typed: str, *, public: bool) -> list[Option]:
    """`@`: in a note only. A customer is no colleague, and a name in a reply calls nobody."""
    if public:
        return []
    found = User.objects.staff().active().exclude(pk=writer.pk)
    for word in typed.split():
        begins = Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(email__istartswith=word)
        found = found.filter(begins)
    return [
        Option(title=one.name, hint=str(one.tier or one.get_role_display()), text=f"@{one.name} ")
        for one in found.order_by("name")[:OFFERED]
    ]


def articles(ticket: Ticket, writer: User, typed: str, *, public: bool) -> list[Option]:
    """`??`: a link to an article. For a reply in the requester's language, none that they could not open."""
    reader = ticket.requester if public else writer
    found = suggest(reader, typed, language=ticket.requester.language, limit=OFFERED)
    return [
        Option(title=one.article.title, hint=_kept_from_customers(one.article), text=_link_to(one.article))
        for one in found
        if one.article.is_published
    ]


def _kept_from_customers(article: Article) -> str:
    if article.audience == Article.Audience.INTERNAL:
        return _("staff only")
    return str(article.category)


def _link_to(article: Article) -> str:
    return _link(article.title, article.get_absolute_url())


def tickets(ticket: Ticket, writer: User, typed: str, *, public: bool) -> list[Option]:
    """`#`: number and subject of a ticket. In a reply only those that the requester sees, by the same rule as
    on their own pages.
    """
    reader = ticket.requester if public else writer
    found = finding.others(reader, ticket, typed, same_customer=public)
    return [
        Option(
            title=f"#{one.number} {one.subject}",
            hint=" · ".join([str(one.get_status_display()), str(one.organization or one.requester)]),
            text=_link(f"#{one.number} {one.subject}", one.get_absolute_url()) + " ",
        )
        for one in found
    ]


def texts(ticket: Ticket, writer: User, typed: str, *, public: bool) -> list[Option]:
    """`::`: texts of macros, filled in for this ticket."""
    found = Macro.objects.visible_to(writer).in_use().order_by("-uses", "name")
    if typed:
        found = found.filter(name__icontains=typed)
    options = []
    for macro in found[:50]:
        if not macro.text:
            continue
        try:
            text = placeholders.fill(macro.text, ticket, writer)
        except InvalidInput:
            # What the ticket does not know stays open, for the engineer to fill in before sending.
            text = macro.text
        options.append(Option(title=macro.name, hint=text[:200], text=text))
    return options[:OFFERED]


Offer = Callable[..., list[Option]]
OFFERS: dict[str, Offer] = {"@": colleagues, "??": articles, "#": tickets, "::": texts}

_MEANS_SOMETHING = re.compile(r"([\\`*_\[\]<>])")


def _link(words: str, path: str) -> str:
    """Markdown that shows the words as they are, at an address that works in mail too."""
    plain = _MEANS_SOMETHING.sub(r"\\\1", words)
    return f"[{plain}]({settings.SITE_URL}{path})"
