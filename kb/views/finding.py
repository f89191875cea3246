"""What several pages start with: the reader's language, the article at an address, the frame."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import get_language

from kb.models import Article
from kb.permissions import can_write

LANGUAGES = dict(settings.LANGUAGES)


def reader_language() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in LANGUAGES else settings.LANGUAGE_CODE


def asked(request: HttpRequest, name: str) -> str:
    """A parameter of the address or the form, as PostgreSQL can hold it."""
    data = request.POST if request.method == "POST" else request.GET
    return data.get(name, "").replace("\0", "")


def versions(request: HttpRequest, slug: str) -> list[Article]:
    """The visible versions of an article, the one this reader wants first. Raises Http404 if there is none.

    Wanted: the language asked for in the address, then the reader's own; what is published before drafts.
    """
    wanted = [request.GET.get("lang"), reader_language()]
    found = sorted(
        Article.objects.visible_to(request.user).filter(slug=slug).select_related("category__parent__parent"),
        key=lambda one: (
            one.language != wanted[0],
            not one.is_published,
            one.language != wanted[1],
            one.language,
        ),
    )
    if not found:
        raise Http404
    return found


def framed(request: HttpRequest, **context: Any) -> dict[str, Any]:
    """Staff read within the desk, everybody else within the portal."""
    writes = can_write(request.user)
    return {
        "frame": "workspace.html" if writes else "portal.html",
        "place": "knowledge" if writes else "docs",
        "can_write": writes,
        **context,
    }
