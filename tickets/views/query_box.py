"""The box in which a query is typed: what it shows, and what can follow while somebody types."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from tickets.asked import Asked
from tickets.query.asker import Asker
from tickets.query.reading import Chip, Reading
from tickets.query.suggesting import suggest


@dataclass(frozen=True)
class ShownChip:
    chip: Chip
    without: str
    """The address's query for the same list without it."""


@dataclass(frozen=True)
class Box:
    """`kept` is the part of the query that means something, as text; `typed` is what has to be mended."""

    chips: list[ShownChip]
    kept: str
    typed: str
    problems: list[Chip]
    hidden: list[tuple[str, str]]


def box_of(reading: Reading, asked: Asked) -> Box:
    good = [chip for chip in reading.chips if not chip.problem]
    pairs = [("sort", asked.sort), ("group", asked.group), ("columns", ",".join(asked.columns))]
    usual = Asked.saved(asked.view) if asked.view else Asked()
    hidden = [(name, value) for name, value in pairs if value != _written(getattr(usual, name))]
    if asked.view:
        hidden.insert(0, ("view", str(asked.view.pk)))
    return Box(
        chips=[ShownChip(chip, asked.query(text=chip.without)) for chip in good],
        kept=" ".join(chip.text for chip in good),
        typed=" ".join(chip.text for chip in reading.problems),
        problems=reading.problems,
        hidden=hidden,
    )


def _written(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


@never_cache
@require_safe
@login_required
def suggestions(request: SignedInRequest) -> JsonResponse:
    """`{"suggestions": [{"text", "label", "hint", "goes_on"}]}` for `typed`, the term under the caret."""
    found = suggest(request.GET.get("typed", ""), Asker(request.user, timezone.now()))
    return JsonResponse({"suggestions": [asdict(one) for one in found]})
