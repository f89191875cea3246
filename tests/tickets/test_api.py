import uuid

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import ApiToken, Application, Membership, Organization
from tests.conftest import person
from tickets import actions
from tickets.models import Attachment, Message, Note, Ticket

pytestmark = pytest.mark.django_db

TICKETS = "/api/v1/tickets/"


def as_(user):
    """A program with a token of this person; with None, one without."""
    client = APIClient()
    if user is not None:
        _row, secret = ApiToken.issue(user, "test")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def at(ticket, action=""):
    return f"{TICKETS}{ticket.number}/{action}{'/' if action else ''}"


@pytest.fixture
def report(live_sdk):
    return {
        "subject": "Black screen on Android 14",
        "body": "Since this morning the remote video stays black.",
        "priority": "P2",
        "product": "live",
        "platform": "android",
        "sdk_version": "4.3.2",
    }


# Every action with what it is sent, and what the ticket must be before: the keys are those of `prepared`.
DESK = {
    "take": ("new", {}),
    "assign": ("new", {"to": "lena@desk.example"}),
    "release": ("taken", {}),
    "hand-over": ("new", {"tier": "L2", "reason": "needs SDK knowledge"}),
    "priority": ("new", {"priority": "P1", "reason": "all users"}),
    "ask": ("new", {"body": "Which version?"}),
    "hold": ("new", {"reason": "waits for 4.3.3"}),
    "resume": ("held", {}),
    "notes": ("new", {"body": "edge jkt-2"}),
}
EVERYBODY = {
    "reply": ("new", {"body": "one more thing"}),
    "resolve": ("answered", {"body": "It works with 4.3.3."}),
    "reopen": ("resolved", {"reason": "still black"}),
    "close": ("resolved", {}),
}
STATUS_AFTER = {
    "take": "open",
    "assign": "open",
    "ask": "pending",
    "hold": "on_hold",
    "resume": "open",
    "resolve": "resolved",
    "reopen": "open",
    "close": "closed",
}


@pytest.fixture
def prepared(ticket, ana, lena):
    def prepared(state):
        match state:
            case "taken":
                actions.take(ticket, by=ana)
            case "held":
                actions.hold(ticket, by=ana, reason="x")
            case "answered":
                actions.reply(ticket, by=ana, body="Looking into it.")
            case "resolved":
                actions.resolve(ticket, by=ana, body="Use 4.3.3.")
        return ticket

    return prepared


@pytest.mark.parametrize("action", [*DESK, *EVERYBODY])
def test_without_a_token_nothing_is_said_or_done(prepared, action):
    ticket = prepared({**DESK, **EVERYBODY}[action][0])
    before = ticket.events.count()
    response = as_(None).post(at(ticket, action), {**DESK, **EVERYBODY}[action][1])
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"
    assert as_(None).get(at(ticket)).status_code == 401
    assert as_(None).get(TICKETS).status_code == 401
    assert ticket.events.count() == before


@pytest.mark.parametrize("action", [*DESK, *EVERYBODY])
def test_another_organisation_gets_404_for_everything(prepared, zoe, action):
    ticket = prepared({**DESK, **EVERYBODY}[action][0])
    before = ticket.events.count()
    assert as_(zoe).post(at(ticket, action), {**DESK, **EVERYBODY}[action][1]).status_code == 404
    assert as_(zoe).get(at(ticket)).status_code == 404
    assert as_(zoe).get(TICKETS).data["results"] == []
    assert ticket.events.count() == before


@pytest.mark.parametrize("action", DESK)
def test_what_the_desk_does_is_refused_to_the_requester_who_sees_the_ticket(prepared, rui, action):
    state, data = DESK[action]
    ticket = prepared(state)
    before = ticket.events.count()
    assert as_(rui).get(at(ticket)).status_code == 200
    assert as_(rui).post(at(ticket, action), data).status_code == 403
    assert ticket.events.count() == before


@pytest.mark.parametrize("who", ["ana", "mia"])
@pytest.mark.parametrize("action", [*DESK, *EVERYBODY])
def test_the_desk_does_it_by_the_same_actions_as_the_pages(request, prepared, action, who):
    state, data = {**DESK, **EVERYBODY}[action]
    ticket = prepared(state)
    before = ticket.events.count()
    user = request.getfixturevalue(who)
    if action == "take" and who == "mia":
        actions.take(ticket, by=request.getfixturevalue("ana"))
        before += 1
    response = as_(user).post(at(ticket, action), data)

    assert response.status_code in (200, 201), response.data
    assert ticket.events.count() == before + 1
    assert ticket.events.last().actor == user
    if action in STATUS_AFTER:
        assert response.data["status"] == STATUS_AFTER[action]


@pytest.mark.parametrize("action", EVERYBODY)
def test_the_requester_answers_and_says_whether_it_is_solved(prepared, rui, action):
    state, data = EVERYBODY[action]
    ticket = prepared(state)
    response = as_(rui).post(at(ticket, action), data)
    assert response.status_code == 200, response.data
    assert ticket.events.last().actor == rui


