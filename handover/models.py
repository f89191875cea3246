"""Checklists of the tiers with their versions, and every hand-over with what was asked and answered."""

from __future__ import annotations

from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Tier, User
from events.append_only import append_only
from handover.definition import Answered, Item
from intake.models import Version
from tickets.models import Ticket


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    def current(self, tier: str) -> Checklist | None:
        return self.filter(tier=tier).order_by("-number").first()


class Checklist(Version):
    """What a tier wants to know before it takes a ticket over. The newest version is the one asked."""

    tier = models.CharField(_("tier"), max_length=3, choices=Tier.choices)
    items = models.JSONField(default=list, help_text="As handover.definition.Item.read reads it.")

    objects = ChecklistQuerySet.as_manager()

    class Meta(Version.Meta):
        constraints = [models.UniqueConstraint(fields=["tier", "number"], name="handover_checklist_once")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.tier} v{self.number}"

    @cached_property
    def read(self) -> list[Item]:
        return [Item.read(stored) for stored in self.items]


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def visible_to(self, user: User | AnonymousUser) -> HandOverQuerySet:
        """The desk's own, whatever else a person may see."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        return self.none()

    def returned(self) -> HandOverQuerySet:
        return self.filter(returned_at__isnull=False)


class HandOver(models.Model):
    """One hand-over between tiers, as its events tell it; only `handover.projections` writes rows.

    `checklist` holds the items in the words in which they were asked, so that a later version of the
    checklist changes nothing here. Empty: nothing was asked (the API, the importer).
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="hand_overs")
    sequence = models.PositiveIntegerField(help_text="Of the event in the ticket's chain.")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    from_tier = models.CharField(max_length=3, choices=Tier.choices)
    to_tier = models.CharField(max_length=3, choices=Tier.choices)
    reason = models.TextField(blank=True)
    checklist = models.JSONField(default=list)
    is_owed = models.BooleanField(default=False, help_text="Handed over first; the checklist follows.")
    filled_at = models.DateTimeField(null=True)
    filled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    return_reason = models.TextField(blank=True)
    missing = models.JSONField(default=list, help_text="Keys of the items for which it was returned.")

    objects = HandOverQuerySet.as_manager()

    class Meta:
        ordering = ["ticket", "-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "sequence"], name="handover_once"),
            models.CheckConstraint(
                condition=models.Q(returned_at=None, returned_by=None) | models.Q(returned_at__isnull=False),
                name="handover_returned_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.from_tier} → {self.to_tier}"

    @cached_property
    def answers(self) -> list[Answered]:
        return [Answered.read(stored) for stored in self.checklist]

    @property
    def done(self) -> list[Answered]:
        return [one for one in self.answers if not one.is_open]

    @property
    def open(self) -> list[Answered]:
        return [one for one in self.answers if one.is_open]

    @property
    def found_missing(self) -> list[Answered]:
        """The items for which it was returned."""
        return [one for one in self.answers if one.item.key in self.missing]
