"""Calendars, policies and plans with their versions; the clocks of tickets; what the scan found.

Rule numbers (A1 ... E3) refer to docs/sla_rules.md.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Tier
from tickets.models import Priority, Ticket


class Named(models.Model):
    """Something an admin names, in English and Chinese."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        chinese = (get_language() or "").startswith("zh")
        return self.name_zh if chinese and self.name_zh else self.name


class Calendar(Named):
    """When work is done: a zone, weekly hours, holidays, date overrides. Edits make versions (rule C2)."""

    class Meta(Named.Meta):
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")

    @property
    def current(self) -> CalendarVersion:
        return self.versions.latest("number")


class CalendarVersion(models.Model):
    """A calendar as it stood for a while. Never changed once written.

    `definition` is the form that `sla.worktime.Calendar.from_definition` reads:
    `{"tz", "hours": {"mon": [["09:00", "17:30"]], ...}, "holidays": [...], "shifts": {...}}`.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"


class Policy(Named):
    """What is promised, priority by priority. Edits make versions (rule C1)."""

    class Meta(Named.Meta):
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")


class PolicyVersion(models.Model):
    """A policy as it stood for a while. Never changed once a ticket uses it."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    valid_from = models.DateTimeField(_("in force from"), default=timezone.now)
    levels = ArrayField(
        models.PositiveSmallIntegerField(), default=list, verbose_name=_("warning levels in percent")
    )
    options = models.JSONField(
        default=dict, help_text="next_response, bot_meets_response, reopen_floor_minutes, renotice_hours"
    )
    ladder = models.JSONField(default=list, help_text="What each level does and whom it tells (rule D9).")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.policy} v{self.number}"

    @property
    def is_first(self) -> bool:
        """The first version also holds for everything before it, so imported history has a promise too."""
        return self.number == 1


class PolicyRow(models.Model):
    """The promise of one priority."""

    version = models.ForeignKey(PolicyVersion, models.CASCADE, related_name="rows")
    priority = models.CharField(max_length=2, choices=Priority.choices)
    response = models.DurationField(_("response within"))
    resolution = models.DurationField(_("resolution within"), null=True, help_text="Empty: negotiated.")
    calendar = models.ForeignKey(Calendar, models.PROTECT, verbose_name=_("counted on"))
    pause_statuses = ArrayField(
        models.CharField(max_length=8, choices=Ticket.Status.choices),
        verbose_name=_("resolution pauses while"),
    )

    class Meta:
        ordering = ["priority"]
        constraints = [models.UniqueConstraint(fields=["version", "priority"], name="policy_row_once")]

    def __str__(self) -> str:
        return f"{self.version} {self.priority}"


class Plan(Named):
    """What a customer bought."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="plans")
    description = models.TextField(_("description"), blank=True)
    is_default = models.BooleanField(_("for customers without a contract"), default=False)

    class Meta(Named.Meta):
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="plan_one_default"
            )
        ]


class Contract(models.Model):
    """Which plan an organisation has from when on. A change touches later tickets only (rule C3)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="contracts")
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="contracts")
    starts_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["organization", "-starts_at"], name="contract_in_force")]

    def __str__(self) -> str:
        return f"{self.organization}: {self.plan}"


class Terms(models.Model):
    """A policy version together with the version of each of its calendars: all that a clock is judged by.

    Clocks point here. A finished clock keeps its terms whatever an admin edits later (rules C1, C2).
    """

    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="terms")
    calendars = models.ManyToManyField(CalendarVersion, related_name="terms")
    key = models.CharField(
        max_length=200, unique=True, help_text="Policy version and calendar versions, to find equal terms."
    )

    def __str__(self) -> str:
        return self.key


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> ClockQuerySet:
        return self.filter(state=Clock.State.RUNNING)

    def overdue(self, now: datetime) -> ClockQuerySet:
        """Running past the deadline. Computed from the deadline, so a dead scanner shows (D7)."""
        return self.running().filter(due_at__lt=now)

    def due_for_scan(self, now: datetime) -> ClockQuerySet:
        return self.filter(next_threshold_at__lte=now)


