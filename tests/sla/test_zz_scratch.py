"""What must hold for every calendar and every history: the ten properties of the SLA rules, and an oracle."""

import time as process_time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sla.engine import (
    Author,
    Cancelled,
    Created,
    DateAgreed,
    Message,
    Policy,
    PriorityChanged,
    Row,
    State,
    Status,
    StatusChanged,
    Target,
    apply,
    clocks,
    fold,
    ledger,
    next_scan_at,
    scan,
)
from sla.worktime import WEEKDAYS, Calendar, NoOpenTime, add, elapsed, segments
from tests.sla.oracle import MINUTE, ORDER, Tally, WallCalendar

quick = settings(max_examples=1200, deadline=None)
thorough = settings(max_examples=1500, deadline=None)

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/London",
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kathmandu",
)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)

# --- calendars -------------------------------------------------------------------------------------------


def hours(steps):
    """Up to three segments on the given minutes of the day."""

    def pairs(edges):
        edges = sorted(edges)
        return [list(pair) for pair in zip(edges[::2], edges[1::2], strict=True)]

    edges = st.sampled_from([f"{minute // 60:02d}:{minute % 60:02d}" for minute in steps])
    return st.sampled_from([0, 2, 4, 6]).flatmap(
        lambda count: st.lists(edges, min_size=count, max_size=count, unique=True).map(pairs)
    )


days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def definitions(draw, steps=range(0, 24 * 60 + 1, 15), zones=ZONES):
    weekly = {day: draw(hours(steps)) for day in WEEKDAYS}
    weekly["wed"] = weekly["wed"] or [["10:00", "11:00"]]
    overrides = draw(st.dictionaries(days, hours(steps), max_size=3))
    holidays = draw(st.sets(days, max_size=5)) - overrides.keys()
    return {
        "tz": draw(st.sampled_from(zones)),
        "hours": weekly,
        "holidays": sorted(day.isoformat() for day in holidays),
        "shifts": {day.isoformat(): pairs for day, pairs in overrides.items()},
    }


calendars = definitions().map(Calendar.from_definition)
# Edges away from the hours in which clocks are changed, where a wall clock cannot be read twice.
plain_definitions = definitions(
    steps=[0, *range(4 * 60, 24 * 60 + 1, 15)],
    zones=("UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe"),
)
instants = st.integers(0, 600 * 86_400 * 1_000_000).map(lambda micros: BEGIN + timedelta(microseconds=micros))
durations = st.integers(0, 2_000 * 3_600 * 1_000_000).map(lambda micros: timedelta(microseconds=micros))
clock_change_days = st.sampled_from(
    [datetime(2026, *day, tzinfo=UTC) for day in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))]
)


class TestBusinessTime:
    @quick
    @given(calendars, instants, durations)
    def test_1_what_was_added_has_elapsed(self, calendar, start, duration):
        due = add(calendar, start, duration)

        assert elapsed(calendar, start, due) == duration
        if duration:  # and no earlier instant will do (A3)
            assert elapsed(calendar, start, due - timedelta(microseconds=1)) < duration

    @quick
    @given(calendars, instants, durations, durations)
    def test_2_adding_more_or_later_is_never_due_earlier(self, calendar, start, duration, more):
        assert add(calendar, start, duration) <= add(calendar, start, duration + more)
        assert add(calendar, start, duration) <= add(calendar, start + more, duration)

    @quick
    @given(calendars, st.lists(instants, min_size=3, max_size=3).map(sorted))
    def test_3_time_adds_up(self, calendar, abc):
        a, b, c = abc

        assert elapsed(calendar, a, b) + elapsed(calendar, b, c) == elapsed(calendar, a, c)

    @quick
    @given(calendars, instants, st.integers(0, 400 * 24))
    def test_the_segments_are_what_elapses(self, calendar, a, hours):
        b = a + timedelta(hours=hours)
        found = list(segments(calendar, a, b))

        assert sum((closes - opens for opens, closes in found), timedelta(0)) == elapsed(calendar, a, b)
        assert all(opens < closes for opens, closes in found)
        assert all(first[1] < second[0] for first, second in pairwise(found))

    @quick
    @given(calendars)
    def test_a_calendar_is_its_definition(self, calendar):
        assert Calendar.from_definition(calendar.definition()) == calendar

    @quick
    @given(plain_definitions, clock_change_days, st.integers(-1_500, 1_500), st.integers(0, 2_000))
    def test_it_agrees_with_counting_minutes_across_clock_changes(self, definition, day, offset, length):
        start = day + offset * MINUTE
        counted = WallCalendar(definition).elapsed(start, start + length * MINUTE)

        assert elapsed(Calendar.from_definition(definition), start, start + length * MINUTE) == counted

    @quick
    @given(plain_definitions, clock_change_days, st.integers(-1_000, 1_000), st.integers(0, 300))
    def test_it_is_due_when_the_minutes_are_counted(self, definition, day, offset, minutes):
        start = day + offset * MINUTE

        due = add(Calendar.from_definition(definition), start, minutes * MINUTE)
        assert due == WallCalendar(definition).add(start, minutes)

    @quick
    @given(calendars, instants)
    def test_it_gives_up_or_is_right(self, calendar, start):
        try:
            due = add(calendar, start, timedelta(hours=9_000))
        except NoOpenTime:
            assert elapsed(calendar, start, start + timedelta(days=3653)) < timedelta(hours=9_000)
        else:
            assert due - start <= timedelta(days=3653)


