"""Who is told of an event: notices in the product, and the outbox of mail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from events.models import Event
from events.presenting import CUSTOMER_VISIBLE
from tickets.models import Ticket


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User | AnonymousUser) -> NoticeQuerySet:
        """A person's own notices, of tickets and events that they may still see."""
        if not isinstance(user, User):
            return self.none()
        notices = self.filter(user=user, event__ticket__in=Ticket.objects.visible_to(user))
        if not user.is_staff_member:
            notices = notices.filter(event__kind__in=CUSTOMER_VISIBLE)
        return notices

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(models.Model):
    """One person is told of one event, once, in the product."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, models.PROTECT, related_name="notices")
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="notice_once")]
        indexes = [
            models.Index("user", models.F("id").desc(), name="notice_of_user"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.event}"

    def get_absolute_url(self) -> str:
        return reverse("notice_open", args=[self.pk])


class MailQuerySet(models.QuerySet["Mail"]):
    def waiting(self) -> MailQuerySet:
        return self.filter(state=Mail.State.WAITING)

    def due(self, now: datetime) -> MailQuerySet:
        """Waiting, neither put off nor in somebody's hands, first in its thread, and not a part of a digest:
        that goes with its first mail.

        A person gets the mails of one ticket in the order of the events, also when the first is put off.
        """
        alone = models.Q(digest=None) | models.Q(digest=models.F("pk"))
        return (
            self.waiting()
            .filter(~models.Exists(_earlier_of_thread()), alone, due_at__lte=now)
            .order_by("due_at", "pk")
        )

    def to_travel_with(self, first: Mail) -> MailQuerySet:
        """Other alerts to the same person that wait, due or not, in nobody's hands. What another mail of
        their ticket has to precede stays behind.
        """
        in_the_way = _earlier_of_thread().filter(
            models.Q(is_alert=False) | models.Q(unfinished__gt=0) | models.Q(digest__isnull=False)
        )
        others = self.waiting().filter(user=first.user_id, is_alert=True, digest=None, unfinished=0)
        return others.exclude(pk=first.pk).filter(~models.Exists(in_the_way)).order_by("pk")


def _earlier_of_thread() -> MailQuerySet:
    return Mail.objects.waiting().filter(
        user=models.OuterRef("user"), ticket=models.OuterRef("ticket"), pk__lt=models.OuterRef("pk")
    )


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
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="mails")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Attempts in a row whose end nobody saw, because the process died: a mail that kills is set aside.
    unfinished = models.PositiveSmallIntegerField(default=0)
    # Alerts of one person travel together where there are many (notifications.alerts). A digest is named by
    # its first mail and keeps its parts, so that it is the same one when it is sent again after a crash.
    is_alert = models.BooleanField(default=False)
    digest = models.ForeignKey("self", models.SET_NULL, null=True, related_name="parts")
    message_id = models.CharField(max_length=200, unique=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="mail_once")]
        indexes = [
            models.Index(fields=["due_at"], name="mail_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["user", "ticket", "id"], name="mail_waiting", condition=models.Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.event} ({self.state})"
