"""A page whose line broke is told what it missed: what it may see of it, and no more."""

import json

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from notifications import missed
from tests.notifications.pages import awaited, hears, opened, session_of
from tickets import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channel_layer")]


async def resumed(client, **frame):
    """What a new page hears after it has said where it stopped."""
    page = await opened(client)
    await page.says(text=json.dumps({"type": "resume", **frame}))
    heard = []
    while not heard or heard[-1] != {"type": "resumed"}:
        heard += await hears(page)
    return heard[:-1]


def events_of(frames):
    return [frame["event"] for frame in frames if frame["type"] == "ticket.changed"]


@awaited
async def test_everybody_gets_what_was_missed_as_far_as_they_may_see_it(ana, rui, zoe, ticket):
    clients = [await sync_to_async(session_of)(user) for user in (ana, rui, zoe)]

    def happens():
        first = ticket.events.last().pk
        actions.note(ticket, by=ana, body="CANARY")
        actions.reply(ticket, by=ana, body="CANARY")
        return first, list(ticket.events.order_by("pk").values_list("pk", "kind"))

    first, events = await sync_to_async(happens)()
    desk, customer, stranger = [await resumed(client, after=first) for client in clients]
    assert set(events_of(desk)) == {pk for pk, _ in events}
    assert set(events_of(customer)) == {
        pk for pk, kind in events if kind in ("ticket.created", "ticket.replied")
    }
    assert events_of(stranger) == []
    assert "CANARY" not in json.dumps([desk, customer, stranger])
    assert all({"type": "notice.added"} in heard for heard in (desk, customer, stranger))


@awaited
async def test_a_page_that_heard_of_nothing_names_the_time_it_was_made(ana, ticket):
    client = await sync_to_async(session_of)(ana)
    heard = await resumed(client, since=timezone.now().isoformat())
    assert events_of(heard) == [(await ticket.events.alast()).pk]


@awaited
async def test_what_is_too_much_to_tell_is_asked_for(ana, ticket, monkeypatch):
    monkeypatch.setattr(missed, "MOST", 0)
    client = await sync_to_async(session_of)(ana)
    assert await resumed(client, after=0) == [{"type": "resync"}]
    assert await resumed(client, since=timezone.now().isoformat()) == [{"type": "resync"}]


@awaited
async def test_a_smaller_number_that_was_committed_later_is_not_lost(ana, ticket):
    """The page heard of a greater one before the line broke."""
    client = await sync_to_async(session_of)(ana)
    late = (await ticket.events.alast()).pk
    assert late in events_of(await resumed(client, after=late + missed.OVERLAP - 1))
