"""Time spent: typed in a line, corrected, voided, counted; and never seen by customers."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from helpdesk.errors import InvalidInput, InvalidTransition
from tickets import actions as tickets
from timespent import actions, entering
from timespent.models import TimeEntry, Timer

pytestmark = pytest.mark.django_db

CANARY = "canary-of-the-time"
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("15m read the log", (15, "read the log")),
        ("1 h 30 min call", (90, "call")),
        ("1.5h", (90, "")),
        ("90s", (2, "")),
        ("15分钟 看日志", (15, "看日志")),
        ("半小时看日志", (30, "看日志")),
        ("15m - 3 calls", (15, "3 calls")),
    ],
)
def test_an_entry_is_one_line(typed, read):
    assert entering.read(typed) == read


@pytest.mark.parametrize("typed", ["", "read the log", "15", "0 min", "25 h", "-5 min"])
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(InvalidInput):
        entering.read(typed)


def test_time_is_logged_corrected_and_voided_and_the_history_keeps_all(ticket, ana, lena):
    entry = actions.log(ticket, by=ana, typed="15m read the log")
    actions.edit(entry, by=ana, typed="20m read the logs")
    with pytest.raises(PermissionDenied):
        actions.edit(entry, by=lena, typed="1m")
    with pytest.raises(PermissionDenied):
        actions.void(entry, by=lena, reason="x")
    with pytest.raises(InvalidInput):
        actions.void(entry, by=ana, reason=" ")
    actions.void(entry, by=ana, reason="Wrong ticket")
    with pytest.raises(InvalidTransition):
        actions.void(entry, by=ana, reason="again")
    assert TimeEntry.objects.count() == 1 and not TimeEntry.objects.counted().exists()
    told = ticket.events.filter(kind__startswith="ticket.time").values_list("kind", "data")
    assert [kind for kind, _data in told] == [
        "ticket.time_logged",
        "ticket.time_changed",
        "ticket.time_voided",
    ]
    assert told[1][1]["changes"]["minutes"] == [15, 20]


def test_a_timer_survives_and_is_logged_once(clock, ticket, ana):
    actions.start_timer(ticket, by=ana)
    clock.shift(timedelta(minutes=12, seconds=5))
    actions.start_timer(ticket, by=ana)
    entry = actions.stop_timer(ticket, by=ana, typed="called them")
    assert (entry.minutes, entry.note) == (13, "called them")
    with pytest.raises(InvalidTransition):
        actions.stop_timer(ticket, by=ana)
    assert TimeEntry.objects.count() == 1

    actions.start_timer(ticket, by=ana)
    clock.shift(timedelta(days=9))
    assert Timer.objects.get().minutes(timezone.now()) == 1440
    assert actions.stop_timer(ticket, by=ana, typed="10m went home").minutes == 10


def test_one_timer_for_a_person(ticket, ana, rui, kite):
    other = tickets.create(by=rui, requester=rui, organization=kite, subject="x", body="x", priority="P3")
    actions.start_timer(ticket, by=ana)
    with pytest.raises(InvalidTransition):
        actions.start_timer(other, by=ana)


def test_the_sum_follows_a_merge(client, ticket, ana, rui, kite):
    other = tickets.create(by=rui, requester=rui, organization=kite, subject="x", body="x", priority="P3")
    actions.log(other, by=ana, typed="40m")
    actions.log(ticket, by=ana, typed="20m")
    tickets.merge(other, into=ticket, by=ana)
    client.force_login(ana)
    assert ">1 h</b>" in client.get(reverse("time_of_ticket", args=[ticket.number])).text


def test_the_card(client, ticket, ana, lena):
    client.force_login(ana)
    log = reverse("time_log", args=[ticket.number])
    refused = client.post(log, {"typed": CANARY}, headers=HTMX)
    assert refused.status_code == 422 and f'value="{CANARY}"' in refused.text
    assert "15 min" in client.post(log, {"typed": "15m read"}, headers=HTMX).text
    timer = reverse("time_timer", args=[ticket.number])
    assert "data-since" in client.post(timer, {"do": "start"}, headers=HTMX).text
    assert "data-since" not in client.post(timer, {"do": "discard"}, headers=HTMX).text
    entry = TimeEntry.objects.get()
    change = reverse("time_entry", args=[entry.pk])
    client.force_login(lena)
    assert client.post(change, {"typed": "1m"}).status_code == 403
    client.force_login(ana)
    assert client.post(change, {"void": "1", "reason": ""}, headers=HTMX).status_code == 422
    assert "0 min</b>" in client.post(change, {"void": "1", "reason": "Wrong"}, headers=HTMX).text


def test_the_page_of_the_ticket_tells_it(client, ticket, ana):
    actions.log(ticket, by=ana, typed=f"15m {CANARY}")
    client.force_login(ana)
    assert CANARY in client.get(ticket.get_absolute_url()).text


def test_customers_have_none_of_it(client, ticket, ana, rui, zoe):
    entry = actions.log(ticket, by=ana, typed=f"15m {CANARY}")
    for who, status in ((zoe, 404), (rui, 403)):
        client.force_login(who)
        for name in ("time_log", "time_timer"):
            assert client.post(reverse(name, args=[ticket.number])).status_code == status
        assert client.get(reverse("time_of_ticket", args=[ticket.number])).status_code == status
        assert client.post(reverse("time_entry", args=[entry.pk])).status_code == 404
        assert client.get(reverse("time_report")).status_code == 404
    client.force_login(rui)
    assert CANARY not in client.get(ticket.get_absolute_url()).text
    assert CANARY not in client.get(f"/api/v1/tickets/{ticket.number}/").text


def test_the_managers_report_and_its_file(client, ticket, ana, lena, mia):
    actions.log(ticket, by=ana, typed="15m =cmd()")
    actions.log(ticket, by=lena, typed="1h trace")
    actions.void(actions.log(ticket, by=lena, typed="9h"), by=lena, reason="Wrong")
    client.force_login(ana)
    assert client.get(reverse("time_report")).status_code == 404
    assert client.get(reverse("time_report_csv")).status_code == 404
    client.force_login(mia)
    for by, name in (("organization", "Kite Live"), ("product", "Live SDK"), ("person", "Lena Wolf")):
        page = client.get(reverse("time_report"), {"by": by}).text
        assert name in page and "1 h 15 min" in page
    assert (
        client.get(reverse("time_report"), {"since": "2026-02-01", "until": "2026-01-01"}).status_code == 422
    )
    file = b"".join(client.get(reverse("time_report_csv")).streaming_content).decode("utf-8-sig").splitlines()
    assert file[0] == "day,ticket,customer,product,person,minutes,note"
    assert [line.split(",")[5:] for line in file[1:]] == [["15", "'=cmd()"], ["60", "trace"]]
