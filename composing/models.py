"""Replies that are written and have not left yet, and how each person likes to send."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.models import Event
from files.models import Upload
from macros.models import Run
from macros.steps import Do
from tickets.models import Ticket


class Then(models.TextChoices):
    """What becomes of the ticket when the reply leaves."""

    REPLY = "", _("Send")
    WAIT = "wait", _("Send and wait")
    RESOLVE = "resolve", _("Send and resolve")
    AGREE = "agree", _("Agree a date")


# Those that the composer offers. A date has a form of its own.
WAYS = (Then.REPLY, Then.WAIT, Then.RESOLVE)


class OutgoingQuerySet(models.QuerySet["Outgoing"]):
    def visible_to(self, user: User | AnonymousUser) -> OutgoingQuerySet:
        """The desk only: to a customer nothing has been said yet."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        return self.none()

    def waiting(self) -> OutgoingQuerySet:
        return self.filter(state=Outgoing.State.WAITING)

    def withheld_from(self, author: User, since: datetime) -> OutgoingQuerySet:
        """This person's replies that were not sent: a page that showed them waiting takes them back."""
        return self.filter(author=author, state=Outgoing.State.WITHHELD, ended_at__gte=since)

    def due(self, now: datetime) -> OutgoingQuerySet:
        """Waiting, and their moment has come; in the order in which they leave."""
        return self.waiting().filter(release_at__lte=now).order_by("release_at", "pk")


class Outgoing(models.Model):
    """A public reply that leaves at `release_at`, and until then is nothing but this row.

    No message, no event, no mail and no change of the ticket exists before; they are made together, by the
    same action as any reply, in the transaction that moves the row to SENT (`composing.releasing`).
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        TAKEN_BACK = "taken_back"
        WITHHELD = "withheld"

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="outgoing")
    author = models.ForeignKey(User, models.PROTECT, related_name="outgoing")
    body = models.TextField(help_text="Markdown. Empty where a ticket is resolved without a word.")
    then = models.CharField(max_length=7, choices=Then.choices, blank=True)
    # What its action takes besides the words (composing.deeds): the facts asked for, the agreed date.
    details = models.JSONField(default=dict)
    # The steps of a macro on this ticket; `body` is then what the customer will read of them.
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="outgoing")
    release_at = models.DateTimeField()
    # Sent later on purpose; otherwise it only waits for a change of mind.
    is_scheduled = models.BooleanField(default=False)
    zone = models.CharField(max_length=64, blank=True, help_text="In which its moment was named.")
    seen = models.PositiveIntegerField(help_text="The last event of the ticket when it was written.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    # What it became. One event is never the sending of two.
    event = models.OneToOneField(Event, models.PROTECT, null=True, related_name="+")

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", event__isnull=False, ended_at__isnull=False)
                | models.Q(state="waiting", event=None, ended_at=None)
                | models.Q(state__in=["taken_back", "withheld"], event=None, ended_at__isnull=False),
                name="outgoing_is_sent_with_its_event",
            )
        ]
        indexes = [
            # What the sweep looks for, and what stands above a composer: few rows of all that was ever sent.
            models.Index(fields=["release_at"], name="outgoing_due", condition=models.Q(state="waiting")),
            models.Index(fields=["ticket"], name="outgoing_of_ticket", condition=models.Q(state="waiting")),
            models.Index(fields=["author"], name="outgoing_of_author", condition=models.Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"reply to #{self.ticket_id} ({self.state})"

    @property
    def what(self) -> str:
        """In a word for templates: a macro's steps, a resolution without words, or a reply."""
        if self.run_id:
            return "macro"
        return "resolution" if self.then == Then.RESOLVE and not self.body else "reply"

    @property
    def finishes(self) -> bool:
        """Whether the ticket is resolved with it."""
        if self.run is not None:
            return any(step.do == Do.RESOLVE for step in self.run.plan)
        return self.then == Then.RESOLVE

    @property
    def place(self) -> str:
        """Where its files wait."""
        return f"{Upload.HELD}{self.pk}"

    @property
    def files(self) -> list[Upload]:
        return list(Upload.objects.filter(owner=self.author_id).at(self.place))


class Habits(models.Model):
    """How a person sends: what they chose last is offered first the next time."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", primary_key=True)
    then = models.CharField(max_length=7, choices=Then.choices, blank=True)
    goes_on = models.BooleanField(default=False, help_text="Opens the next ticket after sending.")
    can_undo = models.BooleanField(default=True, help_text="Replies wait for UNDO_SEND_SECONDS.")

    def __str__(self) -> str:
        return f"how {self.user_id} sends"
