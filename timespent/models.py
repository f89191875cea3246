"""Time that the desk spent on tickets. Customers never see any of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models import Ticket


class TimeEntryQuerySet(models.QuerySet["TimeEntry"]):
    def visible_to(self, user: User | AnonymousUser) -> TimeEntryQuerySet:
        if isinstance(user, User) and user.is_staff_member:
            return self
        return self.none()

    def counted(self) -> TimeEntryQuerySet:
        return self.filter(voided_at=None)

    def on(self, ticket: Ticket) -> TimeEntryQuerySet:
        """Those of a ticket and of what was merged into it."""
        return self.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))


class TimeEntry(models.Model):
    """Minutes of one person on one ticket. A mistake is voided with a reason, never removed."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="time_entries")
    person = models.ForeignKey(User, models.PROTECT, related_name="time_entries")
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    worked_on = models.DateField(help_text="The day of the person's own zone.")
    created_at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=1440), name="time_entry_up_to_a_day"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="time_entry_void_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["worked_on"], name="time_entry_by_day", condition=Q(voided_at=None)),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.person}: {self.minutes} min"

    @property
    def spent(self) -> timedelta:
        return timedelta(minutes=self.minutes)


class Timer(models.Model):
    """A running stopwatch, one for a person. It stands on the server: no reload loses it."""

    person = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="timer")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.person} #{self.ticket_id}"

    def minutes(self, now: datetime) -> int:
        """Begun minutes, at least one and at most a day: a timer that was forgotten does not bill a week."""
        whole = -(-(now - self.started_at) // timedelta(minutes=1))
        return min(max(whole, 1), 1440)
