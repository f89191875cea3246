"""The words, badges and faces of a list. Its lines share a handful: each is made once a page."""

from __future__ import annotations

import functools
from typing import Any

from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.models import User
from tickets.models import Priority


class Parts:
    """Of one page: what is kept here is in the reader's language."""

    def __init__(self) -> None:
        self.word = functools.cache(_word)
        self.priority = functools.cache(_priority)
        self.tier = functools.cache(_tier)
        self.face = functools.cache(_face)


def _word(choice: TextChoices) -> str:
    return str(choice.label)


def _priority(value: str) -> SafeString:
    return _part("_priority.html", priority=value, name=Priority(value).label)


def _tier(value: str) -> SafeString:
    return _part("_tier.html", tier=value)


def _face(person: User | None) -> SafeString:
    return _part("_face.html", person=person)


def _part(template: str, **context: Any) -> SafeString:
    return render_to_string(template, context)
