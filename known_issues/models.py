"""What is known to be broken: where, since when, what helps until it is fixed, and who waits for that."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from events.append_only import append_only
from helpdesk.text import segmented
from products import versions
from products.models import Platform, Product
from tickets.models import Ticket


class KnownIssueQuerySet(models.QuerySet["KnownIssue"]):
    def visible_to(self, user: User | AnonymousUser) -> KnownIssueQuerySet:
        """Staff: all. Signed-in customers: what is for customers or public. Anybody: what is public."""
        if isinstance(user, User) and user.is_staff_member:
            return self
        if isinstance(user, User) and user.is_active:
            return self.exclude(audience=KnownIssue.Audience.INTERNAL)
        return self.filter(audience=KnownIssue.Audience.PUBLIC)

    def open(self) -> KnownIssueQuerySet:
        """Neither fixed nor given up."""
        return self.exclude(state__in=[KnownIssue.State.FIXED, KnownIssue.State.WONT_FIX])

    def of(self, *, product: str = "", platform: str = "") -> KnownIssueQuerySet:
        """Of a product (its code) and a platform; one that names none is of all of them."""
        issues = self
        if product:
            issues = issues.filter(Q(product__code=product) | Q(product=None))
        if platform:
            issues = issues.filter(Q(platforms__contains=[platform]) | Q(platforms=[]))
        return issues

    def about(self, typed: str) -> KnownIssueQuerySet:
        """What somebody looks for by words, by an error code with its sign or without, or by its number.

        Those that name the code come first, then what changed last.
        """
        words = typed.strip()
        codes = [words, words.lstrip("-"), f"-{words.lstrip('-')}"]
        found = Q(search=SearchQuery(segmented(words), search_type="websearch", config="english"))
        found |= Q(error_codes__overlap=codes)
        number = words.upper().removeprefix("KI-")
        if number.isascii() and number.isdecimal() and len(number) < 10:
            found |= Q(pk=int(number))
        by_code = models.Case(models.When(error_codes__overlap=codes, then=0), default=1)
        return self.filter(found).order_by(by_code, "-updated_at", "-pk")

    def light(self) -> KnownIssueQuerySet:
        """With all that a row of a list shows."""
        return self.defer("search").select_related("product").prefetch_related("wordings")


class KnownIssue(models.Model):
    """The facts, in no language. The words are its wordings."""

    class State(models.TextChoices):
        INVESTIGATING = "investigating", pgettext_lazy("known issue", "investigating")
        CONFIRMED = "confirmed", pgettext_lazy("known issue", "confirmed")
        IN_PROGRESS = "in_progress", pgettext_lazy("known issue", "fix in progress")
        FIXED = "fixed", pgettext_lazy("known issue", "fixed")
        WONT_FIX = "wont_fix", pgettext_lazy("known issue", "will not be fixed")

    class Audience(models.TextChoices):
        INTERNAL = "internal", pgettext_lazy("audience of a known issue", "staff only")
        CUSTOMERS = "customers", pgettext_lazy("audience of a known issue", "customers who are signed in")
        PUBLIC = "public", pgettext_lazy("audience of a known issue", "everybody")

    state = models.CharField(_("state"), max_length=13, choices=State.choices, default=State.INVESTIGATING)
    audience = models.CharField(
        _("who may read it"), max_length=9, choices=Audience.choices, default=Audience.INTERNAL
    )
    product = models.ForeignKey(
        Product,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="known_issues",
        verbose_name=_("product"),
    )
    platforms = ArrayField(
        models.CharField(max_length=20, choices=Platform.choices),
        verbose_name=_("platforms"),
        default=list,
        blank=True,
    )
    affected_from = models.CharField(_("affected from SDK version"), max_length=40, blank=True)
    affected_to = models.CharField(_("affected up to SDK version"), max_length=40, blank=True)
    fixed_in = models.CharField(_("fixed in SDK version"), max_length=40, blank=True)
    error_codes = ArrayField(
        models.CharField(max_length=60), verbose_name=_("error codes"), default=list, blank=True
    )
    # The fix that is out now. None before one is, and again where it turned out to be none.
    current_fix = models.ForeignKey("Fix", models.SET_NULL, null=True, editable=False, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    updated_at = models.DateTimeField(_("last change"), default=timezone.now)

    # The words of all wordings, written with them (known_issues.actions): who types Chinese finds what has
    # been written in English too.
    search = SearchVectorField(null=True, editable=False)

    objects = KnownIssueQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("known issue")
        verbose_name_plural = _("known issues")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="fixed") | ~models.Q(fixed_in=""),
                name="known_issue_fixed_somewhere",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="known_issue_search"),
            GinIndex(fields=["error_codes"], name="known_issue_error_codes"),
            models.Index(models.F("updated_at").desc(), models.F("id").desc(), name="known_issue_by_change"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("known_issue", args=[self.pk])

    @property
    def reference(self) -> str:
        """What people call it: KI-12."""
        return f"KI-{self.pk}"

    @property
    def wording(self) -> Wording:
        """The words in the reader's language, or in the one there is."""
        return self.wording_in(get_language() or settings.LANGUAGE_CODE)

    def wording_in(self, language: str) -> Wording:
        wordings = sorted(self.wordings.all(), key=lambda one: (one.language != language, one.language))
        return wordings[0] if wordings else Wording(known_issue=self, language=language)

    @property
    def title(self) -> str:
        return self.wording.title

    @property
    def platform_names(self) -> list[str]:
        return [str(Platform(platform).label) for platform in self.platforms]

    @property
    def is_for_customers(self) -> bool:
        return self.audience != self.Audience.INTERNAL

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.FIXED, self.State.WONT_FIX)

    def affects(self, sdk_version: str) -> bool | None:
        """Whether a version has it: in the affected range and before the fix. None for what is no version."""
        if self.fixed_in and versions.reaches(sdk_version, self.fixed_in):
            return False
        return versions.within(sdk_version, first=self.affected_from, last=self.affected_to)


