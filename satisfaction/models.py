"""Whether requesters were content: one question for a resolution, and one answer that may be changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Tier, User
from tickets.models import Ticket

# An answer may be changed for so long after it was first given.
CHANGEABLE = timedelta(days=7)
# A question may be answered for so long; the link in the mail expires with it.
OPEN_FOR = timedelta(days=30)
# Nobody is asked more often.
PAUSE = timedelta(days=7)


class Score(models.TextChoices):
    GOOD = "good", _("good")
    FAIR = "fair", _("so-so")
    BAD = "bad", _("bad")


class Unasked(models.Model):
    """An organisation whose people are not asked."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="unasked"
    )
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.organization)


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: User | AnonymousUser) -> QuestionQuerySet:
        """The desk: all. Everybody else: what they were asked themselves, on tickets they may still see."""
        if not isinstance(user, User):
            return self.none()
        if user.is_staff_member:
            return self
        return self.filter(person=user, ticket__in=Ticket.objects.visible_to(user))


class Question(models.Model):
    """Asked of one person about one resolution. `tier` is where the ticket was when it was resolved."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="questions")
    sequence = models.PositiveIntegerField(help_text="Of the resolution in the ticket's chain.")
    person = models.ForeignKey(User, models.PROTECT, related_name="+")
    tier = models.CharField(max_length=3, choices=Tier.choices)
    asked_at = models.DateTimeField()
    score = models.CharField(_("answer"), max_length=4, choices=Score.choices, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(null=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "sequence"], name="question_once_for_a_resolution"),
            models.CheckConstraint(
                condition=Q(answered_at=None, score="") | (Q(answered_at__isnull=False) & ~Q(score="")),
                name="question_answered_at_a_moment",
            ),
        ]
        indexes = [
            models.Index("person", models.F("asked_at").desc(), name="question_of_person"),
            models.Index(fields=["asked_at"], name="question_by_day"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.score or 'open'}"

    def is_open(self, now: datetime) -> bool:
        """Whether it can be answered, or the answer changed."""
        until = self.answered_at + CHANGEABLE if self.answered_at else self.asked_at + OPEN_FOR
        return now < until
