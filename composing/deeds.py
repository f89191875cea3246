"""What a reply does when it leaves: one action of tickets each, and what that takes besides the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.models import User
from composing.models import Outgoing, Then
from files.models import Upload
from intake.models import RequestTypeVersion
from tickets import actions
from tickets.models import Ticket

Act = Callable[..., Ticket]
_ACTS: dict[str, Act] = {
    Then.REPLY: actions.reply,
    Then.WAIT: actions.ask_requester,
    Then.RESOLVE: actions.resolve,
    Then.AGREE: actions.agree_date,
}
# Where what was written comes from, where that is a form of its own with more than words.
_FORMS = {Then.WAIT: "ticket_ask", Then.AGREE: "ticket_agree"}


def perform(
    then: str,
    ticket: Ticket,
    *,
    by: User,
    body: str,
    files: Sequence[Upload],
    at: datetime,
    details: Mapping[str, Any],
) -> Ticket:
    """The action that a choice of the composer or a form means. `details` as `written` gives them."""
    more = read(details) | ({"files": files} if files else {})
    return _ACTS[then](ticket, by=by, body=body, at=at, **more)


def written(details: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of an action as JSON keeps them; those that say nothing are left out."""
    kept = {name: value for name, value in details.items() if value}
    if isinstance(agreed_at := kept.get("agreed_at"), datetime):
        kept["agreed_at"] = agreed_at.isoformat()
    if isinstance(version := kept.get("request_type"), RequestTypeVersion):
        kept["request_type"] = version.pk
    return kept


def read(details: Mapping[str, Any]) -> dict[str, Any]:
    """The same as arguments again."""
    more = dict(details)
    if "agreed_at" in more:
        more["agreed_at"] = datetime.fromisoformat(more["agreed_at"])
    if "request_type" in more:
        more["request_type"] = RequestTypeVersion.objects.get(pk=more["request_type"])
    return more


def form_of(held: Outgoing) -> str:
    """The address of the form that a reply came from, filled in with it; "" for one of the composer."""
    if not held.details:
        return ""
    return f"{reverse(_FORMS[Then(held.then)], args=[held.ticket_id])}?again={held.pk}"
