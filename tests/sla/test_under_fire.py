"""Each missed promise is recorded once and told once, whoever dies meanwhile (rules D2, D3).

`python -m bench.fire` does the same with ten thousand clocks.
"""

import os
import random
import signal
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Tier, User
from events.models import Event
from events.recording import silently
from notifications.models import Mail, Notice
from sla.models import Clock, ClockRecord
from tests.conftest import person
from tests.services import wait_until
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.processes

SETTINGS = {
    "SLA_SCAN_PERIOD_SECONDS": "3",
    "SLA_SCAN_BATCH": "1",
    "OUTBOX_SWEEP_PERIOD_SECONDS": "1",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
}
COUNT = 100


@pytest.fixture
def missed(product):
    """Tickets whose answer was due a minute ago, and nobody has noticed yet."""
    person("Lars Holm", role=User.Role.AGENT, tier=Tier.L1, is_lead=True)
    person("Lena Wolf", role=User.Role.AGENT, tier=Tier.L2, is_lead=True)
    person("Mia Moreau", role=User.Role.MANAGER)
    rui = person("Rui Tan", domain="kite.example")
    filed = timezone.now() - timedelta(minutes=31)
    with silently():
        return [
            actions.create(requester=rui, by=rui, priority="P2", subject=f"Black {i}", body="x", at=filed)
            for i in range(COUNT)
        ]


def escalated():
    return Ticket.objects.filter(tier=Tier.L2).count()


def held_up():
    """How many connections wait for a lock in the middle of their work."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def more_than_once(rows, *what):
    """What exists more than once by these columns."""
    return list(rows.values(*what).annotate(times=Count("pk")).filter(times__gt=1))


def test_four_scanners_two_beats_and_workers_killed_in_mid_scan_tell_each_missed_promise_once(
    product, missed, request
):
    workers = [product.start_worker(concurrency=2, **SETTINGS) for _ in range(2)]
    # The first is killed in the middle of its work, for which it waits here while the other one sleeps.
    os.killpg(workers[1].popen.pid, signal.SIGSTOP)
    with transaction.atomic():
        list(Clock.objects.select_for_update().values_list("pk"))
        for _ in range(2):
            product.start_beat(**SETTINGS)
        wait_until(held_up, what="a scanner has a ticket in its hands")
        workers[0].kill()
    os.killpg(workers[1].popen.pid, signal.SIGCONT)
    # The other one is killed at some moment of its work, or right after.
    until = random.Random(request.node.name + str(timezone.now())).randint(1, COUNT // 5)
    wait_until(lambda: escalated() >= until, what=f"{until} are escalated")
    workers[1].kill()

    product.start_worker(concurrency=2, **SETTINGS)
    wait_until(lambda: escalated() == COUNT, seconds=300, what="all are escalated")
    wait_until(lambda: not Event.objects.pending().exists(), seconds=300, what="all is announced")

    breaches = Event.objects.filter(kind="sla.breached")
    assert breaches.count() == Event.objects.filter(kind="ticket.escalated").count() == COUNT
    assert (
        more_than_once(Event.objects.filter(kind__startswith="sla."), "ticket", "kind", "data__level") == []
    )
    assert ClockRecord.objects.filter(level="breach").count() == COUNT
    assert not Clock.objects.filter(target="response", breached_at=None).exists()
    for told in (Mail, Notice):
        about = told.objects.filter(event__in=breaches)
        assert about.count() == 3 * COUNT, "the lead, the lead above and the manager, of each"
        assert more_than_once(about, "user", "event__ticket") == []
