from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from events.models import Event
from helpdesk import views
from notifications.models import Mail
from sla.models import Heartbeat
from tests.notifications.conftest import announce_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanned(db, clock):
    return Heartbeat.objects.create(name="scan", at=timezone.now())


def health(client):
    response = client.get("/health/")
    return response.status_code, response.json()


def test_all_is_well(client, scanned):
    assert health(client) == (
        200,
        {
            "status": "ok",
            "database": {"status": "ok"},
            "redis": {"status": "ok"},
            "scan": {"status": "ok", "seconds_ago": 0},
            "events": {"status": "ok", "oldest_seconds": 0},
            "mail": {"status": "ok", "oldest_seconds": 0},
        },
    )


def test_a_scan_that_is_silent_for_over_three_minutes_shows(client, scanned):
    Heartbeat.objects.update(at=timezone.now() - timedelta(seconds=181))
    status, body = health(client)
    assert (status, body["status"], body["scan"]["status"]) == (200, "degraded", "late")


def test_a_scan_that_never_ran_shows(client, db):
    assert health(client)[1]["scan"] == {"status": "never", "seconds_ago": None}


def test_events_that_nobody_announces_and_mail_that_does_not_leave_show(client, scanned, ticket):
    events = Event.objects.filter(announced_at=None)
    assert health(client)[1]["status"] == "ok"
    later = timezone.now() + timedelta(minutes=6)
    from helpdesk.health import report

    assert events.exists() and report(later)["events"]["status"] == "late"
    announce_all()
    assert report(later)["events"]["status"] == "ok"
    Mail.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert health(client)[1]["mail"]["status"] == "late"


def test_without_redis_the_site_is_up_and_says_what_is_missing(client, scanned, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, body = health(client)
    assert (status, body["status"], body["redis"]) == (200, "degraded", {"status": "away"})


def test_without_the_database_the_site_is_down(client, monkeypatch):
    def away(now):
        raise OperationalError("connection refused")

    monkeypatch.setattr(views, "report", away)
    assert health(client) == (503, {"status": "down", "database": {"status": "away"}})


def test_nothing_but_reading_is_answered(client, db):
    assert client.post("/health/").status_code == 405
