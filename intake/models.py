"""Request types with their versions, and the table that turns impact into priority."""

from __future__ import annotations

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.append_only import append_only
from intake.definition import Definition
from intake.impact import STANDARD, Rules


class Version(models.Model):
    """Settings as they stood for a while. Rows are added, never changed: together they are the history."""

    number = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["-number"]


class RequestType(models.Model):
    """What a ticket can be about. What it asks stands in its versions; a ticket keeps its own."""

    code = models.SlugField(_("code"), unique=True, max_length=40)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("request type")
        verbose_name_plural = _("request types")

    def __str__(self) -> str:
        return self.code

    @property
    def current(self) -> RequestTypeVersion:
        return self.versions.latest("number")


class RequestTypeVersionQuerySet(models.QuerySet["RequestTypeVersion"]):
    def current(self) -> RequestTypeVersionQuerySet:
        """The newest version of each type, in the order of the types."""
        newest = RequestTypeVersion.objects.filter(request_type=OuterRef("request_type")).order_by("-number")
        return (
            self.filter(pk=Subquery(newest.values("pk")[:1]))
            .select_related("request_type")
            .order_by("request_type__position", "request_type")
        )

    def offered(self) -> RequestTypeVersionQuerySet:
        """What the form offers now."""
        return self.current().filter(is_offered=True)


class RequestTypeVersion(Version):
    """`definition` is the form that `intake.definition.Definition.read` reads."""

    request_type = models.ForeignKey(RequestType, models.PROTECT, related_name="versions")
    definition = models.JSONField()
    is_offered = models.BooleanField(_("offered on the form"), default=True)

    objects = RequestTypeVersionQuerySet.as_manager()

    class Meta(Version.Meta):
        constraints = [
            models.UniqueConstraint(fields=["request_type", "number"], name="request_type_version_once")
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return str(self.read.name)

    @cached_property
    def read(self) -> Definition:
        return Definition.read(self.definition)


class ImpactRules(Version):
    """`table` is the form that `intake.impact.Rules.read` reads."""

    table = models.JSONField()

    class Meta(Version.Meta):
        constraints = [models.UniqueConstraint(fields=["number"], name="impact_rules_version_once")]
        triggers = append_only()

    def __str__(self) -> str:
        return f"v{self.number}"

    @classmethod
    def in_force(cls) -> Rules:
        row = cls.objects.order_by("-number").first()
        return Rules.read(row.table if row else STANDARD)
