"""What the command palette finds for what was typed: only what this person may see."""

from __future__ import annotations

from typing import TypedDict

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from kb.search import suggest
from known_issues.models import KnownIssue
from macros.models import Macro
from saved_views.models import SavedView
from tickets.asked import Asked
from tickets.models import Ticket
from tickets.query.asker import Asker
from tickets.query.reading import read
from tickets.query.terms import Filter, written

MOST_OF_A_KIND = 5


class Item(TypedDict):
    title: str
    hint: str
    url: str


class Group(TypedDict):
    title: str
    items: list[Item]


def find(user: User, typed: str, language: str, *, ticket: Ticket | None = None) -> list[Group]:
    """Tickets, views, customers, macros, known issues and articles, at most MOST_OF_A_KIND of each.

    None for no words. Filters of the queue work here too: `tier:L2 black`. `ticket` is the one on the screen:
    macros are offered for it. At most eleven queries, and one for each filter with names.
    """
    typed = typed.replace("\0", "").strip()
    if not typed:
        return []
    found = [
        Group(title=_("Tickets"), items=_tickets(user, typed)),
        Group(title=_("Views"), items=_views(user, typed)),
        Group(title=_("Customers"), items=_customers(user, typed)),
        Group(title=_("Macros"), items=_macros(user, typed, ticket)),
        Group(title=_("Known issues"), items=_known_issues(user, typed)),
        Group(title=_("Documents"), items=_articles(user, typed, language)),
    ]
    return [group for group in found if group["items"]]


def _tickets(user: User, typed: str) -> list[Item]:
    reading = read(typed, Asker(user, timezone.now()), active_only=False)
    rows = reading.tickets().select_related("organization").defer("search")
    return [
        Item(
            title=f"#{ticket.number} {ticket.subject}",
            hint=" · ".join(
                filter(None, [str(ticket.get_status_display()), str(ticket.organization or ticket.priority)])
            ),
            url=ticket.get_absolute_url(),
        )
        for ticket in rows.order_by("-number")[:MOST_OF_A_KIND]
    ]


def _views(user: User, typed: str) -> list[Item]:
    """Saved views by name, whether they stand in this person's menu or not."""
    wanted = typed.casefold()
    views = [view for view in SavedView.objects.visible_to(user) if wanted in str(view).casefold()]
    return [
        Item(title=str(view), hint=view.query, url=f"{reverse('queue')}?view={view.pk}")
        for view in views[:MOST_OF_A_KIND]
    ]


def _customers(user: User, typed: str) -> list[Item]:
    """Organisations, by name or by a person's; they lead to their open tickets."""
    if not user.is_staff_member:
        return []
    named = Q(name__icontains=typed) | Q(memberships__user__name__icontains=typed)
    if "@" in typed:
        named |= Q(memberships__user__email__iexact=typed)
    rows = Organization.objects.filter(named).distinct().order_by("name")[:MOST_OF_A_KIND]
    return [
        Item(
            title=row.name,
            hint=_("their open tickets"),
            url=f"{reverse('queue')}?{Asked(text=written([Filter('org', (row.name,))])).query()}",
        )
        for row in rows
    ]


def _macros(user: User, typed: str, ticket: Ticket | None) -> list[Item]:
    rows = Macro.objects.visible_to(user).in_use().filter(name__icontains=typed)
    choose = f"{reverse('macro_choose')}?ticket={ticket.number}" if ticket else reverse("macros")
    return [
        Item(title=macro.name, hint=macro.summary, url=choose)
        for macro in rows.order_by("-uses", "name")[:MOST_OF_A_KIND]
    ]


def _known_issues(user: User, typed: str) -> list[Item]:
    rows = KnownIssue.objects.visible_to(user).about(typed).light()
    return [
        Item(
            title=f"{one.reference} {one.title}",
            hint=" · ".join(filter(None, [str(one.get_state_display()), str(one.product or "")])),
            url=one.get_absolute_url(),
        )
        for one in rows[:MOST_OF_A_KIND]
    ]


def _articles(user: User, typed: str, language: str) -> list[Item]:
    found = suggest(user, typed, language=language, limit=MOST_OF_A_KIND)
    return [
        Item(title=one.article.title, hint=str(one.article.category), url=one.article.get_absolute_url())
        for one in found
    ]
