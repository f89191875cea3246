"""Read a tree of Markdown files into articles. Reading it again changes only what changed in the files.

Three passes: the pictures; the pages, new ones some dozens in a transaction, changed ones each in its own;
the links, once every page has its address. A page that cannot be stored spoils none of the others: where some
dozens fail together, each is tried by itself. Only a few files are in memory at a time.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from helpdesk.errors import InvalidTransition, Refused
from kb import actions
from kb.creating import New, create_many
from kb.indexing import Reading, count_common_words, read_body
from kb.models import Article, Revision, Source, SourceFile
from kb.pictures import MAX_PICTURE_BYTES, store, type_of
from kb.rendering import PICTURES
from kb.trees.checking import check
from kb.trees.facts import Known, is_draft, updated, words_of
from kb.trees.naming import PAGES, Place, place_of, slugs_of
from kb.trees.reading import MAX_BYTES, Text, Unreadable, read
from kb.trees.walking import files_in

logger = structlog.get_logger(__name__)

# New pages are stored so many at a time; sooner where they are long, or took long to read, so that no
# transaction stays open and idle meanwhile (a dry run is one transaction).
CHUNK_PAGES = 40
CHUNK_BYTES = 2_000_000
CHUNK_SECONDS = 5.0

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
    Raises InvalidTransition while the same source is being read: two readers would write every page twice.
    """
    with _alone(name), transaction.atomic() if dry_run else nullcontext():
        tree = _Tree(folder, name, by=by, at=at, audience=audience, dry_run=dry_run)
        tree.read(steps or _no_steps, delete=delete)
        if dry_run:
            transaction.set_rollback(True)
    return tree.report


@dataclass
class _Page:
    """A file that is to become, or to change, an article."""

    path: str
    raw: bytes
    digest: str
    text: Text
    place: Place
    words: dict[str, Any]
    reading: Reading


