"""`manage.py create_admin`: the first account of an empty desk."""

import io

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What comes from standard input."""
    typed = io.StringIO(f"{PASSWORD}\n")
    monkeypatch.setattr("sys.stdin", typed)
    return typed


def test_the_new_admin_signs_in_without_a_mail(client: Client) -> None:
    call_command("create_admin", "Mia@Desk.Example", name="Mia Moreau")

    mia = User.objects.get(email="mia@desk.example")
    assert (mia.role, mia.name) == (User.Role.ADMIN, "Mia Moreau")
    assert EmailAddress.objects.get(user=mia).verified
    assert client.login(email="mia@desk.example", password=PASSWORD)


def test_an_address_that_has_an_account_is_left_alone(ana: User) -> None:
    with pytest.raises(CommandError, match="has an account already"):
        call_command("create_admin", ana.email)

    ana.refresh_from_db()
    assert ana.role == User.Role.AGENT


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("mia@desk.example", "short", "at least 12 characters"),
        ("mia@desk.example", "mia@desk.example", "too similar"),
        ("mia", PASSWORD, "valid email"),
    ],
)
def test_a_bad_password_or_address_makes_no_account(
    typed: io.StringIO, email: str, password: str, reason: str
) -> None:
    typed.truncate(0)
    typed.seek(0)
    typed.write(f"{password}\n")
    typed.seek(0)

    with pytest.raises(CommandError, match=reason):
        call_command("create_admin", email)

    assert not User.objects.exists()