class Wording(models.Model):
    """A known issue in one language."""

    known_issue = models.ForeignKey(KnownIssue, models.CASCADE, related_name="wordings")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what happens"), help_text=_("Markdown"))
    workaround = models.TextField(_("what helps meanwhile"), blank=True, help_text=_("Markdown"))
    fix = models.TextField(_("what to do once it is fixed"), blank=True, help_text=_("Markdown"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["known_issue", "language"], name="known_issue_once_in_a_language")
        ]

    def __str__(self) -> str:
        return self.title


class Change(models.Model):
    """Who changed what, when. Rows are added, never changed."""

    known_issue = models.ForeignKey(KnownIssue, models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    changed = models.JSONField(default=dict, help_text="By field: what it was, and what it is.")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["known_issue", "number"]
        constraints = [
            models.UniqueConstraint(fields=["known_issue", "number"], name="known_issue_change_numbered_once")
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.known_issue_id} · {self.number}"


class Fix(models.Model):
    """A fix that went out: the waiting are told of it, some at a time, until `done_at`.

    Where the issue comes back and is fixed again, that is another fix, and news again.
    """

    known_issue = models.ForeignKey(KnownIssue, models.PROTECT, related_name="fixes")
    version = models.CharField(max_length=40)
    resolves = models.BooleanField(help_text="Whether the linked active tickets are resolved with it.")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], name="fix_to_tell", condition=models.Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.known_issue_id}: {self.version}"


# The ticket on which the customers of a link are told: its own, or the survivor of a merge.
PLACE = Coalesce("ticket__merged_into", "ticket")


class LinkQuerySet(models.QuerySet["Link"]):
    def visible_to(self, user: User | AnonymousUser) -> LinkQuerySet:
        return self.filter(
            known_issue__in=KnownIssue.objects.visible_to(user), ticket__in=Ticket.objects.visible_to(user)
        )

    def of(self, ticket: Ticket | int) -> LinkQuerySet:
        """The links of a ticket, and of those that were merged into it: who waited there waits here."""
        return self.filter(Q(ticket=ticket) | Q(ticket__merged_into=ticket))

    def to_announce(self) -> LinkQuerySet:
        """The customer has not been told of it, and now may be."""
        return self.filter(announced_at=None).exclude(known_issue__audience=KnownIssue.Audience.INTERNAL)


class Link(models.Model):
    """A ticket that is about this issue, and so far waits for its end.

    A merge moves no link: it counts for the survivor while the ticket is merged (`of`), and for the ticket
    itself again where the merge is taken back.
    """

    known_issue = models.ForeignKey(KnownIssue, models.PROTECT, related_name="links")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="known_issue_links")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # When the customer was told that theirs is a known issue; None while it is for staff only.
    announced_at = models.DateTimeField(null=True)
    told_fix = models.ForeignKey(Fix, models.SET_NULL, null=True, related_name="+")

    objects = LinkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["known_issue", "ticket"], name="ticket_linked_once")]
        indexes = [
            models.Index(fields=["id"], name="link_to_announce", condition=models.Q(announced_at=None))
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} · {self.known_issue_id}"


class ToldOfFix(models.Model):
    """A person hears of a fix once, however many of their tickets wait for it."""

    fix = models.ForeignKey(Fix, models.PROTECT, related_name="told")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fix", "user"], name="told_of_fix_once")]

    def __str__(self) -> str:
        return f"{self.fix}: {self.user}"
