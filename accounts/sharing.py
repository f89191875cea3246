"""What somebody at the desk keeps, alone or shared with a tier or the whole desk: macros, saved views."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Tier, User
from helpdesk.errors import InvalidInput


class Share(models.TextChoices):
    MINE = "mine", gettext_lazy("only me")
    TIER = "tier", gettext_lazy("one tier")
    EVERYBODY = "everybody", gettext_lazy("the whole desk")


class Shared(models.Model):
    """Has an `owner` and a `name` as well. Give its Meta `tier_where_shared_with_one` as a constraint."""

    Share = Share

    share = models.CharField(
        gettext_lazy("who may use it"), max_length=9, choices=Share.choices, default=Share.MINE
    )
    tier = models.CharField(gettext_lazy("tier"), max_length=3, choices=Tier.choices, blank=True)

    owner_id: int | None
    name: str

    class Meta:
        abstract = True


def tier_where_shared_with_one(name: str) -> models.CheckConstraint:
    """A tier is named exactly where it is shared with one."""
    return models.CheckConstraint(
        condition=models.Q(share="tier", tier__in=Tier.values)
        | (~models.Q(share="tier") & models.Q(tier="")),
        name=name,
    )


def usable_by(user: User | AnonymousUser) -> models.Q:
    """One's own, those of one's tier and of the whole desk. Managers see all that is shared."""
    if not isinstance(user, User) or not user.is_staff_member:
        return models.Q(pk__in=[])
    shared = models.Q(share=Share.EVERYBODY) | models.Q(share=Share.TIER, tier=user.tier)
    if user.is_manager:
        shared = ~models.Q(share=Share.MINE)
    return models.Q(owner=user) | shared


def can_edit(user: User, kept: Shared) -> bool:
    """Its owner; a shared one also managers and admins, and the leads of the tier it is for. Whether they can
    see it is `visible_to`."""
    if kept.owner_id == user.pk or (user.is_manager and kept.share != Share.MINE):
        return True
    return user.is_lead and kept.share == Share.TIER and kept.tier == user.tier


def may_share_with(user: User) -> list[Share]:
    """Everybody keeps things of their own. Leads share with the tier, managers with the whole desk."""
    if user.is_manager:
        return list(Share)
    return [Share.MINE, Share.TIER] if user.is_lead else [Share.MINE]


def share(kept: Shared, share: str, tier: str, *, by: User) -> None:
    """Set who may use it. `tier` is the person's own where none is named.

    Raises PermissionDenied for what this person may not share so, InvalidInput where there is no tier.
    """
    if share not in may_share_with(by) and share != kept.share:
        raise PermissionDenied
    tier = (tier or by.tier) if share == Share.TIER else ""
    if share == Share.TIER and not tier:
        raise InvalidInput(_("Choose the tier that may use it."))
    if share == Share.TIER and not by.is_manager and tier not in (by.tier, kept.tier):
        raise PermissionDenied
    kept.share, kept.tier = share, tier


def save_under_its_name(kept: Shared, refusal: str) -> None:
    """Raises InvalidInput with `refusal` where there is another of this name: the unique constraints on the
    name, called *_name_once, decide."""
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        if "_name_once" not in str(error):
            raise
        raise InvalidInput(refusal) from error
