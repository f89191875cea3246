"""Saved views: lists of tickets under a name. What a query means is tickets.query's; here it is a text."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.sharing import Shared, tier_where_shared_with_one, usable_by

MAX_QUERY = 1000


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User | AnonymousUser) -> SavedViewQuerySet:
        return self.filter(usable_by(user))

    def pinned_by(self, user: User) -> list[SavedView]:
        """What stands in this person's rail, in their order; as the desk offers it for who never changed it.

        One query.
        """
        rows = list(self.visible_to(user).with_pins_of(user).order_by("position", "pk"))
        return arranged(rows)

    def with_pins_of(self, user: User) -> SavedViewQuerySet:
        """Each with `own_pins`, the same for all: what this person chose for the rail, None if nothing."""
        own = Pins.objects.filter(user=user).values("views")[:1]
        return self.annotate(own_pins=models.Subquery(own))


def arranged(rows: Sequence[SavedView]) -> list[SavedView]:
    """Those of `rows` that are pinned, in the person's order. `rows` are `with_pins_of` that person."""
    pins: Sequence[int] | None = getattr(rows[0], "own_pins", None) if rows else None
    if pins is None:
        return [row for row in rows if row.is_pinned]
    by_pk = {row.pk: row for row in rows}
    return [by_pk[pk] for pk in pins if pk in by_pk]


class SavedView(Shared):
    """A query, an order, a grouping and columns under a name. Personal, or shared with a tier or the desk."""

    # A view that came with the product has a code: its name in the reader's language until it is renamed.
    code = models.CharField(max_length=20, blank=True, editable=False)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=60, blank=True)
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="saved_views")
    query = models.CharField(_("query"), max_length=MAX_QUERY, blank=True)
    sort = models.CharField(_("sorted by"), max_length=10, blank=True)
    group = models.CharField(_("grouped by"), max_length=12, blank=True)
    columns = ArrayField(models.CharField(max_length=12), verbose_name=_("columns"), default=list, blank=True)
    # Whether it stands in the rail of those who may use it and have not arranged their own.
    is_pinned = models.BooleanField(_("offered in the menu of everybody who may use it"), default=False)
    position = models.PositiveIntegerField(default=1000)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [
            tier_where_shared_with_one("saved_view_tier_where_shared_with_one"),
            models.CheckConstraint(
                condition=~models.Q(name="") | ~models.Q(code=""), name="saved_view_has_a_name"
            ),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False) | ~models.Q(share="mine"),
                name="saved_view_personal_is_somebodys",
            ),
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="saved_view_shipped_once"
            ),
            models.UniqueConstraint(
                Lower("name"),
                "owner",
                condition=models.Q(share="mine") & ~models.Q(name=""),
                name="saved_view_own_name_once",
            ),
            models.UniqueConstraint(
                Lower("name"),
                "share",
                "tier",
                condition=~models.Q(share="mine") & ~models.Q(name=""),
                name="saved_view_shared_name_once",
            ),
        ]

    def __str__(self) -> str:
        from saved_views.shipped import named

        return named(self.code, self.name)


class Pins(models.Model):
    """The views in a person's rail, in their order; no row for who keeps to what the desk offers."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    views = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        verbose_name = _("pinned views")
        verbose_name_plural = _("pinned views")

    def __str__(self) -> str:
        return f"{self.user}: {self.views}"