def test_the_wrong_state_is_a_conflict_that_says_why(ticket, ana):
    response = as_(ana).post(at(ticket, "close"))
    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.data["detail"] == "Only a resolved ticket can be closed."


def test_a_missing_reason_is_named_by_field(ticket, ana):
    response = as_(ana).post(at(ticket, "hold"), {})
    assert response.status_code == 400
    assert "reason" in response.data["errors"]


# --- Filing


def test_a_requester_files_a_ticket_of_their_own(rui, kite, report):
    response = as_(rui).post(TICKETS, report)
    ticket = Ticket.objects.get()
    assert response.status_code == 201, response.data
    assert response.data["number"] == ticket.number
    assert (ticket.requester, ticket.organization, ticket.channel) == (rui, kite, "api")
    assert ticket.messages.get().body == report["body"]
    assert [promise["target"] for promise in response.data["promises"]] == ["resolution", "response"]


def test_the_same_idempotency_key_gives_the_first_ticket(rui, report):
    client, key = as_(rui), str(uuid.uuid4())
    first = client.post(TICKETS, report, HTTP_IDEMPOTENCY_KEY=key)
    again = client.post(TICKETS, report, HTTP_IDEMPOTENCY_KEY=f'"{key}"')
    assert (again.status_code, again.data["number"]) == (201, first.data["number"])
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 1)
    assert client.post(TICKETS, report).data["number"] != first.data["number"]


def test_one_persons_key_means_nothing_to_another(rui, zoe, report):
    key = str(uuid.uuid4())
    first = as_(rui).post(TICKETS, report, HTTP_IDEMPOTENCY_KEY=key)
    other = as_(zoe).post(TICKETS, report, HTTP_IDEMPOTENCY_KEY=key)
    assert other.data["number"] != first.data["number"]


def test_a_key_that_is_no_uuid_is_refused(rui, report):
    response = as_(rui).post(TICKETS, report, HTTP_IDEMPOTENCY_KEY="42")
    assert response.status_code == 400
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requester", "zoe@ondo.example"),
        ("tier", "TAM"),
        ("status", "closed"),
        ("assignee", "ana@desk.example"),
        ("number", 1),
        ("channel", "phone"),
        ("origin", "taken"),
        ("sdk_verison", "4.3.2"),
    ],
)
def test_a_field_that_is_not_theirs_to_send_is_refused_by_name(rui, report, field, value):
    response = as_(rui).post(TICKETS, {**report, field: value})
    assert response.status_code == 400
    assert response.data["errors"] == {field: ["There is no such field."]}
    assert not Ticket.objects.exists()


def test_another_organisation_or_its_application_does_not_exist_for_a_requester(rui, zoe, report):
    ondo = Organization.objects.get(name="Ondo Fitness")
    Application.objects.create(organization=ondo, name="Ondo", app_id="ondo-1")
    for foreign in ({"organization": ondo.pk}, {"application": "ondo-1"}):
        response = as_(rui).post(TICKETS, {**report, **foreign})
        assert response.status_code == 400
        assert list(response.data["errors"]) == list(foreign)
    assert not Ticket.objects.exists()


def test_who_belongs_to_several_organisations_names_one(rui, kite, report):
    other = Organization.objects.create(name="Aria Music")
    Membership.objects.create(user=rui, organization=other)
    response = as_(rui).post(TICKETS, report)
    assert list(response.data["errors"]) == ["organization"]
    assert as_(rui).post(TICKETS, {**report, "organization": other.pk}).data["organization"]["id"] == other.pk


def test_the_desk_files_for_a_customer(ana, rui, report):
    response = as_(ana).post(TICKETS, {**report, "requester": rui.email, "origin": "taken"})
    ticket = Ticket.objects.get()
    assert response.status_code == 201, response.data
    assert (ticket.requester, ticket.organization.name) == (rui, "Kite Live")
    assert ticket.first_replied_at == ticket.created_at
    assert ticket.events.get().actor == ana
    assert as_(ana).post(TICKETS, report).data["errors"] == {"requester": ["This field is required."]}


