import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sla import recomputing


class Command(BaseCommand):
    help = "Read every clock anew from the events, compare with the stored rows, and repair them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit status 1 if any differs")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        count = 0
        for difference in recomputing.differences(repair=not check):
            count += 1
            self.stdout.write(str(difference))
        self.stdout.write(f"{count} differences{'' if check or not count else ', repaired'}")
        if check and count:
            sys.exit(1)
