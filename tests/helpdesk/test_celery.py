"""What a worker does around each task."""

import psycopg2
import pytest
from celery import shared_task, signals
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection

from helpdesk.celery import app
from tests.database import database_url

pytestmark = pytest.mark.django_db(transaction=True)


@shared_task
def nothing():
    pass


@pytest.fixture
def run():
    """As a worker runs a task: Celery's own care for Django's connections, then ours; returns what it did."""
    fixup = DjangoWorkerFixup(app)

    def run(task):
        fixup.on_task_prerun(sender=nothing)
        signals.task_prerun.send(sender=nothing)
        result = task()
        fixup.on_task_postrun(sender=nothing)
        signals.task_postrun.send(sender=nothing)
        return result

    return run


def backend():
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_worker_keeps_its_connection_from_task_to_task(run):
    assert len({run(backend) for _ in range(5)}) == 1


def test_a_connection_that_the_server_has_ended_costs_no_task(run):
    ended = run(backend)
    other = psycopg2.connect(database_url(connection.settings_dict["NAME"]))
    other.autocommit = True
    other.cursor().execute("select pg_terminate_backend(%s, 10000)", [ended])
    other.close()
    assert run(backend) != ended


def test_an_old_connection_goes_as_after_a_request(run):
    first = run(backend)
    connection.close_at = 0
    assert run(backend) != first
