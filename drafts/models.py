"""What people have typed and not sent yet."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from accounts.models import User


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User | AnonymousUser) -> DraftQuerySet:
        """Only who wrote it: a draft is nobody else's affair, not even the desk's."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(owner=user)


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
        indexes = [models.Index(fields=["updated_at"], name="draft_by_change")]

    def __str__(self) -> str:
        return f"draft of {self.place}"
