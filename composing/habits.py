"""What a person chose last, and offers itself first the next time.

The row is what counts. The session has a copy, so that a ticket's page need not ask for it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from composing.models import WAYS, Habits, Then

SESSION = "composing"
_FIELDS = ("then", "goes_on", "can_undo")


def of(user: User) -> Habits:
    return Habits.objects.filter(pk=user.pk).first() or Habits(user=user)


def at_hand(request: HttpRequest) -> Habits:
    """What the session knows; the defaults until `fetch` has come by. No query."""
    known = request.session.get(SESSION, {})
    return Habits(**{name: known[name] for name in _FIELDS if name in known})


def fetch(request: HttpRequest, user: User) -> bool:
    """Copy the row into a session that has none yet. Returns whether that told something new."""
    if SESSION in request.session:
        return False
    before, now = _values(Habits()), _values(of(user))
    request.session[SESSION] = now
    return before != now


def remember(request: HttpRequest, user: User, **chosen: Any) -> None:
    """Save what was chosen, where it is something new."""
    habits = of(user)
    if habits._state.adding or any(getattr(habits, name) != value for name, value in chosen.items()):
        habits, _is_new = Habits.objects.update_or_create(user=user, defaults=chosen)
    if request.session.get(SESSION) != _values(habits):
        request.session[SESSION] = _values(habits)


def ways(usual: Habits, *, resolvable: bool) -> dict[str, Any]:
    """The ways to send, the usual one first of all."""
    thens = list(WAYS) if resolvable else [Then.REPLY]
    return {
        "habits": usual,
        "then": Then(usual.then) if usual.then in thens else Then.REPLY,
        "thens": thens,
        "undo_seconds": settings.UNDO_SEND_SECONDS,
    }


def _values(habits: Habits) -> dict[str, Any]:
    return {name: getattr(habits, name) for name in _FIELDS}
