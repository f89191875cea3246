"""What the demo's readers looked for and said, and the articles whose owners are to read them again."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from demo import texts
from demo.people import Cast
from kb import actions as articles
from kb.facets import Filters
from kb.models import Article, Search
from kb.search import look_up
from learning import actions
from tickets.models import Ticket


def search(cast: Cast, now: datetime) -> None:
    """Write the searches, spread evenly over their days. They end in tickets, so those are filed before."""
    for entry in texts.searches():
        opened = entry.get("opened")
        clicked = Article.objects.get(slug=opened, language=entry["language"]) if opened else None
        filed = Ticket.objects.get(subject=entry["ticket"]) if "ticket" in entry else None
        answer = look_up(AnonymousUser(), entry["words"], language=entry["language"], filters=Filters())
        for number in range(entry["times"]):
            at = now - timedelta(days=entry["days"] * (number + 1) / entry["times"])
            # Of several that looked for the same, the first filed a ticket.
            ticket = filed if number == 0 else None
            Search.objects.create(
                key=uuid.uuid5(uuid.NAMESPACE_OID, f"demo search {entry['words']} {number}"),
                words=entry["words"],
                language=entry["language"],
                product=cast.products.get(entry.get("product", "")),
                platform=entry.get("platform", ""),
                results=len(answer.results),
                clicked=clicked,
                was_clicked=clicked is not None,
                ticket=ticket,
                at=ticket.created_at - timedelta(minutes=9) if ticket else at,
            )


def hear(cast: Cast, now: datetime) -> None:
    """Give articles their owners and review dates, and let readers say what is wrong."""
    for entry in texts.feedback():
        owner = cast.people[entry["owner"]]
        review_on = timezone.localdate(now) + timedelta(days=entry["review_in"])
        for article in Article.objects.filter(slug=entry["article"]):
            at = now - timedelta(days=40)
            articles.edit(article, by=owner, at=at, owner=owner, review_on=review_on)
        for said in entry["said"]:
            _say(said, Article.objects.get(slug=entry["article"], language=said["language"]), cast, now)
    actions.mark_stale(now)


def _say(said: dict[str, Any], article: Article, cast: Cast, now: datetime) -> None:
    reader, at = cast.people[said["reader"]], now - timedelta(days=said["days_ago"])
    articles.rate(article, reader=str(reader.pk), helpful=False, at=at)
    feedback = actions.give_feedback(article, reason=said["reason"], text=said["text"], by=reader, at=at)
    if "answer" in said and article.owner:
        actions.answer_feedback(
            feedback,
            accepted=said["accepted"],
            answer=said["answer"],
            by=article.owner,
            at=at + timedelta(days=1),
        )
