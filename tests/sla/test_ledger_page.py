"""Why is it due then? The page that answers it for each clock (rule E3), and the void (rule B12)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from helpdesk.errors import InvalidTransition
from sla import actions as sla_actions
from sla import reports, scanning
from sla.drawing import Kind, draw
from sla.explaining import explain
from sla.models import Calendar, CalendarVersion, Clock, Plan, PolicyRow, PolicyVersion
from tests.conftest import MONDAY_9AM, person
from tickets import actions

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


def clock_of(ticket, target="resolution"):
    return ticket.clocks.get(target=target)


def address(ticket, target="resolution", name="clock_ledger"):
    return reverse(name, args=[ticket.number, target, 1])


def answer(client, ticket, target="resolution"):
    """The first sentences of the page, as plain words."""
    page = client.get(address(ticket, target)).content.decode()
    block = page.split("ledger__answer", 1)[1].split("</p>", 1)[0].split(">", 1)[1]
    for tag in ("<b>", "</b>"):
        block = block.replace(tag, "")
    while "<" in block:
        before, rest = block.split("<", 1)
        block = before + rest.split(">", 1)[1]
    return " ".join(block.split())


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client


@pytest.fixture
def ticket(clock, ticket):
    return ticket


# --- Who may


@pytest.mark.parametrize("name", ["clock_ledger", "clock_void"])
def test_strangers_find_nothing_and_requesters_are_refused(client, ticket, rui, zoe, name):
    target = address(ticket, name=name)
    assert client.get(target)["Location"].startswith("/accounts/login/")
    client.force_login(zoe)
    assert client.get(target).status_code == 404
    client.force_login(rui)
    assert client.get(target).status_code == 403


def test_everybody_on_the_desk_reads_it_and_only_managers_void(client, ticket, ana, mia):
    admin = person("Ada Admin", role=User.Role.ADMIN)
    for user, may_void in ((ana, False), (mia, True), (admin, True)):
        client.force_login(user)
        page = client.get(address(ticket))
        assert page.status_code == 200
        assert (address(ticket, name="clock_void") in page.content.decode()) is may_void
        assert client.get(address(ticket, name="clock_void")).status_code == (200 if may_void else 403)

    client.force_login(ana)
    assert client.post(address(ticket, name="clock_void"), {"reason": "Mine."}).status_code == 403
    assert clock_of(ticket).state == "running"


def test_a_clock_that_is_not_there_is_not_found(desk, ticket):
    for path in ("why/next_response/1/", "why/resolution/2/", "why/x/1/"):
        assert desk.get(f"{ticket.get_absolute_url()}{path}").status_code == 404


def test_it_is_a_page_and_for_htmx_a_sheet(desk, ticket):
    page, part = desk.get(address(ticket)), desk.get(address(ticket), headers=HTMX)
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode() and "data-sheet" in part.content.decode()
    assert "HX-Request" in page["Vary"]


def test_without_a_target_the_most_urgent_clock_is_told(desk, ticket):
    page = desk.get(reverse("ticket_ledger", args=[ticket.number]))
    assert page.context["clock"].target == "response"


def test_the_ticket_page_leads_to_each_ledger_and_stays_within_its_queries(desk, ticket):
    with CaptureQueriesContext(connection) as queries:
        page = desk.get(ticket.get_absolute_url()).content.decode()
    assert len(queries) <= 10
    for target in ("response", "resolution"):
        assert address(ticket, target) in page


def test_it_takes_the_same_queries_whatever_the_history(desk, ticket, ana, rui):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address(ticket)).status_code == 200
        # The heartbeat of the scan is asked for once in some seconds, whatever the page.
        return len([query for query in queries if "sla_heartbeat" not in query["sql"]])

    count()  # the process reads each policy once
    before = count()
    for _ in range(15):
        actions.ask_requester(ticket, by=ana, body="?")
        actions.reply(ticket, by=rui, body="!")
    after = count()
    assert after == before
    assert after <= 14


# --- What it says


def test_running_it_says_which_row_allows_how_much_from_when(desk, ticket):
    assert answer(desk, ticket) == ("Due 17:00, because P2 allows 8 hours on “Around the clock” from 09:00.")


def test_a_pause_is_named_and_moves_the_deadline(desk, ticket, ana, rui, clock):
    actions.ask_requester(ticket, by=ana, body="Which version?")
    clock.shift(timedelta(minutes=80))
    assert answer(desk, ticket) == (
        "Paused since 09:00, because we wait for the customer. 8 hours of the 8 hours of P2 are left. "
        "Not counted: 1 hour 20 minutes waiting for the customer."
    )
    actions.reply(ticket, by=rui, body="4.3.2")
    assert answer(desk, ticket) == ("Due 18:20, because P2 allows 8 hours on “Around the clock” from 10:20.")


def test_a_pause_in_the_middle_is_told_after_it(desk, ticket, ana, clock):
    clock.shift(HOUR)
    actions.hold(ticket, by=ana, reason="The fix ships on Tuesday")
    clock.shift(2 * HOUR)
    assert "on hold: The fix ships on Tuesday" in answer(desk, ticket)
    actions.resume(ticket, by=ana)
    assert answer(desk, ticket) == (
        "Due 19:00, because P2 allows 8 hours on “Around the clock” from 09:00. Not counted: 2 hours on hold."
    )


def test_late_kept_and_missed(desk, ticket, ana, clock):
    clock.shift(9 * HOUR)
    assert answer(desk, ticket) == (
        "Overdue since 17:00: P2 allows 8 hours on “Around the clock” from 09:00, and that is used up."
    )
    actions.resolve(ticket, by=ana, body="Fixed.")
    assert answer(desk, ticket).startswith("Missed: it was due 17:00 and ended 18:00, 1 h later.")
    assert "final when the ticket is closed" in answer(desk, ticket)


def test_a_kept_promise_tells_by_how_much(desk, ticket, ana, clock):
    clock.shift(timedelta(minutes=10))
    actions.reply(ticket, by=ana, body="On it.")
    assert answer(desk, ticket, "response") == "Kept: done 09:10, 20 min before it was due 09:30."


def test_closed_time_is_told_by_its_reasons(desk, ticket, rui, kite, clock):
    use_office_hours(holidays=["2026-07-14"])
    clock.move_to(MONDAY_9AM)
    filed = actions.create(
        requester=rui, by=rui, organization=kite, priority="P3", subject="Slow", body="Slow joins"
    )
    clock.move_to(MONDAY_9AM + timedelta(days=2, hours=1))
    said = answer(desk, filed)
    assert said.startswith("Due 16 Jul 16:00, because P3 allows 24 hours on “Business hours”")
    # Monday 17:30 to midnight and Wednesday until 9:00 at night, Tuesday a holiday.
    assert "24 hours on public holidays" in said
    assert "15 hours 30 minutes outside the hours of a working day" in said

    told = explain(clock_of(filed), MONDAY_9AM + timedelta(days=2, hours=1))
    kinds = {piece.kind for piece in draw(told).pieces}
    assert {Kind.COUNTED, Kind.CLOSED, Kind.AHEAD} <= kinds


def use_office_hours(**definition):
    """The plan of everybody without a contract counts on business hours in UTC from now on."""
    calendar = Calendar.objects.get(name="Business hours")
    hours = {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    CalendarVersion.objects.create(
        calendar=calendar, number=2, definition={"tz": "UTC", "hours": hours, **definition}
    )
    first = PolicyVersion.objects.get(policy=Plan.objects.get(is_default=True).policy)
    second = PolicyVersion.objects.create(
        policy=first.policy,
        number=2,
        valid_from=MONDAY_9AM - HOUR,
        levels=first.levels,
        ladder=first.ladder,
    )
    for row in first.rows.all():
        PolicyRow.objects.create(
            version=second,
            priority=row.priority,
            response=row.response,
            resolution=row.resolution,
            calendar=calendar,
            pause_statuses=row.pause_statuses,
        )


def test_an_upgrade_counts_the_new_target_from_then_on(desk, ticket, ana, clock):
    clock.shift(2 * HOUR)
    actions.set_priority(ticket, by=ana, priority="P1", reason="All viewers now.")
    assert answer(desk, ticket) == ("Due 15:00, because P1 allows 4 hours on “Around the clock” from 11:00.")
    page = desk.get(address(ticket)).content.decode()
    assert "The P1 target counts from then on, the P2 target goes on counting" in page
    assert "All viewers now." in page
    assert "Not counted for P1: the ticket was P2" in page


def test_a_lower_row_that_runs_out_first_governs_and_says_so(desk, ticket, ana, clock):
    clock.shift(7 * HOUR)
    actions.set_priority(ticket, by=ana, priority="P1", reason="All viewers now.")
    assert answer(desk, ticket).startswith("Due 17:00, because P2 allows 8 hours")
    page = desk.get(address(ticket)).content.decode()
    assert "it has counted since before the change and runs out before P1" in page


def test_an_agreed_date_shows_its_history_and_who_agreed(desk, ticket, ana, lena, clock):
    actions.set_priority(ticket, by=ana, priority="P4", reason="A wish.")
    assert "Nothing is due yet" in answer(desk, ticket)
    first, second = MONDAY_9AM + timedelta(days=3), MONDAY_9AM + timedelta(days=5)
    actions.agree_date(ticket, by=ana, agreed_at=first, body="By Thursday.")
    clock.shift(HOUR)
    actions.agree_date(ticket, by=lena, agreed_at=second, body="By Saturday.")
    assert answer(desk, ticket) == "Due 18 Jul 09:00, the date agreed with the customer (told 10:00)."
    page = " ".join(desk.get(address(ticket)).content.decode().split())
    assert "Ana Nunes agreed" in page and "Lena Wolf agreed" in page
    assert "first date" in page and "in force" in page and "It was moved once." in page
    assert "3 business days before the agreed date" in page


def test_levels_tell_when_they_were_reached_and_how_late_that_was_noticed(ticket, clock):
    now = MONDAY_9AM + HOUR
    scanning.scan(now)
    told = explain(clock_of(ticket, "response"), now)
    assert [(level.name, level.at - MONDAY_9AM, level.noticed_late_by) for level in told.levels] == [
        ("warn75", timedelta(minutes=22.5), timedelta(minutes=37.5)),
        ("warn90", timedelta(minutes=27), timedelta(minutes=33)),
        ("breach", timedelta(minutes=30), timedelta(minutes=30)),
        ("over150", timedelta(minutes=45), timedelta(minutes=15)),
    ]


def test_what_is_to_come_is_told_in_order(ticket, clock):
    told = explain(clock_of(ticket), MONDAY_9AM)
    ahead = [(level.name, (level.at - MONDAY_9AM) / HOUR) for level in told.levels if level.is_ahead]
    assert ahead == [("warn75", 6), ("warn90", 7.2), ("breach", 8), ("over150", 12)]


def test_it_names_who_held_it_at_the_breach_and_the_versions(desk, ticket, ana, clock):
    actions.take(ticket, by=ana)
    clock.shift(9 * HOUR)
    scanning.scan(MONDAY_9AM + 9 * HOUR)
    page = " ".join(desk.get(address(ticket)).content.decode().split())
    assert "Held at the breach by</dt> <dd> Ana Nunes" in page
    assert "version 1" in page


# --- The drawing


def test_the_drawing_ends_where_the_time_does_and_its_words_do_not_overlap(ticket, ana, clock):
    for hours in (0, 1, 7.9, 9, 200):
        now = MONDAY_9AM + hours * HOUR
        drawing = draw(explain(clock_of(ticket), now))
        assert {flag.name for flag in drawing.flags} == {"now", "due"}
        assert all(0 <= float(flag.x.rstrip("%")) <= 100 for flag in drawing.flags)
        assert len(drawing.ticks) <= 6
        near = abs(float(drawing.flags[0].x[:-1]) - float(drawing.flags[1].x[:-1])) < 16
        assert not near or drawing.flags[0].level != drawing.flags[1].level


def test_beyond_the_deadline_is_drawn_apart(ticket, clock):
    drawing = draw(explain(clock_of(ticket), MONDAY_9AM + 10 * HOUR))
    over = [piece for piece in drawing.pieces if piece.kind == Kind.OVER]
    assert [(piece.start, piece.end) for piece in over] == [(MONDAY_9AM + 8 * HOUR, MONDAY_9AM + 10 * HOUR)]


def test_the_drawing_has_a_name_and_a_description(desk, ticket):
    page = " ".join(desk.get(address(ticket)).content.decode().split())
    assert 'role="img" aria-labelledby="strip-title-resolution-1 strip-desc-resolution-1"' in page
    assert "<desc" in page and "style=" not in page.split("<figure", 1)[1].split("</figure>", 1)[0]


# --- Void


def test_a_manager_voids_with_a_reason_and_the_clock_leaves_the_reports(client, ticket, mia, clock):
    clock.shift(9 * HOUR)
    scanning.scan(MONDAY_9AM + 9 * HOUR)
    question = reports.Question(MONDAY_9AM, MONDAY_9AM + timedelta(days=1), MONDAY_9AM.tzinfo)
    assert reports.clocks(question, MONDAY_9AM + 9 * HOUR).filter(target="resolution").exists()

    client.force_login(mia)
    assert client.post(address(ticket, name="clock_void"), {"reason": " "}).status_code == 422
    response = client.post(
        address(ticket, name="clock_void"), {"reason": "Our own load test.", "told": "This was a test."}
    )
    assert response["Location"] == address(ticket)
    assert clock_of(ticket).state == "void"
    assert not reports.clocks(question, MONDAY_9AM + 9 * HOUR).filter(target="resolution").exists()
    assert answer(client, ticket) == (
        "Void: Mia Moreau took it out of the count 18:00. Reason: Our own load test. "
        "It had been missed 17:00."
    )
    again = client.post(address(ticket, name="clock_void"), {"reason": "Twice."})
    assert again.status_code == 409


def test_the_void_is_asked_for_in_the_dialog(client, ticket, mia):
    client.force_login(mia)
    part = client.get(address(ticket, name="clock_void"), headers=HTMX)
    assert part["HX-Retarget"] == "#action" and "<html" not in part.content.decode()
    done = client.post(address(ticket, name="clock_void"), {"reason": "A test."}, headers=HTMX)
    assert done["HX-Redirect"] == address(ticket)


def test_only_an_open_question_is_voided_once(ticket, mia):
    sla_actions.void(clock_of(ticket), by=mia, reason="A test.")
    with pytest.raises(InvalidTransition):
        sla_actions.void(clock_of(ticket), by=mia, reason="A test.")
    assert Clock.objects.get(pk=clock_of(ticket).pk).state == "void"
