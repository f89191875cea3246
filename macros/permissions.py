"""Who may change a macro they can see. Whether they can see it is `visible_to`."""

from __future__ import annotations

from accounts.models import User
from macros.models import Macro


def can_edit(user: User, macro: Macro) -> bool:
    """Its owner; a shared one also leads of the tier it is for, managers and admins."""
    if macro.owner_id == user.pk or (user.is_manager and macro.share != Macro.Share.MINE):
        return True
    return user.is_lead and macro.share == Macro.Share.TIER and macro.tier == user.tier


def may_share_with(user: User) -> list[Macro.Share]:
    """Everybody keeps macros of their own. Leads share with the tier, managers with the whole desk."""
    if user.is_manager:
        return list(Macro.Share)
    return [Macro.Share.MINE, Macro.Share.TIER] if user.is_lead else [Macro.Share.MINE]
