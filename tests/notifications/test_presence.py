"""Who looks and who writes: told to the desk, never to a customer."""

import json

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from notifications import live
from presence import who_is_here
from tests.notifications.pages import awaited, changed, closed_with, hears, opened, say, session_of
from tickets import actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channel_layer")]


def frame(kind, **fields):
    return {"text": json.dumps({"type": kind, **fields})}


async def people(page):
    """The next word on who is there: (name, what they do, whether they know of somebody else)."""
    [told] = await hears(page)
    assert told["type"] == "presence", told
    return [(one["name"], one["doing"], one["knows"]) for one in told["people"]]


@awaited
async def test_the_desk_sees_who_comes_writes_and_goes(ana, lena, ticket):
    anas = await opened(await sync_to_async(session_of)(ana))
    lenas = await opened(await sync_to_async(session_of)(lena))
    assert await sync_to_async(who_is_here)([ana.pk, lena.pk]) == {ana.pk, lena.pk}
    await lenas.says(**frame("watch", tickets=[ticket.pk]))
    await anas.says(**frame("view", ticket=ticket.pk))
    assert await people(lenas) == [("Ana Nunes", "view", False)]
    await anas.says(**frame("compose", doing="reply"))
    assert await people(lenas) == [("Ana Nunes", "reply", False)]
    await anas.says(**frame("watch", tickets=[ticket.pk]))
    await lenas.says(**frame("view", ticket=ticket.pk))
    await lenas.says(**frame("compose", doing="reply", knows=True))
    told = await people(anas)
    assert told[-1:] == [("Lena Wolf", "reply", True)] or await people(anas) == [("Lena Wolf", "reply", True)]
    await anas.send_input({"type": "websocket.disconnect", "code": 1006})
    assert await people(lenas) == []


@awaited
async def test_no_frame_tells_a_customer_who_looks_or_writes_or_what_the_desk_says(
    ana, lena, rui, zoe, ticket
):
    pages = {user: await opened(await sync_to_async(session_of)(user)) for user in (ana, lena, rui, zoe)}
    await pages[lena].says(**frame("watch", tickets=[ticket.pk]))
    await pages[ana].says(**frame("view", ticket=ticket.pk))
    await pages[ana].says(**frame("compose", doing="note"))
    await sync_to_async(actions.note)(ticket, by=ana, body="CANARY")
    # Even where a message of the desk's own came to a customer's page.
    groups = [live.STAFF, live.group_of(rui.pk), live.group_of(zoe.pk)]
    await say(groups, {"type": "presence.changed", "number": ticket.pk})
    await say(groups, changed(ticket.pk, "ticket.noted", 2))
    await say(groups, changed(ticket.pk, "ticket.replied", 3))
    heard = {user: [] for user in pages}
    for user, page in pages.items():
        while not await page.receive_nothing(0.7):
            heard[user] += await hears(page)
    assert heard[rui] == [changed(ticket.pk, "ticket.replied", 3)]
    assert heard[zoe] == []
    assert [one for one in heard[lena] if one["type"] == "presence"]
    assert not [one for one in heard[ana] if one["type"] == "presence"]
    assert "CANARY" not in json.dumps(list(heard.values()))


@awaited
async def test_who_left_the_desk_hears_no_more_of_it(ana, lena, ticket):
    lenas = await opened(await sync_to_async(session_of)(lena))
    anas = await opened(await sync_to_async(session_of)(ana))
    await lenas.says(**frame("watch", tickets=[ticket.pk]))
    await User.objects.filter(pk=lena.pk).aupdate(role=User.Role.REQUESTER, tier="")
    await anas.says(**frame("view", ticket=ticket.pk))
    assert await closed_with(lenas, 3) == 4401


@pytest.mark.parametrize("kind", [{"watch": [1]}, {"view": 1}])
def test_a_customer_who_asks_who_is_there_is_turned_away(rui, kind):
    client = session_of(rui)

    @awaited
    async def run():
        page = await opened(client)
        [(name, value)] = kind.items()
        await page.says(**frame(name, **{"tickets" if name == "watch" else "ticket": value}))
        assert await closed_with(page) == 4403

    run()


@pytest.mark.parametrize(
    "said",
    [
        frame("watch", tickets=["1"]),
        frame("watch", tickets=list(range(101))),
        frame("view", ticket=-1),
        frame("view"),
        frame("compose", doing="dance"),
        frame("resume", after=1.5),
        frame("resume", since="yesterday"),
        frame("resume", before=1),
        {"text": "[]"},
        {"text": '{"type": []}'},
    ],
)
def test_what_is_not_understood_ends_the_page(ana, said):
    client = session_of(ana)

    @awaited
    async def run():
        page = await opened(client)
        await page.says(**said)
        assert await closed_with(page) == 1003

    run()
