import csv
import gzip
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.models import Organization, User
from events import audit
from events.models import Event
from importing import writing
from importing.models import ImportedTicket
from notifications.models import Mail, Notice
from sla import scanning
from sla.models import ClockRecord
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

LOG = {
    "number": "INC1",
    "incident_state": "New",
    "sys_mod_count": "0",
    "made_sla": "true",
    "caller_id": "Caller 7",
    "opened_at": "29/2/2016 04:40",
    "sys_updated_at": "29/2/2016 04:57",
    "contact_type": "Email",
    "category": "Category 40",
    "u_symptom": "?",
    "priority": "3 - Moderate",
    "assigned_to": "?",
}
TICKET = {
    "id": "A-1",
    "subject": "No sound on iOS",
    "body": "After a phone call.",
    "requester_email": "bo@maple.example",
    "organization": "Maple Classroom",
    "priority": "P3",
    "status": "closed",
    "created_at": "2026-07-13T09:00:00+08:00",
    "first_replied_at": "2026-07-13T10:00:00+08:00",
    "resolved_at": "2026-07-14T08:00:00+08:00",
    "closed_at": "2026-07-20T08:00:00+08:00",
    "hold_reason": "",
}


def at(text):
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)


@pytest.fixture
def run(tmp_path):
    def run(rows, format="servicenow", name="log.csv", **options):
        path = tmp_path / name
        with gzip.open(path, "wt") if name.endswith(".gz") else path.open("w") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        out = StringIO()
        call_command("import_tickets", str(path), format=format, stdout=out, stderr=StringIO(), **options)
        return out.getvalue()

    return run


def log(*updates):
    return [{**LOG, "sys_mod_count": str(index), **update} for index, update in enumerate(updates)]


STORY = log(
    {},
    {"incident_state": "Active", "sys_updated_at": "29/2/2016 05:30", "assigned_to": "Resolver 31"},
    {"incident_state": "Awaiting User Info", "sys_updated_at": "29/2/2016 06:00"},
    {"incident_state": "Active", "sys_updated_at": "29/2/2016 08:00", "priority": "2 - High"},
    {"incident_state": "Resolved", "sys_updated_at": "29/2/2016 09:00", "priority": "2 - High"},
    {
        "incident_state": "Closed",
        "sys_updated_at": "6/3/2016 10:00",
        "priority": "2 - High",
        "made_sla": "false",
    },
)


def test_an_incident_becomes_a_ticket_with_its_events_at_their_own_times(run):
    run(STORY)
    ticket = Ticket.objects.get()
    told = [(event.at, event.changes.get("status")) for event in ticket.events.filter(kind="ticket.imported")]

    assert (ticket.status, ticket.priority, ticket.channel) == ("closed", "P2", "email")
    assert ticket.created_at == at("29/2/2016 04:40")
    assert ticket.resolved_at == at("29/2/2016 09:00")
    assert ticket.imported.facts["made_sla"] == "false"
    assert told == [
        (at("29/2/2016 05:30"), ["new", "open"]),
        (at("29/2/2016 06:00"), ["open", "pending"]),
        (at("29/2/2016 08:00"), ["pending", "open"]),
        (at("29/2/2016 09:00"), ["open", "resolved"]),
        (at("6/3/2016 10:00"), ["resolved", "closed"]),
    ]
    assert list(audit.verify()) == []


def test_the_clocks_follow_the_imported_events(run):
    run(STORY)
    response, resolution = Ticket.objects.get().clocks.order_by("-target")
    assert (response.state, response.stopped_at) == ("met", at("29/2/2016 06:00"))
    assert (resolution.state, resolution.paused) == ("met", timedelta(hours=2))
    assert not resolution.is_provisional


def test_a_broken_promise_of_the_past_is_recorded_and_nobody_hears_of_it(run):
    run(log({}, {"incident_state": "Resolved", "sys_updated_at": "9/3/2016 09:00"}))
    assert ClockRecord.objects.filter(level="breach").count() == 2
    scanning.scan(datetime.now(UTC))
    assert ClockRecord.objects.filter(level="breach").count() == 2
    assert not Event.objects.pending().exists()
    assert not Mail.objects.exists() and not Notice.objects.exists() and not mail.outbox


def test_an_incident_taken_on_the_phone_was_answered_at_once(run):
    run(log({"contact_type": "Phone"}, {"contact_type": "Phone", "incident_state": "Active"}))
    response = Ticket.objects.get().clocks.get(target="response")
    assert (response.state, response.elapsed) == ("met", timedelta(0))


