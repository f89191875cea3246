"""A person's own pages: profile, API tokens, the language of the screens."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as django_set_language

from accounts import actions
from accounts.forms import ProfileForm, TokenForm
from accounts.models import User


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    known = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=known)
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form}, status=422 if form.is_bound else 200)

    user = actions.set_preferences(user, **form.cleaned_data)
    with translation.override(user.language):
        messages.success(request, _("Saved."))
    return _in_language(redirect("profile"), user.language)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Django's own, and who is signed in keeps the choice: mail comes in that language too."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        actions.set_preferences(request.user, language=language)
    return django_set_language(request)


def _in_language(response: HttpResponse, language: str) -> HttpResponse:
    """The cookie of `set_language` wins over the profile, so a change of the profile moves it along."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def api_tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens; a new one is shown in the answer to its form and never again."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    user = cast(User, request.user)
    if not form.is_valid():
        return _show_tokens(request, form, status=422 if form.is_bound else 200)

    _token, secret = actions.issue_token(user, name=form.cleaned_data["name"])
    return _show_tokens(request, TokenForm(), secret=secret)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(cast(User, request.user).api_tokens, pk=pk)
    actions.revoke_token(token)
    messages.success(request, _("Revoked. Programs with this token are refused from now on."))
    return redirect("api_tokens")


def _show_tokens(
    request: HttpRequest, form: TokenForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    tokens = cast(User, request.user).api_tokens.order_by("-created_at")
    context = {
        "form": form,
        "secret": secret,
        "tokens": tokens.filter(revoked_at=None),
        "revoked": tokens.exclude(revoked_at=None)[:20],
    }
    return render(request, "accounts/api_tokens.html", context, status=status)
