"""What can happen to feedback, reviewers' comments, and articles that grow old or come from tickets."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from files.masking import masked_text
from helpdesk.errors import InvalidInput, InvalidTransition
from helpdesk.text import normal
from kb import actions as articles
from kb import staleness
from kb.models import Article
from learning.models import Comment, Feedback, News, WrittenFrom
from learning.news import tell
from tickets.models import Ticket

MAX_CHARACTERS = 2_000
_NAMED = re.compile(r"(?<![\w@])@([\w.-]{2,60})")


@transaction.atomic
def give_feedback(
    article: Article, *, reason: str, text: str, by: User | None, at: datetime | None = None
) -> Feedback:
    """Note what a reader says; the owner hears of it. Raises InvalidInput for a suggestion without words."""
    text = masked_text(normal(text).strip()[:MAX_CHARACTERS])[0]
    if reason not in Feedback.Reason.values:
        raise InvalidInput(_("Please choose a reason."))
    if reason == Feedback.Reason.SUGGESTION and not text:
        raise InvalidInput(_("Please write what you would change."))
    now = at or timezone.now()
    feedback = Feedback.objects.create(
        article=article, revision=_last_revision(article), reason=reason, text=text, user=by, at=now
    )
    owner = article.owner if article.owner != by else None
    about = f"feedback-{feedback.pk}"
    tell([owner], News.Kind.FEEDBACK, article, about=about, at=now, feedback=feedback)
    return feedback


@transaction.atomic
def answer_feedback(
    feedback: Feedback, *, accepted: bool, answer: str, by: User, at: datetime | None = None
) -> Feedback:
    """Take it up or not, with a word to the reader, who hears of it if we know them.

    Raises InvalidTransition where somebody has answered already, InvalidInput for a refusal without a reason
    to somebody who waits for one.
    """
    feedback = Feedback.objects.select_for_update(no_key=True).get(pk=feedback.pk)
    if feedback.state != Feedback.State.OPEN:
        raise InvalidTransition(_("Somebody has answered this already."))
    answer = normal(answer).strip()[:MAX_CHARACTERS]
    if not accepted and feedback.user_id and not answer:
        raise InvalidInput(_("Please tell the reader why."))
    now = at or timezone.now()
    feedback.state = Feedback.State.ACCEPTED if accepted else Feedback.State.DISMISSED
    feedback.answer, feedback.answered_by, feedback.answered_at = answer, by, now
    feedback.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    reader = feedback.user if feedback.user != by else None
    about = f"answer-{feedback.pk}"
    tell([reader], News.Kind.ANSWERED, feedback.article, about=about, at=now, feedback=feedback)
    return feedback


@transaction.atomic
def comment(
    article: Article,
    *,
    body: str,
    by: User,
    quote: str = "",
    thread: Comment | None = None,
    at: datetime | None = None,
) -> Comment:
    """Say something of an article, or answer. The owner, those in the thread and those named by @ hear of it.

    An answer to what is resolved opens it again. Raises InvalidInput without words.
    """
    body = normal(body).strip()[:MAX_CHARACTERS]
    if not body:
        raise InvalidInput(_("Please write a comment."))
    now = at or timezone.now()
    first = None
    if thread is not None:
        first = Comment.objects.select_for_update(no_key=True).get(pk=thread.thread_id or thread.pk)
        if first.article_id != article.pk:
            raise InvalidInput(_("This is a comment on another article."))
        _set_resolved(first, by=None, at=None)
    said = Comment.objects.create(
        article=article,
        revision=article.revisions.get(number=_last_revision(article)),
        thread=first,
        quote="" if first else " ".join(normal(quote).split())[:300],
        body=body,
        by=by,
        at=now,
    )
    others = User.objects.filter(pk__in=Comment.objects.filter(thread=first).values("by")) if first else []
    people = {article.owner, *_named(body), *others, first.by if first else None} - {by}
    colleagues = [person for person in people if person is not None and person.is_staff_member]
    tell(colleagues, News.Kind.COMMENT, article, about=f"comment-{said.pk}", at=now, comment=said)
    return said


@transaction.atomic
def resolve_comment(thread: Comment, *, by: User, at: datetime | None = None) -> Comment:
    """The thread is settled. Raises InvalidTransition if it is already, or is an answer."""
    thread = _locked_thread(thread)
    if thread.resolved_at is not None:
        raise InvalidTransition(_("This thread is resolved already."))
    return _set_resolved(thread, by=by, at=at or timezone.now())


@transaction.atomic
def reopen_comment(thread: Comment, *, by: User) -> Comment:
    """Raises InvalidTransition if it is open."""
    thread = _locked_thread(thread)
    if thread.resolved_at is None:
        raise InvalidTransition(_("This thread is open."))
    return _set_resolved(thread, by=None, at=None)


@transaction.atomic
def write_from(ticket: Ticket, *, by: User, **words: Any) -> Article:
    """A draft that was begun from a ticket, linked to it."""
    article = articles.create(by=by, **words)
    WrittenFrom.objects.create(article=article, ticket=ticket, by=by)
    return article


@transaction.atomic
def mark_stale(now: datetime) -> int:
    """Find what has become stale and tell its owners, each once. Returns how many articles are stale.

    What is told stands in the rows of the news, under a unique key: two of these at once tell nobody twice.
    """
    today = timezone.localdate(now)
    staleness.refresh(today=today)
    stale = 0
    for article in Article.objects.stale(today).light().select_related("owner"):
        stale += 1
        if article.is_overdue(today):
            about = f"review-{article.review_on}"
        else:
            about = f"support-{article.support_ended_on}"
        tell([article.owner], News.Kind.STALE, article, about=about, at=now)
    return stale


def in_half_a_year(today: date) -> date:
    """When an article is read again if nobody says otherwise."""
    return today + timedelta(days=182)


def _named(text: str) -> set[User]:
    """Colleagues that a comment names: @ and the beginning of their address before its own @."""
    names = {name.lower().rstrip(".") for name in _NAMED.findall(text)}
    if not names:
        return set()
    staff = User.objects.active().staff()
    return {person for person in staff if person.email.partition("@")[0].lower() in names}


def _last_revision(article: Article) -> int:
    return article.revisions.order_by("-number").values_list("number", flat=True).first() or 1


def _locked_thread(thread: Comment) -> Comment:
    return Comment.objects.select_for_update(no_key=True).get(pk=thread.thread_id or thread.pk)


def _set_resolved(thread: Comment, *, by: User | None, at: datetime | None) -> Comment:
    thread.resolved_by, thread.resolved_at = by, at
    thread.save(update_fields=["resolved_by", "resolved_at"])
    return thread
