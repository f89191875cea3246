"""The addresses of a file, alike wherever it hangs: its bytes, the small picture, the page to look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from files.models import StoredFile
from files.views.serving import serve, serve_thumbnail
from files.views.viewing import look

F = TypeVar("F", bound=StoredFile)


def doors(
    address: str,
    name: str,
    find: Callable[[SignedInRequest, UUID], F],
    *,
    hangs_at: Callable[[F], tuple[str, str]] = lambda found: ("", ""),
) -> list[URLPattern]:
    """The addresses below `address`, called as StoredFile asks for them.

    `find` returns the file if this user may see it, and raises Http404 otherwise. `hangs_at` returns the
    address and the title of the page from which one comes to look at it; both are empty if it is a form.
    """

    @require_safe
    @login_required
    @never_cache
    def content(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        return serve(find(request, pk))

    @require_safe
    @login_required
    @never_cache
    def small(request: SignedInRequest, pk: UUID) -> HttpResponseBase:
        return serve_thumbnail(find(request, pk))

    @require_safe
    @login_required
    @never_cache
    def look_at(request: SignedInRequest, pk: UUID) -> HttpResponse:
        found = find(request, pk)
        back, title = hangs_at(found)
        return look(request, found, back=back, title=title)

    return [
        path(address, content, name=name),
        path(f"{address}small/", small, name=f"{name}_small"),
        path(f"{address}look/", look_at, name=f"{name}_look"),
    ]
