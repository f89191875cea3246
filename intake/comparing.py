"""What differs between two versions of a request type, in words for its history."""

from __future__ import annotations

from django.utils.translation import gettext as _

from intake.definition import Definition


def differences(before: Definition, after: Definition) -> list[str]:
    """Empty if they are the same."""
    old, new = before.by_key, after.by_key
    told = [_("added “%(field)s”") % {"field": new[key].label} for key in new if key not in old]
    told += [_("removed “%(field)s”") % {"field": old[key].label} for key in old if key not in new]
    told += [
        _("changed “%(field)s”") % {"field": new[key].label}
        for key in new
        if key in old and new[key] != old[key]
    ]
    if [key for key in old if key in new] != [key for key in new if key in old]:
        told.append(_("another order"))
    if before.with_fields(()) != after.with_fields(()):
        told.append(_("texts or priority of the type"))
    return told
