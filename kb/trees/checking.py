"""Where the links of a tree lead, now that every page is there; and which pictures each article shows."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import unquote

from kb.models import Article, Picture, Source
from kb.rendering import PICTURES, Tree, candidates, our_pictures

_FOREIGN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


@dataclass
class Checked:
    """What leads nowhere, and what is found though its file is called otherwise; each with the page."""

    broken_links: list[tuple[str, str]] = field(default_factory=list)
    missing_pictures: list[tuple[str, str]] = field(default_factory=list)
    nearly: list[tuple[str, str]] = field(default_factory=list)


def check(source: Source) -> Checked:
    """Look where every address leads, and note in the database which pictures each article shows."""
    there = source.files.filter(is_gone=False)
    pictures = dict(there.filter(picture__isnull=False).values_list("path", "picture"))
    pages = there.filter(article__isnull=False).order_by("path")
    places = {
        path: {one.lower() for one in anchors} for path, anchors in pages.values_list("path", "anchors")
    }
    tree = Tree([*pictures, *places])
    checked = Checked()
    shown: dict[int, set[int]] = {}
    for path, article, links in pages.values_list("path", "article", "links"):
        found = shown.setdefault(article, set())
        for link in links:
            if not link or _FOREIGN.match(link):
                continue
            target = _target(path, link, pictures, places, tree, checked)
            if target in pictures:
                found.add(pictures[target])
    _show(source, shown)
    return checked


def _target(
    path: str,
    link: str,
    pictures: dict[str, int],
    places: dict[str, set[str]],
    tree: Tree,
    checked: Checked,
) -> str | None:
    page, _mark, place = link.partition("#")
    target: str | None = path
    if page:
        target = next((one for one in candidates(path, link) if one in places or one in pictures), None)
        if target is None and (target := tree.nearly(path, link)):
            checked.nearly.append((path, f"a link that is not to the letter its file's name: {link}"))
    if target is None:
        is_picture = page.partition("?")[0].lower().endswith(PICTURES)
        (checked.missing_pictures if is_picture else checked.broken_links).append((path, link))
    elif place and target in places and unquote(place).lower() not in places[target]:
        checked.broken_links.append((path, f"{link} (no such place on the page)"))
    return target


def _show(source: Source, shown: dict[int, set[int]]) -> None:
    """Note the pictures of the tree and those stored at the desk; write only where something changed."""
    bodies = Article.objects.filter(pk__in=shown, body__contains="/docs/pictures/").values_list("pk", "body")
    named = {pk: our_pictures(body) for pk, body in bodies}
    digests = {digest for some in named.values() for digest in some}
    ours = dict(Picture.objects.filter(digest__in=digests).values_list("digest", "pk"))
    for pk, some in named.items():
        shown[pk] |= {ours[digest] for digest in some if digest in ours}
    uses = Article.pictures.through
    before: dict[int, set[int]] = defaultdict(set)
    for article, picture in uses.objects.filter(article__files__source=source).values_list(
        "article", "picture"
    ):
        before[article].add(picture)
    changed = [article for article, found in shown.items() if found != before[article]]
    uses.objects.filter(article__in=changed).delete()
    uses.objects.bulk_create(
        uses(article_id=article, picture_id=picture) for article in changed for picture in shown[article]
    )
