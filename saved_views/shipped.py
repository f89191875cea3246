"""The views that a fresh desk has. Managers change them like any other shared view."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saved_views.models import SavedView

NAMES: dict[str, str | Promise] = {
    "breaching": _("Breaching within 1 h"),
    "mine": _("My tickets"),
    "waiting": _("Waiting for the customer"),
    "L1": "L1",
    "L2": "L2",
    "tam": _("TAM accounts"),
    "resolved": _("Recently resolved"),
    "stale": _("Untouched for 3 days"),
}
_QUERIES = {
    "breaching": "breach<1h",
    "mine": "mine",
    "waiting": "status:pending",
    "L1": "tier:L1",
    "L2": "tier:L2",
    "tam": "tier:TAM",
    "resolved": "status:resolved resolved<7d",
    "stale": "updated>3d",
}
_SORTS = {"resolved": "change", "waiting": "oldest", "stale": "change"}
_NOT_PINNED = {"stale"}


def named(code: str, name: str) -> str:
    """What a view is called: by its own name, else by that of the shipped view in the reader's language."""
    return name or str(NAMES.get(code, code))


def ensure() -> None:
    """Put them up where no shipped view is left; what a manager changed or removed stays so."""
    if SavedView.objects.exclude(code="").exists():
        return
    SavedView.objects.bulk_create(
        SavedView(
            code=code,
            share=SavedView.Share.EVERYBODY,
            query=query,
            sort=_SORTS.get(code, ""),
            is_pinned=code not in _NOT_PINNED,
            position=10 * place,
        )
        for place, (code, query) in enumerate(_QUERIES.items(), start=1)
    )
