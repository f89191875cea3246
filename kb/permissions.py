"""Who may write. Whether somebody may read an article is `visible_to`."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User


def can_write(user: User | AnonymousUser) -> bool:
    """Everybody who works on the desk writes, publishes and sees drafts."""
    return isinstance(user, User) and user.is_staff_member