@pytest.mark.parametrize(
    "text", ['{"subject": NaN}', "{", "[]", '"x"', "null", '{"subject": ["x"]}', '{"priority": {"a": 1}}']
)
def test_what_is_no_report_is_refused_calmly(rui, text):
    response = as_(rui).post(TICKETS, text, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_files_come_by_multipart_and_are_given_back_as_downloads(rui, zoe, report):
    page = SimpleUploadedFile("x.html", b"<script>alert(1)</script>", content_type="text/html")
    response = as_(rui).post(TICKETS, {**report, "files": [page]}, format="multipart")
    assert response.status_code == 201, response.data

    told = as_(rui).get(at(Ticket.objects.get())).data["messages"][0]["attachments"][0]
    assert (told["name"], told["content_type"]) == ("x.html", "text/plain")
    file = as_(rui).get(told["url"])
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert as_(zoe).get(told["url"]).status_code == 404
    assert as_(None).get(told["url"]).status_code == 401


def test_a_file_over_the_limit_is_refused_by_name(rui, report, settings):
    settings.ATTACHMENT_MAX_BYTES = 10
    file = SimpleUploadedFile("big.log", b"x" * 11)
    response = as_(rui).post(TICKETS, {**report, "files": [file]}, format="multipart")
    assert response.status_code == 413
    assert "big.log" in response.data["detail"]
    assert not Ticket.objects.exists() and not Attachment.objects.exists()


# --- Reading


def test_notes_and_what_they_carry_are_nowhere_in_a_requesters_answers(ticket, ana, lena, rui, mia):
    actions.take(ticket, by=ana)
    actions.note(
        ticket, by=ana, body="CANARY-NOTE", files=[ContentFile(b"CANARY-FILE", name="CANARY-NAME.log")]
    )
    actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason="CANARY-REASON")
    client = as_(rui)
    for url in (TICKETS, at(ticket), f"{TICKETS}?q=CANARY", at(ticket, "notes"), f"{TICKETS}?page_size=200"):
        assert "CANARY" not in client.get(url).content.decode()
    assert client.get(at(ticket, "notes")).status_code == 403
    assert "CANARY" not in client.post(at(ticket, "reply"), {"body": "hello"}).content.decode()

    notes = as_(mia).get(at(ticket, "notes"))
    assert [note["body"] for note in notes.data] == ["CANARY-NOTE"]
    assert Note.objects.count() == 1


def test_a_customer_is_told_the_names_of_the_desk_and_not_their_addresses(ticket, ana, rui):
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=ana, body="Looking into it.")
    told = as_(rui).get(at(ticket)).data
    assert told["assignee"] == {"name": "Ana Nunes"}
    assert told["requester"] == {"name": "Rui Tan", "email": "rui@kite.example"}
    assert ana.email not in str(told)
    assert as_(ana).get(at(ticket)).data["assignee"]["email"] == ana.email


def test_a_lead_lists_the_organisations_tickets_and_a_member_the_own(ticket, rui, kite):
    bo = person("Bo Berg", domain="kite.example")
    membership = Membership.objects.create(user=bo, organization=kite)
    assert as_(bo).get(TICKETS).data["results"] == []
    membership.role = Membership.Role.LEAD
    membership.save(update_fields=["role"])
    assert [one["number"] for one in as_(bo).get(TICKETS).data["results"]] == [ticket.number]


def test_the_list_is_filtered_by_what_tickets_are(ticket, ana, rui, report):
    other = actions.create(requester=rui, by=rui, subject="Echo on iOS", body="回声问题", priority="P3")
    actions.take(other, by=ana)
    client = as_(ana)

    def found(**query):
        response = client.get(TICKETS, query)
        assert response.status_code == 200, response.data
        return {one["number"] for one in response.data["results"]}

    both = {ticket.number, other.number}
    assert found() == both
    assert found(status="new") == {ticket.number}
    assert found(status="new,open") == both
    assert found(priority="P3") == {other.number}
    assert found(assignee="ANA@desk.example") == {other.number}
    assert found(product="live") == {ticket.number}
    assert found(q="black screen") == {ticket.number}
    assert found(q="回声") == {other.number}
    assert found(created_since="2999-01-01T00:00:00Z") == set()


@pytest.mark.parametrize(
    "query",
    [{"satus": "new"}, {"status": "burning"}, {"created_since": "yesterday"}, {"ordering": "-password"}],
)
def test_a_filter_that_does_not_exist_or_cannot_be_read_is_refused(ana, query):
    assert as_(ana).get(TICKETS, query).status_code == 400


def test_pages_follow_each_other_without_gaps(rui, ana):
    for index in range(5):
        actions.create(requester=rui, by=rui, subject=f"number {index}", body="x", priority="P4")
    client, seen, url = as_(ana), [], f"{TICKETS}?page_size=2"
    while url:
        page = client.get(url).data
        seen += [one["subject"] for one in page["results"]]
        url = page["next"]
    assert seen == [f"number {index}" for index in (4, 3, 2, 1, 0)]


def test_a_list_costs_the_same_queries_however_long(rui, ana, kite, django_assert_max_num_queries):
    client = as_(ana)
    for index in range(8):
        ticket = actions.create(
            requester=rui, by=rui, organization=kite, subject=f"number {index}", body="x", priority="P4"
        )
        actions.take(ticket, by=ana)
    client.get(TICKETS)
    with django_assert_max_num_queries(4):
        client.get(TICKETS)


def test_one_ticket_costs_the_same_queries_however_long_the_conversation(
    ticket, rui, ana, django_assert_max_num_queries
):
    client = as_(ana)
    for index in range(20):
        actions.reply(ticket, by=rui, body=f"{index}", files=[ContentFile(b"x", name="a.log")])
    client.get(at(ticket))
    with django_assert_max_num_queries(6):
        assert len(client.get(at(ticket)).data["messages"]) == 21


def test_the_description_of_the_api_is_whole(client):
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.validation import validate_schema

    schema = SchemaGenerator().get_schema(public=True)
    validate_schema(schema)
    paths = schema["paths"]
    assert "post" in paths["/api/v1/tickets/"]
    for action in [*DESK, *EVERYBODY]:
        assert "post" in paths[f"/api/v1/tickets/{{number}}/{action}/"], action
