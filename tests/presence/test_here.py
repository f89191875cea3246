"""Who is here, on which ticket, doing what: in Redis, and gone by itself."""

import uuid
from dataclasses import replace

import pytest
import time_machine

from presence import connection, here, pages, who_is_here
from presence.pages import Doing, Entry
from tests.conftest import MONDAY_9AM

ANA = Entry(1, "Ana Nunes", "AN", 1, 10001, Doing.VIEW, MONDAY_9AM.timestamp())
LENA = replace(ANA, user=2, name="Lena Wolf", initials="LW")


@pytest.fixture(autouse=True)
def keys_of_our_own(settings):
    default = settings.CHANNEL_LAYERS["default"]
    config = {**default["CONFIG"], "prefix": f"test-{uuid.uuid4().hex}"}
    settings.CHANNEL_LAYERS = {"default": {**default, "CONFIG": config}}


def doing(number=10001):
    return [(entry.user, entry.doing) for entry in pages.on_tickets([number])[number]]


def test_who_is_here_are_those_heard_of_within_a_minute():
    with time_machine.travel(MONDAY_9AM, tick=False) as clock:
        here.note_here([1, 2])
        clock.shift(59)
        here.note_here([2])
        assert who_is_here([1, 2, 3]) == {1, 2}
        clock.shift(2)
        assert who_is_here([1, 2, 3]) == {2}
        assert who_is_here([]) == set()


def test_each_person_stands_on_a_ticket_once_and_who_writes_first_stands_first():
    with time_machine.travel(MONDAY_9AM, tick=False):
        until = MONDAY_9AM.timestamp() + pages.WRITES_SECONDS
        pages.put("a", ANA)
        pages.put("b", replace(ANA, doing=Doing.NOTE, writes_until=until))
        pages.put("c", replace(LENA, doing=Doing.REPLY, since=ANA.since - 1, writes_until=until))
        pages.put("d", replace(ANA, user=3, doing=Doing.REPLY, writes_until=until))
        pages.put("e", replace(LENA, ticket=10002))
        assert doing() == [(2, Doing.REPLY), (3, Doing.REPLY), (1, Doing.NOTE)]
        pages.remove("c")
        assert doing() == [(3, Doing.REPLY), (1, Doing.NOTE)]
        assert doing(10002) == [(2, Doing.VIEW)]


def test_writing_expires_before_the_page_does_and_nothing_of_a_lost_page_stays():
    with time_machine.travel(MONDAY_9AM, tick=False) as clock:
        until = MONDAY_9AM.timestamp() + pages.WRITES_SECONDS
        pages.put("a", replace(ANA, doing=Doing.REPLY, writes_until=until))
        for _ in range(4):
            clock.shift(31)
            pages.keep(["a"])
        assert doing() == [(1, Doing.VIEW)]
        clock.shift(pages.ALIVE_SECONDS + 1)
        assert doing() == []
        assert connection.ask(lambda redis: redis.hlen(connection.key("pages")), None) == 0


def test_without_redis_nobody_is_known_to_be_here_and_nobody_waits(settings):
    default = settings.CHANNEL_LAYERS["default"]
    config = {**default["CONFIG"], "hosts": [{"address": "redis://127.0.0.1:1/0"}]}
    settings.CHANNEL_LAYERS = {"default": {**default, "CONFIG": config}}
    here.note_here([1])
    pages.put("a", ANA)
    assert who_is_here([1]) == set()
    assert doing() == []
