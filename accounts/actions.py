"""What can happen to people and their keys. Each function is one change in one transaction."""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, EmailDomain, Membership, User
from helpdesk.errors import InvalidTransition

logger = structlog.get_logger(__name__)

TOKENS_PER_PERSON = 20


@transaction.atomic
def add_person(*, email: str, name: str, password: str | None = None, **fields: Any) -> User:
    """Add somebody whose address the desk vouches for, so that they can sign in without proving it.

    For set-up and import; who signs up alone proves the address first. Without a password it is chosen by
    "Forgot your password?". Joins the organisation of the address's domain.
    """
    user = User.objects.create_user(email=email, password=password, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    join_by_domain(user, user.email)
    return user


@transaction.atomic
def join_by_domain(user: User, email: str) -> Membership | None:
    """Make `user` a member of the organisation that owns the domain of `email`, an address just proved.

    Only requesters join: who works on the desk belongs to no customer. Returns the membership, or None if
    nobody owns the domain. An existing membership keeps its role.
    """
    if user.role != User.Role.REQUESTER:
        return None
    owner = EmailDomain.objects.filter(domain=email.rpartition("@")[2].lower()).first()
    if owner is None:
        return None
    membership, _created = Membership.objects.get_or_create(user=user, organization=owner.organization)
    return membership


@transaction.atomic
def set_preferences(
    user: User, *, name: str | None = None, language: str | None = None, time_zone: str | None = None
) -> User:
    """Change what a person chose for themselves; None leaves a thing as it is."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    chosen = {"name": name, "language": language, "time_zone": time_zone}
    changed = {field: value for field, value in chosen.items() if value is not None}
    for field, value in changed.items():
        setattr(user, field, value)
    user.save(update_fields=list(changed))
    return user


@transaction.atomic
def issue_token(user: User, *, name: str) -> tuple[ApiToken, str]:
    """Make an API token. Returns the row and the secret, which nobody can read again.

    Raises InvalidTransition beyond TOKENS_PER_PERSON tokens in force.
    """
    # Two at once count each other's token: the person's row is the lock.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.api_tokens.filter(revoked_at=None).count() >= TOKENS_PER_PERSON:
        raise InvalidTransition(_("You have %s active tokens. Revoke one first.") % TOKENS_PER_PERSON)
    token, secret = ApiToken.issue(user, name)
    logger.info("api_token_issued", user_id=user.pk, token_id=token.pk)
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken) -> ApiToken:
    """End a token at once and for good. Raises InvalidTransition if it is revoked already."""
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if token.revoked_at is not None:
        raise InvalidTransition(_("This token is revoked already."))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    logger.info("api_token_revoked", user_id=token.user_id, token_id=token.pk)
    return token
