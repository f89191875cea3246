"""Who may write. Whether somebody may read a known issue is `visible_to`."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User


def can_write(user: User | AnonymousUser) -> bool:
    """Everybody who works on the desk writes known issues, links tickets and publishes fixes."""
    return isinstance(user, User) and user.is_staff_member
