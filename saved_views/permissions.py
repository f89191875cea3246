"""Who may change a view they can see. Whether they can see it is `visible_to`."""

from __future__ import annotations

from accounts.models import User
from saved_views.models import SavedView


def can_edit(user: User, view: SavedView) -> bool:
    """Its owner; a shared one also managers and admins, and the leads of the tier it is for."""
    if view.owner_id == user.pk or (user.is_manager and view.share != SavedView.Share.MINE):
        return True
    return user.is_lead and view.share == SavedView.Share.TIER and view.tier == user.tier


def may_share_with(user: User) -> list[SavedView.Share]:
    """Everybody keeps views of their own. Leads share with the tier, managers with the whole desk."""
    if user.is_manager:
        return list(SavedView.Share)
    share = SavedView.Share
    return [share.MINE, share.TIER] if user.is_lead else [share.MINE]
