"""What the knowledge base learns: from its readers, from colleagues who review it, from tickets."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from kb.models import Article, Revision
from tickets.models import Ticket


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def visible_to(self, user: User | AnonymousUser) -> FeedbackQuerySet:
        """All for staff; what they said themselves for everybody else."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_staff_member:
            return self
        return self.filter(user=user, article__in=Article.objects.visible_to(user))

    def open(self) -> FeedbackQuerySet:
        return self.filter(state=Feedback.State.OPEN)

    def of_owner(self, owner: User) -> FeedbackQuerySet:
        return self.filter(article__owner=owner)


class Feedback(models.Model):
    """What a reader found wrong with an article, or would change. Of somebody not signed in nothing is kept
    but the words."""

    class Reason(models.TextChoices):
        WRONG = "wrong", _("Something in it is wrong")
        OUTDATED = "outdated", _("It is out of date")
        UNCLEAR = "unclear", _("I do not understand it")
        MISSING = "missing", _("My case is missing")
        BROKEN = "broken", _("Code or a link does not work")
        SUGGESTION = "suggestion", _("I have a suggestion")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("feedback", "open")
        ACCEPTED = "accepted", pgettext_lazy("feedback", "taken up")
        DISMISSED = "dismissed", pgettext_lazy("feedback", "not taken up")

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    revision = models.PositiveIntegerField(help_text="The number of the revision that was read.")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    text = models.TextField(_("what exactly"), blank=True, help_text="Secrets masked.")
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", answered_at=None)
                | (~models.Q(state="open") & models.Q(answered_at__isnull=False)),
                name="feedback_answered_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["article"], name="feedback_open", condition=models.Q(state="open")),
            models.Index(fields=["user", "-at"], name="feedback_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.article}"


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User | AnonymousUser) -> CommentQuerySet:
        """Reviewers' words are the desk's own, whoever may read the article."""
        return self if isinstance(user, User) and user.is_staff_member else self.none()


class Comment(models.Model):
    """What a colleague says of an article as it stood in one revision. The first of a thread is resolved or
    open; the others answer it."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="comments")
    thread = models.ForeignKey("self", models.CASCADE, null=True, related_name="answers")
    quote = models.CharField(_("about"), max_length=300, blank=True, help_text="The words it is about.")
    body = models.TextField(_("comment"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(thread=None) | models.Q(resolved_at=None),
                name="comment_thread_is_resolved",
            ),
        ]

    def __str__(self) -> str:
        return self.body[:80]


class WrittenFrom(models.Model):
    """An article that was begun from a ticket. The desk's own: no reader is told of the ticket."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="written_from")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="articles_from")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "ticket"], name="written_from_once")]

    def __str__(self) -> str:
        return f"{self.article} · #{self.ticket_id}"


class NewsQuerySet(models.QuerySet["News"]):
    def visible_to(self, user: User | AnonymousUser) -> NewsQuerySet:
        """A person's own, of articles they may still read; the desk's only while they work there."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        mine = self.filter(user=user, article__in=Article.objects.visible_to(user))
        return mine if user.is_staff_member else mine.filter(kind=News.Kind.ANSWERED)

    def unread(self) -> NewsQuerySet:
        return self.filter(read_at=None)


class News(models.Model):
    """One person is told of one thing about an article, once: under the bell, above the tickets' notices."""

    class Kind(models.TextChoices):
        FEEDBACK = "feedback", _("a reader's feedback")
        ANSWERED = "answered", _("feedback answered")
        COMMENT = "comment", _("a colleague's comment")
        STALE = "stale", _("to be read again")

    user = models.ForeignKey(User, models.CASCADE, related_name="news")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    about = models.CharField(
        max_length=40,
        help_text="What it tells of, told once: feedback-12, review-2026-07-13.",
    )
    feedback = models.ForeignKey(Feedback, models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NewsQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "article", "kind", "about"], name="news_once")]
        indexes = [
            models.Index(fields=["user"], name="news_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} {self.article_id}"

    def get_absolute_url(self) -> str:
        return reverse("kb_news_open", args=[self.pk])

    @property
    def leads_to(self) -> str:
        """The page where it can be worked off."""
        edit = reverse("kb_edit", args=[self.article.slug, self.article.language])
        if self.kind == self.Kind.FEEDBACK:
            return f"{reverse('kb_feedback')}#feedback-{self.feedback_id}"
        if self.kind == self.Kind.ANSWERED:
            return f"{reverse('kb_my_feedback')}#feedback-{self.feedback_id}"
        return f"{edit}#comment-{self.comment_id}" if self.comment_id else edit
