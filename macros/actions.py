"""What people do to macros themselves."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sharing
from accounts.models import User
from macros import steps as steps_of
from macros.models import Macro
from macros.steps import Step


@transaction.atomic
def save(macro: Macro | None, *, by: User, name: str, share: str, tier: str, steps: Sequence[Step]) -> Macro:
    """Make a macro or change one. Raises InvalidInput for what cannot be run and for a name that there is
    already, PermissionDenied for what is not this person's to change or to share so."""
    macro = _locked(macro, by) if macro else Macro(owner=by)
    sharing.share(macro, share, tier, by=by)
    steps_of.check(steps)
    macro.name = name
    macro.steps = [step.dump() for step in steps]
    macro.updated_at = timezone.now()
    sharing.save_under_its_name(macro, _("There is a macro “%(name)s” already.") % {"name": name})
    return macro


@transaction.atomic
def archive(macro: Macro, *, by: User) -> None:
    """Take it out of the lists; what it did stays told in the histories and runs."""
    macro = _locked(macro, by)
    macro.is_archived = True
    macro.save(update_fields=["is_archived"])


def _locked(macro: Macro, by: User) -> Macro:
    macro = Macro.objects.select_for_update(no_key=True).get(pk=macro.pk)
    if not sharing.can_edit(by, macro):
        raise PermissionDenied
    return macro