# --- histories -------------------------------------------------------------------------------------------

START = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)  # a Friday, two days before Europe's clocks change

ALWAYS = {"tz": "UTC", "hours": {day: [["00:00", "24:00"]] for day in WEEKDAYS}}
OFFICE = {
    "tz": "Europe/London",
    "hours": {day: [["09:00", "12:30"], ["13:30", "17:30"]] for day in WEEKDAYS[:5]},
    "holidays": ["2026-03-31"],
    "shifts": {"2026-03-28": [["10:00", "14:00"]]},
}
WALL = {"always": WallCalendar(ALWAYS), "office": WallCalendar(OFFICE)}
BUILT = {"always": Calendar.from_definition(ALWAYS), "office": Calendar.from_definition(OFFICE)}

RESPONSES = {"P1": 15, "P2": 30, "P3": 120, "P4": 240}
RESOLUTIONS = {"P1": 240, "P2": 480, "P3": 1440, "P4": None}

calendar_names = st.fixed_dictionaries({row: st.sampled_from(list(BUILT)) for row in ORDER})
priorities = st.sampled_from(ORDER)


def policy_on(names, **options):
    return Policy(
        tuple(
            Row(
                row,
                RESPONSES[row] * MINUTE,
                None if RESOLUTIONS[row] is None else RESOLUTIONS[row] * MINUTE,
                BUILT[names[row]],
            )
            for row in ORDER
        ),
        **options,
    )


policies = st.builds(policy_on, calendar_names)
policies_with_next = st.builds(lambda names: policy_on(names, next_response=True), calendar_names)


HAPPENINGS = {
    "talk": [Message(START, author, public) for author in Author for public in (True, False)],
    "changes": [
        *(PriorityChanged(START, priority) for priority in ORDER * 2),
        *(
            StatusChanged(START, status)
            for status in (Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.RESOLVED)
            for _ in range(2)
        ),
    ],
    "dates": [DateAgreed(START, START + hours * 60 * MINUTE) for hours in (5, 24, 50, 75, 130)],
    "ends": [Cancelled(START), StatusChanged(START, Status.CLOSED)],
}


def happenings(*kinds):
    """One thing that happens to a ticket, at no particular time."""
    return st.sampled_from([event for kind in kinds for event in HAPPENINGS[kind]])


def histories(*kinds, longest=12):
    """A ticket's events on whole minutes over a few days."""

    def tell(priority, events):
        events.sort(key=lambda pair: pair[0])
        return [
            Created(START, priority),
            *(replace(event, at=START + m * MINUTE, id=n) for n, (m, event) in enumerate(events, 1)),
        ]

    timed = st.tuples(st.integers(0, 5_000), happenings(*(kinds or HAPPENINGS)))
    return st.builds(tell, priorities, st.lists(timed, max_size=longest))


def read(history, policy, now):
    return clocks(fold([event for event in history if event.at <= now]), policy, now)


moments = st.integers(0, 6_000 * 60).map(lambda seconds: START + timedelta(seconds=seconds))


def find(found, target):
    return next(clock for clock in found if clock.target is target)


