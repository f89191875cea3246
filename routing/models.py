"""What is known of people for routing, the rules in their versions, and what was decided."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from events.append_only import append_only
from routing.rules import RuleSet
from sla.models import Calendar
from tickets.models import Ticket


class Profile(models.Model):
    """What routing knows of somebody. Without one: the language of their account, no limit, any hour."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="routing_profile"
    )
    languages = ArrayField(
        models.CharField(max_length=10, choices=settings.LANGUAGES), default=list, verbose_name=_("languages")
    )
    capacity = models.PositiveSmallIntegerField(_("capacity"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("working hours")
    )
    hours = models.JSONField(
        default=dict, blank=True, help_text="Own week, as calendars write it; in the person's zone."
    )
    takes_turns = models.BooleanField(_("gets tickets by the rules of a tier"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(calendar=None) | models.Q(hours={}), name="profile_hours_from_one_place"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def kept(self) -> AbsenceQuerySet:
        """Not taken back."""
        return self.filter(withdrawn_at=None)

    def not_over(self, now: datetime) -> AbsenceQuerySet:
        return self.kept().filter(models.Q(ends_at=None) | models.Q(ends_at__gt=now))

    def current(self, now: datetime) -> AbsenceQuerySet:
        return self.not_over(now).filter(starts_at__lte=now)


class Absence(models.Model):
    """Somebody is out of the office, and who stands in. `ends_at` empty: until they are back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("substitute"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True, help_text="When the tickets they hold were offered to others.")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="absence_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~models.Q(substitute=models.F("user")), name="absence_substitute_is_another"
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                name="absence_to_begin",
                condition=models.Q(begun_at=None, withdrawn_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%F}"


class RulesVersion(models.Model):
    """The rules as they stood for a while; the newest is in force. Switching on or off makes one too."""

    number = models.PositiveIntegerField(unique=True)
    rules = models.JSONField(help_text="As routing.rules.RuleSet writes them.")
    is_on = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def read(self) -> RuleSet:
        return RuleSet.read(self.rules)

    @classmethod
    def in_force(cls) -> RulesVersion | None:
        return cls.objects.order_by("-number").first()


class RulesDraft(models.Model):
    """Rules that their author has not put in force yet. No ticket knows of them."""

    author = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rules_draft")
    based_on = models.PositiveIntegerField(default=0, help_text="Number of the version; 0: there was none.")
    rules = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.author_id} from v{self.based_on}"

    @property
    def read(self) -> RuleSet:
        return RuleSet.read(self.rules)


class Change(models.Model):
    """Who changed what of people's facts and absences. Rules have their versions."""

    class Kind(models.TextChoices):
        PROFILE = "profile", _("facts changed")
        ABSENCE_SET = "absence_set", _("absence entered")
        ABSENCE_ENDED = "absence_ended", _("absence ended")
        ABSENCE_WITHDRAWN = "absence_withdrawn", _("absence taken back")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="routing_changes")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changes = models.JSONField(default=dict, help_text="{field: [old, new]}")

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%F %T}"


class Decision(models.Model):
    """What the rules decided about a ticket, and everybody who was asked: the answer to "why?".

    One for each event that asked for it, however often that is announced.
    """

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="routing_decisions", db_index=False)
    sequence = models.PositiveIntegerField(help_text="Of the event that asked for it.")
    trigger = models.CharField(max_length=20)
    version = models.ForeignKey(RulesVersion, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    tried = models.JSONField(help_text="As routing.telling writes it: each rule, and each person it asked.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "sequence", "trigger"], name="routing_decision_once")
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.outcome}"


class Waiting(models.Model):
    """A ticket for which nobody could be found. The sweep tries again until somebody has it."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class TurnTaken(models.Model):
    """When it was last somebody's turn under a rule: the higher the number, the later."""

    rule = models.CharField(max_length=16)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    number = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="turn_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.user_id} {self.number}"
