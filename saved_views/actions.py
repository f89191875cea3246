"""What people do to views. Each drops what is kept of them for the rail (saved_views.rail)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sharing
from accounts.models import User
from helpdesk.errors import InvalidInput
from saved_views import rail
from saved_views.models import Pins, SavedView

MOST_PINNED = 30


@transaction.atomic
def save(
    view: SavedView | None, *, by: User, name: str, share: str, tier: str = "", **asked: Any
) -> SavedView:
    """Make a view or change one. `asked`: query, sort, group, columns, is_pinned.

    Raises PermissionDenied for what is not this person's to change or to share so, InvalidInput for a name
    that there is already.
    """
    view = _locked(view, by) if view else SavedView(owner=by)
    sharing.share(view, share, tier, by=by)
    if share == SavedView.Share.MINE and view.owner_id is None:
        raise InvalidInput(_("This view is everybody's; make a new one for yourself."))
    is_new = view.pk is None
    for field, value in {**asked, "name": name}.items():
        setattr(view, field, value)
    view.updated_at = timezone.now()
    sharing.save_under_its_name(view, _("There is a view “%(name)s” already.") % {"name": name})
    if is_new:
        _pin(view, by)
    rail.forget()
    return view


@transaction.atomic
def delete(view: SavedView, *, by: User) -> None:
    """Take it away, for everybody it was shared with."""
    _locked(view, by).delete()
    rail.forget()


@transaction.atomic
def pin(view: SavedView, *, by: User) -> None:
    _pin(view, by)
    rail.forget()


@transaction.atomic
def unpin(view: SavedView, *, by: User) -> None:
    _arrange([pk for pk in _pins(by) if pk != view.pk], by)
    rail.forget()


@transaction.atomic
def move(view: SavedView, *, by: User, up: bool) -> None:
    """One place up or down in this person's rail; nothing where it stands at the end or is not pinned."""
    pins = _pins(by)
    if view.pk not in pins:
        return
    at = pins.index(view.pk)
    to = at - 1 if up else at + 1
    if 0 <= to < len(pins):
        pins[at], pins[to] = pins[to], pins[at]
        _arrange(pins, by)
        rail.forget()


def _locked(view: SavedView, by: User) -> SavedView:
    view = SavedView.objects.select_for_update().get(pk=view.pk)
    if not sharing.can_edit(by, view):
        raise PermissionDenied
    return view


def _pin(view: SavedView, by: User) -> None:
    pins = _pins(by)
    if view.pk in pins:
        return
    if len(pins) >= MOST_PINNED:
        raise InvalidInput(_("At most %(count)d views fit into the menu.") % {"count": MOST_PINNED})
    _arrange([*pins, view.pk], by)


def _pins(by: User) -> list[int]:
    # Two windows of one person change the same row one after the other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    return [view.pk for view in SavedView.objects.pinned_by(by)]


def _arrange(pins: Sequence[int], by: User) -> None:
    Pins.objects.update_or_create(user=by, defaults={"views": list(pins)})
