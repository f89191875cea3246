"""Request types for programs: what is asked, tickets with answers, asking back, answering."""

import pytest

from intake.models import RequestTypeVersion
from tests.tickets.test_api import TICKETS, as_, at
from tickets import mailed
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

MAIN = {"affected": "main", "extent": "some", "environment": "production"}


@pytest.fixture
def report(live_sdk):
    return {
        "subject": "Black screen",
        "body": "The remote video stays black.",
        "request_type": "broken",
        "product": "live",
        "answers": {**MAIN, "platform": "android", "channel_id": "kite-room", "frequency": "always"},
    }


def test_the_types_tell_their_questions(rui):
    types = as_(rui).get("/api/v1/request-types/").json()
    assert [one["code"] for one in types] == ["broken", "quality", "integration", "billing", "feature"]
    questions = {one["key"]: one for one in types[0]["questions"]}
    assert questions["logs"]["help_on"]["android"]["zh"]
    assert questions["region"]["shown_if"]["tests"][0]["field"] == "environment"
    assert as_(None).get("/api/v1/request-types/").status_code == 401


def test_a_ticket_with_answers_gets_the_priority_that_follows(rui, report):
    answer = as_(rui).post(TICKETS, report, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["priority"], told["platform"], told["product"]) == ("P2", "android", "live")
    assert told["request_type"] == {"code": "broken", "version": 1}
    assert told["answers"]["channel_id"] == "kite-room"
    ticket = Ticket.objects.get()
    assert ticket.request_type.request_type.code == "broken"
    assert "platform" not in ticket.answers


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"answers": {**MAIN}}, {"answers": {"platform"}}),
        ({"answers": {**MAIN, "platform": "android", "since": "soon"}}, {"answers": {"since"}}),
        ({"answers": {**MAIN, "platform": "beos"}}, {"answers": {"platform"}}),
        ({"answers": {**MAIN, "platform": "android", "shoe_size": 43}}, {"answers": {"shoe_size"}}),
        ({"answers": {}}, {"answers": {"affected"}}),
        ({"request_type": "no-such"}, {"request_type": None}),
        ({"request_type": None}, {"request_type": None}),
        ({"answers": [1]}, {"answers": None}),
        ({"priority": "P1"}, {"priority_reason": None}),
        ({"platform": "web"}, {"answers": {"platform"}}),
    ],
)
def test_what_is_wrong_is_said_by_key(rui, report, change, errors):
    answer = as_(rui).post(TICKETS, {**report, **change}, format="json")
    assert answer.status_code == 400
    told = answer.json()["errors"]
    for name, keys in errors.items():
        assert name in told
        if keys is not None:
            assert keys <= set(told[name])
    assert not Ticket.objects.exists()


def test_a_p1_is_not_held_up_by_what_is_missing(rui, report):
    report["answers"] = {"affected": "everything", "extent": "all", "environment": "production"}
    del report["product"]
    assert as_(rui).post(TICKETS, report, format="json").json()["priority"] == "P1"


def test_the_desk_files_what_it_knows(ana, rui, report):
    report |= {"requester": rui.email, "priority": "P3", "answers": {}, "origin": "taken"}
    answer = as_(ana).post(TICKETS, report, format="json")
    assert answer.status_code == 201
    assert answer.json()["priority"] == "P3"


def test_facts_are_asked_for_and_answered(ana, rui, zoe, report):
    as_(rui).post(TICKETS, report, format="json")
    ticket = Ticket.objects.get()
    wanted = {"facts": [{"key": "device_model"}, {"key": "logs", "required": False}]}
    assert as_(rui).post(at(ticket, "ask"), wanted, format="json").status_code == 403
    assert as_(ana).post(at(ticket, "ask"), {}, format="json").status_code == 400
    told = as_(ana).post(at(ticket, "ask"), wanted, format="json").json()
    assert told["status"] == "pending"
    assert [one["key"] for one in told["asked_facts"]] == ["device_model", "logs"]

    answers = {"answers": {"device_model": "Pixel 8"}}
    assert as_(zoe).post(at(ticket, "answers"), answers, format="json").status_code == 404
    wrong = as_(rui).post(at(ticket, "answers"), {"answers": {"since": "soon"}}, format="json")
    assert "since" in wrong.json()["errors"]["answers"]
    told = as_(rui).post(at(ticket, "answers"), answers, format="json").json()
    assert (told["status"], told["answers"]["device_model"]) == ("open", "Pixel 8")


def test_the_desk_corrects_answers_without_moving_a_clock(ana, rui, report):
    as_(rui).post(TICKETS, report, format="json")
    ticket = Ticket.objects.get()
    told = as_(ana).post(at(ticket, "answers"), {"answers": {"sdk_version": "4.3.2"}}, format="json").json()
    assert (told["sdk_version"], told["status"]) == ("4.3.2", "new")


def test_a_mail_files_what_it_says_and_nothing_holds_it_up(rui, kite, live_sdk):
    text = """Hello, the picture is black.

**SDK 版本**：4.3.2
Platform: Android
- How often: Every time
Since when: whenever
Steps to reproduce: 1. Join
2. Switch the camera
"""
    ticket = mailed.file(requester=rui, subject="Black", body=text, organization=kite)
    assert (ticket.channel, ticket.priority, ticket.platform) == ("email", "P3", "android")
    assert ticket.sdk_version == "4.3.2"
    assert ticket.answers == {"frequency": "always", "steps": "1. Join\n2. Switch the camera"}
    assert ticket.request_type == RequestTypeVersion.objects.get(request_type__code="broken")
