"""An article as its readers see it: where its links lead and which pictures it shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from posixpath import normpath
from urllib.parse import unquote

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.urls import reverse

from helpdesk.markdown import Rendered, render_article
from kb.indexing import read_body
from kb.models import Article, Revision, Source, SourceFile
from kb.trees.naming import PAGES, loosely, place_of

# Raised when the renderer gives other HTML for the same text.
RENDERER = 4
KEPT_SECONDS = 24 * 60 * 60
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
# Where documentation sites keep what is served from the root.
ROOTS = ("", "static/", "public/", "docs/", "docs/public/", ".vuepress/public/", ".vitepress/public/")

_FOREIGN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#|$")
_OWN_ARTICLE = re.compile(r"(?:\./)?([\w-]+)\.md")
_OUR_PICTURE = re.compile(r"/docs/pictures/([0-9a-f]{64})\.")


def rendered(article: Article) -> Rendered:
    """The page, from the cache where nothing in the knowledge base has changed since.

    Any revision of any article renews all: a link leads somewhere only while the other article is there. A
    picture that was replaced in its tree is no revision, and renews the pages that show it.
    """
    text = _digest(f"{article.title}\n{article.body}")
    key = f"kb:page:{RENDERER}:{article.pk}:{text}:{_stamp(article)}"
    page: Rendered | None = cache.get(key)
    if page is None:
        page = render_article(article.body, links_of(article), title=article.title)
        cache.set(key, page, KEPT_SECONDS)
    return page


def _stamp(article: Article) -> str:
    """Another with every change of the knowledge base, and of the pictures that the article shows."""
    shown = Article.pictures.through.objects.filter(article=article).order_by("picture").values("picture")
    newest = Revision.objects.order_by("-pk").values_list("pk", ArraySubquery(shown)).first()
    return _digest(repr(newest))


class Links:
    """Where the addresses in an article lead. What they led to is kept for whoever checks them."""

    def __init__(self, source: Source | None = None, path: str = "") -> None:
        self.source, self.path = source, path
        self.pictures: set[int] = set()

    def __call__(self, addresses: Iterable[str]) -> Mapping[str, str | None]:
        asked = {address for address in addresses if not _FOREIGN.match(address)}
        return self._in_tree(asked) if self.source else self._by_name(asked)

    def pictures_of(self, body: str) -> set[int]:
        """The pictures of the tree that a text shows."""
        if self.source is None:
            return set()
        self(read_body(body)[0].addresses)
        return self.pictures

    def _by_name(self, asked: set[str]) -> dict[str, str | None]:
        """Writers at the desk name an article by its address: `[logs](logs.md#android)`."""
        named = {}
        for address in asked:
            page, _mark, place = address.partition("#")
            if match := _OWN_ARTICLE.fullmatch(unquote(page)):
                named[address] = match[1], place
        slugs = {slug for slug, _place in named.values()}
        there = set(Article.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        # A picture by a file's name is one that was never stored.
        nowhere = [one for one in asked if not one.startswith("/") and one.lower().endswith(PICTURES)]
        return dict.fromkeys(nowhere) | {
            address: _with_place(reverse("article", args=[slug]), place) if slug in there else None
            for address, (slug, place) in named.items()
        }

    def _in_tree(self, asked: set[str]) -> dict[str, str | None]:
        every = (
            SourceFile.objects.filter(source=self.source)
            .select_related("picture", "article")
            .defer("content", "links", "anchors", "notes", "article__body")
        )
        wanted = {address: list(candidates(self.path, address)) for address in asked}
        files = {file.path: file for file in every.filter(path__in=set().union(*wanted.values()))}
        meant = {
            address: next((path for path in paths if path in files), "") for address, paths in wanted.items()
        }
        if lost := [address for address, path in meant.items() if not path]:
            tree = Tree(SourceFile.objects.filter(source=self.source).values_list("path", flat=True))
            meant |= {address: path for address in lost if (path := tree.nearly(self.path, address))}
            files |= {file.path: file for file in every.filter(path__in=meant.values())}
        return {address: self._lead(files.get(path), address) for address, path in meant.items()}

    def _lead(self, file: SourceFile | None, address: str) -> str | None:
        if file is None:
            return None
        if file.picture is not None:
            self.pictures.add(file.picture.pk)
            return file.picture.get_absolute_url()
        if file.article is not None:
            return _with_place(file.article.get_absolute_url(), address.partition("#")[2])
        return None


def links_of(article: Article) -> Links:
    file = article.files.filter(is_gone=False).select_related("source").first()
    return Links(file.source, file.path) if file else Links()


def candidates(path: str, address: str) -> Iterator[str]:
    """The files of a tree that an address in `path` may mean, the likeliest first."""
    for place in _places(path, address):
        yield place
        stem = place[: -len(".html")] if place.endswith(".html") else place
        for suffix in PAGES:
            yield stem + suffix
        for index in ("index.md", "README.md", "readme.md", "index.mdx"):
            yield f"{stem}/{index}"


def _places(path: str, address: str) -> list[str]:
    """Where in its tree an address in `path` points; several for one from the root of a site."""
    # Some write with the system's own slashes.
    target = unquote(address.partition("#")[0].partition("?")[0]).strip().replace("\\", "/")
    target = target.removeprefix("~@/")
    if target.startswith(("/", "@site/")):
        target = target.removeprefix("@site").strip("/")
        inner = target.removeprefix("docs/")
        return list(dict.fromkeys(normpath(root + one) for one in (target, inner) for root in ROOTS))
    folder = path.rpartition("/")[0]
    return [normpath(f"{folder}/{target}" if folder else target)]


class Tree:
    """The files of a tree, for addresses that name none of them to the letter."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: dict[str, list[str]] = {}
        self._names: dict[str, list[str]] = {}
        for path in paths:
            loose = loosely(path)
            self._paths.setdefault(loose, []).append(path)
            if path.lower().endswith(PAGES):
                self._names.setdefault(loose.rpartition("/")[2], []).append(path)

    def nearly(self, path: str, address: str) -> str | None:
        """The one file that an address in `path` means: in other letters, without its number or suffix, or in
        another folder, as on a site that names pages by their files alone.

        None where there is none, or where it could be several.
        """
        for place in _places(path, address):
            found = self._paths.get(loosely(place), [])
            if len(found) == 1:
                return found[0]
        return self._elsewhere(path, address)

    def _elsewhere(self, path: str, address: str) -> str | None:
        """The one page of this file's name, or the one of them in the language of `path`."""
        name = _places(path, address)[0].rpartition("/")[2]
        _stem, dot, suffix = name.rpartition(".")
        if dot and f".{suffix}".lower() not in PAGES and suffix.isalpha():
            # A picture, or a page that was never Markdown.
            return None
        found = self._names.get(loosely(name), [])
        if len(found) > 1:
            language = place_of(path).language
            found = [one for one in found if place_of(one).language == language]
        return found[0] if len(found) == 1 else None


def our_pictures(body: str) -> set[str]:
    """The digests of stored pictures that a text shows by their address."""
    return set(_OUR_PICTURE.findall(body))


def _with_place(address: str, place: str) -> str:
    return f"{address}#{place}" if place else address


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
