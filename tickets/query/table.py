"""Every key and flag of the query language. Its help, the suggestions and docs/views.md come from here."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Tier
from products.models import Platform
from tickets.models import Priority, Ticket, Watcher
from tickets.query.keys import ACTIVE, ANY, FINISHED, Chosen, Flag, Key, Moment, Status, Version
from tickets.query.names import ForKey, KnownIssueKey, OrganizationKey, PersonKey, ProductKey, TypeKey

STATUS = Status(
    "status",
    pgettext_lazy("filter", "Status"),
    _("Without it, the queue holds what is not finished; the search holds everything."),
    "status:pending",
    for_requesters=True,
    column="status",
    choices=Ticket.Status,
    also={"hold": Ticket.Status.ON_HOLD.value, "waiting": Ticket.Status.PENDING.value},
    words={
        ACTIVE: pgettext_lazy("ticket status", "not finished"),
        FINISHED: pgettext_lazy("ticket status", "finished"),
        ANY: pgettext_lazy("ticket status", "any"),
    },
)
RESOLVED = Moment(
    "resolved",
    pgettext_lazy("filter", "Resolved"),
    _("How long ago it was resolved, or on which day."),
    "resolved<7d",
    for_requesters=True,
    column="resolved_at",
    longer=_("resolved more than %(age)s ago"),
    shorter=_("resolved less than %(age)s ago"),
    before=_("resolved before %(age)s"),
    after=_("resolved after %(age)s"),
    on=_("resolved on %(age)s"),
)

_KEYS: tuple[Key, ...] = (
    ForKey(
        "for",
        pgettext_lazy("filter", "Next for"),
        _("What somebody has, and what nobody in their tier has yet."),
        "for:me",
        column="assignee",
    ),
    PersonKey(
        "assignee",
        pgettext_lazy("filter", "Assignee"),
        _("Who has it: a name, an address, “me” or “none”."),
        "assignee:me",
        column="assignee",
    ),
    Chosen(
        "tier",
        pgettext_lazy("filter", "Tier"),
        _("Who works on it; several with commas."),
        "tier:L2,TAM",
        column="tier",
        choices=Tier,
    ),
    Chosen(
        "priority",
        pgettext_lazy("filter", "Priority"),
        _("How severe it is."),
        "priority:P1,P2",
        for_requesters=True,
        column="priority",
        choices=Priority,
    ),
    STATUS,
    Moment(
        "breach",
        pgettext_lazy("filter", "Next promise"),
        _("How soon the next promise runs out. What has run out already is among those under an hour."),
        "breach<1h",
        column="next_due_at",
        longer=_("next promise runs out in more than %(age)s"),
        shorter=_("next promise runs out within %(age)s"),
        before=_("next promise runs out before %(age)s"),
        after=_("next promise runs out after %(age)s"),
        on=_("next promise runs out on %(age)s"),
        lies_ahead=True,
    ),
    ProductKey(
        "product",
        pgettext_lazy("filter", "Product"),
        _("By its code or name; names with a space in quotation marks."),
        'product:"Live SDK"',
        for_requesters=True,
        column="product",
    ),
    Chosen(
        "platform",
        pgettext_lazy("filter", "Platform"),
        _("What it runs on."),
        "platform:android",
        for_requesters=True,
        column="platform",
        choices=Platform,
    ),
    Version(
        "version",
        pgettext_lazy("filter", "SDK version"),
        _("4.3 stands for every 4.3.x, too."),
        "version:4.3",
        for_requesters=True,
    ),
    OrganizationKey(
        "org",
        pgettext_lazy("filter", "Organisation"),
        _("The customer, by a part of its name."),
        'org:"Kite Live"',
        column="organization",
    ),
    PersonKey(
        "requester",
        pgettext_lazy("filter", "Requester"),
        _("Who asked, by name or address."),
        "requester:rui@kite.example",
        column="requester",
        of_the_desk=False,
    ),
    TypeKey(
        "type",
        pgettext_lazy("filter", "Request type"),
        _("What was asked about, by its code or name."),
        "type:broken",
        for_requesters=True,
        column="request_type__request_type",
    ),
    KnownIssueKey(
        "known-issue",
        pgettext_lazy("filter", "Known issue"),
        _("What waits for a known issue: its number, “any” or “none”."),
        "known-issue:3",
    ),
    Chosen(
        "channel",
        pgettext_lazy("filter", "Channel"),
        _("How it came in."),
        "channel:email",
        column="channel",
        choices=Ticket.Channel,
    ),
    Moment(
        "created",
        pgettext_lazy("filter", "Filed"),
        _("How long ago it was filed, or on which day."),
        "created>7d",
        for_requesters=True,
        column="created_at",
        longer=_("filed more than %(age)s ago"),
        shorter=_("filed less than %(age)s ago"),
        before=_("filed before %(age)s"),
        after=_("filed after %(age)s"),
        on=_("filed on %(age)s"),
    ),
    Moment(
        "updated",
        pgettext_lazy("filter", "Changed"),
        _("How long ago anything last changed on it."),
        "updated<2h",
        for_requesters=True,
        column="updated_at",
        longer=_("last changed more than %(age)s ago"),
        shorter=_("last changed less than %(age)s ago"),
        before=_("last changed before %(age)s"),
        after=_("last changed after %(age)s"),
        on=_("last changed on %(age)s"),
    ),
    RESOLVED,
)
KEYS: dict[str, Key] = {key.name: key for key in _KEYS}
# What people type as well.
ALIASES = {
    "organization": "org",
    "organisation": "org",
    "customer": "org",
    "with": "assignee",
    "prio": "priority",
    "sdk": "version",
    "known_issue": "known-issue",
    "ki": "known-issue",
    "due": "breach",
}

_FLAGS = (
    Flag(
        "unassigned",
        _("nobody has it"),
        _("Nobody has it."),
        lambda asker: Q(assignee=None),
    ),
    Flag(
        "mine",
        pgettext_lazy("filter", "I have it"),
        _("I have it: the same as assignee:me."),
        lambda asker: Q(assignee=asker.user),
    ),
    Flag(
        "breached",
        _("promise missed"),
        _("The next promise has run out."),
        lambda asker: Q(next_due_at__lt=asker.now),
    ),
    Flag(
        "reopened",
        _("reopened"),
        _("It was resolved before, and came back."),
        lambda asker: Q(reopen_count__gt=0),
        for_requesters=True,
    ),
    Flag(
        "following",
        _("I follow it"),
        _("I follow it without having filed it."),
        lambda asker: Q(pk__in=Watcher.objects.filter(user=asker.user).values("ticket")),
        for_requesters=True,
    ),
)
FLAGS: dict[str, Flag] = {flag.name: flag for flag in _FLAGS}
