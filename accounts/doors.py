"""Doors in front of pages: who is let in at all. What a person may do with one row is asked in the view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from accounts.models import User
from accounts.requests import SignedInRequest

View = Callable[..., HttpResponse]


def staff_required(view: View) -> View:
    """The desk only: sign in first; a requester gets 403."""
    return _only(lambda user: user.is_staff_member, view)


def manager_required(view: View) -> View:
    """Managers and admins only: sign in first; everybody else gets 403."""
    return _only(lambda user: user.is_manager, view)


def admin_required(view: View) -> View:
    """Admins only: sign in first; everybody else gets 403."""
    return _only(lambda user: user.is_admin, view)


def _only(may_enter: Callable[[User], bool], view: View) -> View:
    @login_required
    @wraps(view)
    def inside(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_enter(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return inside
