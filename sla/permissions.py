"""Who may do what to promises."""

from __future__ import annotations

from accounts.models import User


def can_void(user: User) -> bool:
    """Take a clock out of the reports (rule B12): managers and admins."""
    return user.is_manager
