"""Where the demo may be loaded, and that its past fits whenever the first start is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from accounts.models import User
from demo import loading, texts
from tickets.models import Ticket

OTHER_STARTS = [
    datetime(2026, 12, 25, 3, 0, tzinfo=UTC),
    datetime(2027, 3, 31, 13, 45, tzinfo=UTC),
    datetime(2028, 2, 29, 0, 0, tzinfo=UTC),
]


def test_a_desk_in_use_is_left_alone(ticket: Ticket) -> None:
    with pytest.raises(CommandError, match="in use"):
        call_command("load_demo")
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "url", ["https://helpdesk.example", "http://192.168.1.7:8000", "http://0.0.0.0:8000"]
)
def test_a_desk_that_others_reach_gets_no_known_passwords(url: str, settings: Any, db: None) -> None:
    settings.SITE_URL = url
    with pytest.raises(CommandError, match="SITE_URL"):
        call_command("load_demo")
    assert not User.objects.exists()


@pytest.mark.parametrize("start", OTHER_STARTS)
def test_whenever_the_first_start_is_the_past_fits(start: datetime) -> None:
    demo = texts.read()
    steps = loading.history(demo, start)
    assert max(step.at for step in steps) < start
    assert start - min(step.at for step in steps) < timedelta(days=45)
    resolved = {step.index: step.at for step in steps if step.move.verb == "resolve"}
    for story in demo.stories:
        if story.state == "resolved":
            # Else the first walk of beat would close it.
            assert start - resolved[story.index] < project.AUTO_CLOSE_AFTER - timedelta(hours=4)
