from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Application, Membership, Organization, Tier, User
from saved_views import rail
from tests.conftest import person
from tickets import actions, timeline
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}

AT_ONCE = ["ticket_take", "ticket_release", "ticket_resume", "ticket_close", "ticket_say", "ticket_note"]
WITH_FORM = [
    "ticket_assign",
    "ticket_hand_over",
    "ticket_hold",
    "ticket_resolve",
    "ticket_reopen_desk",
    "ticket_priority",
    "ticket_agree",
    "ticket_facts",
]


@pytest.fixture
def desk(client, ana):
    client.force_login(ana)
    return client


def post(client, name, ticket, data=None, **headers):
    return client.post(reverse(name, args=[ticket.number]), data or {}, headers=headers)


def kinds(ticket):
    return [event.kind for event in ticket.events.all()]


# --- Who may


@pytest.mark.parametrize("name", AT_ONCE + WITH_FORM)
def test_only_the_desk_works_on_a_ticket(client, ticket, rui, zoe, name):
    address = reverse(name, args=[ticket.number])
    assert client.post(address)["Location"].startswith("/accounts/login/")
    client.force_login(zoe)
    assert client.post(address).status_code == 404
    client.force_login(rui)
    assert client.post(address).status_code == 403
    assert kinds(ticket) == ["ticket.created"]


