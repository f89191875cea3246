"""The demo's knowledge base, and the readers whom it saved a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from demo import texts
from demo.people import Cast
from demo.texts import FOLDER, Texts
from kb import actions
from kb.models import Article
from kb.trees.importing import import_tree


def publish(cast: Cast, now: datetime, *, show: Callable[[str, int], Callable[[int], object]]) -> None:
    """Put the articles up, written two months ago."""
    report = import_tree(
        FOLDER / "articles",
        name="demo",
        by=cast.people["jonas"],
        at=now - timedelta(days=60),
        steps=lambda what, number: each(show("articles", number)) if what == "pages" else lambda: None,
    )
    if report.skipped or report.notes or report.broken_links:
        raise ValueError(f"broken articles: {report.skipped} {report.notes} {report.broken_links}")


def each(show_number: Callable[[int], object]) -> Callable[[], object]:
    """Counts up each time it is called."""
    done = count(1)
    return lambda: show_number(next(done))


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
