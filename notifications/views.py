"""A person's notices: the sheet under the bell, the page with all of them, and marking them as read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.requests import SignedInRequest
from events import presenting
from helpdesk.errors import InvalidTransition
from notifications import alerts
from notifications.digest import headline
from notifications.models import Notice, NoticeQuerySet
from sla import actions
from sla.models import Clock
from tickets.permissions import can_work

IN_THE_SHEET = 8
A_PAGE = 25
# "99+" says enough, and counting stops there.
MOST_COUNTED = 100
# The sheet shows so many rows; a row of grouped alerts stands for many notices.
READ_FOR_THE_SHEET = 60
TOGETHER = timedelta(minutes=1)


@dataclass(frozen=True)
class Row:
    """A notice with the sentence of its event, in the reader's language."""

    notice: Notice
    sentence: SafeString
    awaits: bool = False
    """A promise is at risk or missed, and nobody has said yet that they have it."""


@dataclass(frozen=True)
class Group:
    """Alerts of one minute, told in one row that opens."""

    rows: list[Row]

    @property
    def headline(self) -> str:
        missed = sum(alerts.is_missed(row.notice.event) for row in self.rows)
        return headline(len(self.rows), missed)

    @property
    def notice(self) -> Notice:
        """The newest of them."""
        return max((row.notice for row in self.rows), key=lambda notice: notice.pk)

    @property
    def is_missed(self) -> bool:
        return any(alerts.is_missed(row.notice.event) for row in self.rows)


@require_GET
@login_required
@never_cache
def notices(request: SignedInRequest) -> HttpResponse:
    """All notices, unread ones first."""
    ordered = _of(request.user).order_by(F("read_at").desc(nulls_first=True), "-pk")
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    rows = _grouped(_told(page.object_list, request.user))
    context = {"rows": rows, "page": page, **_state(request.user)}
    return render(request, "notifications/notices.html", context)


@require_GET
@login_required
@never_cache
def sheet(request: SignedInRequest) -> HttpResponse:
    """The part under the bell: how many are unread, and the latest ones."""
    return _sheet(request)


@require_POST
@login_required
def open_notice(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go to its ticket."""
    notice = get_object_or_404(_of(request.user), pk=pk)
    _mark_read(Notice.objects.filter(pk=notice.pk))
    return redirect(notice.event.ticket)


@require_POST
@login_required
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and stay."""
    notice = get_object_or_404(_of(request.user), pk=pk)
    _mark_read(Notice.objects.filter(pk=notice.pk))
    return redirect("notices")


@require_POST
@login_required
def acknowledge(request: SignedInRequest, pk: int) -> HttpResponse:
    """ "I have it", said to a notice of a promise at risk or missed; the notice is read by that."""
    notice = get_object_or_404(_of(request.user), pk=pk)
    if not can_work(request.user, notice.event.ticket):
        raise PermissionDenied
    _mark_read(Notice.objects.filter(pk=notice.pk))
    try:
        actions.acknowledge(notice.event.ticket, by=request.user)
    except InvalidTransition as refusal:
        # Somebody was quicker, or the promise was kept meanwhile: that is news, not a mistake.
        messages.info(request, str(refusal))
    return redirect("notices")


@require_POST
@login_required
@vary_on_headers("HX-Request")
def read_all(request: SignedInRequest) -> HttpResponse:
    """Mark as read what the page showed or counted, not what has come since."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 19:
        _mark_read(Notice.objects.filter(user=request.user, pk__lte=int(until)))
    if not request.htmx:
        return redirect("notices")
    return _sheet(request)


def _sheet(request: SignedInRequest) -> HttpResponse:
    latest = _of(request.user).order_by("-pk")[:READ_FOR_THE_SHEET]
    rows = _grouped(_told(latest, request.user))[:IN_THE_SHEET]
    return render(request, "notifications/_sheet.html", {"rows": rows, **_state(request.user)})


def _grouped(rows: Iterable[Row]) -> list[Row | Group]:
    """With neighbouring alerts of a minute together, where there are enough of them for a digest."""
    result: list[Row | Group] = []
    for belong, neighbours in groupby(_chapters(rows), key=lambda chapter: chapter[0]):
        members = [row for _chapter, row in neighbours]
        if belong is not None and alerts.makes_a_digest(len(members)):
            result.append(Group(_most_urgent_first(members)))
        else:
            result += members
    return result


def _most_urgent_first(rows: list[Row]) -> list[Row]:
    by_event = {row.notice.event_id: row for row in rows}
    ordered = alerts.most_urgent_first(row.notice.event for row in rows)
    return [by_event[event.pk] for event in ordered]


def _chapters(rows: Iterable[Row]) -> Iterator[tuple[int | None, Row]]:
    """Each row with the number of its run of alerts, or None. A run ends where more than a minute lies
    between two, and where what was read begins.
    """
    run, above = 0, None
    for row in rows:
        notice = row.notice
        if not alerts.is_alert(notice.event):
            above = None
            yield None, row
            continue
        is_new = above is None or (above.read_at is None) != (notice.read_at is None)
        if is_new or (above and abs(above.created_at - notice.created_at) > TOGETHER):
            run += 1
        above = notice
        yield run, row


def _of(user: User) -> NoticeQuerySet:
    return Notice.objects.visible_to(user).select_related("event__ticket", "event__actor")


def _told(notices: Iterable[Notice], user: User) -> list[Row]:
    notices = list(notices)
    told = presenting.tell([notice.event for notice in notices], user)
    awaiting = _awaiting(notices) if user.is_staff_member else set()
    return [
        Row(
            notice,
            one.sentence,
            awaits=notice.event.kind in alerts.KINDS and notice.event.ticket_id in awaiting,
        )
        for notice, one in zip(notices, told, strict=True)
    ]


def _awaiting(notices: Iterable[Notice]) -> set[int]:
    """The tickets of these notices with a promise that waits for somebody to take charge of it."""
    tickets = {notice.event.ticket_id for notice in notices if notice.event.kind in alerts.KINDS}
    if not tickets:
        return set()
    return {
        clock.ticket_id for clock in Clock.objects.filter(ticket__in=tickets) if clock.awaits_acknowledgement
    }


def _state(user: User) -> dict[str, object]:
    """How many are unread (99+ from a hundred on), and the newest: "all" ends there."""
    unread = Notice.objects.visible_to(user).unread().order_by("-pk").values_list("pk", flat=True)
    keys = list(unread[:MOST_COUNTED])
    count = str(len(keys)) if len(keys) < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
    return {"unread": count if keys else "", "newest": keys[0] if keys else None}


def _mark_read(notices: NoticeQuerySet) -> None:
    notices.unread().update(read_at=timezone.now())
