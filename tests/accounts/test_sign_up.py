"""Whose address is proved belongs to the address's company, and not before."""

import re

import pytest
from django.contrib.auth import get_user
from django.urls import reverse

from accounts import actions
from accounts.models import Membership, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_up(client, email="rui@kite.example", **more):
    fields = {"name": "Rui Tan", "email": email, "password1": PASSWORD, **more}
    return client.post(reverse("account_signup"), fields)


def code_in(mail):
    return re.search(r"^\s{4}(\S+)\s*$", mail.body, re.MULTILINE).group(1)


def enter(client, code):
    return client.post(reverse("account_email_verification_sent"), {"code": code})


def test_the_company_follows_from_the_address_once_it_is_proved(client, kite, mailoutbox):
    sign_up(client)
    rui = User.objects.get(email="rui@kite.example")
    assert not rui.memberships.exists() and not get_user(client).is_authenticated

    enter(client, code_in(mailoutbox[0]))

    assert get_user(client) == rui
    assert rui.memberships.get().organization == kite
    assert rui.memberships.get().role == Membership.Role.MEMBER


def test_a_wrong_code_proves_nothing(client, kite, mailoutbox):
    sign_up(client)

    enter(client, "WRONG1")

    assert not get_user(client).is_authenticated
    assert not Membership.objects.exists()


def test_a_code_is_worthless_in_another_browser(client, kite, mailoutbox, django_user_model):
    sign_up(client)
    code = code_in(mailoutbox[0])
    other = type(client)()

    enter(other, code)

    assert not get_user(other).is_authenticated
    assert not Membership.objects.exists()


def test_who_signs_up_is_a_requester_whatever_the_form_says(client, kite, mailoutbox):
    sign_up(client, role="admin", is_active="1", tier="TAM", organization=str(kite.pk))

    rui = User.objects.get(email="rui@kite.example")
    assert (rui.role, rui.tier) == (User.Role.REQUESTER, "")
    assert not rui.memberships.exists()


def test_an_address_of_nobodys_domain_joins_nothing(client, kite, mailoutbox):
    sign_up(client, email="zoe@ondo.example")
    enter(client, code_in(mailoutbox[0]))

    assert get_user(client).email == "zoe@ondo.example"
    assert not Membership.objects.exists()


def test_a_domain_that_only_ends_alike_is_another_one(kite, zoe):
    for address in ("zoe@notkite.example", "zoe@kite.example.evil.example", "zoe@sub.kite.example"):
        assert actions.join_by_domain(zoe, address) is None


def test_staff_join_no_customer_by_their_address(kite, ana):
    assert actions.join_by_domain(ana, "ana@kite.example") is None
    assert not ana.memberships.exists()


def test_proving_again_keeps_a_leads_role(kite, rui):
    rui.memberships.update(role=Membership.Role.LEAD)

    actions.join_by_domain(rui, rui.email)

    assert rui.memberships.get().role == Membership.Role.LEAD


def test_signing_up_with_a_known_address_looks_like_any_sign_up_and_mails_its_owner(client, kite, mailoutbox):
    actions.add_person(email="rui@kite.example", name="Rui Tan", password=PASSWORD)

    known = sign_up(client, password1="some other password", name="Zoe")
    unknown = sign_up(type(client)(), email="new@kite.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert mailoutbox[0].to == ["rui@kite.example"]
    assert not re.search(r"^\s{4}\S+\s*$", mailoutbox[0].body, re.MULTILINE)
    assert User.objects.get(email="rui@kite.example").name == "Rui Tan"
    assert User.objects.get(email="rui@kite.example").check_password(PASSWORD)


def test_language_and_zone_of_the_browser_become_the_persons(client, kite, mailoutbox):
    client.cookies["django_language"] = "zh-hans"
    sign_up(client, time_zone="Asia/Shanghai")

    rui = User.objects.get(email="rui@kite.example")
    assert (rui.language, rui.time_zone) == ("zh-hans", "Asia/Shanghai")


def test_a_zone_nobody_knows_is_utc(client, kite, mailoutbox):
    sign_up(client, time_zone="../../etc/passwd")

    assert User.objects.get(email="rui@kite.example").time_zone == "UTC"
