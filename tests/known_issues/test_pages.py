"""The pages: who sees what, what the list finds, how engineers write and link."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from known_issues import actions
from known_issues.models import KnownIssue
from tests.known_issues.conftest import CANARY, known
from tickets import actions as ticket_actions

pytestmark = pytest.mark.django_db
LIST = reverse("known_issues")


def page(client, address, **parameters):
    return client.get(address, parameters).content.decode()


@pytest.mark.parametrize("audience", ["internal", "customers", "public"])
@pytest.mark.parametrize("who", ["nobody", "rui", "zoe", "ana", "mia"])
def test_each_audience_sees_its_own(audience, who, request, client, ana):
    issue = known(ana, audience=audience)
    user = AnonymousUser() if who == "nobody" else request.getfixturevalue(who)
    if who != "nobody":
        client.force_login(user)
    may = audience == "public" or (audience == "customers" and who != "nobody") or who in ("ana", "mia")
    assert KnownIssue.objects.visible_to(user).filter(pk=issue.pk).exists() is may
    assert client.get(issue.get_absolute_url()).status_code == (200 if may else 404)
    assert client.get(reverse("known_issue_panel", args=[issue.pk])).status_code == (200 if may else 404)
    assert ("Black screen after joinChannel" in page(client, LIST)) is may


def test_what_is_for_staff_only_never_reaches_a_customer(secret, ticket, ana, rui, client, settings):
    """The canary: not on any page, in the panel, the search, the API or the ticket, linked or not."""
    actions.link(secret, ticket, by=ana)
    actions.publish_fix(secret, by=ana, version="4.3.4", resolves=False)
    actions.tell_fixes()
    client.force_login(rui)
    addresses = [
        (LIST, {"state": "all", "q": "black screen"}),
        (LIST, {"state": "all"}),
        (reverse("beside"), {"subject": "black screen error -17", "product": "live"}),
        (reverse("kb_search"), {"q": "black screen"}),
        (ticket.get_absolute_url(), {}),
        (reverse("my_tickets"), {"q": "black"}),
        (reverse("notices"), {}),
        (reverse("api-ticket-detail", args=[ticket.pk]), {}),
        (reverse("api-known-issue-list"), {}),
        (reverse("api-known-issue-list"), {"ticket": ticket.pk}),
    ]
    for address, parameters in addresses:
        answer = client.get(address, parameters)
        assert answer.status_code == 200, address
        assert CANARY not in answer.content.decode(), address
    for address in (
        secret.get_absolute_url(),
        reverse("known_issue_panel", args=[secret.pk]),
        reverse("api-known-issue-detail", args=[secret.pk]),
    ):
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(secret.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("known_issue_new", []),
        ("known_issue_edit", ["issue"]),
        ("known_issue_fix", ["issue"]),
        ("known_issue_open_to", ["issue"]),
        ("known_issue_link", ["issue", "ticket"]),
        ("known_issue_unlink", ["issue", "ticket"]),
        ("known_issues_of_ticket", ["ticket"]),
        ("known_issue_link_by_reference", ["ticket"]),
    ],
)
def test_to_customers_the_desks_doors_do_not_exist(name, arguments, issue, ticket, client, rui):
    address = reverse(name, args=[{"issue": issue.pk, "ticket": ticket.pk}[one] for one in arguments])
    client.force_login(rui)
    before = KnownIssue.objects.values().get()
    for send in (client.get, client.post):
        assert send(address).status_code in (403, 404, 405)
    assert KnownIssue.objects.values().get() == before
    assert not ticket.known_issue_links.exists()


def test_the_list_filters_by_product_platform_version_and_state(issue, ana, client):
    known(ana, title="Echo on iOS", audience="public", platforms=["ios"], wordings={"en": {
        "title": "Echo on iOS", "description": "People hear themselves."}})  # fmt: skip
    client.force_login(ana)
    both = page(client, LIST)
    assert "Black screen" in both
    assert "Echo on iOS" in both
    assert "Echo" not in page(client, LIST, platform="android")
    assert "Black screen" in page(client, LIST, version="4.3.2")
    assert "Black screen" not in page(client, LIST, version="4.3.10")
    assert "Echo on iOS" in page(client, LIST, version="4.3.10")
    assert "Black screen" not in page(client, LIST, state="fixed")
    assert "Black screen" in page(client, LIST, q="ERR_BUSY")
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    assert "Black screen" not in page(client, LIST)
    assert "fixed in 4.3.4" in page(client, LIST, state="fixed")
    assert "Nothing like this is known" in page(client, LIST, q="zzz")


@pytest.mark.parametrize("value", ["\0", "9" * 5_000, "<script>alert(1)</script>", "'; --", "%"])
def test_odd_filters_do_no_harm(issue, client, value):
    answer = client.get(LIST, dict.fromkeys(["product", "platform", "version", "state", "q", "page"], value))
    assert answer.status_code == 200
    assert b"<script>alert(1)" not in answer.content


def test_each_reader_reads_their_own_language(issue, client, rui):
    rui.language = "zh-hans"
    rui.save(update_fields=["language"])
    client.force_login(rui)
    text = page(client, issue.get_absolute_url())
    assert "Android 14 加入频道后黑屏" in text
    assert "临时解决办法" in text
    assert "remote view stays black" not in text


def test_the_list_and_the_page_ask_a_bounded_number_of_questions(
    issue, ana, rui, client, django_assert_max_num_queries
):
    for number in range(12):
        known(ana, title=f"Another {number}")
    client.force_login(rui)
    with django_assert_max_num_queries(7):
        client.get(LIST)
    with django_assert_max_num_queries(6):
        client.get(issue.get_absolute_url())


@pytest.mark.parametrize("typed", ["black screen", "17", "-17", "黑屏"])
def test_the_search_of_the_documents_and_the_palette_find_what_the_reader_may_see(
    typed, issue, secret, ana, rui, client
):
    secret_address = secret.get_absolute_url()
    search, palette = reverse("kb_search"), reverse("palette")
    assert issue.get_absolute_url() not in client.get(search, {"q": typed}).content.decode()
    client.force_login(rui)
    for address in (search, palette):
        said = client.get(address, {"q": typed}).content.decode()
        assert issue.get_absolute_url() in said
        assert secret_address not in said
        assert CANARY not in said
    assert (
        issue.get_absolute_url() not in client.get(search, {"q": typed, "platform": "ios"}).content.decode()
    )
    client.force_login(ana)
    groups = client.get(palette, {"q": secret.reference}).json()["groups"]
    (found,) = [group["items"] for group in groups if group["title"] == "Known issues"]
    assert [one["url"] for one in found] == [secret_address]


# --- Writing


def test_from_a_ticket_facts_are_taken_over_and_names_and_secrets_are_not(rui, kite, live_sdk, ana, client):
    ticket = ticket_actions.create(
        requester=rui,
        by=rui,
        organization=kite,
        product=live_sdk,
        platform="android",
        sdk_version="4.3.2",
        priority="P2",
        subject="Kite Live: Rui Tan (rui@kite.example, key 006abcDEF0123456789abcXYZ, 10.1.2.3) black screen",
        body="My boss Rui Tan at Kite sees joinChannel error -17 and ERR_BUSY. password hunter2",
    )
    client.force_login(ana)
    address = f"{reverse('known_issue_new')}?ticket={ticket.pk}"
    form = client.get(address).context["form"]
    assert form.initial["title_en"] == "…: … (…, key …, …) black screen"
    assert form.initial["error_codes"] == ["-17", "ERR_BUSY"]
    assert form.initial["platforms"] == ["android"]
    assert (form.initial["affected_from"], form.initial["affected_to"]) == ("4.3.2", "4.3.2")
    text = client.get(address).content.decode()
    # The one line above the form names the ticket by its number, nothing more.
    for secret in ("Kite", "Rui", "006abc", "10.1.2.3", "hunter2", "boss"):
        assert secret not in text.split('id="main"')[1]

    answer = client.post(
        address,
        {
            "title_en": "Black screen",
            "description_en": "It is black.",
            "state": "investigating",
            "audience": "internal",
            "product": live_sdk.pk,
            "platforms": ["android"],
            "error_codes": "-17, ERR_BUSY",
        },
    )
    assert answer["Location"] == ticket.get_absolute_url()
    issue = KnownIssue.objects.get()
    assert issue.audience == "internal"
    assert ticket.known_issue_links.get().known_issue == issue
    assert ticket.events.filter(kind="ticket.known_issue_noted").exists()


def test_a_form_that_is_not_complete_keeps_what_was_typed(ana, client):
    client.force_login(ana)
    answer = client.post(
        reverse("known_issue_new"), {"title_en": "Only a title", "state": "confirmed", "audience": "internal"}
    )
    assert answer.status_code == 422
    assert b"Only a title" in answer.content
    assert b"Each language needs a title and what happens." in answer.content


def test_two_who_edit_at_once_do_not_overwrite_each_other(issue, ana, lena, client):
    client.force_login(ana)
    address = reverse("known_issue_edit", args=[issue.pk])
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data["error_codes"] = "-17"
    actions.edit(issue, by=lena, state="in_progress")
    assert client.post(address, data).status_code == 409
    data["based_on"] = 2
    assert client.post(address, data).status_code == 302
    assert KnownIssue.objects.get().error_codes == ["-17"]


def test_publishing_the_fix_says_whom_it_will_tell(issue, ticket, ana, client):
    actions.link(issue, ticket, by=ana)
    client.force_login(ana)
    address = reverse("known_issue_fix", args=[issue.pk])
    text = page(client, address)
    assert "One ticket is linked." in text
    assert "One of them is open." in text
    assert client.post(address, {"version": "4.3.2"}).status_code == 422
    assert client.post(address, {"version": "4.3.4", "resolves": "yes"}).status_code == 302
    fix = KnownIssue.objects.get().current_fix
    assert (fix.version, fix.resolves, fix.by) == ("4.3.4", True, ana)
    assert client.post(address, {"version": "4.3.5"}).status_code == 409


# --- On the ticket's page


def test_an_engineer_is_told_what_a_ticket_looks_like_and_links_it_by_one_press(issue, ticket, ana, client):
    client.force_login(ana)
    side = page(client, reverse("known_issues_of_ticket", args=[ticket.pk]))
    assert "Looks like" in side
    assert "matches -17, Live SDK, Android, 4.3.2" in side
    assert 'data-key="k"' in side
    answer = client.post(
        reverse("known_issue_link", args=[issue.pk, ticket.pk]), headers={"HX-Request": "true"}
    )
    assert "Take the link back" in answer.content.decode()
    assert "Looks like" not in answer.content.decode()
    assert "live:ticket" in answer.headers["HX-Trigger"]
    assert ticket.known_issue_links.get().by == ana


def test_one_that_was_not_offered_is_linked_by_its_number(issue, ticket, ana, client):
    client.force_login(ana)
    address = reverse("known_issue_link_by_reference", args=[ticket.pk])
    assert client.post(address, {"reference": "KI-999999"}, headers={"HX-Request": "true"}).status_code == 422
    assert client.post(address, {"reference": "x" * 99}, headers={"HX-Request": "true"}).status_code == 422
    htmx = {"HX-Request": "true"}
    assert client.post(address, {"reference": f"ki-{issue.pk}"}, headers=htmx).status_code == 200
    assert client.post(address, {"reference": str(issue.pk)}, headers=htmx).status_code == 409
    assert ticket.known_issue_links.count() == 1


def test_the_requester_sees_on_the_ticket_what_it_is_and_what_helps(issue, secret, ticket, ana, rui, client):
    actions.link(issue, ticket, by=ana)
    actions.link(secret, ticket, by=ana)
    client.force_login(rui)
    text = page(client, ticket.get_absolute_url())
    assert "This is a known issue" in text
    assert "before <code>joinChannel</code>" in text
    assert CANARY not in text
