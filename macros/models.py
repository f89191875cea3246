"""Macros: what an engineer does again and again, kept under a name; and what each run of one did."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sharing import Shared, tier_where_shared_with_one, usable_by
from macros.steps import MESSAGES, PUBLIC, Do, Step


class MacroQuerySet(models.QuerySet["Macro"]):
    def visible_to(self, user: User | AnonymousUser) -> MacroQuerySet:
        return self.filter(usable_by(user))

    def in_use(self) -> MacroQuerySet:
        return self.filter(is_archived=False)


class Macro(Shared):
    """Steps under a name. Personal, or shared with a tier or the whole desk."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(User, models.PROTECT, related_name="macros")
    steps = models.JSONField(default=list)
    is_archived = models.BooleanField(default=False)
    uses = models.PositiveIntegerField(default=0, help_text="Tickets it was run on.")
    updated_at = models.DateTimeField(default=timezone.now)

    objects = MacroQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("macro")
        verbose_name_plural = _("macros")
        constraints = [
            tier_where_shared_with_one("macro_tier_where_shared_with_one"),
            models.UniqueConstraint(
                Lower("name"),
                "owner",
                condition=models.Q(share="mine", is_archived=False),
                name="macro_own_name_once",
            ),
            models.UniqueConstraint(
                Lower("name"),
                "share",
                "tier",
                condition=~models.Q(share="mine") & models.Q(is_archived=False),
                name="macro_shared_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("macro_edit", args=[self.pk])

    @cached_property
    def plan(self) -> list[Step]:
        return [Step.read(stored) for stored in self.steps]

    @property
    def summary(self) -> str:
        """Its steps in one line: "Send a reply → Resolve"."""
        return " → ".join(step.label for step in self.plan)

    @property
    def text(self) -> str:
        """The first message in it: what `::` puts into a reply."""
        return next((step.text for step in self.plan if step.do in MESSAGES - {Do.NOTE} and step.text), "")


class Run(models.Model):
    """Steps done on tickets in one go. The key comes with the form, so that nothing is sent twice."""

    key = models.UUIDField(primary_key=True)
    macro = models.ForeignKey(Macro, models.SET_NULL, null=True, related_name="runs")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    steps = models.JSONField()
    done = models.JSONField(default=list, help_text="Numbers of the tickets on which all steps were done.")
    refused = models.JSONField(default=dict, help_text="Why not, by ticket number.")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return str(self.macro) if self.macro else self.plan_in_words

    @property
    def plan_in_words(self) -> str:
        return " → ".join(step.label for step in self.plan)

    @cached_property
    def plan(self) -> list[Step]:
        return [Step.read(stored) for stored in self.steps]

    @property
    def is_public(self) -> bool:
        """Whether customers are told something by a step."""
        return any(step.do in PUBLIC for step in self.plan)
