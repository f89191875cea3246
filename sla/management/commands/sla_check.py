"""`manage.py sla_check FILE...`: compare the SLA engine's answers with expected ones. Needs no database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla.checking import Report, UnknownForm, check_file


class Command(BaseCommand):
    help = (
        "Compare the SLA engine with files of expected answers; exit status 0 only if all of them are right."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        total = Report()
        try:
            for path in files:
                total.add(check_file(path))
        except UnknownForm as error:
            raise CommandError(str(error)) from None
        for mismatch in total.mismatches:
            self.stdout.write(str(mismatch))
        self.stdout.write(f"{total.checked} checked, {total.wrong} wrong")
        if total.wrong:
            raise SystemExit(1)