def test_a_closing_that_the_log_takes_back_was_a_resolution(run):
    run(
        log(
            {},
            {"incident_state": "Closed", "sys_updated_at": "29/2/2016 05:00"},
            {"incident_state": "Active", "sys_updated_at": "29/2/2016 06:00"},
        )
    )
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.reopen_count, ticket.resolved_at) == ("open", 1, None)


def test_importing_twice_adds_nothing(run):
    run(STORY)
    said = run(STORY)
    assert "0 imported, 1 were there already" in said
    assert Ticket.objects.count() == ImportedTicket.objects.count() == 1


def test_a_dry_run_writes_nothing(run):
    said = run(STORY, dry_run=True)
    assert "1 would be imported" in said
    assert not Ticket.objects.exists() and not User.objects.exists()


def test_bad_rows_are_named_by_line_and_reason_and_the_rest_is_imported(run):
    rows = log(
        {},
        {"incident_state": "-100"},
        {"sys_updated_at": "31/2/2016 04:57"},
        {"sys_updated_at": "28/2/2016 04:57"},
        {"priority": "9 - Odd"},
        {"incident_state": "Active", "sys_updated_at": "29/2/2016 05:30"},
    )
    said = run(rows)
    assert "line 3: incident INC1: unknown state “-100”" in said
    assert "line 4: incident INC1: “31/2/2016 04:57” is not a time" in said
    assert "line 5: incident INC1: updated 28/2/2016 04:57, before it was opened" in said
    assert "line 6: incident INC1: unknown priority “9 - Odd”" in said
    assert "4 bad rows" in said
    assert Ticket.objects.get().status == "open"


def test_an_interruption_leaves_whole_tickets_and_the_next_run_goes_on(run, monkeypatch):
    rows = [row for number in range(5) for row in log({"number": f"INC{number}"})]
    monkeypatch.setattr("importing.management.commands.import_tickets.BATCH", 2)
    original, calls = writing.record_all, []

    def die_in_the_second_batch(entries):
        calls.append(entries)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return original(entries)

    monkeypatch.setattr(writing, "record_all", die_in_the_second_batch)
    with pytest.raises(KeyboardInterrupt):
        run(rows)
    assert Ticket.objects.count() == 2
    assert all(ticket.chain_length for ticket in Ticket.objects.all())

    monkeypatch.setattr(writing, "record_all", original)
    assert "3 imported, 2 were there already" in run(rows)
    assert list(audit.verify()) == []


def test_nobody_gets_access_by_an_import(run):
    run(STORY)
    assert set(User.objects.values_list("name", "role", "is_active")) == {
        ("Caller 7", "requester", False),
        ("Resolver 31", "agent", False),
    }


def test_somebody_who_is_here_already_is_recognised_by_address(run, rui):
    run([{**TICKET, "requester_email": "RUI@kite.example"}], format="generic")
    rui.refresh_from_db()
    assert Ticket.objects.get().requester == rui
    assert rui.is_active


def test_a_gzipped_file_of_the_generic_format_is_read(run):
    run([TICKET], format="generic", name="tickets.csv.gz")
    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.organization) == (
        "closed",
        Organization.objects.get(name="Maple Classroom"),
    )
    assert {clock.state for clock in ticket.clocks.all()} == {"met"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"subject": " "}, "subject is empty"),
        ({"priority": "urgent"}, "priority “URGENT” is none of P1, P2, P3, P4"),
        ({"requester_email": "nobody"}, "requester_email “nobody” is not an address"),
        ({"created_at": "2026-07-13T09:00:00"}, "has no offset from UTC"),
        ({"created_at": "yesterday"}, "is not a time like"),
        ({"resolved_at": ""}, "a closed ticket needs resolved_at"),
        ({"resolved_at": "2026-07-01T00:00:00Z"}, "not in order"),
    ],
)
def test_a_bad_row_of_the_generic_format_says_what_is_wrong(run, cells, reason):
    said = run([{**TICKET, **cells}], format="generic")
    assert f"line 2: {reason}" in said or reason in said
    assert not Ticket.objects.exists()


def test_a_file_without_the_needed_columns_is_refused(run):
    with pytest.raises(CommandError, match="lacks the column"):
        run([{"id": "1", "subject": "x"}], format="generic")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_tickets", str(tmp_path / "none.csv"), format="generic")
