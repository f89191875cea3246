"""What of an article's links and pictures its readers would meet in vain: told while it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.html import ID_PREFIX
from helpdesk.markdown import Rendered
from helpdesk.markup.addresses import Resolve, is_remote
from kb.models import Article, Picture
from kb.rendering import rendered

Audience = Article.Audience
# The wider first. A reader of a narrower one can read what is for a wider one, not the other way round.
_WIDTH = {
    Audience.PUBLIC: 0,
    Audience.CUSTOMERS: 1,
    Audience.ORGANIZATIONS: 2,
    Audience.INTERNAL: 3,
}
MOST_PROBLEMS = 20
_PICTURE = re.compile(r"/docs/pictures/([0-9a-f]{64})\.\w+")
_HAS_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


@dataclass(frozen=True)
class Problem:
    """An address as it is written, and a sentence about it."""

    address: str
    sentence: str


class Look:
    """A resolver for the renderer that keeps what it answered, for `problems`."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.leads: dict[str, str | None] = {}

    def __call__(self, addresses: Iterable[str]) -> Mapping[str, str | None]:
        answered = self._resolve(addresses)
        self.leads |= answered
        return answered


def problems(
    page: Rendered,
    leads: Mapping[str, str | None],
    *,
    audience: str,
    organizations: Iterable[int] = (),
    own: Article | None = None,
) -> list[Problem]:
    """What is wrong with the addresses of a page for readers of this audience, at most MOST_PROBLEMS.

    `leads` is what the resolver said of them. Three queries, and the pages of those whose places are named.
    """
    named = list(dict.fromkeys(address for address in page.addresses if address))
    targets = {address: _slug_of(leads.get(address) or address) for address in named}
    slugs = {slug for slug in targets.values() if slug}
    there: dict[str, list[Article]] = {slug: [] for slug in slugs}
    articles = Article.objects.filter(slug__in=slugs).prefetch_related("organizations")
    for article in articles:
        there[article.slug].append(article)
    reader = audience, frozenset(organizations)
    found = []
    for address in named:
        slug = targets[address]
        if slug:
            sentence = _about_article(address, leads.get(address) or address, there[slug], reader, own)
        else:
            sentence = _about_other(address, leads, page)
        if sentence:
            found.append(Problem(address, sentence))
    return found[:MOST_PROBLEMS]


def _about_other(address: str, leads: Mapping[str, str | None], page: Rendered) -> str:
    if address.startswith("#"):
        return "" if _is_place(address[1:], page) else _("There is no such place in this article.")
    if address in leads and leads[address] is None:
        return _("Leads nowhere.")
    picture = _PICTURE.fullmatch(address)
    if picture and not Picture.objects.filter(digest=picture[1]).exists():
        return _("There is no such picture.")
    if not _HAS_SCHEME.match(address) and not address.startswith("/") and address not in leads:
        return _("Leads nowhere.")
    is_picture = urlsplit(address).path.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"))
    if is_remote(address) and is_picture:
        return _("A picture on another server is shown as a link. Paste it here instead.")
    return ""


def _about_article(
    address: str,
    leads: str,
    versions: list[Article],
    reader: tuple[str, frozenset[int]],
    own: Article | None,
) -> str:
    if not versions:
        return _("There is no such article.")
    if own is not None and any(one.pk == own.pk for one in versions):
        return ""
    published = [one for one in versions if one.is_published]
    if not published:
        return _("“%(title)s” is not published.") % {"title": versions[0].title}
    readable = [one for one in published if _reaches(one, *reader)]
    if not readable:
        return _("“%(title)s” is only for: %(audience)s.") % {
            "title": published[0].title,
            "audience": published[0].get_audience_display(),
        }
    place = unquote(leads.partition("#")[2])
    if place and not any(_is_place(place, rendered(one)) for one in readable):
        return _("“%(title)s” has no place “%(place)s”.") % {"title": readable[0].title, "place": place}
    return ""


def _reaches(target: Article, audience: str, organizations: frozenset[int]) -> bool:
    """Whether everybody who reads the one may read the other."""
    if audience == target.audience == Audience.ORGANIZATIONS:
        return organizations <= {one.pk for one in target.organizations.all()}
    return _WIDTH[Audience(target.audience)] <= _WIDTH[Audience(audience)]


def _slug_of(address: str) -> str:
    """The article at an address of ours; "" for every other page."""
    start = reverse("kb_home")
    path = urlsplit(address).path if address.startswith(start) else ""
    rest = unquote(path.removeprefix(start)).strip("/")
    from kb.urls import RESERVED_SLUGS

    return rest if rest and "/" not in rest and rest not in RESERVED_SLUGS else ""


def _is_place(place: str, page: Rendered) -> bool:
    return unquote(place).removeprefix(ID_PREFIX) in page.places
