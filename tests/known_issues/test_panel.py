"""What stands beside the form: known issues, tickets that are open already, and what ends a draft."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Membership
from kb.case import Case
from kb.models import Deflection
from known_issues.matching import matching
from known_issues.models import KnownIssue
from tests.known_issues.conftest import known
from tickets import actions as ticket_actions
from tickets.similar import similar

pytestmark = pytest.mark.django_db
BESIDE = reverse("beside")


def offered(client, **parameters):
    return client.get(BESIDE, parameters).content.decode()


@pytest.fixture
def as_bo(client, bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    client.force_login(bo)
    return client


# --- Known issues


def test_a_known_issue_is_offered_with_its_reasons(issue, as_bo, live_sdk):
    text = offered(
        as_bo, subject="joinChannel error -17", product=live_sdk.pk, platform="android", sdk_version="4.3.2"
    )
    assert "Known issues" in text
    assert "matches -17, Live SDK, Android, 4.3.2" in text
    assert "There is a way around it." in text


@pytest.mark.parametrize(
    "facts",
    [
        {"subject": "black screen after joinChannel"},
        {"subject": "安卓 加入频道 黑屏"},
        {"subject": "help", "error_code": "-17"},
        {"subject": "help", "error_code": "17"},
        {"subject": "help", "log_codes": "ERR_BUSY,-17", "log_platform": "android"},
    ],
)
def test_it_is_found_by_words_of_either_language_by_code_and_by_what_a_log_told(issue, as_bo, facts):
    assert "KI" in offered(as_bo, **facts) or "Known issues" in offered(as_bo, **facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"product": "chat"},
        {"platform": "ios"},
        {"sdk_version": "4.2.9"},
        {"log_sdk_version": "4.2.9"},
    ],
)
def test_what_is_known_of_something_else_is_not_offered(issue, as_bo, facts):
    from products.models import Product

    Product.objects.create(code="chat", name="Chat SDK")
    assert "Known issues" in offered(as_bo, subject="joinChannel error -17")
    assert "Known issues" not in offered(as_bo, subject="joinChannel error -17", **facts)


def test_who_has_the_fix_already_is_told_so(issue, as_bo, ana):
    from known_issues import actions

    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    assert "An update helps." in offered(as_bo, subject="error -17", sdk_version="4.3.2")
    assert "Your version has the fix." in offered(as_bo, subject="error -17", sdk_version="4.3.4")


def test_a_word_alone_makes_nothing_a_known_issue(issue, rui):
    assert matching(rui, Case.of("How do I change the view of the screen in my invoice settings?")) == []


def test_a_known_issue_that_solved_it_ends_the_draft_and_counts_once(issue, as_bo, bo):
    address = reverse("known_issue_solved", args=[issue.pk])
    draft = {
        "submission_key": str(uuid.uuid4()),
        "subject": "Black",
        "platform": "android",
        "error_code": "17",
    }
    for _press in range(2):
        answer = as_bo.post(address, draft)
        assert "article-solved" in answer.headers["HX-Trigger"]
    counted = Deflection.objects.get()
    assert (counted.known_issue, counted.user, counted.subject) == (issue, bo, "Black")
    assert counted.facts == {"platform": "android", "error_code": "17"}
    assert as_bo.post(address, {"submission_key": "x"}).status_code == 400


# --- Tickets that are open already


def test_a_lead_is_shown_a_colleagues_open_ticket_and_follows_it_instead(ticket, as_bo, bo, rui):
    text = offered(as_bo, subject="Black screen on Android after joinChannel", platform="android")
    assert "Open already" in text
    assert "Follow this instead" in text
    key = str(uuid.uuid4())
    answer = as_bo.post(
        reverse("beside_follow", args=[ticket.pk]), {"submission_key": key, "subject": "Black"}
    )
    assert "article-solved" in answer.headers["HX-Trigger"]
    assert "You follow this ticket now" in answer.content.decode()
    assert ticket.watchers.get().user == bo
    assert Deflection.objects.get(draft_key=key).ticket == ticket
    assert "You follow it" in offered(as_bo, subject="Black screen on Android after joinChannel")
    # Pressed once more by the browser's way back: nothing breaks, nothing is counted twice.
    assert as_bo.post(reverse("beside_follow", args=[ticket.pk]), {"submission_key": key}).status_code == 200
    assert Deflection.objects.count() == 1


def test_their_own_ticket_is_offered_to_be_added_to(ticket, client, rui):
    client.force_login(rui)
    text = offered(client, subject="Black screen on Android after joinChannel")
    assert "Your own ticket" in text
    assert "Follow this instead" not in text
    assert client.post(reverse("beside_follow", args=[ticket.pk])).status_code == 403


def test_nobody_is_shown_or_may_follow_what_they_may_not_see(ticket, client, zoe, kite, ana):
    """A member of the same organisation sees own tickets only; a stranger none; the desk is no colleague."""
    from tests.conftest import person

    member = person("Mo Silva", domain="kite.example")
    Membership.objects.create(user=member, organization=kite)
    case = Case.of("Black screen on Android after joinChannel")
    for somebody in (zoe, member, ana):
        assert similar(somebody, case) == []
    for somebody in (zoe, member):
        client.force_login(somebody)
        assert "joinChannel" not in offered(client, subject="Black screen on Android after joinChannel")
        address = reverse("beside_follow", args=[ticket.pk])
        assert client.post(address, {"submission_key": str(uuid.uuid4())}).status_code == 404
    assert not ticket.watchers.exists()


def test_what_is_solved_is_not_offered(ticket, bo, ana):
    case = Case.of("Black screen on Android after joinChannel")
    assert similar(bo, case) == [ticket]
    ticket_actions.resolve(ticket, by=ana, body="Update.")
    assert similar(bo, case) == []


# --- Honest counting


def test_a_draft_counts_once_whatever_ended_it_and_not_at_all_if_it_was_filed(issue, ticket, as_bo, bo, kite):
    key = uuid.uuid4()
    draft = {"submission_key": str(key), "subject": "Black"}
    as_bo.post(reverse("known_issue_solved", args=[issue.pk]), draft)
    as_bo.post(reverse("beside_follow", args=[ticket.pk]), draft)
    assert Deflection.objects.count() == 1

    filed = ticket_actions.create(
        requester=bo,
        by=bo,
        organization=kite,
        subject="Black",
        body="Why?",
        priority="P3",
        submission_key=key,
    )
    assert filed.submission_key == key
    assert Deflection.objects.count() == 0
    as_bo.post(reverse("known_issue_solved", args=[issue.pk]), draft)
    assert Deflection.objects.count() == 0


def test_the_panel_asks_a_bounded_number_of_questions(
    issue, ticket, as_bo, ana, live_sdk, django_assert_max_num_queries
):
    for number in range(10):
        known(ana, title=f"Black screen {number} after joinChannel", product=live_sdk)
    parameters = {
        "subject": "Black screen after joinChannel -17",
        "product": live_sdk.pk,
        "platform": "android",
    }
    # Session and person, product, five for the documents, two for the issues, one for the tickets.
    with django_assert_max_num_queries(11):
        as_bo.get(BESIDE, parameters)


@pytest.mark.parametrize("value", ["\0", "9" * 10_000, "<script>", "' or 1=1", ",,,", "-" * 500])
def test_odd_findings_do_no_harm(issue, ticket, as_bo, value):
    names = ["subject", "body", "product", "platform", "sdk_version", "error_code"]
    names += ["log_codes", "log_platform", "log_sdk_version", "log_product"]
    answer = as_bo.get(BESIDE, dict.fromkeys(names, value))
    assert answer.status_code == 200
    assert b"<script>" not in answer.content
    assert KnownIssue.objects.count() == 1
