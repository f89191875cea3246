from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from demo.accounts import PASSWORD, sign_ins


class Command(BaseCommand):
    help = "Print whom the demo lets sign in, with the password. Who has another one by now is left out."

    def handle(self, *args: Any, **options: Any) -> None:
        shown = sign_ins()
        if not shown:
            self.stdout.write("No account here has the demo's password.")
            return
        width = max(len(person.email) for person in shown)
        self.stdout.write(f'Sign in with the password "{PASSWORD}" as')
        for person in shown:
            self.stdout.write(f"  {person.email:<{width}}  {person.role}")
