import csv
import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.models import Organization
from intake.models import RequestTypeVersion
from sla import reports, scanning
from sla.models import Clock
from sla.reports import Question
from tests.conftest import MONDAY_9AM
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

INCIDENTS = Path(settings.BASE_DIR).parent / "shared" / "data" / "servicenow_incidents.csv.gz"


def july(**fields):
    return Question(
        start=datetime(2026, 7, 1, tzinfo=UTC), end=datetime(2026, 8, 1, tzinfo=UTC), zone=UTC, **fields
    )


@pytest.fixture
def a_month(clock, rui, kite, ana):
    """Four P2s: answered after 10, 20 and 40 minutes, and one that nobody answers; all at Monday 9:00."""
    for minutes in (10, 20, 40, None):
        clock.move_to(MONDAY_9AM)
        ticket = actions.create(
            requester=rui, by=rui, organization=kite, priority="P2", subject=f"after {minutes}", body="x"
        )
        if minutes:
            clock.shift(timedelta(minutes=minutes))
            actions.reply(ticket, by=ana, body="On it.")
    clock.move_to(MONDAY_9AM + timedelta(hours=1))
    scanning.scan(MONDAY_9AM + timedelta(hours=1))
    return MONDAY_9AM + timedelta(hours=1)


def test_kept_missed_and_late_promises_are_counted_in_the_month_they_fell_due(a_month):
    (line,) = reports.by_month(july(), a_month)
    assert (line.month, line.target, line.priority) == (date(2026, 7, 1), "response", "P2")
    assert (line.met, line.missed, line.late) == (2, 1, 1)
    assert line.achievement == 50
    assert (line.median, line.p90) == (timedelta(minutes=20), timedelta(minutes=36))


def test_a_promise_that_is_late_counts_even_while_the_scanner_is_dead(clock, ticket):
    clock.shift(timedelta(minutes=31))
    (line,) = reports.by_month(july(), MONDAY_9AM + timedelta(minutes=31))
    assert (line.met, line.missed, line.late) == (0, 0, 1)


def test_promises_within_their_time_are_left_out(clock, ticket):
    assert reports.by_month(july(), MONDAY_9AM) == []


def test_void_promises_are_left_out(a_month, mia):
    from sla import actions as sla_actions

    late = Clock.objects.get(state="missed")
    sla_actions.void(late, by=mia, reason="The customer's own outage.")
    (line,) = reports.by_month(july(), a_month)
    assert (line.met, line.missed, line.late) == (2, 0, 1)


def test_the_period_the_customer_and_the_priority_narrow_the_report(a_month):
    nobody = Organization.objects.create(name="Nobody")
    assert reports.by_month(july(organization=nobody), a_month) == []
    assert reports.by_month(july(priority="P1"), a_month) == []
    june = Question(start=datetime(2026, 6, 1, tzinfo=UTC), end=datetime(2026, 7, 1, tzinfo=UTC), zone=UTC)
    assert reports.by_month(june, a_month) == []


def test_the_month_is_that_of_the_readers_zone(clock, rui, kite, ana):
    from zoneinfo import ZoneInfo

    clock.move_to(datetime(2026, 7, 31, 17, 0, tzinfo=UTC))
    ticket = actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject="x", body="x")
    actions.reply(ticket, by=ana, body="y")
    shanghai = ZoneInfo("Asia/Shanghai")
    asked = Question(
        start=datetime(2026, 7, 1, tzinfo=UTC), end=datetime(2026, 9, 1, tzinfo=UTC), zone=shanghai
    )
    (line,) = reports.by_month(asked, MONDAY_9AM)
    assert line.month == date(2026, 8, 1)


PERIOD = "since=2026-07-01&until=2026-07-31"


def download(client, query=PERIOD):
    response = client.get(f"/reports/sla.csv?{query}")
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_the_file_has_a_row_for_each_clock_and_agrees_with_the_page(a_month, client, mia):
    client.force_login(mia)
    rows = download(client)
    assert Counter(row["result"] for row in rows) == {"met": 2, "missed": 1, "late": 1}
    missed = next(row for row in rows if row["result"] == "missed")
    assert missed == {
        "ticket": missed["ticket"],
        "customer": "Kite Live",
        "priority": "P2",
        "tier at breach": "L1",
        "holder at breach": "",
        "target": "response",
        "cycle": "1",
        "allowed seconds": "1800",
        "started": "2026-07-13T09:00:00Z",
        "due": "2026-07-13T09:30:00Z",
        "paused seconds": "0",
        "stopped": "2026-07-13T09:40:00Z",
        "actual seconds": "2400",
        "result": "missed",
        "provisional": "no",
        "breached": "2026-07-13T09:30:00Z",
        "result in source": "",
        "product": "",
        "platform": "",
        "sdk version": "",
        "application": "",
        "request type": "",
        "answers": "",
    }
    assert [row["due"] for row in rows] == sorted(row["due"] for row in rows)


def test_a_download_that_is_broken_off_leaves_the_connection_in_order(a_month):
    from sla import export

    lines = export.lines(july(), a_month)
    assert next(lines).startswith("\ufeffticket,customer".encode())
    lines.close()
    half_read = export.lines(july(), a_month)
    assert next(half_read) and next(half_read)
    half_read.close()
    assert Ticket.objects.count() == 4


