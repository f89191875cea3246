"""The way in. What a stranger may learn at the door: nothing."""

import re

import pytest
from django.contrib.auth import get_user
from django.urls import reverse

from accounts import actions
from accounts.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def rui_signs_in(kite, client):
    """Rui may sign in; returns the function that tries."""
    actions.add_person(email="Rui@Kite.example", name="Rui Tan", password=PASSWORD)

    def sign_in(email="rui@kite.example", password=PASSWORD, **more):
        return client.post(reverse("account_login"), {"login": email, "password": password, **more})

    return sign_in


@pytest.mark.parametrize("address", ["rui@kite.example", "RUI@KITE.EXAMPLE", "Rui@kite.Example"])
def test_the_address_opens_the_door_in_whatever_case(rui_signs_in, client, address):
    answer = rui_signs_in(address)

    assert answer.status_code == 302 and answer.url == reverse("home")
    assert get_user(client).email == "rui@kite.example"


def test_a_wrong_password_is_told_in_the_same_words_as_an_unknown_address(rui_signs_in, client):
    wrong_password = rui_signs_in(password="not it at all")
    unknown_address = rui_signs_in("nobody@kite.example")

    assert not get_user(client).is_authenticated
    assert errors(wrong_password) == errors(unknown_address) != []


def test_who_may_no_longer_sign_in_stays_outside(rui_signs_in, client):
    User.objects.filter(email="rui@kite.example").update(is_active=False)

    rui_signs_in()

    assert not get_user(client).is_authenticated


def test_after_signing_in_one_stays_on_this_host(rui_signs_in):
    for trap in ("//evil.example", "https://evil.example/", "https:evil.example", r"\\evil.example"):
        assert "evil" not in rui_signs_in(next=trap).url


def test_the_session_key_changes_at_sign_in(rui_signs_in, client):
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["helpdesk-session"] = session.session_key

    rui_signs_in()

    assert client.session.session_key != session.session_key


def test_a_forgotten_password_is_replaced_through_the_mail(rui_signs_in, client, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "rui@kite.example"})
    [mail] = mailoutbox
    path = re.search(r"https?://[^/]+(/\S+)", mail.body).group(1)
    form = client.get(path, follow=True)
    client.post(
        form.request["PATH_INFO"], {"password1": "a new row of words", "password2": "a new row of words"}
    )

    rui_signs_in(password="a new row of words")

    assert get_user(client).email == "rui@kite.example"


def test_asking_for_a_new_password_says_the_same_to_everybody(rui_signs_in, client, mailoutbox):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in ("rui@kite.example", "nobody@kite.example")
    ]

    assert page(answers[0]) == page(answers[1])
    assert len(mailoutbox) == 2


def test_signing_out_needs_a_form(rui_signs_in, client):
    rui_signs_in()

    assert client.get(reverse("account_logout")).status_code == 200
    assert get_user(client).is_authenticated
    client.post(reverse("account_logout"))
    assert not get_user(client).is_authenticated


def errors(answer):
    return list(answer.context["form"].non_field_errors())


def page(answer):
    """The page without what differs at every request."""
    return re.sub(r'(csrfmiddlewaretoken" value|server-time" content|nonce)="[^"]*"', r"\1", answer.text)
