"""What people do to macros themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidInput
from macros import steps as steps_of
from macros.models import Macro
from macros.permissions import can_edit, may_share_with
from macros.steps import Step


def save(macro: Macro | None, *, by: User, name: str, share: str, tier: str, steps: Sequence[Step]) -> Macro:
    """Make a macro or change one. Raises InvalidInput for what cannot be run, PermissionDenied for what
    is not this person's to change or to share so."""
    macro = macro or Macro(owner=by)
    if macro.pk and not can_edit(by, macro):
        raise PermissionDenied
    if share not in may_share_with(by) and share != macro.share:
        raise PermissionDenied
    tier = (tier or by.tier) if share == Macro.Share.TIER else ""
    if share == Macro.Share.TIER and not tier:
        raise InvalidInput(_("Choose the tier that may use it."))
    if share == Macro.Share.TIER and not by.is_manager and tier != by.tier:
        raise PermissionDenied
    steps_of.check(steps)
    same = Macro.objects.in_use().filter(name__iexact=name, share=share, tier=tier).exclude(pk=macro.pk)
    if share == Macro.Share.MINE:
        same = same.filter(owner=macro.owner)
    if same.exists():
        raise InvalidInput(_("There is a macro “%(name)s” already.") % {"name": name})
    macro.name, macro.share, macro.tier = name, share, tier
    macro.steps = [step.dump() for step in steps]
    macro.updated_at = timezone.now()
    macro.save()
    return macro


def archive(macro: Macro, *, by: User) -> None:
    """Take it out of the lists; what it did stays told in the histories and runs."""
    if not can_edit(by, macro):
        raise PermissionDenied
    macro.is_archived = True
    macro.save(update_fields=["is_archived"])
