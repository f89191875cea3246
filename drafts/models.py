"""What people have typed and not sent yet."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from accounts.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User | AnonymousUser) -> DraftQuerySet:
        """Only who wrote it may change it. What the desk writes to a ticket, the desk may read: `of_desk`."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(owner=user)

    def of_desk(self, ticket_number: int, viewer: User | AnonymousUser) -> DraftQuerySet:
        """Unsent replies and notes of this person's colleagues on a ticket.

        Nothing for a customer, and nothing of one: what a requester has not sent is nobody else's affair.
        """
        if not isinstance(viewer, User) or not viewer.is_staff_member:
            return self.none()
        places = [f"reply-{ticket_number}", f"note-{ticket_number}"]
        of_staff = self.filter(place__in=places, owner__role__in=User.STAFF_ROLES)
        return of_staff.exclude(owner=viewer)


class Draft(models.Model):
    """The answers of one form as they stand. `place` names the form: ticket, reply-10001, note-10001.

    `content` maps the names of fields to lists of texts, as a form sends them, so any form fits in.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    place = models.CharField(max_length=60)
    key = models.CharField(
        max_length=36, blank=True, help_text="Of the form: sent twice, it files one ticket."
    )
    content = models.JSONField(default=dict)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "place"], name="draft_once_of_a_form")]
        indexes = [
            models.Index(fields=["updated_at"], name="draft_by_change"),
            models.Index(fields=["place"], name="draft_of_place"),
        ]

    def __str__(self) -> str:
        return f"draft of {self.place}"

    @property
    def text(self) -> str:
        """What stands in the composer, without what surrounds it."""
        return "".join(self.content.get("body", [])).strip()

    @property
    def is_note(self) -> bool:
        return self.place.startswith("note-")
