"""Where django-allauth meets our people."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):
    def clean_email(self, email: str) -> str:
        return User.objects.normalize_email(super().clean_email(email))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """A new person is a requester; the organisation follows from the address once it is proved."""
        user.name = form.cleaned_data.get("name", "")
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        language = get_language()
        if language in dict(settings.LANGUAGES):
            user.language = language
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Every proof of an address ends here: sign-up, an added address, a password reset."""
        confirmed: bool = super().confirm_email(request, email_address)
        if confirmed:
            membership = actions.join_by_domain(email_address.user, email_address.email)
            if membership is not None:
                messages.info(request, _("You are a member of %s here.") % membership.organization)
        return confirmed
