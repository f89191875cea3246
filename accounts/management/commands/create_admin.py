import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.actions import add_person
from accounts.models import User


class Command(BaseCommand):
    help = (
        "Make the first account of an empty desk: an admin, who makes the others in the browser. "
        "Asks for the password, or reads it as one line from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", help="shown to customers; without it the address is")

    def handle(self, *args: Any, email: str, name: str | None, **options: Any) -> None:
        email = User.objects.normalize_email(email)
        if User.objects.filter(email=email).exists():
            raise CommandError(f"{email} has an account already.")
        user = User(email=email, name=name or email, role=User.Role.ADMIN)
        password = self.ask_for_password()
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error

        # Whoever may run this command need not prove the address by mail, which may not be set up yet.
        add_person(email=email, name=user.name, password=password, role=User.Role.ADMIN)
        self.stdout.write(f"{email} may sign in as an admin.")

    def ask_for_password(self) -> str:
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\n")
        password = getpass("Password: ")
        if getpass("The same again: ") != password:
            raise CommandError("The two passwords differ.")
        return password
