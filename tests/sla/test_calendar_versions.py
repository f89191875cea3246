"""A calendar edit re-evaluates what is being counted, and nothing else (rule C2)."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import InternalError, connection, transaction

from sla import defaults, recomputing, scanning, worktime
from sla.calendars import drafts, listening, previews, versions, zones
from sla.calendars.editing import Choice, with_day
from sla.models import Calendar, CalendarVersion, Plan, Terms, ZoneDatabase
from sla.terms import policy_of
from tests.conftest import MONDAY_9AM
from tickets import actions
from tickets.models import Priority, Ticket

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
TUESDAY = date(2026, 7, 14)
OFFICE = {"tz": "UTC", "hours": {day: [["09:00", "17:30"]] for day in worktime.WEEKDAYS[:5]}}


@pytest.fixture
def office():
    """The default plan counts on it from now on."""
    calendar = defaults.calendar("Office", "办公室", OFFICE)
    policy = Plan.objects.get(is_default=True).policy
    rows = {Priority(name): (*targets, calendar) for name, targets in defaults.TARGETS.items()}
    defaults.add_version(policy, rows, valid_from=MONDAY_9AM - HOUR)
    return calendar


def edit(calendar, by, definition, note="A sudden holiday"):
    draft = drafts.change(drafts.draft_of(by, calendar), definition)
    return drafts.put_in_force(draft, by=by, note=note)


def closed_on_tuesday(calendar):
    return with_day(calendar.current.definition, TUESDAY, Choice.HOLIDAY, name="Storm")


def due(ticket, target="resolution"):
    return ticket.clocks.get(target=target).due_at


@pytest.fixture
def told(office, ticket, ana):
    """Rui's P2, answered; 8 business hours to go: due on Monday at 17:00, or later by what it pauses."""
    actions.reply(ticket, by=ana, body="On it.")
    return Ticket.objects.get(pk=ticket.pk)


class TestASuddenHoliday:
    @pytest.fixture(autouse=True)
    def _on_monday_noon(self, clock, office, told, ana):
        clock.shift(3 * HOUR)
        actions.ask_requester(told, by=ana, body="Which version?")
        clock.shift(2 * HOUR)

    def reply(self, told, rui, clock):
        actions.reply(told, by=rui, body="4.3.2")
        return Ticket.objects.get(pk=told.pk)

    def test_moves_what_is_running_and_keeps_what_is_over(self, clock, told, rui, mia, office):
        told = self.reply(told, rui, clock)
        assert due(told) == datetime(2026, 7, 14, 10, 30, tzinfo=UTC)
        answered = told.clocks.get(target="response")

        version = edit(office, mia, closed_on_tuesday(office))
        assert versions.apply_all() == 1

        assert due(told) == datetime(2026, 7, 15, 10, 30, tzinfo=UTC)
        told.refresh_from_db()
        assert told.next_due_at == due(told)
        now = told.clocks.get(target="response")
        assert (now.state, now.terms_id) == (answered.state, answered.terms_id)
        event = told.events.get(kind="sla.terms_changed")
        assert event.data["calendar"] == "Office"
        assert event.actor == mia
        version.refresh_from_db()
        assert version.applied_at is not None
        assert list(recomputing.differences()) == []

    def test_reaches_a_paused_clock_too(self, clock, told, rui, mia, office):
        edit(office, mia, closed_on_tuesday(office))
        versions.apply_all()
        paused = told.clocks.get(target="resolution")
        assert paused.state == "paused"
        assert paused.terms.calendars.get().number == 2
        clock.shift(timedelta(minutes=30))
        told = self.reply(told, rui, clock)
        assert due(told) == datetime(2026, 7, 15, 11, 0, tzinfo=UTC)
        assert list(recomputing.differences()) == []

    def test_done_twice_it_is_done_once(self, told, mia, office):
        edit(office, mia, closed_on_tuesday(office))
        assert versions.apply_all() == 1
        assert versions.apply_all() == 0
        CalendarVersion.objects.update(applied_at=None)
        assert versions.apply_all() == 0

    def test_a_preview_says_what_the_job_then_does(self, clock, told, rui, mia, office):
        told = self.reply(told, rui, clock)
        definition = closed_on_tuesday(office)
        before = list(told.clocks.order_by("pk").values())
        seen = previews.preview(office, previews.with_rules_of_today(definition), datetime.now(UTC))
        assert list(told.clocks.order_by("pk").values()) == before
        assert [(t.pk, c.before.due_at, c.after.due_at) for t, c in seen.clocks] == [
            (told.pk, due(told), due(told) + timedelta(days=1))
        ]
        assert (seen.total, seen.looked_at, seen.late) == (1, 1, 0)

        edit(office, mia, definition)
        versions.apply_all()
        assert due(told) == seen.clocks[0][1].after.due_at

    def test_longer_hours_can_make_a_ticket_late_and_the_preview_says_so(self, clock, told, rui, mia, office):
        told = self.reply(told, rui, clock)
        clock.move_to(datetime(2026, 7, 14, 9, 30, tzinfo=UTC))
        nights = {"tz": "UTC", "hours": {day: [["00:00", "24:00"]] for day in worktime.WEEKDAYS}}
        seen = previews.preview(office, previews.with_rules_of_today(nights), datetime.now(UTC))
        assert seen.late == 1
        edit(office, mia, nights, note="Around the clock from now on")
        versions.apply_all()
        assert told.clocks.get(target="resolution").breached_at is not None
        assert list(recomputing.differences()) == []


