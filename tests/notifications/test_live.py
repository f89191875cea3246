"""The live socket: who may listen, what is relayed, and what a missing Redis does."""

import json
import socket
import time

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer

from accounts.models import Membership, User
from notifications import consumers, live
from tests.notifications.conftest import announce_all
from tests.notifications.pages import Page, awaited, changed, closed_with, hears, opened, say, session_of
from tickets import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channel_layer")]


# --- Who may listen


@awaited
async def test_who_is_not_signed_in_is_turned_away_with_4401(db):
    page = Page()
    await page.connect()
    assert await closed_with(page) == 4401


@awaited
async def test_a_page_of_another_site_is_refused_in_the_handshake(ana):
    client = await sync_to_async(session_of)(ana)
    for origin in ("https://evil.example", "null", ""):
        assert await Page(client, origin=origin).connect() is False


@awaited
async def test_who_may_no_longer_sign_in_is_turned_away(ana):
    client = await sync_to_async(session_of)(ana)
    await User.objects.filter(pk=ana.pk).aupdate(is_active=False)
    page = Page(client)
    await page.connect()
    assert await closed_with(page) == 4401


@awaited
async def test_whoever_signs_out_is_locked_out_or_gets_a_new_password_or_role_loses_a_silent_page(
    ana, mia, lena, ines, rui, ticket
):
    """Nothing is sent and nothing happens on the desk meanwhile."""
    clients = [await sync_to_async(session_of)(user) for user in (ana, mia, lena, ines, rui)]
    pages = [await opened(client) for client in clients]

    def lose_rights():
        User.objects.filter(pk=ana.pk).update(is_active=False)
        mia.set_password("another correct horse")
        mia.save(update_fields=["password"])
        clients[2].logout()
        User.objects.filter(pk=ines.pk).update(role=User.Role.REQUESTER)

    await sync_to_async(lose_rights)()
    assert [await closed_with(page, 3) for page in pages[:4]] == [4401] * 4
    await say([live.group_of(rui.pk)], changed(ticket.pk))
    assert await hears(pages[4]) == [changed(ticket.pk)]


# --- What is relayed


@awaited
async def test_the_desk_hears_numbers_and_kinds_and_nothing_else(ana, ticket):
    page = await opened(await sync_to_async(session_of)(ana))
    await say([live.STAFF], changed(ticket.pk, "ticket.noted"))
    assert await hears(page) == [
        {"type": "ticket.changed", "event": 1, "number": ticket.pk, "kind": "ticket.noted"}
    ]


@awaited
async def test_a_requester_hears_of_own_tickets_only_and_never_of_the_desks_affairs(rui, zoe, ana, ticket):
    ruis = await opened(await sync_to_async(session_of)(rui))
    zoes = await opened(await sync_to_async(session_of)(zoe))
    groups = [live.group_of(rui.pk), live.group_of(zoe.pk)]
    await say(groups, changed(ticket.pk, "ticket.noted", 2))
    await say(groups, changed(ticket.pk, "sla.warned", 3))
    await say(groups, changed(ticket.pk, "ticket.replied"))
    assert await hears(ruis) == [changed(ticket.pk)]
    assert await zoes.receive_nothing(0.5)


@awaited
async def test_who_loses_a_ticket_hears_nothing_more_of_it(rui, ticket):
    page = await opened(await sync_to_async(session_of)(rui))
    await Membership.objects.filter(user=rui).adelete()
    await say([live.group_of(rui.pk)], changed(ticket.pk))
    assert await page.receive_nothing(0.5)


def test_an_event_goes_to_the_desk_the_requester_and_the_organisations_leads(ticket, kite, ana, monkeypatch):
    from tests.conftest import person

    bo = person("Bo Lin", domain="kite.example")
    Membership.objects.create(user=bo, organization=kite, role=Membership.Role.LEAD)
    said = []

    def keep(letters):
        said.extend((set(groups), message) for groups, message in letters)

    monkeypatch.setattr(live, "send_all", keep)
    for speak in (actions.reply, actions.note):
        speak(ticket, by=ana, body="CANARY")
        live.announce_tickets([ticket.events.last()])
    first, second = list(ticket.events.all())[-2:]
    assert said == [
        (
            {"staff", f"user-{ticket.requester_id}", f"user-{bo.pk}"},
            changed(ticket.pk, "ticket.replied", first.pk),
        ),
        ({"staff"}, changed(ticket.pk, "ticket.noted", second.pk)),
    ]


