"""A dead scanner cannot look as if all were well (rule D7)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sla import heartbeat, scanning
from tests.conftest import MONDAY_9AM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_afresh():
    heartbeat.forget()
    yield
    heartbeat.forget()


def page(client, name="queue"):
    return " ".join(client.get(reverse(name)).content.decode().split())


def scanned_at(minutes):
    scanning.scan(MONDAY_9AM + timedelta(minutes=minutes))
    heartbeat.forget()


@pytest.mark.parametrize("name", ["queue", "notices", "ticket_new_desk"])
def test_every_page_of_the_desk_says_when_nobody_watches_the_clocks(clock, client, ana, name):
    client.force_login(ana)
    scanned_at(0)
    assert "Nobody has watched" not in page(client, name)
    clock.move_to(MONDAY_9AM + timedelta(minutes=3))
    assert "Nobody has watched" not in page(client, name)
    clock.move_to(MONDAY_9AM + timedelta(minutes=7, seconds=1))
    assert "Nobody has watched the clocks for 7 min 1 s." in page(client, name)
    scanned_at(7)
    assert "Nobody has watched" not in page(client, name)


def test_a_scan_that_never_ran_shows_too(client, ana):
    client.force_login(ana)
    assert "no scan has run yet" in page(client)


def test_open_pages_hear_of_it_with_the_counts_of_the_rail(clock, client, ana):
    client.force_login(ana)
    scanned_at(0)
    assert '<div id="scan-silence" role="alert" hx-swap-oob="true"> </div>' in page(client, "queue_counts")
    clock.move_to(MONDAY_9AM + timedelta(minutes=4))
    assert "Nobody has watched the clocks for 4 min." in page(client, "queue_counts")


def test_customers_are_not_told(client, rui, ticket):
    client.force_login(rui)
    for address in ("/portal/", ticket.get_absolute_url()):
        assert "scan-silence" not in client.get(address).content.decode()


def test_it_is_asked_once_in_a_few_seconds_and_needs_no_redis(client, ana, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "helpdesk.cache.ForgivingRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    client.force_login(ana)
    asked = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            assert "no scan has run yet" in page(client)
        asked.append(sum("sla_heartbeat" in query["sql"] for query in queries))
    assert asked == [1, 0, 0]


def test_the_speech_is_chinese_for_who_reads_chinese(client, ana):
    type(ana).objects.filter(pk=ana.pk).update(language="zh-hans")
    client.force_login(ana)
    assert "时钟" in page(client)
