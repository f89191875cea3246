"""API tokens: shown once, stored as a fingerprint, ended at once."""

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.exceptions import AuthenticationFailed

from accounts import actions
from accounts.api import TokenAuthentication
from accounts.models import ApiToken
from helpdesk.errors import InvalidTransition

pytestmark = pytest.mark.django_db


def who_is(secret):
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {secret}"})
    found = TokenAuthentication().authenticate(request)
    return found and found[0]


def new_token(client, name="nightly export") -> tuple[str, HttpResponse]:
    answer = client.post(reverse("api_tokens"), {"name": name})
    return answer.context["secret"], answer


def test_a_token_is_shown_once_and_speaks_for_its_owner(client, rui):
    client.force_login(rui)
    secret, answer = new_token(client)

    assert secret in answer.text and "no-store" in answer["Cache-Control"]
    assert secret not in client.get(reverse("api_tokens")).text
    assert who_is(secret) == rui
    assert not ApiToken.objects.filter(digest=secret).exists()


def test_a_revoked_token_is_refused_from_then_on(client, rui):
    client.force_login(rui)
    secret, _answer = new_token(client)

    client.post(reverse("revoke_token", args=[ApiToken.objects.get().pk]))

    with pytest.raises(AuthenticationFailed):
        who_is(secret)


def test_zoe_cannot_revoke_ruis_token(client, rui, zoe):
    token, secret = actions.issue_token(rui, name="nightly export")
    client.force_login(zoe)

    assert client.post(reverse("revoke_token", args=[token.pk])).status_code == 404
    assert who_is(secret) == rui
    client.force_login(rui)
    assert client.post(reverse("revoke_token", args=[token.pk])).status_code == 302


def test_a_token_ends_with_its_owners_access(rui):
    _token, secret = actions.issue_token(rui, name="nightly export")
    rui.is_active = False
    rui.save(update_fields=["is_active"])

    with pytest.raises(AuthenticationFailed):
        who_is(secret)


@pytest.mark.parametrize("header", ["", "Basic cnVpOnJ1aQ==", "Token abc"])
def test_other_ways_of_saying_who_one_is_are_left_to_others(rui, header):
    request = RequestFactory().get("/", headers={"Authorization": header} if header else {})

    assert TokenAuthentication().authenticate(request) is None


@pytest.mark.parametrize("secret", ["", "hd_", "hd_' or 1=1--", "héllo"])
def test_an_unknown_token_is_refused(rui, secret):
    with pytest.raises(AuthenticationFailed):
        who_is(secret)


def test_the_page_tells_tokens_apart_by_their_beginning_and_last_use(client, rui, clock):
    client.force_login(rui)
    secret, _answer = new_token(client, name="status page")
    assert "never" in client.get(reverse("api_tokens")).text

    clock.shift(timedelta(minutes=5))
    who_is(secret)

    page = client.get(reverse("api_tokens")).text
    assert secret[:8] in page and ">09:05</time>" in page
    assert not re.search(r">\s*never\s*<", page)


def test_a_token_is_revoked_once(rui):
    token, _secret = actions.issue_token(rui, name="nightly export")
    actions.revoke_token(token)

    with pytest.raises(InvalidTransition):
        actions.revoke_token(token)


def test_nobody_hoards_tokens(rui, monkeypatch):
    monkeypatch.setattr(actions, "TOKENS_PER_PERSON", 2)
    for number in range(2):
        actions.issue_token(rui, name=str(number))

    with pytest.raises(InvalidTransition):
        actions.issue_token(rui, name="one more")


def test_a_token_without_a_purpose_is_not_made(client, rui):
    client.force_login(rui)

    assert client.post(reverse("api_tokens"), {"name": " "}).status_code == 422
    assert not ApiToken.objects.exists()
