"""Read a tree of Markdown files into articles. Reading it again changes only what changed in the files.

Three passes: the pictures; the pages, each in a transaction of its own, so that none can spoil the others;
the links, once every page has its address. Only one file is in memory at a time.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from helpdesk.errors import Refused
from kb import actions
from kb.indexing import count_common_words, read_body
from kb.models import Article, Revision, Source, SourceFile
from kb.pictures import MAX_PICTURE_BYTES, store, type_of
from kb.rendering import PAGES, PICTURES, candidates
from kb.trees.facts import Known, is_draft, updated, words_of
from kb.trees.naming import Place, place_of, slugs_of
from kb.trees.reading import MAX_BYTES, Text, Unreadable, read

logger = structlog.get_logger(__name__)

IGNORED_FOLDERS = {"node_modules", "__pycache__"}
_FOREIGN = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_INCLUDE = re.compile(r"<!--\s*@?include|!!!include\(|^@include|\{%\s*include", re.MULTILINE)

Steps = Callable[[str, int], Callable[[], object]]


@dataclass
class Report:
    """What an import did. Paths are those within the tree."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    pictures: int = 0
    revisions: int = 0
    other_files: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    broken_links: list[tuple[str, str]] = field(default_factory=list)
    missing_pictures: list[tuple[str, str]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)


def import_tree(
    folder: Path,
    *,
    name: str,
    by: User | None = None,
    at: datetime | None = None,
    audience: str = Article.Audience.PUBLIC,
    delete: bool = False,
    dry_run: bool = False,
    steps: Steps | None = None,
) -> Report:
    """Read everything under `folder` as the source `name`.

    Articles of files that are gone are archived only with `delete`. With `dry_run` nothing is kept, and the
    report says what would have been done. `at` is the moment new articles count as written (None: now).
    """
    with transaction.atomic() if dry_run else nullcontext():
        tree = _Tree(folder, name, by=by, at=at, audience=audience, dry_run=dry_run)
        tree.read(steps or _no_steps, delete=delete)
        if dry_run:
            transaction.set_rollback(True)
    return tree.report