class _Tree:
    def __init__(
        self, folder: Path, name: str, *, by: User | None, at: datetime | None, audience: str, dry_run: bool
    ) -> None:
        self.folder, self.by, self.at, self.audience, self.dry_run = folder, by, at, audience, dry_run
        self.report = Report()
        self.source, _new = Source.objects.get_or_create(name=name)
        self.known = Known.now()
        self.files = {file.path: file for file in self.source.files.defer("content", "links", "anchors")}
        self.addresses = _Addresses(self.source)
        self.seen: set[str] = set()
        self.chunk: list[_Page] = []
        self.chunk_began = 0.0

    def read(self, steps: Steps, *, delete: bool) -> None:
        last = Revision.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        pages, pictures = self._sorted_files()
        done = steps("pictures", len(pictures))
        for path in pictures:
            self._guarded(path, partial(self._picture, path))
            done()
        done = steps("pages", len(pages))
        for path in pages:
            self._guarded(path, partial(self._page, path))
            done()
        self._store_chunk()
        self._gone(delete=delete)
        self._check_links()
        self.report.revisions = Revision.objects.filter(
            pk__gt=last, article__files__source=self.source
        ).count()
        Source.objects.filter(pk=self.source.pk).update(read_at=timezone.now())
        if self.report.revisions:
            count_common_words()

    def _sorted_files(self) -> tuple[list[str], list[str]]:
        """Pages and pictures. Translations of a page stand together: they know each other's words."""
        pages, pictures = [], []
        for path in files_in(self.folder, self._skip):
            suffix = os.path.splitext(path)[1].lower()
            if suffix in PAGES:
                pages.append(path)
            elif suffix in PICTURES:
                pictures.append(path)
            else:
                self.report.other_files[suffix or "without suffix"] += 1
        return sorted(pages, key=lambda path: (place_of(path).key, path)), sorted(pictures)

    def _skip(self, path: str, reason: str) -> None:
        self.report.skipped.append((path.encode("utf-8", "replace").decode(), reason))

    def _guarded(self, path: str, step: Callable[[], None]) -> None:
        """A file that breaks something we did not think of must not end the import of a thousand others: it
        is reported, and its traceback is in the log."""
        self.seen.add(path)
        try:
            step()
        except (Unreadable, Refused, OSError) as error:
            self._skip(path, str(error))
        except Exception as error:
            logger.exception("import_of_file_failed", path=path)
            self._skip(path, f"could not be stored ({type(error).__name__})")

    def _bytes(self, path: str, limit: int) -> bytes:
        file = self.folder / path
        if file.stat().st_size > limit:
            raise Unreadable(f"larger than {limit // 1_000_000} MB")
        return file.read_bytes()

    def _is_unchanged(self, path: str, digest: str) -> bool:
        file = self.files.get(path)
        return file is not None and not file.is_gone and file.digest == digest

    # --- One file

    def _picture(self, path: str) -> None:
        raw = self._bytes(path, MAX_PICTURE_BYTES)
        digest = hashlib.sha256(raw).hexdigest()
        if self._is_unchanged(path, digest):
            return
        if type_of(raw) is None:
            raise Unreadable("not a picture, whatever its name says" if raw else "empty")
        with transaction.atomic():
            picture = store(raw, name=path.rpartition("/")[2], by=self.by, keep_file=not self.dry_run)
            self._remember([SourceFile(path=path, digest=digest, picture=picture)])
        self.report.pictures += 1

    def _page(self, path: str) -> None:
        raw = self._bytes(path, MAX_BYTES)
        digest = hashlib.sha256(raw).hexdigest()
        if self._is_unchanged(path, digest):
            self.report.unchanged += 1
            return
        page = self._understood(path, raw, digest)
        file = self.files.get(path)
        if file is not None and file.article_id is not None:
            with transaction.atomic():
                self._edit(file, page)
            return
        if not self.chunk:
            self.chunk_began = time.monotonic()
        self.chunk.append(page)
        if (
            len(self.chunk) >= CHUNK_PAGES
            or sum(len(one.raw) for one in self.chunk) > CHUNK_BYTES
            or time.monotonic() - self.chunk_began > CHUNK_SECONDS
        ):
            self._store_chunk()

    def _understood(self, path: str, raw: bytes, digest: str) -> _Page:
        text, place = read(raw, path), place_of(path)
        if path.rpartition("/")[2].startswith("_") and not text.facts:
            raise Unreadable("a part of other pages, not a page")
        words = words_of(text, place, self.known, audience=self.audience)
        reading = read_body(text.body)
        if reading[0].is_plain:
            text.notes.append("too long or too deep for a page: shown as plain text")
        if reading[0].components:
            text.notes.append(f"components not shown: {', '.join(reading[0].components)[:200]}")
        if _INCLUDE.search(text.body):
            text.notes.append("includes another file, which is not followed")
        return _Page(path, raw, digest, text, place, words, reading)

    # --- New pages

    def _store_chunk(self) -> None:
        chunk, self.chunk = self.chunk, []
        if not chunk:
            return
        try:
            self._create(chunk)
        except Exception as error:
            # Somebody wrote an article at one of the addresses meanwhile, or one page cannot be stored.
            if not isinstance(error, (DatabaseError, Refused)):
                logger.exception("import_of_files_failed", paths=[page.path for page in chunk])
            for page in chunk:
                self.addresses = _Addresses(self.source)
                self._guarded(page.path, partial(self._create, [page]))

    def _create(self, pages: list[_Page]) -> None:
        new = [self._new(page) for page in pages]
        with transaction.atomic():
            articles = create_many(new, by=self.by)
            self._remember(
                [
                    self._file(page, article, revision=2 if one.is_published else 1)
                    for page, article, one in zip(pages, articles, new, strict=True)
                ]
            )
        self.report.created += len(pages)
        self.report.notes += [(page.path, note) for page in pages for note in page.text.notes]

    def _new(self, page: _Page) -> New:
        language = page.place.language or ("zh-hans" if page.text.is_chinese else "en")
        words = dict(page.words)
        return New(
            slug=self.addresses.take(page.path, page.place.key, language),
            language=language,
            products=words.pop("products"),
            words=words,
            reading=page.reading,
            at=self._moment_of(page),
            is_published=not is_draft(page.text),
        )

    def _moment_of(self, page: _Page) -> datetime | None:
        said: datetime | None = updated(page.text)
        return min(said, timezone.now()) if said else self.at

    def _file(self, page: _Page, article: Article, revision: int) -> SourceFile:
        rendered, _words = page.reading
        return SourceFile(
            path=page.path,
            digest=page.digest,
            content=page.raw,
            article=article,
            revision=revision,
            links=list(dict.fromkeys(rendered.addresses))[:2_000],
            anchors=list(dict.fromkeys(rendered.places))[:5_000],
            notes=page.text.notes,
        )

    def _remember(self, files: list[SourceFile]) -> None:
        for file in files:
            file.source = self.source
        SourceFile.objects.bulk_create(
            files,
            update_conflicts=True,
            unique_fields=["source", "path"],
            update_fields=[
                *("digest", "content", "article", "revision", "picture"),
                *("links", "anchors", "notes", "is_gone"),
            ],
        )

    # --- Changed pages

    def _edit(self, file: SourceFile, page: _Page) -> None:
        article = file.article
        assert article is not None
        before = _last_number(article)
        if article.revisions.filter(
            number__gt=file.revision, kind__in=[Revision.Kind.EDITED, Revision.Kind.RESTORED]
        ).exists():
            page.text.notes.append(f"was changed at the desk too; that text is revision {before}")
        article = actions.edit(
            article,
            by=self.by,
            at=self._moment_of(page),
            kind_of_change=Revision.Kind.IMPORTED,
            **page.words,
        )
        if file.is_gone and article.status == Article.Status.ARCHIVED:
            article = actions.publish(article, by=self.by, at=self.at)
        number = _last_number(article)
        self._remember([self._file(page, article, revision=number)])
        if number == before:
            self.report.unchanged += 1
        else:
            self.report.changed += 1
        self.report.notes += [(page.path, note) for note in page.text.notes]

    # --- When all are read

    def _gone(self, *, delete: bool) -> None:
        for file in self.files.values():
            if file.is_gone or file.path in self.seen:
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
        checked = check(self.source)
        self.report.broken_links = checked.broken_links
        self.report.missing_pictures = checked.missing_pictures
        self.report.notes += checked.nearly


