"""What search engines ask for. Nothing here asks who reads."""

from __future__ import annotations

from django.contrib.sitemaps import views as sitemaps
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kb.feeds import Changes, ChangesAsRss
from kb.public import address
from kb.sitemaps import SITEMAPS
from kb.views.keeping import for_everybody

A_WHILE_SECONDS = 600
A_DAY_SECONDS = 24 * 60 * 60

# Everything but the documents and the known issues belongs to somebody.
CLOSED = ("accounts", "api", "drafts", "language", "macros", "me", "notices", "palette", "portal", "queue")
CLOSED_TOO = ("reports", "settings", "tickets", "uploads", "docs/search", "docs/drafts", "docs/new")


@require_safe
@for_everybody(A_DAY_SECONDS)
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: /{part}/" for part in (*CLOSED, *CLOSED_TOO)),
        "",
        f"Sitemap: {address('/sitemap.xml')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@for_everybody(A_WHILE_SECONDS)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """The list of the files below; none holds more than search engines take."""
    response = sitemaps.index(request, sitemaps=SITEMAPS, sitemap_url_name="sitemap")
    return _now(response)


@require_safe
@for_everybody(A_WHILE_SECONDS)
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    return _now(sitemaps.sitemap(request, sitemaps=SITEMAPS, section=section))


@require_safe
@for_everybody(A_WHILE_SECONDS)
def changes(request: HttpRequest, language: str, form: str) -> HttpResponse:
    """The feed, as `atom` or `rss`."""
    feed = ChangesAsRss() if form == "rss" else Changes()
    return feed(request, language=language)


def _now(response: HttpResponse) -> HttpResponse:
    """Django renders these late; the tag is made of what they hold. Its date of change is not monotonic."""
    response.render()  # type: ignore[attr-defined]
    response.headers.pop("Last-Modified", None)
    return response
