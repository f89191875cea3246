"""Who is told of an event: notices in the product, and the outbox of mail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from events.models import Event


class Notice(models.Model):
    """One person is told of one event, once, in the product."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, models.PROTECT, related_name="notices")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notice_once")]
        indexes = [
            models.Index("user", models.F("id").desc(), name="notice_of_user"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.event}"


class MailQuerySet(models.QuerySet["Mail"]):
    def due(self, now: datetime) -> MailQuerySet:
        """Waiting, and neither put off nor in somebody's hands."""
        return self.filter(state=Mail.State.WAITING, due_at__lte=now).order_by("due_at", "pk")


class Mail(models.Model):
    """One mail to one person about one event: a row first, a message after the commit.

    A worker claims it by moving `due_at` ahead (its lease), sends it, and marks it sent. The Message-ID is
    fixed with the row, so that the rare second sending after a crash can be recognised.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        DROPPED = "dropped"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mails")
    event = models.ForeignKey(Event, models.PROTECT, related_name="mails")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="mail_once")]
        indexes = [models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.user}: {self.event} ({self.state})"
