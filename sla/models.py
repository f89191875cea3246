"""Calendars, policies and plans with their versions; the clocks of tickets; what the scan found.

Rule numbers (A1 ... E3) refer to docs/sla_rules.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, Tier
from events.append_only import append_only
from sla import worktime
from sla.written_once import kept_once_used
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
    """A calendar as it stood for a while. Never changed once written; the database refuses it.

    `definition` is the form that `sla.worktime.Calendar.from_definition` reads:
    `{"tz", "hours": {"mon": [["09:00", "17:30"]], ...}, "holidays": [...], "shifts": {...}}`, and
    `"names": {"2026-10-01": {"en": ..., "zh": ...}}`. `zone_data` are the rules of its zone as they were
    then: a newer time zone database is an edit like any other and makes a new version.
    """

    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    zone_data = models.BinaryField(default=bytes, help_text="RFC 9636; empty: the rules of the machine.")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    applied_at = models.DateTimeField(
        null=True, help_text="When the clocks of open tickets had all gone over to this version (C2)."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_once")]
        indexes = [
            # What the sweep looks for, and nothing else.
            models.Index(
                fields=["id"], name="calendar_version_to_apply", condition=models.Q(applied_at=None)
            ),
        ]
        triggers = append_only(except_fields=["applied_at"])

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"

    def worktime(self) -> worktime.Calendar:
        return worktime.Calendar.from_definition(self.definition, bytes(self.zone_data))


class CalendarDraft(models.Model):
    """Changes of a calendar that its author has not put in force yet. No clock knows of it."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_drafts")
    calendar = models.ForeignKey(
        Calendar, models.CASCADE, null=True, related_name="drafts", help_text="Empty: a new one."
    )
    based_on = models.ForeignKey(CalendarVersion, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=80, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    definition = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["author", "calendar"], nulls_distinct=False, name="calendar_draft_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.calendar or self.name)


class ZoneDatabase(models.Model):
    """A release of the time zone database that this desk has counted by, and since when."""

    version = models.CharField(max_length=40, primary_key=True)
    first_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.version


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
        triggers = kept_once_used("old.id")

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
        triggers = kept_once_used("old.version_id")

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
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [models.Index(fields=["organization", "-starts_at"], name="contract_in_force")]

    def __str__(self) -> str:
        return f"{self.organization}: {self.plan}"


class PromiseChange(models.Model):
    """Who changed what we promise: a plan, a policy, a contract. Written once, like the events of tickets.

    `changes` is `{field: [old, new]}` in words that stay readable when what they name is renamed.
    """

    class Kind(models.TextChoices):
        PLAN_ADDED = "plan_added", _("plan added")
        PLAN_CHANGED = "plan_changed", _("plan changed")
        CONTRACT_SIGNED = "contract_signed", _("contract given")
        CONTRACT_WITHDRAWN = "contract_withdrawn", _("contract withdrawn")
        POLICY_ADDED = "policy_added", _("policy added")
        POLICY_RENAMED = "policy_renamed", _("policy renamed")
        VERSION_MADE = "version_made", _("version made")
        VERSION_WITHDRAWN = "version_withdrawn", _("version withdrawn")
        VERSION_APPLIED = "version_applied", _("version applied to open tickets")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    plan = models.ForeignKey(Plan, models.PROTECT, null=True, related_name="changes")
    policy = models.ForeignKey(Policy, models.PROTECT, null=True, related_name="changes")
    organization = models.ForeignKey(Organization, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    changes = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%F %T}"


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


class Job(models.Model):
    """Work on many tickets, done batch by batch, each in its transaction, so that it can stop anywhere and
    go on: `cursor` is the last ticket done. The page shows how far it is."""

    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    touched_at = models.DateTimeField(default=timezone.now, help_text="When the last batch was done.")
    finished_at = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)

    class Meta:
        abstract = True