class _Addresses:
    """Which addresses are taken, and by what."""

    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._taken: dict[str, dict[str, str | None]] = {}
        keys = {
            article: place_of(path).key
            for article, path in source.files.filter(article__isnull=False).values_list("article", "path")
        }
        for pk, slug, language in Article.objects.values_list("pk", "slug", "language"):
            self._taken.setdefault(slug, {})[language] = keys.get(pk)

    def take(self, path: str, key: str, language: str) -> str:
        """The nicest address that is free, or taken by translations of this very file."""
        *nicer, last = slugs_of(key, path)
        # The same tree may be there under another name already.
        every = [*nicer, last, f"{last}-{self._name}"]
        slug = next((one for one in every if self._is_free(one, key, language)), every[-1])
        self._taken.setdefault(slug, {})[language] = key
        return slug

    def _is_free(self, slug: str, key: str, language: str) -> bool:
        there = self._taken.get(slug, {})
        return (
            slug not in _reserved()
            and language not in there
            and all(other == key for other in there.values())
        )


def _reserved() -> set[str]:
    from kb.urls import RESERVED_SLUGS

    return RESERVED_SLUGS


def _last_number(article: Article) -> int:
    last = article.revisions.order_by("-number").values_list("number", flat=True).first()
    return last or 0


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """The database keeps the lock as long as this connection lives, whatever becomes of the process."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtext(%s))", [f"import_docs {name}"])
        if not cursor.fetchone()[0]:
            raise InvalidTransition(_("These files are being read already."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(hashtext(%s))", [f"import_docs {name}"])


def _no_steps(what: str, number: int) -> Callable[[], object]:
    return lambda: None