class TestAResolvedTicket:
    def test_is_passed_by_and_comes_to_the_present_when_it_is_reopened(
        self, clock, told, ana, rui, mia, office
    ):
        clock.shift(HOUR)
        actions.resolve(told, by=ana, body="Fixed in 4.3.3.")
        edit(office, mia, closed_on_tuesday(office))
        assert versions.apply_all() == 0
        clock.shift(6 * HOUR)  # Monday 16:00
        actions.reply(Ticket.objects.get(pk=told.pk), by=rui, body="It is back.")
        assert due(told) == datetime(2026, 7, 14, 14, 30, tzinfo=UTC)  # still by the old version

        for event in told.events.order_by("pk"):
            listening.follow(event)
            listening.follow(event)
        assert due(told) == datetime(2026, 7, 15, 14, 30, tzinfo=UTC)
        assert told.events.filter(kind="sla.terms_changed").count() == 1
        assert told.clocks.get(target="response").terms.calendars.get().number == 1
        assert list(recomputing.differences()) == []


class TestABreach:
    def test_that_is_recorded_stays(self, clock, ticket, mia, office):
        clock.move_to(datetime(2026, 7, 14, 20, 0, tzinfo=UTC))
        scanning.scan(datetime.now(UTC))
        broken = ticket.clocks.get(target="response").breached_at
        assert broken is not None
        edit(office, mia, with_day(office.current.definition, date(2026, 7, 13), Choice.HOLIDAY))
        versions.apply_all()
        assert ticket.clocks.get(target="response").breached_at == broken
        assert list(recomputing.differences()) == []


def test_a_ticket_filed_between_preview_and_confirmation_follows_too(
    clock, office, told, rui, kite, live_sdk, mia
):
    definition = closed_on_tuesday(office)
    previews.preview(office, previews.with_rules_of_today(definition), datetime.now(UTC))
    clock.move_to(datetime(2026, 7, 13, 16, 30, tzinfo=UTC))
    filed = another(rui, kite, live_sdk)
    assert due(filed) == datetime(2026, 7, 14, 16, 0, tzinfo=UTC)
    edit(office, mia, definition)
    versions.apply_all()
    assert due(filed) == datetime(2026, 7, 15, 16, 0, tzinfo=UTC)
    after = another(rui, kite, live_sdk)
    assert due(after) == due(filed)


def another(rui, kite, live_sdk):
    return actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        product=live_sdk,
        platform="android",
        sdk_version="4.3.2",
        priority="P2",
        subject="Again",
        body="Again.",
    )


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_is_just_being_filed_is_waited_for(clock, office, rui, kite, live_sdk, mia):
    """Its transaction read the old version; the new one comes into force after it, and the job finds it."""
    filed, may_commit = threading.Event(), threading.Event()

    def file_slowly():
        try:
            with transaction.atomic():
                another(rui, kite, live_sdk)
                filed.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    def put_in_force():
        try:
            edit(office, mia, closed_on_tuesday(office))
            in_force.set()
        finally:
            connection.close()

    in_force = threading.Event()
    threads = [threading.Thread(target=file_slowly), threading.Thread(target=put_in_force)]
    try:
        threads[0].start()
        assert filed.wait(20)
        threads[1].start()
        assert not in_force.wait(0.3)  # it waits for the ticket
    finally:
        may_commit.set()
        for thread in threads:
            thread.join(20)
    assert in_force.is_set()

    versions.apply_all()
    latest = office.current
    assert set(Terms.objects.filter(clocks__isnull=False).values_list("calendars", flat=True)) == {latest.pk}


