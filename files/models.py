"""Files as they are stored, and uploads: files that wait for the message they will go with."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from files import kinds
from files.masking import Masked
from files.names import stored_name
from products.models import Product


class StoredFile(models.Model):
    """A file: its name and size are facts of the row, its place on the disk is random."""

    # Its addresses have this name, and with _small and _look behind it (files.views.doors).
    url_name: ClassVar[str]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file = models.FileField(upload_to=stored_name)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    content_type = models.CharField(
        max_length=100, help_text="As the content says, not as the sender or the name says."
    )
    created_at = models.DateTimeField(default=timezone.now)
    # Written by files.storing and by nobody else.
    is_original = models.BooleanField(
        default=False,
        help_text="Kept as it was sent, at the sender's wish: nothing masked, nothing stripped.",
    )
    is_reencoded = models.BooleanField(
        default=False, help_text="A picture as our own encoder wrote it: may be shown in place."
    )
    thumbnail = models.FileField(upload_to=stored_name, blank=True)
    masked = models.JSONField(default=dict, blank=True, help_text="What was masked (files.masking.Masked).")
    findings = models.JSONField(default=dict, blank=True, help_text="What the log tells (files.reading).")
    lines = models.JSONField(
        default=dict, blank=True, help_text="How many lines, and where every so many begin."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def content_url(self) -> str:
        """Where its bytes are."""
        return reverse(self.url_name, args=[self.pk])

    @property
    def small_url(self) -> str:
        return reverse(f"{self.url_name}_small", args=[self.pk])

    @property
    def look_url(self) -> str:
        return reverse(f"{self.url_name}_look", args=[self.pk])

    @property
    def is_picture(self) -> bool:
        """Has something that may be shown in place."""
        return bool(self.thumbnail)

    @property
    def is_text(self) -> bool:
        return self.content_type == kinds.TEXT

    @property
    def is_archive(self) -> bool:
        return self.content_type in kinds.ARCHIVES or self.content_type == "application/x-tar"

    @property
    def what_was_masked(self) -> Masked:
        return Masked.from_json(self.masked)


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: User | AnonymousUser) -> UploadQuerySet:
        """A file belongs to who sent it until it goes with a message: nobody else sees it, not even the
        desk."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(owner=user)

    def at(self, place: str) -> UploadQuerySet:
        """Those of one form."""
        return self.filter(place=place)

    def ready(self) -> UploadQuerySet:
        return self.filter(state=Upload.State.READY)

    def outdated(self, now: Any) -> UploadQuerySet:
        """Forgotten ones. What goes with a held reply waits as long as the reply does."""
        forgotten = self.filter(updated_at__lt=now - timedelta(hours=settings.UPLOAD_KEPT_HOURS))
        return forgotten.exclude(place__startswith=Upload.HELD)


class Upload(StoredFile):
    """A file on its way: it arrives in parts, then waits for its message. Forgotten ones are swept away."""

    url_name = "upload_file"

    # How the places of replies begin that wait to be sent (composing). Nobody uploads to them.
    HELD = "held-"

    class State(models.TextChoices):
        ARRIVING = "arriving", _("arriving")
        READY = "ready", _("ready")

    owner = models.ForeignKey(User, models.CASCADE, related_name="uploads")
    place = models.CharField(
        max_length=60, help_text="The form it was chosen in: ticket, reply-10001, note-10001."
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ARRIVING)
    declared = models.PositiveBigIntegerField(help_text="Bytes it had with its sender.")
    received = models.PositiveBigIntegerField(default=0, help_text="Bytes that have arrived.")
    progress = models.JSONField(
        default=dict, blank=True, help_text="What the next part needs (files.intake)."
    )
    updated_at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["owner", "place"], name="upload_of_owner"),
            models.Index(fields=["updated_at"], name="upload_by_change"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received__lte=models.F("declared")),
                name="upload_receives_what_was_declared",
            )
        ]

    def get_absolute_url(self) -> str:
        return reverse("upload", args=[self.pk])

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def percent(self) -> int:
        return self.received * 100 // self.declared if self.declared else 100


class LogPatternQuerySet(models.QuerySet["LogPattern"]):
    def active(self) -> LogPatternQuerySet:
        return self.filter(is_active=True)


class LogPattern(models.Model):
    """How a log says something. The first pattern that finds a fact is believed, the others are
    alternatives."""

    class Fact(models.TextChoices):
        SDK_VERSION = "sdk_version", _("SDK version")
        PLATFORM = "platform", _("platform")
        DEVICE = "device_model", _("device")
        OS_VERSION = "os_version", _("operating system")
        BROWSER = "browser", _("browser")
        ERROR_CODE = "error_code", _("error code")

    key = models.SlugField(unique=True, null=True, editable=False, help_text="Of a pattern that was shipped.")
    name = models.CharField(pgettext_lazy("pattern", "name"), max_length=80)
    fact = models.CharField(_("finds"), max_length=12, choices=Fact.choices)
    product = models.ForeignKey(
        Product,
        models.CASCADE,
        null=True,
        blank=True,
        verbose_name=_("product"),
        help_text=_("A log in which this is found is one of this product. Empty: of any."),
    )
    pattern = models.CharField(
        _("pattern"),
        max_length=500,
        help_text=_("A regular expression of RE2. The first group is the value: version: (\\d+\\.\\d+)"),
    )
    value = models.CharField(
        _("value"),
        max_length=80,
        blank=True,
        help_text=_("What it means where the group alone does not say it: android, or iOS \\1."),
    )
    example = models.CharField(
        _("example"), max_length=300, blank=True, help_text=_("A line in which it must be found.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=1000)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = LogPatternQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("log pattern")
        verbose_name_plural = _("log patterns")

    def __str__(self) -> str:
        """Its name; one that was shipped, and not named anew, in the reader's language."""
        return gettext(self.name) if self.key else self.name