def test_a_long_download_that_is_broken_off_leaves_the_limit_for_statements_in_force(db):
    from django.db import connection

    from sla import export

    def limit():
        with connection.cursor() as cursor:
            cursor.execute("show statement_timeout")
            return cursor.fetchone()

    before = limit()
    lines = export._copied("select generate_series(1, %s)", (1_000_000,))
    assert next(lines).startswith(b"1\n2\n")
    lines.close()
    assert limit() == before != ("0",)


def test_paused_time_stands_in_the_file(clock, ticket, ana, rui, client, mia):
    actions.ask_requester(ticket, by=ana, body="Which version?")
    clock.shift(timedelta(hours=1))
    actions.reply(ticket, by=rui, body="4.3.2")
    clock.shift(timedelta(hours=1))
    actions.resolve(ticket, by=ana, body="Done.")
    client.force_login(mia)
    row = next(row for row in download(client) if row["target"] == "resolution")
    assert (row["paused seconds"], row["actual seconds"], row["provisional"]) == ("3600", "3600", "yes")


def test_a_name_that_a_spreadsheet_would_calculate_is_kept_as_text(a_month, client, mia):
    Organization.objects.update(name="=cmd|' /C calc'!A0")
    client.force_login(mia)
    assert {row["customer"] for row in download(client)} == {"'=cmd|' /C calc'!A0"}


def test_what_the_form_asked_stands_in_the_file_and_calculates_nothing(
    clock, rui, kite, live_sdk, client, mia
):
    actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        priority="P2",
        subject="Black screen",
        body="x",
        product=live_sdk,
        platform="android",
        sdk_version="=1+1",
        request_type=RequestTypeVersion.objects.get(request_type__code="broken"),
        answers={"channel_id": "=cmd|' /C calc'!A0", "network": ["wifi"], "device_model": "小米 14"},
    )
    clock.shift(timedelta(hours=1))
    client.force_login(mia)
    (row,) = [row for row in download(client) if row["target"] == "response"]
    assert [row[name] for name in ("product", "platform", "sdk version", "request type")] == [
        *("live", "android", "'=1+1", "broken")
    ]
    assert row["answers"].startswith("{")
    assert json.loads(row["answers"]) == {
        "channel_id": "=cmd|' /C calc'!A0",
        "network": ["wifi"],
        "device_model": "小米 14",
    }


@pytest.mark.parametrize("path", ["/reports/", "/reports/rows/", "/reports/sla.csv"])
def test_only_managers_have_reports(path, client, a_month, ana, rui, zoe, mia):
    assert client.get(path).status_code == 302
    for user, status in ((rui, 404), (zoe, 404), (ana, 404), (mia, 200)):
        client.force_login(user)
        assert client.get(path).status_code == status, user


def test_the_page_needs_few_queries_however_many_tickets(a_month, client, mia, django_assert_max_num_queries):
    client.force_login(mia)
    client.get("/reports/")  # the views beside it are kept in the cache since any page before
    with django_assert_max_num_queries(7):
        page = client.get(f"/reports/?{PERIOD}")
    assert page.context["lines"][0].counted == 4


def test_every_number_leads_to_its_rows(a_month, client, mia):
    client.force_login(mia)
    page = client.get("/reports/rows/?" + PERIOD + "&target=response&result=missed")
    assert [clock.state for clock in page.context["page"]] == ["missed"]
    assert "after 40" in page.context["page"][0].ticket.subject


@pytest.mark.parametrize(
    "query", ["since=nonsense", "until=2026-13-45", "organization=9999999", "priority=P9", "result=maybe"]
)
def test_a_question_that_makes_no_sense_is_answered_not_crashed(query, client, mia):
    client.force_login(mia)
    for path in ("/reports/", "/reports/rows/", "/reports/sla.csv"):
        assert client.get(f"{path}?{query}").status_code == 422


def test_a_period_that_ends_before_it_starts_says_so(client, mia):
    client.force_login(mia)
    page = client.get("/reports/?since=2026-07-31&until=2026-07-01")
    assert page.status_code == 422
    assert "The end lies before the start." in page.content.decode()


def sample_of_incidents(tmp_path, lines):
    path = tmp_path / "incidents.csv"
    with gzip.open(INCIDENTS, "rt", newline="") as log, path.open("w", newline="") as sample:
        for _line in range(lines):
            sample.write(log.readline())
    return path


@pytest.mark.skipif(not INCIDENTS.is_file(), reason="the incident log does not lie beside this checkout")
def test_counts_by_priority_equal_those_of_the_incident_log_itself(tmp_path, client, mia):
    path = sample_of_incidents(tmp_path, 3000)
    call_command("import_tickets", str(path), format="servicenow", stdout=StringIO(), stderr=StringIO())
    with path.open(newline="") as file:
        last_rows = {row["number"]: row for row in csv.DictReader(file)}
    expected = Counter("P" + row["priority"][0] for row in last_rows.values())
    assert Counter(Ticket.objects.values_list("priority", flat=True)) == expected

    client.force_login(mia)
    page = client.get("/reports/?since=2016-01-01&until=2027-01-01")
    responses = Counter()
    for line in page.context["lines"]:
        if line.target == "response":
            responses[line.priority] += line.counted
    assert responses == expected
    kept = sum(row["made_sla"] == "true" for row in last_rows.values())
    assert page.context["source"]["kept"] <= kept