@pytest.mark.parametrize("name", WITH_FORM)
def test_the_forms_open_for_the_desk_as_page_and_as_part(client, ticket, rui, zoe, ana, mia, name):
    address = reverse(name, args=[ticket.number])
    for user, status in ((zoe, 404), (rui, 403), (ana, 200), (mia, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status
    part = client.get(address, headers=HTMX)
    assert "<html" not in part.content.decode() and "<form" in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_the_customers_panel_is_the_desks(client, ticket, rui, zoe, ana, mia):
    address = reverse("ticket_customer", args=[ticket.number])
    assert client.get(address)["Location"].startswith("/accounts/login/")
    for user, status in ((zoe, 403), (rui, 403), (ana, 200), (mia, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_changes_something_is_not_done_by_a_link(desk, ticket, name):
    assert desk.get(reverse(name, args=[ticket.number])).status_code == 405


def test_a_ticket_that_is_not_there_is_not_found(desk):
    for number in (99, 99999999999999999999):
        assert desk.post(f"/tickets/{number}/take/").status_code == 404


# --- Actions


def test_taking_releasing_and_assigning(desk, ticket, ana, lena):
    assert post(desk, "ticket_take", ticket)["Location"] == ticket.get_absolute_url()
    ticket.refresh_from_db()
    assert ticket.assignee == ana
    post(desk, "ticket_release", ticket)
    post(desk, "ticket_assign", ticket, {"to": lena.pk})
    ticket.refresh_from_db()
    assert ticket.assignee == lena
    assert kinds(ticket)[1:] == ["ticket.taken", "ticket.released", "ticket.assigned"]


def test_a_ticket_is_assigned_to_colleagues_only(desk, ticket, rui):
    response = post(desk, "ticket_assign", ticket, {"to": rui.pk})
    assert response.status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_handing_over_holding_and_resuming(desk, ticket, lena):
    asked = {"L2-sdk_version": "4.3.2", "L2-tried": "Reinstalled."}
    post(desk, "ticket_hand_over", ticket, {"tier": "L2", "reason": "A trace.", "to": lena.pk, **asked})
    post(desk, "ticket_hold", ticket, {"reason": "Ships on Thursday."})
    ticket.refresh_from_db()
    assert (ticket.tier, ticket.assignee, ticket.status) == ("L2", lena, "on_hold")
    post(desk, "ticket_resume", ticket)
    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_priority_date_and_facts(desk, ticket, kite):
    app = Application.objects.create(organization=kite, name="Kite TV", app_id="kite-main-77")
    post(desk, "ticket_priority", ticket, {"priority": "P4", "reason": "A wish."})
    tomorrow = timezone.now() + timedelta(days=1)
    post(desk, "ticket_agree", ticket, {"agreed_at": f"{tomorrow:%Y-%m-%dT%H:%M}", "body": "By tomorrow."})
    facts = {
        "subject": "Black screen in Jakarta",
        "sdk_version": "4.3.3",
        "platform": "ios",
        "application": app.pk,
    }
    post(desk, "ticket_facts", ticket, facts)
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.subject, ticket.application) == ("P4", "Black screen in Jakarta", app)
    assert kinds(ticket)[1:] == ["ticket.priority_set", "ticket.date_agreed", "ticket.facts_set"]


def test_an_application_of_another_customer_is_not_offered(desk, ticket, zoe):
    ondo = Organization.objects.get(name="Ondo Fitness")
    app = Application.objects.create(organization=ondo, name="Ondo", app_id="ondo-1")
    response = post(desk, "ticket_facts", ticket, {"subject": "Black", "application": app.pk})
    assert response.status_code == 422


def test_resolving_closing_and_reopening(desk, ticket):
    post(desk, "ticket_resolve", ticket, {"body": "Fixed in 4.3.3."})
    post(desk, "ticket_reopen_desk", ticket, {"reason": "Rolled back."})
    post(desk, "ticket_resolve", ticket, {"body": ""})
    post(desk, "ticket_close", ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count) == ("closed", 1)


def test_resolve_and_next_goes_on_with_the_list_the_person_came_from(desk, ana, rui, kite, ticket):
    def file(subject, **facts):
        return actions.create(
            requester=rui, by=rui, organization=kite, subject=subject, body="?", **{"priority": "P3", **facts}
        )

    file("urgent, but not in this list", priority="P1")
    following = file("next in this list", priority="P2", platform="ios")
    actions.hand_over(following, by=ana, tier="L2", reason="?")
    actions.hand_over(ticket, by=ana, tier="L2", reason="?")

    data = {"body": "Fixed.", "then": "next", "queue": "view=all&tier=L2"}
    response = post(desk, "ticket_resolve", ticket, data, **HTMX)
    assert response["HX-Redirect"] == following.get_absolute_url()

    last = post(desk, "ticket_resolve", following, data)
    assert last["Location"] == "/queue/?q=tier:L2"


def test_the_way_back_leads_nowhere_but_to_the_queue(desk, ticket):
    data = {"from": "queue", "queue": "view=all&next=//evil.example&q=https://evil.example"}
    location = post(desk, "ticket_take", ticket, data)["Location"]
    assert location.startswith("/queue/?q=")
    assert "next=" not in location


def test_what_is_refused_is_said_beside_the_form_with_everything_typed_in_it(desk, ticket, ana):
    response = post(desk, "ticket_hold", ticket, {"reason": " "}, **HTMX)
    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#action", "innerHTML")

    actions.resolve(ticket, by=ana, body="Fixed.")
    response = post(desk, "ticket_hold", ticket, {"reason": "Ships on Thursday."})
    assert response.status_code == 409
    assert "Ships on Thursday." in response.content.decode()
    assert "already resolved" in response.content.decode()


def test_a_press_too_late_is_told_and_changes_nothing(desk, ticket, ana):
    actions.take(ticket, by=ana)
    part = post(desk, "ticket_take", ticket, **HTMX)
    assert (part.status_code, part["HX-Reswap"]) == (409, "none")
    assert "yours already" in part.content.decode()
    assert post(desk, "ticket_take", ticket).status_code == 409


def test_only_what_can_be_done_is_offered(desk, ticket, ana):
    page = desk.get(ticket.get_absolute_url()).content.decode()
    assert reverse("ticket_take", args=[ticket.number]) in page
    assert reverse("ticket_release", args=[ticket.number]) not in page
    assert reverse("ticket_agree", args=[ticket.number]) not in page

    actions.resolve(ticket, by=ana, body="Fixed.")
    actions.close(ticket, by=ana)
    page = desk.get(ticket.get_absolute_url()).content.decode()
    assert reverse("ticket_say", args=[ticket.number]) not in page
    assert reverse("ticket_note", args=[ticket.number]) in page
    assert reverse("ticket_resolve", args=[ticket.number]) not in page


# --- The composer


@pytest.mark.parametrize(
    ("then", "status", "kind"),
    [
        ("", "open", "ticket.replied"),
        ("wait", "pending", "ticket.asked"),
        ("resolve", "resolved", "ticket.resolved"),
        ("made up", "open", "ticket.replied"),
    ],
)
def test_a_reply_and_what_follows_it(desk, ticket, ana, then, status, kind):
    file = SimpleUploadedFile("trace.log", b"a line")
    response = post(desk, "ticket_say", ticket, {"body": "Which version?", "then": then, "files": file})
    assert response.status_code == 302
    ticket.refresh_from_db()
    message = ticket.messages.last()
    assert (ticket.status, kinds(ticket)[-1]) == (status, kind)
    assert (message.body, message.author) == ("Which version?", ana)
    assert [attachment.name for attachment in message.attachments.all()] == ["trace.log"]


def test_a_note_never_becomes_a_message(desk, ticket):
    post(desk, "ticket_note", ticket, {"body": "They have not paid.", "then": "wait"})
    assert ticket.messages.count() == 1
    assert [note.body for note in ticket.notes.all()] == ["They have not paid."]
    ticket.refresh_from_db()
    assert ticket.status == "new"


@pytest.mark.parametrize("name", ["ticket_say", "ticket_note"])
def test_what_could_not_be_sent_stands_in_the_composer(desk, ticket, ana, name):
    empty = post(desk, name, ticket, {"body": "  "})
    assert empty.status_code == 422
    assert "Please write something first." in empty.content.decode()

    part = post(desk, name, ticket, {"body": "  "}, **HTMX)
    assert (part.status_code, part["HX-Retarget"]) == (422, "#composer-errors")
    assert "<textarea" not in part.content.decode()


def test_a_reply_to_what_was_closed_meanwhile_is_kept(desk, ticket, ana):
    actions.resolve(ticket, by=ana, body="Fixed.")
    actions.close(ticket, by=ana)
    response = post(desk, "ticket_say", ticket, {"body": "One more thing: 4.3.4 is out."})
    assert response.status_code == 409
    assert "One more thing: 4.3.4 is out." in response.content.decode()


def test_too_many_files_are_refused_by_number(desk, ticket):
    files = [SimpleUploadedFile(f"{index}.log", b"a line") for index in range(11)]
    response = post(desk, "ticket_say", ticket, {"body": "Logs", "files": files})
    assert response.status_code == 422
    assert ticket.messages.count() == 1


# --- The page


def test_messages_notes_and_events_stand_in_the_order_they_came(desk, ticket, ana):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=ana, body="Edge jkt-2 drops **key frames**.")
    actions.ask_requester(ticket, by=ana, body="Which region?")
    page = desk.get(ticket.get_absolute_url()).content.decode()
    places = [
        page.index(words) for words in ("Since this morning", "drops <strong>key frames", "Which region?")
    ]
    assert places == sorted(places)
    assert "message--note" in page


def test_what_people_write_is_text_on_the_page(desk, ticket, ana):
    actions.note(ticket, by=ana, body="<script>alert(1)</script>")
    actions.hold(ticket, by=ana, reason="<script>alert(2)</script>")
    actions.set_facts(ticket, by=ana, subject="<script>alert(3)</script>")
    page = desk.get(ticket.get_absolute_url()).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [3, 120])
def test_a_ticket_takes_at_most_ten_queries_whatever_its_length(desk, ticket, ana, rui, count):
    for index in range(count):
        file = SimpleUploadedFile(f"{index}.log", b"a line")
        actions.reply(ticket, by=rui, body=f"line {index}", files=[file])
        if index % 10 == 0:
            actions.note(ticket, by=ana, body="noted", files=[SimpleUploadedFile("a.log", b"a line")])
    for _turn in range(2):
        actions.take(ticket, by=ana)
        actions.release(ticket, by=ana)
    rail.pinned(ana)  # kept in the cache since any page before
    with CaptureQueriesContext(connection) as queries:
        page = desk.get(ticket.get_absolute_url()).content.decode()
    assert len(queries) <= 10, [query["sql"][:100] for query in queries]
    assert f"line {count - 1}<" in page


def test_a_long_conversation_opens_at_its_end_and_shows_the_rest_when_asked(desk, ticket, rui):
    for index in range(timeline.PART + 5):
        actions.reply(ticket, by=rui, body=f"line {index}.")
    page = desk.get(ticket.get_absolute_url())
    assert "line 54." in page.content.decode() and "line 3." not in page.content.decode()
    first = page.context["timeline"].first
    part = desk.get(f"{ticket.get_absolute_url()}?before={first}", headers=HTMX).content.decode()
    assert (
        "line 3." in part and "Since this morning" in part and "line 54." not in part and "<html" not in part
    )
    plain = desk.get(f"{ticket.get_absolute_url()}?before={first}").content.decode()
    assert "line 3." in plain and "<html" in plain


def test_only_what_came_since_is_sent_to_an_open_page(desk, ticket, rui, ana):
    ticket.refresh_from_db()
    address = f"{ticket.get_absolute_url()}?seen={ticket.chain_length}"
    nothing = desk.get(address, headers=HTMX)
    assert (nothing.status_code, nothing.content) == (204, b"")

    actions.reply(ticket, by=rui, body="It is 4.3.2.")
    part = desk.get(address, headers=HTMX).content.decode()
    assert "It is 4.3.2." in part and "Since this morning" not in part
    assert 'id="seen" value="2"' in part
    assert "<textarea" not in part


@pytest.mark.parametrize("seen", ["", "x", "-1", "99999999999999"])
def test_an_open_page_that_does_not_know_what_it_saw_is_loaded_again(desk, ticket, seen):
    response = desk.get(f"{ticket.get_absolute_url()}?seen={seen}", headers=HTMX)
    assert response["HX-Refresh"] == "true"


def test_an_action_answers_htmx_with_what_changed(desk, ticket, ana):
    response = post(desk, "ticket_take", ticket, {"seen": "1"}, **HTMX)
    part = response.content.decode()
    assert response.status_code == 200
    assert 'id="ticket-actions" hx-swap-oob="true"' in part and 'hx-swap-oob="beforeend:#timeline"' in part
    assert "HX-Request" in response["Vary"]


def test_the_customers_panel_tells_plan_tam_and_other_tickets(desk, ticket, kite, rui):
    mo = person("Mo Keller", role=User.Role.AGENT, tier=Tier.TAM)
    kite.tam = mo
    kite.save(update_fields=["tam"])
    Application.objects.create(organization=kite, name="Kite TV", app_id="kite-main-77")
    other = actions.create(
        requester=rui, by=rui, organization=kite, subject="Echo on Pixel 8", body="?", priority="P3"
    )
    panel = desk.get(reverse("ticket_customer", args=[ticket.number])).content.decode()
    for words in ("Kite Live", "Mo Keller", "kite-main-77", "rui@kite.example", f"#{other.number}"):
        assert words in panel
    assert f"#{ticket.number} " not in panel


def test_a_ticket_without_organisation_has_a_panel_too(desk):
    lone = person("Lone Lee", domain="mail.example")
    ticket = actions.create(requester=lone, by=lone, subject="Hello", body="?", priority="P4")
    assert desk.get(reverse("ticket_customer", args=[ticket.number])).status_code == 200
    assert desk.get(ticket.get_absolute_url()).status_code == 200


# --- A new ticket for a customer

CALL = {
    "requester": "RUI@kite.example",
    "channel": "phone",
    "origin": "taken",
    "priority": "P2",
    "subject": "No sound",
    "body": "Called: no sound since noon.",
    "submission_key": "6c1a0c1e-4c6f-4ad7-9d3e-0c6a3f1f9a01",
}


@pytest.mark.parametrize(
    ("origin", "response_clock", "spoken_by"),
    [
        ("taken", "met", "requester"),
        ("customer", "running", "requester"),
        ("outbound", "not_applicable", "agent"),
    ],
)
def test_an_engineer_files_for_a_customer(desk, ana, rui, kite, origin, response_clock, spoken_by):
    response = desk.post("/queue/new/", {**CALL, "origin": origin})
    ticket = Ticket.objects.get()
    assert response["Location"] == ticket.get_absolute_url()
    assert (ticket.requester, ticket.organization, ticket.channel) == (rui, kite, "phone")
    assert ticket.clocks.get(target="response").state == response_clock
    assert ticket.messages.get().author_kind == spoken_by
    assert ticket.events.get().actor == ana


def test_the_same_form_sent_twice_is_one_ticket(desk, rui):
    for _time in range(2):
        desk.post("/queue/new/", CALL)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"requester": "nobody@kite.example"}, {"requester": "ana@desk.example"}, {"subject": " "}]
)
def test_a_call_of_nobody_we_know_is_not_filed(desk, rui, wrong):
    response = desk.post("/queue/new/", {**CALL, **wrong})
    assert response.status_code == 422
    assert "Called: no sound since noon." in response.content.decode()
    assert not Ticket.objects.exists()


def test_a_requester_of_two_organisations_needs_one_named(desk, rui, zoe):
    ondo = Organization.objects.get(name="Ondo Fitness")
    Membership.objects.create(user=rui, organization=ondo)
    assert desk.post("/queue/new/", CALL).status_code == 422
    assert desk.post("/queue/new/", {**CALL, "organization": "Ondo Fitness"}).status_code == 302
    assert Ticket.objects.get().organization == ondo
