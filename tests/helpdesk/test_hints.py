import os
import socket
import threading
import time

import pytest

from helpdesk import hints
from helpdesk.celery import app


class Task:
    """Stands for a Celery task; `during` is what publishing does."""

    name = "tests.task"

    def __init__(self, during=lambda: None):
        self.during = during
        self.given = []

    def apply_async(self, args, **options):
        self.given.append((args, options))
        self.during()


@pytest.fixture(autouse=True)
def messenger(monkeypatch):
    messenger = hints._Messenger()
    monkeypatch.setattr(hints, "_messenger", messenger)
    return messenger


def test_a_hint_is_given_once_and_expires():
    task = Task()
    hints.give(task, 7)
    assert hints.wait_until_given()
    assert task.given == [((7,), {"expires": 60})]


def test_the_same_hint_does_not_wait_twice():
    gate = threading.Event()
    task = Task(during=gate.wait)
    for _ in range(100):
        hints.give(task, 7)
        hints.give(task, 8)
    gate.set()
    assert hints.wait_until_given(5)
    assert 2 <= len(task.given) <= 3
    hints.give(task, 7)
    assert hints.wait_until_given(5)
    assert task.given[-1][0] == (7,)


def test_who_gives_a_hint_does_not_wait_for_a_redis_that_hangs():
    gate = threading.Event()
    task = Task(during=gate.wait)
    started = time.monotonic()
    for number in range(2000):
        hints.give(task, number)
    assert time.monotonic() - started < 5  # it hangs for good
    gate.set()
    assert hints.wait_until_given(5)
    assert len(task.given) <= hints.MOST_WAITING + 1


def test_after_a_failure_hints_are_thrown_away_for_a_while():
    def refuse():
        raise ConnectionError

    task = Task(during=refuse)
    for number in range(50):
        hints.give(task, number)
    assert hints.wait_until_given()
    assert len(task.given) == 1


@pytest.mark.parametrize("answers", [False, True], ids=["refused", "silent"])
def test_a_real_task_at_a_redis_that_is_away_or_hangs_costs_nothing(answers, monkeypatch):
    from events.tasks import announce

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if answers else 1
        monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
        app._after_fork()
        started = time.monotonic()
        hints.give(announce, 1)
        assert time.monotonic() - started < 0.9  # the timeout of one attempt is a second
        hints.wait_until_given(10)
    app._after_fork()


def test_a_child_of_the_process_has_its_own_thread(messenger):
    hints.give(Task())
    hints.wait_until_given()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        task = Task()
        hints.give(task)
        hints.wait_until_given()
        os.write(writer, str(len(task.given)).encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 1) == b"1"
