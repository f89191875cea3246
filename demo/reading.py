"""The demo's knowledge base, and the readers whom it saved a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from demo import texts
from demo.people import Cast
from demo.texts import FOLDER, Texts
from kb import actions
from kb.importing import load_articles
from kb.models import Article


def publish(cast: Cast, now: datetime, *, show: Callable[[str, int], Callable[[int], object]]) -> None:
    """Put the articles up, written two months ago."""
    number = len(list((FOLDER / "articles").glob("*/*.md")))
    published = show("articles", number)
    report = load_articles(FOLDER / "articles", by=cast.people["jonas"], at=now - timedelta(days=60))
    if report.broken:
        raise ValueError(f"broken articles: {report.broken}")
    published(number)


def read(demo: Texts, cast: Cast, now: datetime) -> None:
    """Have each reader open the panel's article, find it helpful and give the ticket up."""
    for number, reader in enumerate(texts.readers()):
        person = cast.people[reader.reader]
        at = now - timedelta(days=reader.days_ago)
        article = Article.objects.get(slug=reader.article, language=demo.people[reader.reader].language)
        actions.mark_solved(
            article,
            draft_key=uuid.uuid5(uuid.NAMESPACE_OID, f"demo reader {number}"),
            by=person,
            subject=reader.subject,
            facts={"product": reader.product, "platform": reader.platform},
            at=at,
        )
        actions.rate(article, reader=str(person.pk), helpful=True, at=at)
