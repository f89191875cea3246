"""People and the organisations they belong to."""

from __future__ import annotations

import hashlib
import secrets
import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from products.models import Platform, Product


class Tier(models.TextChoices):
    """Who works on a ticket; a breach escalates one tier up."""

    L1 = "L1", "L1"
    L2 = "L2", "L2"
    TAM = "TAM", "TAM"

    @property
    def next_up(self) -> Tier | None:
        """L1 to L2, L2 to TAM; None at the top."""
        return {Tier.L1: Tier.L2, Tier.L2: Tier.TAM}.get(self)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Whole address in lower case: two people never differ by case alone."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def staff(self) -> UserQuerySet:
        """Everybody who works on the desk: agents, managers, admins."""
        return self.filter(role__in=User.STAFF_ROLES)

    def agents(self) -> UserQuerySet:
        return self.active().filter(role=User.Role.AGENT)


class User(AbstractBaseUser):
    """A person. Agents have a tier; requesters have memberships."""

    class Role(models.TextChoices):
        REQUESTER = "requester", _("requester")
        AGENT = "agent", _("agent")
        MANAGER = "manager", _("manager")
        ADMIN = "admin", _("admin")

    STAFF_ROLES = (Role.AGENT, Role.MANAGER, Role.ADMIN)

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.REQUESTER)
    tier = models.CharField(_("tier"), max_length=3, choices=Tier.choices, blank=True)
    is_lead = models.BooleanField(
        _("leads the tier"),
        default=False,
        help_text=_("Is told of breaches and third reopenings in the tier."),
    )
    products = models.ManyToManyField(Product, verbose_name=_("product skills"), blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_case"),
            models.CheckConstraint(
                condition=models.Q(role="agent", tier__in=Tier.values)
                | (~models.Q(role="agent") & models.Q(tier="")),
                name="user_agents_and_only_agents_have_a_tier",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff_member(self) -> bool:
        """Works on the desk: sees every ticket and internal notes."""
        return self.is_active and self.role in self.STAFF_ROLES

    @property
    def is_agent(self) -> bool:
        return self.is_active and self.role == self.Role.AGENT

    @property
    def is_manager(self) -> bool:
        """May see reports and settings: managers and admins."""
        return self.is_active and self.role in (self.Role.MANAGER, self.Role.ADMIN)

    @property
    def is_admin(self) -> bool:
        """May change who works here and what the forms ask."""
        return self.is_active and self.role == self.Role.ADMIN

    @property
    def initials(self) -> str:
        """At most two letters for a face: "Ana Nunes" is AN, "林岚" is 林岚."""
        parts = self.name.split()
        if len(parts) >= 2:
            return (parts[0][0] + parts[-1][0]).upper()
        return (self.name or self.email)[:2].upper()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The person's time zone; UTC where the stored name is not one."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return zoneinfo.ZoneInfo("UTC")


class Organization(models.Model):
    """A customer company."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    tam = models.ForeignKey(
        User,
        models.SET_NULL,
        verbose_name=_("TAM"),
        null=True,
        blank=True,
        related_name="accounts_managed",
        limit_choices_to={"tier": Tier.TAM},
    )
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="organizations"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation: a member sees own tickets, a lead all of the organisation's."""

    class Role(models.TextChoices):
        MEMBER = "member", _("member")
        LEAD = "lead", _("lead")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=6, choices=Role.choices, default=Role.MEMBER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization}"


class EmailDomain(models.Model):
    """Whoever proves an address at this domain becomes a member of the organisation."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="email_domains")
    domain = models.CharField(_("e-mail domain"), max_length=253, unique=True)

    def __str__(self) -> str:
        return self.domain


class Application(models.Model):
    """A customer's app that uses the SDK."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="applications")
    name = models.CharField(_("name"), max_length=120)
    app_id = models.CharField(_("app id"), max_length=64, unique=True)
    products = models.ManyToManyField(Product, blank=True)
    platforms = ArrayField(
        models.CharField(max_length=20, choices=Platform.choices), default=list, blank=True
    )
    sdk_versions = models.JSONField(
        _("SDK versions"), default=dict, blank=True, help_text=_("By platform, for example Android: 4.3.2.")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A program's key to the API: 256 random bits, stored as a SHA-256 digest, shown once."""

    PREFIX = "hd_"

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(
        max_length=12, editable=False, help_text=_("The first characters, to tell tokens apart.")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"{self.hint}… ({self.user})"

    @classmethod
    def issue(cls, user: User, name: str) -> tuple[ApiToken, str]:
        """Create token. Returns the row and the secret, which cannot be read again."""
        secret = cls.PREFIX + secrets.token_urlsafe(32)
        row = cls.objects.create(user=user, name=name, digest=cls.digest_of(secret), hint=secret[:8])
        return row, secret

    @staticmethod
    def digest_of(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()
