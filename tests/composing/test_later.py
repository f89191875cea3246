"""Send later: at a moment on somebody's clock, unless the customer answers first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from composing import actions, later, listening, releasing
from composing.models import Outgoing
from drafts.models import Draft
from events.presenting import plain_sentence
from helpdesk.errors import InvalidInput
from notifications.audience import Way, audience
from tests.conftest import MONDAY_9AM
from tickets import actions as ticket_actions

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HTMX = {"HX-Request": "true"}
SHANGHAI = ZoneInfo("Asia/Shanghai")
LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def scheduled(ticket, ana):
    return actions.send(ticket, by=ana, body="Any news?", later=MONDAY_9AM + timedelta(days=2), zone="UTC")


def listen_to_the_last(ticket):
    listening.follow(ticket.events.last())


def test_the_named_moments_are_on_the_readers_clock():
    sunday_evening = datetime(2026, 7, 12, 20, 30, tzinfo=UTC)  # Monday 4:30 in Shanghai
    named = {one.key: one for one in later.choices(sunday_evening, theirs=SHANGHAI, mine=LISBON)}
    assert named["hour"].at == sunday_evening + timedelta(hours=1)
    assert named["tomorrow"].at == datetime(2026, 7, 14, 1, 0, tzinfo=UTC)
    assert named["monday"].at == datetime(2026, 7, 20, 1, 0, tzinfo=UTC)
    saturday = datetime(2026, 7, 11, 12, 0, tzinfo=UTC)
    assert [one.key for one in later.choices(saturday + timedelta(days=1), theirs=LISBON, mine=LISBON)] == [
        "hour",
        "tomorrow",
    ]


@pytest.mark.parametrize(
    ("reading", "instant"),
    [
        ("2026-07-13T09:00", datetime(2026, 7, 13, 8, 0, tzinfo=UTC)),
        ("2026-03-29T01:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # left out: an hour on
        ("2026-10-25T01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first
    ],
)
def test_a_clock_is_read_as_rule_a5_reads_it(reading, instant):
    assert later.on_the_wall(datetime.fromisoformat(reading), LISBON) == instant


def test_it_is_sent_later_from_the_composer_on_their_clock(desk, ticket, rui, ana):
    rui.time_zone = "Asia/Shanghai"
    rui.save(update_fields=["time_zone"])
    data = {"body": "Any news?", "later": "at", "later_at": "2026-07-15T09:00", "later_zone": "Asia/Shanghai"}
    assert desk.post(reverse("ticket_say", args=[ticket.number]), data).status_code == 302
    held = Outgoing.objects.get()
    assert (held.release_at, held.zone) == (datetime(2026, 7, 15, 1, 0, tzinfo=UTC), "Asia/Shanghai")
    assert ticket.messages.count() == 1
    beside = desk.get(reverse("ticket_beside", args=[ticket.number]), headers=HTMX).content.decode()
    assert "Any news?" in beside and "09:00 in Asia/Shanghai" in beside


@pytest.mark.parametrize(
    "wrong",
    [
        {"later": "at"},
        {"later": "at", "later_at": "soon"},
        {"later": "at", "later_at": "2026-07-15T09:00", "later_zone": "../../etc/passwd"},
        {"later": "at", "later_at": "2026-07-01T09:00"},
        {"later": "at", "later_at": "2027-07-01T09:00"},
        {"later": "yesterday"},
    ],
)
def test_a_moment_that_is_none_keeps_the_text(desk, ticket, wrong):
    answer = desk.post(reverse("ticket_say", args=[ticket.number]), {"body": "Any news?", **wrong})
    assert answer.status_code == 422
    assert "Any news?" in answer.content.decode()
    assert not Outgoing.objects.exists()


def test_it_leaves_when_its_time_has_come(clock, ticket, scheduled, ana):
    clock.shift(timedelta(days=2))
    assert releasing.release_due(timezone.now()) == 1
    assert ticket.messages.last().body == "Any news?"


def test_the_customers_answer_keeps_it_back_and_the_author_is_told(ticket, scheduled, ana, rui):
    ticket_actions.reply(ticket, by=rui, body="It works now.")
    listen_to_the_last(ticket)
    scheduled.refresh_from_db()
    event = ticket.events.last()
    assert (scheduled.state, event.kind) == ("withheld", "ticket.reply_withheld")
    assert audience(event) == {ana: Way.NOTICE}
    assert "the customer answered first" in plain_sentence(event, ana)
    assert Draft.objects.get(owner=ana, place=f"reply-{ticket.pk}").text == "Any news?"
    listen_to_the_last(ticket)
    assert ticket.events.last() == event


def test_an_answer_that_nobody_heard_of_keeps_it_back_too(clock, ticket, scheduled, rui):
    """The broker was away, the event is not announced yet: the release looks for itself."""
    ticket_actions.reply(ticket, by=rui, body="It works now.")
    clock.shift(timedelta(days=2))
    assert releasing.release_due(timezone.now()) == 0
    assert ticket.events.last().data["cause"] == "answered"


def test_what_the_desk_says_keeps_nothing_back(clock, ticket, scheduled, lena):
    ticket_actions.reply(ticket, by=lena, body="We are still looking.")
    listen_to_the_last(ticket)
    ticket_actions.note(ticket, by=lena, body="Ana will ask on Wednesday.")
    listen_to_the_last(ticket)
    clock.shift(timedelta(days=2))
    assert releasing.release_due(timezone.now()) == 1


def test_a_ticket_that_was_finished_meanwhile_is_not_disturbed(clock, ticket, scheduled, lena):
    ticket_actions.resolve(ticket, by=lena, body="Fixed in 4.3.3.")
    clock.shift(timedelta(days=2))
    assert releasing.release_due(timezone.now()) == 0
    assert ticket.events.last().data["cause"] == "finished"


def test_a_colleague_may_stop_it_and_the_author_is_told(client, ticket, scheduled, ana, lena):
    client.force_login(lena)
    assert client.post(reverse("outgoing_send_now", args=[scheduled.pk])).status_code == 403
    assert client.post(reverse("outgoing_take_back", args=[scheduled.pk]), headers=HTMX).status_code == 204
    event = ticket.events.last()
    assert (event.kind, event.actor) == ("ticket.reply_withheld", lena)
    assert audience(event) == {ana: Way.NOTICE}
    assert Draft.objects.get().owner == ana


def test_it_need_not_wait(desk, ticket, scheduled):
    assert desk.post(reverse("outgoing_send_now", args=[scheduled.pk])).status_code == 302
    scheduled.refresh_from_db()
    assert scheduled.state == "sent"
    assert ticket.messages.last().body == "Any news?"


def test_the_requester_reads_of_none_of_this(client, ticket, scheduled, rui, ana):
    actions.take_back(scheduled, by=ana)
    client.force_login(rui)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "wrote a reply" not in page and "took back" not in page and "Any news?" not in page


@pytest.mark.parametrize("away", [timedelta(0), timedelta(days=-1), timedelta(days=91)])
def test_the_moment_lies_ahead_and_not_too_far(ticket, ana, away):
    with pytest.raises(InvalidInput):
        actions.send(ticket, by=ana, body="Any news?", later=MONDAY_9AM + away)
