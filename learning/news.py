"""Tell people of what happened to an article: each once, however often it is tried."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from accounts.models import User
from kb.models import Article
from learning.models import Comment, Feedback, News
from notifications import live

Kind = News.Kind


def tell(
    people: Iterable[User | None],
    kind: str,
    article: Article,
    *,
    about: str,
    at: datetime,
    feedback: Feedback | None = None,
    comment: Comment | None = None,
) -> None:
    """Write a row for each of these people who is still here, and ring their bells after the commit."""
    told = {person.pk: person for person in people if person is not None and person.is_active}
    before = News.objects.filter(user__in=told, article=article, kind=kind, about=about)
    for known in before.values_list("user", flat=True) if told else ():
        del told[known]
    if not told:
        return
    rows = [
        News(user=person, kind=kind, article=article, about=about, feedback=feedback, comment=comment, at=at)
        for person in told.values()
    ]
    News.objects.bulk_create(rows, ignore_conflicts=True)
    transaction.on_commit(lambda: live.announce_notices(told), robust=True)
