from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from importing import generic, servicenow
from importing.files import UnusableFile
from importing.records import BadRow
from importing.writing import Writer, batches

FORMATS = {"servicenow": servicenow, "generic": generic}
BATCH = 200


class Command(BaseCommand):
    help = (
        "Import tickets with their history. Sends no mail and pages nobody; importing the same file twice "
        "adds nothing; an interruption leaves whole tickets only, and the next run goes on from there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".csv or .csv.gz")
        parser.add_argument("--format", choices=FORMATS, required=True)
        parser.add_argument(
            "--organization", default="", help="customer of the tickets whose row names none (default: none)"
        )
        parser.add_argument("--dry-run", action="store_true", help="read and check the file, write nothing")

    def handle(
        self, *args: Any, file: Path, format: str, organization: str, dry_run: bool, **options: Any
    ) -> None:
        reader = FORMATS[format]
        bad: list[BadRow] = []
        writer = Writer(reader.SOURCE, organization=organization, now=timezone.now())
        counts: Counter[str] = Counter()
        started = time.monotonic()
        try:
            with tqdm(unit=" tickets", disable=None) as progress:
                for batch in batches(reader.read(file, bad.append), BATCH):
                    counts["tickets"] += len(batch)
                    counts["changes"] += sum(len(history.changes) for history in batch)
                    counts["new"] += len(writer.new(batch)) if dry_run else writer.write(batch)
                    progress.update(len(batch))
        except UnusableFile as error:
            raise CommandError(str(error)) from error
        self._report(bad, counts, dry_run, time.monotonic() - started)

    def _report(self, bad: list[BadRow], counts: Counter[str], dry_run: bool, seconds: float) -> None:
        for row in bad:
            self.stdout.write(f"line {row.line}: {row.reason}")
        verb = "would be imported" if dry_run else "imported"
        self.stdout.write(
            f"{counts['tickets']} tickets with {counts['changes']} changes read, {counts['new']} {verb}, "
            f"{counts['tickets'] - counts['new']} were there already, {len(bad)} bad rows; "
            f"{seconds:.1f} s, {counts['tickets'] / max(seconds, 0.001):.0f} tickets/s"
        )
