import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from events import audit
from events.models import Event


class Command(BaseCommand):
    help = (
        "Check the hash chain of every ticket. Exit status 1 if anything was changed, removed or re-ordered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tickets", nargs="*", type=int, help="only these ticket numbers")

    def handle(self, *args: Any, tickets: list[int], **options: Any) -> None:
        count = 0
        for finding in audit.verify(tickets or None):
            count += 1
            self.stdout.write(f"ticket {finding.ticket}, event {finding.sequence}: {finding.problem}")
        rows = Event.objects.filter(ticket_id__in=tickets).count() if tickets else Event.objects.count()
        self.stdout.write(f"{rows} events checked, {count} wrong")
        if count:
            sys.exit(1)
