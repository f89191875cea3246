"""manage.py load_articles FOLDER: read articles from Markdown files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kb.importing import load_articles


class Command(BaseCommand):
    help = "Create or update published articles from FOLDER/en/*.md and FOLDER/zh-hans/*.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        report = load_articles(folder)
        for path, reason in report.broken:
            self.stderr.write(f"{path}: {reason}")
        self.stdout.write(
            f"{report.created} created, {report.changed} changed, {report.unchanged} unchanged, "
            f"{len(report.broken)} left out"
        )
