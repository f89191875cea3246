"""What beat sends is a task that some app has, and no hint lives longer than the time to the next."""

from datetime import timedelta

import pytest
from django.conf import settings

from helpdesk.celery import app
from helpdesk.schedule import daily, every

ENTRIES = settings.CELERY_BEAT_SCHEDULE.values()


@pytest.mark.parametrize("task", [entry["task"] for entry in ENTRIES])
def test_a_worker_knows_what_beat_sends(task):
    app.loader.import_default_modules()
    assert task in app.tasks


def test_a_hint_expires_when_the_next_one_comes():
    entry = every(timedelta(minutes=10), "tickets.tasks.close_resolved")
    assert entry["schedule"] == timedelta(seconds=entry["options"]["expires"]) == timedelta(minutes=10)


def test_once_a_day_is_at_this_minute():
    entry = daily("3:17", "sla.tasks.check_clocks")
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({3}, {17})
    assert entry["options"]["expires"] == 3600