class TestVersions:
    def test_are_never_changed_once_written(self, office):
        version = office.current
        version.definition = {}
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            version.save(update_fields=["definition"])
        with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
            version.delete()

    def test_carry_the_rules_of_their_zone(self, office):
        assert bytes(office.current.zone_data) == zones.rules_of("UTC")
        assert office.current.worktime().tzinfo.key == "UTC"


class TestANewerTimeZoneDatabase:
    """In 2026 the zone of the calendar moves its clocks by an hour that nobody knew of before."""

    @pytest.fixture
    def lisbon(self, office):
        return versions.write(office, {**OFFICE, "tz": "Europe/Lisbon"}, by=None, note="to Lisbon").calendar

    @pytest.fixture
    def new_rules(self, monkeypatch):
        def bring(zone_with_the_rules):
            of_today, rules = zones.rules_of, zones.rules_of(zone_with_the_rules)
            monkeypatch.setattr(
                zones, "rules_of", lambda zone: rules if zone == "Europe/Lisbon" else of_today(zone)
            )
            monkeypatch.setattr(zones, "database_version", lambda: "2026z")

        return bring

    def test_is_an_edit_of_the_calendars_that_it_moves(self, clock, lisbon, ticket, new_rules):
        versions.apply_all()
        assert due(ticket) == datetime(2026, 7, 14, 8, 30, tzinfo=UTC)  # Lisbon closes at 16:30 UTC
        new_rules("Atlantic/Reykjavik")
        (written,) = versions.follow_zone_database(MONDAY_9AM)
        assert (written.calendar, written.created_by, written.note) == (lisbon, None, "tzdata 2026z")
        versions.apply_all()
        assert due(ticket) == datetime(2026, 7, 13, 17, 0, tzinfo=UTC)  # Reykjavik at 17:30
        assert list(recomputing.differences()) == []

    def test_leaves_others_as_they_are_and_is_noted_once(self, lisbon, new_rules):
        new_rules("WET")  # other bytes, the same hours
        assert versions.follow_zone_database(MONDAY_9AM) == []
        assert versions.follow_zone_database(MONDAY_9AM + HOUR) == []
        assert ZoneDatabase.objects.get(version="2026z").first_seen_at == MONDAY_9AM

    def test_moves_nothing_while_the_release_is_the_same(self, lisbon):
        assert versions.follow_zone_database(MONDAY_9AM) == []

    def test_does_not_reach_clocks_that_are_over(self, clock, lisbon, told, ana, new_rules):
        versions.apply_all()
        clock.shift(HOUR)
        actions.resolve(Ticket.objects.get(pk=told.pk), by=ana, body="Fixed in 4.3.3.")
        before = list(told.clocks.order_by("pk").values())
        new_rules("Europe/Berlin")
        versions.follow_zone_database(MONDAY_9AM)
        assert versions.apply_all() == 0
        policy_of.cache_clear()
        assert list(told.clocks.order_by("pk").values()) == before
        assert list(recomputing.differences()) == []


class TestADraft:
    def test_that_somebody_else_overtook_is_refused(self, office, mia, ines):
        draft = drafts.change(drafts.draft_of(mia, office), closed_on_tuesday(office))
        edit(office, ines, with_day(office.current.definition, TUESDAY, Choice.CLOSED))
        with pytest.raises(Exception, match="Ines Admin has changed this calendar"):
            drafts.put_in_force(draft, by=mia, note="Storm")
        assert office.versions.count() == 2

    @pytest.mark.parametrize(
        ("definition", "note", "why"),
        [
            ({"tz": "UTC", "hours": {}}, "Closed for ever", "does not open"),
            (OFFICE, "Nothing", "Nothing is changed"),
            ({**OFFICE, "holidays": ["2026-07-14"]}, "  ", "Say in a few words"),
        ],
    )
    def test_that_cannot_be_put_in_force_says_why(self, clock, office, mia, definition, note, why):
        with pytest.raises(Exception, match=why):
            edit(office, mia, definition, note)
        assert office.versions.count() == 1
        assert mia.calendar_drafts.count() == 1

    def test_of_a_new_calendar_makes_it(self, mia):
        draft = drafts.begin(
            mia, name="Lisbon", name_zh="里斯本", definition={**OFFICE, "tz": "Europe/Lisbon"}
        )
        version = drafts.put_in_force(draft, by=mia, note="For the new team")
        assert (version.number, version.calendar.name_zh, version.created_by) == (1, "里斯本", mia)
        assert version.applied_at is not None
        assert not mia.calendar_drafts.exists()
        assert Calendar.objects.get(name="Lisbon").current == version