class Clock(models.Model):
    """One promise on one ticket: a cache of what `sla.engine` makes of the ticket's events (rule C4)."""

    class Target(models.TextChoices):
        RESPONSE = "response", pgettext_lazy("clock", "response")
        RESOLUTION = "resolution", pgettext_lazy("clock", "resolution")
        NEXT_RESPONSE = "next_response", pgettext_lazy("clock", "next response")

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("clock", "running")
        PAUSED = "paused", pgettext_lazy("clock", "paused")
        NEGOTIATING = "negotiating", pgettext_lazy("clock", "to be agreed")
        MET = "met", pgettext_lazy("clock", "met")
        MISSED = "missed", pgettext_lazy("clock", "missed")
        CANCELLED = "cancelled", pgettext_lazy("clock", "cancelled")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("clock", "not applicable")
        VOID = "void", pgettext_lazy("clock", "void")

    class Stage(models.TextChoices):
        """How far it has come with a clock, and up to where somebody has said that they have it."""

        WARNING = "warning", pgettext_lazy("clock", "at risk")
        BREACH = "breach", pgettext_lazy("clock", "missed")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="clocks")
    target = models.CharField(max_length=13, choices=Target.choices)
    cycle = models.PositiveIntegerField(
        default=1, help_text="Which next response, from 1; always 1 for the two others."
    )
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="clocks")
    state = models.CharField(max_length=14, choices=State.choices)
    is_provisional = models.BooleanField(
        default=False, help_text="Met or missed while resolved, not closed (B7)."
    )
    priority = models.CharField(max_length=2, choices=Priority.choices)
    governing_row = models.CharField(max_length=2, choices=Priority.choices, blank=True)
    allowed = models.DurationField(null=True, help_text="The governing row's target.")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, help_text="Empty unless running.")
    promised_at = models.DateTimeField(
        null=True, help_text="The deadline last in force; kept when paused, met or missed."
    )
    stopped_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(
        null=True, help_text="The deadline that passed, whenever it was noticed."
    )
    elapsed = models.DurationField(null=True, help_text="Counted time up to the last change or the stop.")
    paused = models.DurationField(
        null=True, help_text="Time not counted because of pauses, on the wall clock."
    )
    read_at = models.DateTimeField(help_text="The instant at which the events were read to give this row.")
    next_threshold_at = models.DateTimeField(null=True)
    breach_terms = models.ForeignKey(
        Terms, models.PROTECT, null=True, related_name="+", help_text="The terms that were broken."
    )
    tier_at_breach = models.CharField(max_length=3, choices=Tier.choices, blank=True)
    holder_at_breach = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, help_text="Negotiated date now in force (B13).")
    first_agreed_at = models.DateTimeField(null=True)
    agreed_changes = models.PositiveSmallIntegerField(default=0)
    # An empty default in the database, too: what fills the table by SQL need not know of these.
    reached = models.CharField(max_length=7, choices=Stage.choices, blank=True, default="", db_default="")
    acknowledged = models.CharField(
        max_length=7, choices=Stage.choices, blank=True, default="", db_default=""
    )
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "target", "cycle"], name="clock_once")]
        indexes = [
            # The scan's one query.
            models.Index(
                fields=["next_threshold_at"],
                name="clock_next_threshold",
                condition=models.Q(next_threshold_at__isnull=False),
            ),
            # The report: promises that fell due in a period.
            models.Index(fields=["promised_at", "id"], name="clock_promised"),
        ]

    def __str__(self) -> str:
        return f"{self.target} of #{self.ticket_id}"

    @property
    def is_late(self) -> bool:
        """Running past its deadline, or stopped after one."""
        return self.breached_at is not None or (self.due_at is not None and self.due_at < timezone.now())

    @property
    def is_live(self) -> bool:
        return self.state in (self.State.RUNNING, self.State.PAUSED, self.State.NEGOTIATING)

    @property
    def awaits_acknowledgement(self) -> bool:
        """Somebody was told that it is at risk or missed, and nobody has said yet that they have it."""
        order = self.Stage.values
        if not self.is_live or not self.reached:
            return False
        return not self.acknowledged or order.index(self.acknowledged) < order.index(self.reached)


class ClockRecord(models.Model):
    """What a scan found, once and for all: a warning level reached or a promise broken (rules D2, D3)."""

    class Notify(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no, a higher level speaks for it")
        DIGEST = "digest", _("no, it was over before it was noticed")
        TAKEN = "taken", _("no, somebody had acknowledged it")

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="records")
    level = models.CharField(max_length=20, help_text="warn75, warn90, breach, over150, overdue1, nudge …")
    row = models.CharField(max_length=20, help_text="Governing row of a warning; * for a breach.")
    occurred_at = models.DateTimeField()
    detected_at = models.DateTimeField()
    notify = models.CharField(max_length=6, choices=Notify.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "level", "row"], name="clock_record_once")]

    def __str__(self) -> str:
        return f"{self.clock} {self.level}"


class Heartbeat(models.Model):
    """When a background job last did its work; pages and the health address show it when it is stale (D7)."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%F %T}"
