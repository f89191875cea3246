import pytest
from django.urls import reverse

from helpdesk import settings_pages
from helpdesk.settings_pages import Section, admins

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(monkeypatch):
    seen = [
        ("Promises", [Section("calendars", "Calendars", "When work is done.", "settings", "calendar")]),
        ("Forms", [Section("forms", "Forms", "What is asked.", "settings", "file", may_see=admins)]),
    ]
    monkeypatch.setattr(settings_pages, "GROUPS", seen)


def test_a_manager_sees_what_managers_decide(client, mia, pages):
    client.force_login(mia)
    text = client.get(reverse("settings")).text
    assert "When work is done." in text
    assert "What is asked." not in text


def test_an_agent_is_told_whom_to_ask(client, ana, pages):
    client.force_login(ana)
    response = client.get(reverse("settings"))
    assert response.status_code == 200
    assert "When work is done." not in response.text
    assert "Ask one of them" in response.text


def test_a_requester_has_no_settings_of_the_desk(client, rui, pages):
    client.force_login(rui)
    assert client.get(reverse("settings")).status_code == 403


def test_a_stranger_is_sent_to_sign_in(client, pages):
    assert client.get(reverse("settings")).status_code == 302


def test_every_page_listed_opens_for_an_admin(client, ines):
    client.force_login(ines)
    for _title, sections in settings_pages.GROUPS:
        for section in sections:
            assert client.get(reverse(section.url_name)).status_code == 200
