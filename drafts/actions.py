"""Keep, find and throw away drafts. A draft is no part of any history: no event tells of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.models import Draft
from helpdesk.errors import InvalidInput

PLACE = re.compile(r"[a-z]{1,20}(?:-\d{1,18})?")
MOST_FIELDS = 200
MOST_CHARACTERS = 250_000
# Of one person; beyond that the oldest go.
MOST_DRAFTS = 100


def keep(owner: User, place: str, *, content: Any, key: str = "") -> Draft:
    """Save the form's answers over those before. Raises InvalidInput for what no form sends."""
    if not PLACE.fullmatch(place):
        raise InvalidInput(_("There is no such form."))
    draft, is_new = Draft.objects.update_or_create(
        owner=owner,
        place=place,
        defaults={"content": _checked(content), "key": key[:36], "updated_at": timezone.now()},
    )
    if is_new:
        surplus = Draft.objects.filter(owner=owner).order_by("-updated_at").values("pk")[MOST_DRAFTS:]
        Draft.objects.filter(pk__in=list(surplus.values_list("pk", flat=True))).delete()
    return draft


def add_to(owner: User, place: str, text: str, *, field: str = "body") -> Draft:
    """Put a text before what stands in the form's field; both are wanted."""
    draft = find(owner, place)
    content = dict(draft.content) if draft else {}
    standing = "".join(content.get(field, []))
    texts = [text] if standing.strip() in ("", text.strip()) else [text, standing]
    return keep(
        owner, place, content={**content, field: ["\n\n".join(texts)]}, key=draft.key if draft else ""
    )


def find(owner: User, place: str) -> Draft | None:
    return Draft.objects.visible_to(owner).filter(place=place).first()


def discard(owner: User, place: str) -> None:
    """The form was sent, or its writer does not want it any more."""
    Draft.objects.visible_to(owner).filter(place=place).delete()


def prune(now: datetime) -> int:
    """Remove what nobody touched for DRAFT_KEPT_DAYS. Returns how many."""
    oldest = now - timedelta(days=settings.DRAFT_KEPT_DAYS)
    return Draft.objects.filter(updated_at__lt=oldest).delete()[0]


def _checked(content: Any) -> dict[str, list[str]]:
    """Lists of texts by field, without what PostgreSQL cannot keep."""
    if not isinstance(content, dict) or len(content) > MOST_FIELDS:
        raise InvalidInput(_("This is no draft of a form."))
    checked: dict[str, list[str]] = {}
    characters = 0
    for name, values in content.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise InvalidInput(_("This is no draft of a form."))
        checked[_storable(name)[:100]] = [_storable(value) for value in values[:MOST_FIELDS]]
        characters += len(name) + sum(map(len, values))
    if characters > MOST_CHARACTERS:
        raise InvalidInput(_("This text is too long to be kept as a draft."))
    return checked


def _storable(text: str) -> str:
    return text.replace("\0", "").encode(errors="replace").decode()