@awaited
async def test_an_announced_event_reaches_open_pages_without_a_word_of_its_contents(
    ana, rui, ticket, django_capture_on_commit_callbacks
):
    def reply_and_announce():
        actions.take(ticket, by=ana)
        actions.note(ticket, by=ana, body="CANARY-note")
        actions.reply(ticket, by=rui, body="CANARY-reply")
        with django_capture_on_commit_callbacks(execute=True):
            announce_all()

    await sync_to_async(announce_all)()
    desk = await opened(await sync_to_async(session_of)(ana))
    portal = await opened(await sync_to_async(session_of)(rui))
    await sync_to_async(reply_and_announce)()
    heard = await hears(desk, 4)
    assert {message.get("kind", message["type"]) for message in heard} == {
        "ticket.taken",
        "ticket.noted",
        "ticket.replied",
        "notice.added",
    }
    assert {message["kind"] for message in await hears(portal, 2)} == {"ticket.taken", "ticket.replied"}
    assert "CANARY" not in json.dumps(heard)
    assert await portal.receive_nothing(0.4)


@awaited
async def test_a_burst_is_gathered_and_beyond_forty_tickets_the_page_asks_for_itself(
    ana, ticket, monkeypatch
):
    monkeypatch.setattr(consumers, "GATHER_SECONDS", 1.0)
    page = await opened(await sync_to_async(session_of)(ana))
    layer = get_channel_layer()
    for number in range(100):
        await layer.group_send(live.STAFF, changed(ticket.pk + number, event=number))
    assert await page.hears(4) == {"type": "resync"}
    assert await page.receive_nothing(0.5)


# --- What a page may send


@awaited
async def test_a_ping_is_answered_through_redis(ana):
    page = await opened(await sync_to_async(session_of)(ana))
    await page.says(text='{"type":"ping"}')
    assert await hears(page) == [{"type": "pong"}]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"text": '{"type":"subscribe","number":1}'}, 1003),
        ({"text": "not json"}, 1003),
        ({"text": "x" * 1025}, 1009),
        ({"bytes": b"\x00"}, 1003),
    ],
)
def test_anything_else_ends_the_page(ana, frame, code):
    async def talk():
        page = await opened(client)
        await page.says(**frame)
        return await closed_with(page)

    client = session_of(ana)
    assert async_to_sync(talk)() == code


@awaited
async def test_a_page_that_floods_is_ended(ana):
    page = await opened(await sync_to_async(session_of)(ana))
    for _ in range(21):
        await page.says(text='{"type":"ping"}')
    codes = []
    while not codes:
        message = await page.receive_output(2)
        if message["type"] == "websocket.close":
            codes.append(message["code"])
    assert codes == [4429]


# --- Without Redis


def unreachable(settings, address):
    default = settings.CHANNEL_LAYERS["default"]
    config = {**default["CONFIG"], "hosts": [{"address": address, "socket_connect_timeout": 1}]}
    settings.CHANNEL_LAYERS = {"default": {**default, "CONFIG": config}}


@pytest.fixture(params=["refuses", "hangs"])
def no_redis(request, settings):
    """A Redis that is not there, and one that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1] if request.param == "hangs" else 1
        unreachable(settings, f"redis://127.0.0.1:{port}/0")
        yield


def test_without_redis_events_are_announced_as_fast_and_notices_and_mails_are_written(
    no_redis, ticket, ana, monkeypatch, django_capture_on_commit_callbacks
):
    for number in range(20):
        actions.reply(ticket, by=ana, body=f"{number}")
    waited = []
    usual = live.send

    def send(*args):
        started = time.monotonic()
        usual(*args)
        waited.append(time.monotonic() - started)

    monkeypatch.setattr(live, "send", send)
    with django_capture_on_commit_callbacks(execute=True):
        announce_all()
    assert len(waited) >= 21 and sum(waited) < 0.5
    assert ticket.mails.count() == 21
    assert not ticket.events.filter(announced_at=None).exists()


def test_what_one_redis_lost_the_next_message_may_carry_again(settings, monkeypatch, ana):
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0.0)
    usual = settings.CHANNEL_LAYERS

    async def talk():
        page = await opened(client)
        unreachable(settings, "redis://127.0.0.1:1/0")
        await say([live.STAFF], changed(1))
        assert await page.receive_nothing(0.5)
        settings.CHANNEL_LAYERS = usual
        await say([live.group_of(ana.pk)], {"type": "notice.added"})
        return await page.hears()

    client = session_of(ana)
    assert async_to_sync(talk)() == {"type": "notice.added"}


@awaited
async def test_a_page_that_comes_while_redis_is_away_is_told_to_try_again(ana, settings):
    unreachable(settings, "redis://127.0.0.1:1/0")
    page = Page(await sync_to_async(session_of)(ana))
    await page.connect()
    assert await closed_with(page, timeout=4) == 1013
