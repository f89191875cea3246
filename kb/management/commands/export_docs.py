"""manage.py export_docs SOURCE FOLDER: write a tree back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kb.models import Article, Source
from kb.trees.exporting import export_tree


class Command(BaseCommand):
    help = "Write a tree that import_docs read: unchanged files byte for byte, changed ones as they are now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="the name it was imported as")
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--audience",
            choices=Article.Audience.values,
            default=Article.Audience.INTERNAL,
            help="whom it is for; articles for narrower audiences are left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source = Source.objects.filter(name=options["source"]).first()
        if source is None:
            names = ", ".join(Source.objects.order_by("name").values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no source {options['source']!r}. There are: {names}.")
        written = export_tree(source, options["folder"], audience=options["audience"])
        self.stdout.write(
            f"{written.unchanged} files as they were, {written.changed} as they are now, "
            f"{written.pictures} pictures, {len(written.left_out)} left out"
        )