class Reapplication(Job):
    """The wish to move open tickets to a policy version: first a look, then, confirmed, the move (C1)."""

    class Phase(models.TextChoices):
        LOOKING = "looking", _("looking")
        READY = "ready", _("to be confirmed")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        DROPPED = "dropped", _("dropped")

    version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="reapplications")
    phase = models.CharField(max_length=8, choices=Phase.choices, default=Phase.LOOKING)
    exchange = models.JSONField(default=dict, help_text="Old terms to new terms, fixed when it is confirmed.")
    leave_late = models.BooleanField(default=True, help_text="Tickets that would be late at once stay.")
    looked_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            # One at a time for a policy version: two looks would be confirmed against each other.
            models.UniqueConstraint(
                fields=["version"],
                condition=models.Q(phase__in=["looking", "ready", "applying"]),
                name="reapplication_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} to open tickets"


class ReappliedClock(models.Model):
    """One clock of a reapplication: as it stood, as it would stand, and what came of it."""

    class Outcome(models.TextChoices):
        PLANNED = "planned", _("not yet")
        DONE = "done", _("as shown")
        OTHERWISE = "otherwise", _("moved, but not as shown: the ticket changed in between")
        LEFT = "left", _("left as it was: it would have been late at once")
        GONE = "gone", _("left as it was: over, or under other terms by now")

    class Direction(models.TextChoices):
        EARLIER = "earlier", _("earlier")
        LATER = "later", _("later")
        OTHER = "other", _("of another kind")
        SAME = "same", _("as before")

    reapplication = models.ForeignKey(Reapplication, models.CASCADE, related_name="clocks")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    target = models.CharField(max_length=13)
    cycle = models.PositiveIntegerField()
    direction = models.CharField(max_length=7, choices=Direction.choices)
    turns_late = models.BooleanField()
    ticket_turns_late = models.BooleanField(help_text="This clock or another one of the ticket.")
    before = models.JSONField(null=True)
    after = models.JSONField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.PLANNED)
    applied = models.JSONField(null=True, help_text="How it stands since, where that differs from `after`.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reapplication", "ticket", "target", "cycle"], name="reapplied_clock_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["reapplication", "ticket"],
                name="reapplied_clock_to_do",
                condition=models.Q(outcome="planned"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} of #{self.ticket_id}"


class Replay(Job):
    """What a period would have looked like under a draft of a policy. It only reads, and nothing reads it."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="replays")
    version = models.ForeignKey(PolicyVersion, models.CASCADE, null=True, related_name="replays")
    draft = models.JSONField(help_text="The version as sla.policies.drafts writes it, saved or not.")
    of_policy = models.ForeignKey(
        Policy, models.PROTECT, null=True, related_name="+", help_text="Whose tickets; empty: all."
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    counts = models.JSONField(default=dict, help_text="target/priority/result before/result after: clocks.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.policy}, {self.start:%F} to {self.end:%F}"

    @property
    def first_moment(self) -> datetime:
        """In the reader's zone, in which the days of the period were chosen."""
        return timezone.localtime(self.start)

    @property
    def last_moment(self) -> datetime:
        """Within the last day, for telling it; `end` is the first moment after it."""
        return timezone.localtime(self.end - timedelta(microseconds=1))


class ReplayedClock(models.Model):
    """A clock whose result would have been another one."""

    replay = models.ForeignKey(Replay, models.CASCADE, related_name="changed")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")
    target = models.CharField(max_length=13)
    cycle = models.PositiveIntegerField()
    priority = models.CharField(max_length=2)
    was = models.CharField(max_length=8)
    would_be = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["replay", "ticket", "target", "cycle"], name="replayed_clock_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.target} of #{self.ticket_id}: {self.was}, would be {self.would_be}"


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

    # Without an index of its own: `clock_once` begins with it. A clock is rewritten often, each index costs.
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="clocks", db_index=False)
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
        Terms,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The terms that were broken.",
    )
    tier_at_breach = models.CharField(max_length=3, choices=Tier.choices, blank=True)
    holder_at_breach = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
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

    # Without an index of its own: `clock_record_once` begins with it.
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="records", db_index=False)
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
