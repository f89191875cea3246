from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from demo import loading
from helpdesk.loopback import leads_here
from sla.models import Clock
from tickets.models import Ticket


class Command(BaseCommand):
    help = (
        "Fill an empty desk with the demo: customers on four plans, fourteen people, 60 tickets with a month "
        "of history, articles. Everybody in it has the same password; `demo_accounts` prints it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="also where SITE_URL says that others can reach this desk"
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if not force and not leads_here(settings.SITE_URL):
            raise CommandError(
                f"SITE_URL is {settings.SITE_URL}: others may reach this desk, and the demo's password is "
                "known to everybody. Load the demo on a desk of your own, or use --force if nobody else can "
                "come in."
            )
        if loading.is_loaded():
            self.stdout.write("The demo is loaded already.")
            return
        started = time.monotonic()
        try:
            loading.load(show=self.show)
        except loading.NotEmpty as error:
            raise CommandError(
                "This desk is in use: the demo is only for one without people and tickets."
            ) from error
        self.stdout.write(
            f"{Ticket.objects.count()} tickets with {Clock.objects.count()} clocks "
            f"in {time.monotonic() - started:.0f} s"
        )

    def show(self, what: str, total: int) -> Callable[[int], object]:
        """A bar where somebody looks on, else a line in the log."""
        if not sys.stderr.isatty():
            self.stdout.write(f"{total} {what} ...")
            self.stdout.flush()
        return tqdm(total=total, unit=f" {what}", disable=None).update
