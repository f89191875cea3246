"""What somebody wants to come back to: bookmarks, reminders, and checklists on a ticket."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models import Ticket


class Bookmark(models.Model):
    """A star of one's own on a ticket. Nobody else sees it and nobody is told of anything: who wants to be
    told follows the ticket (tickets.Watcher)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="bookmarks")
    user = models.ForeignKey(User, models.CASCADE, related_name="bookmarks")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="bookmark_once")]

    def __str__(self) -> str:
        return f"{self.user} ☆ #{self.ticket_id}"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User | AnonymousUser) -> ReminderQuerySet:
        """One's own, and only while one works on the desk."""
        if not isinstance(user, User) or not user.is_staff_member:
            return self.none()
        return self.filter(user=user)

    def waiting(self) -> ReminderQuerySet:
        return self.filter(fired_at=None, cancelled_at=None)

    def due(self, now: datetime) -> ReminderQuerySet:
        return self.waiting().filter(due_at__lte=now)


_WAITING = Q(fired_at=None, cancelled_at=None)


class Reminder(models.Model):
    """Brings a ticket back to one person, once: at `due_at`, or when the customer answers (`on_answer`)."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="reminders")
    user = models.ForeignKey(User, models.CASCADE, related_name="reminders")
    note = models.CharField(_("note to yourself"), max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    on_answer = models.BooleanField(default=False)
    by_mail = models.BooleanField(_("by mail too"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    fired_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__isnull=False) | Q(on_answer=True), name="reminder_has_a_when"
            ),
            models.CheckConstraint(
                condition=Q(fired_at=None) | Q(cancelled_at=None), name="reminder_fired_or_cancelled"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="reminder_due", condition=_WAITING),
            models.Index(fields=["user", "due_at"], name="reminder_of_user", condition=_WAITING),
            models.Index(fields=["ticket"], name="reminder_of_ticket", condition=_WAITING),
        ]

    def __str__(self) -> str:
        return f"{self.user}: #{self.ticket_id} {self.due_at or 'on answer'}"


class ChecklistTemplate(models.Model):
    """Steps that a manager wrote down once, to be put on tickets."""

    name = models.CharField(_("name"), max_length=80)
    items = ArrayField(models.CharField(max_length=200), default=list)
    is_archived = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("checklist template")
        verbose_name_plural = _("checklist templates")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(is_archived=False), name="checklist_template_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    def visible_to(self, user: User | AnonymousUser) -> ChecklistQuerySet:
        """The desk's, and one's own. Customers see none."""
        if not isinstance(user, User) or not user.is_staff_member:
            return self.none()
        return self.filter(Q(owner=None) | Q(owner=user))


class Checklist(models.Model):
    """Steps on a ticket. With an owner it is that person's alone; else the whole desk works on it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="checklists")
    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    template = models.ForeignKey(ChecklistTemplate, models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.name}"


class ChecklistItem(models.Model):
    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="items")
    text = models.CharField(_("text"), max_length=200)
    position = models.PositiveSmallIntegerField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text