class TestClocks:
    @quick
    @given(histories())
    def test_folding_step_by_step_is_folding_at_once(self, history):
        state = None
        for event in history:
            state = apply(state, event)

        assert state == fold(history) == fold(reversed(history))

    @quick
    @given(histories(), policies_with_next, moments)
    def test_reading_twice_reads_the_same(self, history, policy, now):
        assert read(history, policy, now) == read(history, policy, now)

    @thorough
    @given(histories("talk", "changes", "ends", longest=8), calendar_names, st.integers(0, 6_000))
    def test_they_agree_with_counting_minutes(self, history, names, minutes):
        now = START + minutes * MINUTE
        found = read(history, policy_on(names), now)

        for target, budgets in ((Target.RESPONSE, RESPONSES), (Target.RESOLUTION, RESOLUTIONS)):
            self.compare(find(found, target), history, now, budgets, {row: WALL[names[row]] for row in ORDER})

    def compare(self, clock, history, now, budgets, wall):
        tally, priority, status = self.count(clock, history, now, budgets, wall)

        assert clock.breached_at == tally.breached_at
        if clock.state in (State.RUNNING, State.PAUSED):
            due, row = tally.due(now, priority, budgets, wall)
            assert clock.governing_row == row
            assert clock.elapsed == tally.used[row] * MINUTE
            assert clock.due_at == (due if clock.state is State.RUNNING else None)
            assert (clock.state is State.PAUSED) == (
                clock.target is Target.RESOLUTION and status in ("pending", "on_hold")
            )

    def count(self, clock, history, now, budgets, wall):
        """Walk through the history by the minute, with the few rules that change priority and status."""
        tally, waiting = Tally(), list(history[1:])
        minute, priority, status = START, history[0].priority, "new"
        stop = clock.stopped_at or now
        while True:
            while waiting and waiting[0].at <= minute and waiting[0].at <= stop:
                priority, status = self.after(waiting.pop(0), priority, status)
            if minute >= stop:
                return tally, priority, status
            counts = clock.target is Target.RESPONSE or status in ("new", "open")
            tally.count(minute, priority, counts, budgets, wall)
            minute += MINUTE

    def after(self, event, priority, status):
        if isinstance(event, PriorityChanged):
            return event.to, status
        if isinstance(event, StatusChanged):
            return priority, str(event.to)
        by_customer = isinstance(event, Message) and event.public
        by_customer = by_customer and event.author in (Author.REQUESTER, Author.COLLEAGUE)
        return priority, "open" if by_customer and status in ("pending", "resolved") else status

    @quick
    @given(histories(), policies_with_next, st.tuples(moments, moments).map(sorted))
    def test_4_splitting_a_segment_changes_nothing(self, history, policy, split_and_now):
        """A status that lasts no time at all is a split."""
        split, now = split_and_now
        status = fold([event for event in history if event.at <= split]).now.status
        assume(status not in (Status.RESOLVED, Status.CLOSED))
        flicker = [StatusChanged(split, Status.ON_HOLD, id=98), StatusChanged(split, status, id=99)]

        plain, cut = read(history, policy, now), read([*history, *flicker], policy, now)

        assert [essence(clock) for clock in plain] == [essence(clock) for clock in cut]

    @quick
    @given(priorities, st.integers(0, 900), st.integers(0, 900), st.integers(1_140, 6_000))
    def test_5_a_pause_in_closed_time_changes_nothing(self, priority, pause_from, pause_to, minutes):
        """Friday 17:30 to Saturday 10:00."""
        history = [Created(START, priority)]
        policy = policy_on(dict.fromkeys(ORDER, "office"))
        evening, morning = (START + (150 + m) * MINUTE for m in sorted((pause_from, pause_to)))
        now = START + minutes * MINUTE
        pause = [StatusChanged(evening, Status.ON_HOLD, id=98), StatusChanged(morning, Status.OPEN, id=99)]

        plain, paused = read(history, policy, now), read([*history, *pause], policy, now)

        assert [essence(clock) for clock in plain] == [essence(clock) for clock in paused]

    @thorough
    @given(histories("talk", "changes"), policies, moments, priorities)
    def test_6_an_upgrade_is_never_due_later(self, history, policy, now, priority):
        state = fold([event for event in history if event.at <= now])
        assume(policy.rank(priority) < policy.rank(state.now.priority))

        before = clocks(state, policy, now)
        after = clocks(apply(state, PriorityChanged(max(now, state.last_at), priority)), policy, now)

        for was, now_is in zip(before, after, strict=True):
            if was.due_at is not None:
                assert now_is.due_at <= was.due_at

    @thorough
    @given(histories(), policies, moments, happenings("talk", "changes", "dates"))
    def test_6_nothing_that_is_done_to_a_ticket_breaches_it_by_itself(self, history, policy, now, event):
        state = fold([event for event in history if event.at <= now])
        now = max(now, state.last_at)

        before, after = clocks(state, policy, now), clocks(apply(state, replace(event, at=now)), policy, now)

        assert [clock.breached_at for clock in before] == [clock.breached_at for clock in after]

    @thorough
    @given(histories("talk", "changes"), policies, moments, moments)
    def test_6_a_deadline_moves_only_by_what_happens(self, history, policy, first, second):
        """Two readings of a clock with nothing in between agree."""
        first, second = sorted((first, second))
        history = [event for event in history if event.at <= first]

        for was, now_is in zip(read(history, policy, first), read(history, policy, second), strict=True):
            assert (was.due_at, was.state) == (now_is.due_at, now_is.state)

    @quick
    @given(histories(), policies_with_next, moments)
    def test_7_a_second_scan_finds_nothing(self, history, policy, now):
        recorded = {}
        assert Scanner(history, policy, recorded).scan(now) is not None
        found = scan(read(history, policy, now), recorded, now)

        assert (found.new, found.withdrawn) == ((), ())

    @thorough
    @given(histories(), policies_with_next, st.lists(moments, max_size=6), moments)
    def test_8_whenever_scans_run_they_record_the_same_breaches(self, history, policy, times, last):
        often, once = Scanner(history, policy, {}), Scanner(history, policy, {})
        for now in sorted(moment for moment in times if moment < last):
            often.scan(now)
        often.scan(last)
        once.scan(last)

        assert often.breaches() == once.breaches()

    @quick
    @given(priorities, policies, st.lists(moments, max_size=6), moments)
    def test_8_and_the_same_warnings_where_nothing_happens_in_between(self, priority, policy, times, last):
        history = [Created(START, priority)]
        often, once = Scanner(history, policy, {}), Scanner(history, policy, {})
        for now in sorted(moment for moment in times if moment < last):
            often.scan(now)
        often.scan(last)
        once.scan(last)

        assert often.recorded == once.recorded

    @thorough
    @given(histories(), policies_with_next, moments, moments)
    def test_9_a_breach_stays_as_it_is(self, history, policy, first, second):
        first, second = sorted((first, second))
        was = {clock.key: clock.breached_at for clock in read(history, policy, first) if clock.breached_at}
        later = {clock.key: clock.breached_at for clock in read(history, policy, second)}

        assert was.items() <= later.items()

    @pytest.mark.parametrize("server_zone", ["America/New_York", "Australia/Lord_Howe"])
    def test_10_the_servers_time_zone_does_not_matter(self, server_zone, monkeypatch):
        history = [Created(START, "P3"), StatusChanged(START + 60 * MINUTE, Status.ON_HOLD)]
        policy = policy_on(dict.fromkeys(ORDER, "office"))
        expected = read(history, policy, START + 5_000 * MINUTE)
        monkeypatch.setenv("TZ", server_zone)
        process_time.tzset()
        try:
            found = read(history, policy_on(dict.fromkeys(ORDER, "office")), START + 5_000 * MINUTE)
        finally:
            monkeypatch.undo()
            process_time.tzset()

        assert found == expected

    @thorough
    @given(histories(), policies_with_next, moments)
    def test_thresholds_come_in_time(self, history, policy, now):
        """Whatever a scan would find is announced by an earlier look, at the latest when it happens."""
        for clock in read(history, policy, now):
            assert all(threshold.at <= now for threshold in clock.crossed)
            assert clock.upcoming is None or clock.upcoming.at >= now or clock.upcoming.level == "breach"
            new = scan([clock], {}, now).new
            look = next_scan_at(clock, {})
            assert not new or look <= min(record.occurred_at for record in new)

    @quick
    @given(histories(), policies, moments)
    def test_the_ledger_adds_up(self, history, policy, now):
        state = fold([event for event in history if event.at <= now])
        for target in (Target.RESPONSE, Target.RESOLUTION):
            told = ledger(state, policy, now, target)
            assert sum((entry.counted for entry in told.entries), timedelta(0)) == told.clock.elapsed


def essence(clock):
    return (
        *(clock.key, clock.state, clock.due_at, clock.breached_at, clock.elapsed, clock.remaining),
        *(clock.stopped_at, clock.governing_row, clock.crossed, clock.upcoming),
    )


class Scanner:
    def __init__(self, history, policy, recorded):
        self.history, self.policy, self.recorded = history, policy, recorded

    def scan(self, now):
        result = scan(read(self.history, self.policy, now), self.recorded, now)
        assert not result.withdrawn
        self.recorded.update((record.key, record.occurred_at) for record in result.new)
        return result

    def breaches(self):
        return {key: at for key, at in self.recorded.items() if key[2] == "breach"}
