import re

import pytest
from django.urls import reverse

from accounts import actions
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_profile_changes_name_language_and_zone(client, rui):
    client.force_login(rui)

    client.post(reverse("profile"), {"name": "Rui T.", "language": "zh-hans", "time_zone": "Asia/Tokyo"})

    rui.refresh_from_db()
    assert (rui.name, rui.language, rui.time_zone) == ("Rui T.", "zh-hans", "Asia/Tokyo")
    assert 'lang="zh-hans"' in client.get(reverse("profile")).text


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"language": "tlh"}, {"name": ""}])
def test_what_nobody_knows_is_refused_beside_the_field(client, rui, wrong):
    client.force_login(rui)
    right = {"name": "Rui", "language": "en", "time_zone": "UTC"}

    answer = client.post(reverse("profile"), {**right, **wrong})

    assert answer.status_code == 422 and list(answer.context["form"].errors) == list(wrong)
    rui.refresh_from_db()
    assert rui.name == "Rui Tan"


def test_the_profile_cannot_make_an_agent(client, rui):
    client.force_login(rui)

    more = {"role": "admin", "email": "mia@desk.example", "is_active": ""}
    client.post(reverse("profile"), {"name": "Rui", "language": "en", "time_zone": "UTC", **more})

    rui.refresh_from_db()
    assert (rui.role, rui.email, rui.is_active) == ("requester", "rui@kite.example", True)


def test_the_language_switch_is_remembered_for_the_person(client, rui):
    client.force_login(rui)

    answer = client.post(reverse("set_language"), {"language": "zh-hans", "next": "/me/"})

    rui.refresh_from_db()
    assert answer.url == "/me/" and rui.language == "zh-hans"


def test_the_language_switch_works_for_a_reader_and_stays_on_this_host(client, db):
    answer = client.post(reverse("set_language"), {"language": "zh-hans", "next": "//evil.example"})

    assert "evil" not in answer.url
    assert 'lang="zh-hans"' in client.get(reverse("account_login")).text


def test_a_stranger_is_sent_to_sign_in(client, db):
    for name in ("profile", "api_tokens"):
        answer = client.get(reverse(name))
        assert answer.status_code == 302 and answer.url.startswith(reverse("account_login"))


def test_times_are_shown_in_the_persons_zone(client, rui, clock):
    rui.time_zone = "Asia/Shanghai"
    rui.save(update_fields=["time_zone"])
    client.force_login(rui)
    client.post(reverse("api_tokens"), {"name": "nightly export"})

    assert ">17:00</time>" in client.get(reverse("api_tokens")).text


def test_a_confirmed_work_address_makes_a_member(client, kite, mailoutbox):
    zoe = actions.add_person(email="zoe@home.example", name="Zoe", password=PASSWORD)
    client.login(request=None, email="zoe@home.example", password=PASSWORD)
    client.post(reverse("account_email"), {"action_add": "1", "email": "zoe@kite.example"})
    assert not zoe.memberships.exists()

    code = re.search(r"^\s{4}(\S+)\s*$", mailoutbox[0].body, re.MULTILINE).group(1)
    client.post(reverse("account_email_verification_sent"), {"code": code})

    assert zoe.memberships.get().organization == kite
    page = client.get(reverse("account_email")).text
    assert "zoe@kite.example" in page and "not confirmed" not in page
