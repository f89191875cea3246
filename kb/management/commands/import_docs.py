"""manage.py import_docs FOLDER: read a tree of Markdown files into articles."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from helpdesk.errors import InvalidTransition
from kb.models import Article
from kb.trees.importing import Report, import_tree
from kb.trees.naming import slugged

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Read a tree of Markdown files with YAML front matter into articles. Reading it again changes only "
        "what changed. docs/knowledge_base.md describes it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--name", help="the source it is kept as; the folder's name if not given")
        parser.add_argument("--by", metavar="E-MAIL", help="who imports; the system if not given")
        parser.add_argument("--audience", choices=Article.Audience.values, default=Article.Audience.PUBLIC)
        parser.add_argument("--delete", action="store_true", help="archive articles whose files are gone")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, keep nothing")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the whole report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        by = None
        if options["by"]:
            by = User.objects.filter(email__iexact=options["by"], role__in=User.STAFF_ROLES).first()
            if by is None:
                raise CommandError(f"Nobody on the desk has the address {options['by']}.")
        try:
            report = import_tree(
                folder,
                name=slugged(options["name"] or folder.resolve().name)[:50] or "docs",
                by=by,
                audience=options["audience"],
                delete=options["delete"],
                dry_run=options["dry_run"],
                steps=self._bar,
            )
        except InvalidTransition as error:
            raise CommandError(str(error)) from error
        if options["report"]:
            text = json.dumps(vars(report), ensure_ascii=False, indent=1)
            options["report"].write_text(text, encoding="utf-8")
        self._say(report, dry_run=options["dry_run"], delete=options["delete"])

    def _bar(self, what: str, number: int) -> Callable[[], object]:
        # Without a terminal (a hook, a beat job) there is nobody to watch it.
        bar = tqdm(total=number, desc=what, unit="file", disable=not sys.stderr.isatty())
        return lambda: bar.update()

    def _say(self, report: Report, *, dry_run: bool, delete: bool) -> None:
        say = self.stdout.write
        if dry_run:
            say("Dry run: nothing was kept.")
        say(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
            f"{len(report.skipped)} skipped, {report.pictures} new pictures, {report.revisions} revisions"
        )
        self._list("Skipped", report.skipped)
        for what in ("product not known", "platform not known"):
            names = Counter(
                name
                for _path, note in report.notes
                if note.startswith(f"{what}: ")
                for name in note.partition(": ")[2].split(", ")
            )
            if names:
                every = ", ".join(f"{name} × {number}" for name, number in names.most_common(SHOWN))
                say(f"{what.capitalize()}, kept as an extra fact: {every}")
        kinds = Counter(note.partition(":")[0].lstrip("0123456789 ") for _path, note in report.notes)
        for kind, number in kinds.most_common():
            say(f"  {number:6} × {kind}")
        self._list("Notes", report.notes)
        self._list("Links that lead nowhere", report.broken_links)
        self._list("Pictures that are not in the tree", report.missing_pictures)
        gone = "archived" if delete else "kept; --delete archives them"
        self._list(f"Files that are gone ({gone})", [(path, "") for path in report.gone])
        if report.other_files:
            others = ", ".join(f"{suffix} × {number}" for suffix, number in report.other_files.most_common())
            say(f"Other files, left alone: {others}")

    def _list(self, title: str, entries: list[tuple[str, str]]) -> None:
        if not entries:
            return
        self.stdout.write(f"{title}: {len(entries)}")
        for path, what in entries[:SHOWN]:
            self.stdout.write(f"  {path}: {what}" if what else f"  {path}")
        if len(entries) > SHOWN:
            self.stdout.write(f"  … and {len(entries) - SHOWN} more (--report FILE has them all)")
