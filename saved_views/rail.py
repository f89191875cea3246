"""The views beside every page of the desk, kept in the cache so that they cost a page no query.

A generation stands for all of them: whoever changes a view or pins one begins a new one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial

from django.core.cache import cache
from django.db import transaction

from accounts.models import User
from saved_views.models import SavedView
from saved_views.shipped import named

_GENERATION = "saved-views-generation"
_KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Pinned:
    """What the rail needs of a view. `code` and `name` instead of words: it is shown in either language."""

    pk: int
    code: str
    name: str
    query: str

    @property
    def place(self) -> str:
        """Its name among the links of the rail."""
        return f"view-{self.pk}"

    def __str__(self) -> str:
        return named(self.code, self.name)


def pinned(user: User) -> list[Pinned]:
    """The views in this person's rail, in their order."""
    key = f"saved-views-of-{user.pk}-{user.role}-{user.tier}"
    found = cache.get_many([_GENERATION, key])
    generation = found.get(_GENERATION) or _begin_generation()
    kept: tuple[str, list[Pinned]] | None = found.get(key)
    if kept is not None and kept[0] == generation:
        return kept[1]
    views = [Pinned(one.pk, one.code, one.name, one.query) for one in SavedView.objects.pinned_by(user)]
    cache.set(key, (generation, views), _KEPT_SECONDS)
    return views


def forget() -> None:
    """Everybody's rail is read anew, once what changed is visible."""
    transaction.on_commit(partial(cache.delete, _GENERATION), robust=True)


def _begin_generation() -> str:
    generation = uuid.uuid4().hex
    cache.set(_GENERATION, generation, None)
    return generation