class _Tree:
    def __init__(
        self, folder: Path, name: str, *, by: User | None, at: datetime | None, audience: str, dry_run: bool
    ) -> None:
        self.folder, self.by, self.at, self.audience, self.dry_run = folder, by, at, audience, dry_run
        self.report = Report()
        self.source, _new = Source.objects.get_or_create(name=name)
        self.known = Known.now()
        self.digests = dict(self.source.files.filter(is_gone=False).values_list("path", "digest"))
        self.seen: set[str] = set()

    def read(self, steps: Steps, *, delete: bool) -> None:
        revisions = Revision.objects.count()
        pages, pictures = self._files()
        done = steps("pictures", len(pictures))
        for path in pictures:
            self._guarded(path, self._picture)
            done()
        done = steps("pages", len(pages))
        for path in pages:
            self._guarded(path, self._page)
            done()
        self._gone(delete=delete)
        self._check_links()
        self.report.revisions = Revision.objects.count() - revisions
        Source.objects.filter(pk=self.source.pk).update(read_at=timezone.now())
        count_common_words()

    # --- Which files there are

    def _files(self) -> tuple[list[str], list[str]]:
        pages, pictures = [], []
        for path in sorted(self._walk()):
            suffix = os.path.splitext(path)[1].lower()
            if suffix in PAGES:
                pages.append(path)
            elif suffix in PICTURES:
                pictures.append(path)
            else:
                self.report.other_files[suffix or "without suffix"] += 1
        return pages, pictures

    def _walk(self) -> Iterator[str]:
        """Links are never followed: they may lead out of the tree, or in circles."""
        for folder, folders, names in os.walk(self.folder, followlinks=False):
            for link in [one for one in folders if os.path.islink(os.path.join(folder, one))]:
                self._skip(self._within(folder, link), "a symbolic link")
            folders[:] = sorted(
                one
                for one in folders
                if not one.startswith(".")
                and one not in IGNORED_FOLDERS
                and not os.path.islink(os.path.join(folder, one))
            )
            for name in names:
                path = self._within(folder, name)
                full = os.path.join(folder, name)
                if name.startswith("."):
                    continue
                if os.path.islink(full):
                    self._skip(path, "a symbolic link")
                elif not os.path.isfile(full):
                    self._skip(path, "not a file")
                elif not _is_text(path) or len(path) > 900:
                    self._skip(path, "its name cannot be kept")
                else:
                    yield path

    def _within(self, folder: str, name: str) -> str:
        return os.path.relpath(os.path.join(folder, name), self.folder).replace(os.sep, "/")

    def _skip(self, path: str, reason: str) -> None:
        self.report.skipped.append((path.encode("utf-8", "replace").decode(), reason))

    def _guarded(self, path: str, read_one: Callable[[str, bytes], None]) -> None:
        """One file, one transaction. A file that breaks something we did not think of must not end the import
        of a thousand others: it is reported, and its traceback is in the log."""
        self.seen.add(path)
        try:
            file = self.folder / path
            limit = MAX_PICTURE_BYTES if path.lower().endswith(PICTURES) else MAX_BYTES
            if file.stat().st_size > limit:
                raise Unreadable(f"larger than {limit // 1_000_000} MB")
            with transaction.atomic():
                read_one(path, file.read_bytes())
        except (Unreadable, Refused, OSError) as error:
            self._skip(path, str(error))
        except Exception as error:
            logger.exception("import_of_file_failed", path=path)
            self._skip(path, f"could not be stored ({type(error).__name__})")

    # --- One file

    def _picture(self, path: str, raw: bytes) -> None:
        digest = hashlib.sha256(raw).hexdigest()
        if self.digests.get(path) == digest:
            return
        if type_of(raw) is None:
            raise Unreadable("not a picture, whatever its name says" if raw else "empty")
        picture = store(raw, name=path.rpartition("/")[2], by=self.by, keep_file=not self.dry_run)
        self._remember(path, digest=digest, picture=picture)
        self.report.pictures += 1

    def _page(self, path: str, raw: bytes) -> None:
        digest = hashlib.sha256(raw).hexdigest()
        if self.digests.get(path) == digest:
            self.report.unchanged += 1
            return
        text, place = read(raw, path), place_of(path)
        if path.rpartition("/")[2].startswith("_") and not text.facts:
            raise Unreadable("a part of other pages, not a page")
        words = words_of(text, place, self.known, audience=self.audience)
        page, _words = read_body(text.body)
        if page.is_plain:
            text.notes.append("too long or too deep for a page: shown as plain text")
        if page.components:
            text.notes.append(f"components not shown: {', '.join(page.components)[:200]}")
        if _INCLUDE.search(text.body):
            text.notes.append("includes another file, which is not followed")

        file = self.source.files.filter(path=path).select_related("article").defer("content").first()
        article = file.article if file else None
        if article is None:
            article = self._create(path, place, text, words)
            self.report.created += 1
        else:
            assert file is not None
            article = self._edit(file, article, text, words)
        self._remember(
            path,
            digest=digest,
            content=raw,
            article=article,
            revision=_last_number(article),
            links=list(dict.fromkeys(page.addresses))[:2_000],
            anchors=list(dict.fromkeys(page.places))[:5_000],
            notes=text.notes,
        )
        self.report.notes += [(path, note) for note in text.notes]

    def _create(self, path: str, place: Place, text: Text, words: dict[str, Any]) -> Article:
        language = place.language or ("zh-hans" if text.is_chinese else "en")
        said = updated(text)
        at = min(said, timezone.now()) if said else self.at
        article = actions.create(
            slug=self._free_slug(path, place.key, language),
            language=language,
            by=self.by,
            at=at,
            kind_of_change=Revision.Kind.IMPORTED,
            **words,
        )
        if not is_draft(text):
            article = actions.publish(article, by=self.by, at=at)
        return article

    def _edit(self, file: SourceFile, article: Article, text: Text, words: dict[str, Any]) -> Article:
        before = _last_number(article)
        if article.revisions.filter(
            number__gt=file.revision, kind__in=[Revision.Kind.EDITED, Revision.Kind.RESTORED]
        ).exists():
            text.notes.append(f"was changed at the desk too; that text is revision {before}")
        said = updated(text)
        article = actions.edit(
            article,
            by=self.by,
            at=min(said, timezone.now()) if said else self.at,
            kind_of_change=Revision.Kind.IMPORTED,
            **words,
        )
        if file.is_gone and article.status == Article.Status.ARCHIVED:
            article = actions.publish(article, by=self.by, at=self.at)
        if _last_number(article) == before:
            self.report.unchanged += 1
        else:
            self.report.changed += 1
        return article

    def _free_slug(self, path: str, key: str, language: str) -> str:
        """The nicest address that is free, or taken by translations of this very file."""
        *nicer, last = slugs_of(key, path)
        for slug in nicer:
            there = Article.objects.filter(slug=slug)
            translations = there.filter(files__source=self.source).values_list("language", "files__path")
            shared = all(
                other != language and place_of(other_path).key == key for other, other_path in translations
            )
            if slug not in _reserved() and shared and len(translations) == there.count():
                return slug
        return last

    def _remember(self, path: str, **facts: Any) -> None:
        self.source.files.update_or_create(path=path, defaults={**facts, "is_gone": False})

    # --- When all are read

    def _gone(self, *, delete: bool) -> None:
        for file in self.source.files.filter(is_gone=False).defer("content").select_related("article"):
            if file.path in self.seen:
                continue
            self.report.gone.append(file.path)
            if not delete:
                continue
            if file.article and file.article.status != Article.Status.ARCHIVED:
                actions.archive(file.article, by=self.by)
                self.report.archived.append(file.path)
            file.is_gone = True
            file.save(update_fields=["is_gone"])

    def _check_links(self) -> None:
        """Where each address leads, now that every page is there; and which pictures each article shows."""
        pictures = dict(
            self.source.files.filter(picture__isnull=False, is_gone=False).values_list("path", "picture")
        )
        pages = self.source.files.filter(article__isnull=False, is_gone=False)
        places = {path: set(anchors) for path, anchors in pages.values_list("path", "anchors")}
        uses = Article.pictures.through.objects
        shown: dict[int, set[int]] = {}
        for article, picture in uses.filter(article__files__source=self.source).values_list(
            "article", "picture"
        ):
            shown.setdefault(article, set()).add(picture)
        for path, article, links in pages.order_by("path").values_list("path", "article", "links"):
            found = {
                pictures[one] for link in links for one in candidates(path, link) if one in pictures
            } | self._ours(article)
            if found != shown.get(article, set()):
                uses.filter(article=article).delete()
                uses.bulk_create(uses.model(article_id=article, picture_id=picture) for picture in found)
            for link in links:
                self._check(path, link, pictures, places)

    def _check(self, path: str, link: str, pictures: dict[str, int], places: dict[str, set[str]]) -> None:
        if not link or _FOREIGN.match(link):
            return
        page, _mark, place = link.partition("#")
        there = [path] if not page else [one for one in candidates(path, link) if one in places]
        if there:
            if place and unquote(place).lower() not in {one.lower() for one in places[there[0]]}:
                self.report.broken_links.append((path, f"{link} (no such place on the page)"))
        elif not any(one in pictures for one in candidates(path, link)):
            is_picture = page.partition("?")[0].lower().endswith(PICTURES)
            (self.report.missing_pictures if is_picture else self.report.broken_links).append((path, link))

    def _ours(self, article: int) -> set[int]:
        return actions.pictures_in(Article.objects.values_list("body", flat=True).get(pk=article))


def _reserved() -> set[str]:
    from kb.urls import RESERVED_SLUGS

    return RESERVED_SLUGS


def _last_number(article: Article) -> int:
    last = article.revisions.order_by("-number").values_list("number", flat=True).first()
    return last or 0


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return path.isprintable()


def _no_steps(what: str, number: int) -> Callable[[], object]:
    return lambda: None
