"""The portal in a browser: what scripts add, and that the form works without them."""

import json
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import Application
from tests.browser import sign_in
from tests.services import wait_until
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.browser

BODY = "Since this morning the remote video stays black."


@pytest.fixture
def as_(site, open_page):
    """A page of the running product, signed in as this person."""

    def as_(user, **options):
        page = open_page(site.address, **options)
        sign_in(page, user)
        return page

    return as_


def fill(page):
    """A P2, as far as its impact goes."""
    page.fill("[name=subject]", "Black screen on Android 14")
    page.check("[name=affected][value=main]", force=True)
    page.check("[name=extent][value=some]", force=True)
    page.check("[name=environment][value=production]", force=True)
    page.fill("[name=body]", BODY)


def drafts(page):
    return json.loads(
        page.evaluate("JSON.stringify(Object.keys(localStorage).filter(k => k.startsWith('draft:')))")
    )


def test_a_ticket_is_filed_with_the_promise_in_sight_and_files_of_three_kinds(as_, rui, kite, live_sdk):
    app = Application.objects.create(
        organization=kite,
        name="Kite",
        app_id="kite-1",
        platforms=["android"],
        sdk_versions={"android": "4.3.2"},
    )
    app.products.add(live_sdk)
    page = as_(rui)
    page.goto("/tickets/new/")
    fill(page)
    promised = page.locator("#decided")
    expect(promised.get_by_text("P2 on your plan: first answer within 30 minutes")).to_be_visible()
    expect(promised).to_contain_text("Because: A main function is broken · Some users · In production.")

    page.select_option("[name=application]", label="Kite (kite-1)")
    expect(page.locator("[name=product]")).to_have_value(str(live_sdk.pk))
    expect(page.locator("[name=platform]")).to_have_value("android")
    expect(page.locator("[name=sdk_version]")).to_have_value("4.3.2")

    page.set_input_files("[name=attachments]", [{"name": "sdk.log", "mimeType": "", "buffer": b"error 17"}])
    page.set_input_files("[name=attachments]", [{"name": "extra.log", "mimeType": "", "buffer": b"more"}])
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File(["png"], "image.png", {type: "image/png"}));
            document.querySelector("[name=body]").dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: transfer, bubbles: true, cancelable: true}));
        }"""
    )
    rows = page.locator("[data-uploads-list] > li")
    expect(page.locator("[data-uploads-list] [data-upload]")).to_have_count(3)
    page.get_by_role("button", name="Remove extra.log").click()
    expect(rows).to_have_count(2)

    # Sent in the moment in which a file is dropped: the form waits for it.
    page.evaluate(
        """() => {
            const dropped = new DataTransfer();
            dropped.items.add(new File(["drop"], "dropped.txt"));
            document.querySelector("#ticket-form").dispatchEvent(
                new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
        }"""
    )
    page.get_by_role("button", name="File the ticket").click()
    expect(page.get_by_role("heading", name="Black screen on Android 14")).to_be_visible()
    ticket = Ticket.objects.get()
    names = {attachment.name for attachment in ticket.messages.get().attachments.all()}
    assert names == {"sdk.log", "image.png", "dropped.txt"}
    assert (ticket.application, ticket.product, ticket.sdk_version) == (app, live_sdk, "4.3.2")
    wait_until(lambda: drafts(page) == [])


def test_a_file_too_large_or_empty_is_refused_in_words_before_it_is_sent(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    page.evaluate(
        """() => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(26 * 1024 * 1024)], "big.log"));
            transfer.items.add(new File([], "empty.log"));
            document.querySelector("#ticket-form").dispatchEvent(
                new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.get_by_text("“big.log” is 26 MB; a file may have at most 25 MB.")).to_be_visible()
    expect(page.get_by_text("“empty.log” is empty.")).to_be_visible()
    expect(page.locator("[data-uploads-list] li")).to_have_count(0)


def test_what_was_typed_survives_a_session_that_ended(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    fill(page)
    page.select_option("[name=product]", str(live_sdk.pk))
    expect(page.get_by_text("Draft saved")).to_be_visible()

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="File the ticket").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    assert not Ticket.objects.exists()

    sign_in(page, rui)
    page.goto("/tickets/new/")
    expect(page.locator("[name=subject]")).to_have_value("Black screen on Android 14")
    expect(page.locator("[name=body]")).to_have_value(BODY)
    expect(page.locator("[name=affected][value=main]")).to_be_checked()
    page.select_option("[name=platform]", "android")
    expect(page.get_by_text("Your draft was restored")).to_be_visible()
    page.get_by_role("button", name="File the ticket").click()
    expect(page.get_by_role("heading", name="Black screen on Android 14")).to_be_visible()
    wait_until(lambda: drafts(page) == [])


def test_a_draft_can_be_thrown_away_and_belongs_to_one_person(as_, rui, ana, zoe, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    fill(page)
    expect(page.get_by_text("Draft saved")).to_be_visible()

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(page, zoe)
    page.goto("/tickets/new/")
    expect(page.locator("[name=subject]")).to_have_value("")

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    sign_in(page, rui)
    page.goto("/tickets/new/")
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.locator("[name=subject]")).to_have_value("")
    wait_until(lambda: drafts(page) == [])


def test_an_article_that_solved_it_ends_the_draft(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    fill(page)
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.evaluate("document.dispatchEvent(new CustomEvent('article-solved', {bubbles: true}))")
    expect(
        page.get_by_text("Glad that it is solved. The draft is discarded; nothing was filed.")
    ).to_be_visible()
    wait_until(lambda: drafts(page) == [])


def test_an_answer_is_sent_and_its_draft_forgotten(as_, rui, ticket, ana):
    actions.ask_requester(ticket, by=ana, body="Which SDK version?")
    page = as_(rui)
    page.goto(f"/tickets/{ticket.number}/")
    page.fill("[name=body]", "4.3.2")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    expect(page.locator("[name=body]")).to_have_value("4.3.2")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("article.message", has_text="4.3.2")).to_be_visible()
    expect(page.locator("[name=body]")).to_have_value("")
    wait_until(lambda: drafts(page) == [])
    ticket.refresh_from_db()
    assert ticket.status == Ticket.Status.OPEN


def test_the_form_and_the_answer_work_without_scripts(as_, rui, live_sdk):
    page = as_(rui, java_script_enabled=False)
    page.goto("/tickets/new/")
    fill(page)
    page.select_option("[name=product]", str(live_sdk.pk))
    page.select_option("[name=platform]", "android")
    page.set_input_files("[name=attachments]", [{"name": "sdk.log", "mimeType": "", "buffer": b"error 17"}])
    page.get_by_role("button", name="File the ticket").click()
    expect(page.get_by_role("heading", name="Black screen on Android 14")).to_be_visible()
    expect(page.get_by_role("link", name="sdk.log", exact=True)).to_be_visible()

    page.fill("[name=body]", "It happens on Wi-Fi only.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("It happens on Wi-Fi only.")).to_be_visible()


POLYGLOTS = [
    "<script>window.__pwn=1</script>",
    '"><img src=x onerror=window.__pwn=1>',
    "<svg/onload=window.__pwn=1>",
    "[x](javascript:window.__pwn=1)",
    '![x](x" onerror="window.__pwn=1)',
    '<a href="&#106;avascript:window.__pwn=1">x</a>',
    "```html\n<script>window.__pwn=1</script>\n```",
    "<iframe srcdoc='<script>parent.__pwn=1</script>'>",
    '<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=window.__pwn=1&gt;">',
    "{{constructor.constructor('window.__pwn=1')()}}",
    "<style>@import'//x'</style><base href=//x>",
    "</textarea><script>window.__pwn=1</script>",
    "<details open ontoggle=window.__pwn=1>",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+window.__pwn=1//'>",
]


def test_nothing_that_people_write_runs_as_a_script(as_, rui, ana, kite, live_sdk):
    everything = "\n\n".join(POLYGLOTS)
    rui.name = POLYGLOTS[1][:120]
    rui.save(update_fields=["name"])
    for text in POLYGLOTS:
        ticket = actions.create(
            requester=rui,
            by=rui,
            organization=kite,
            priority="P2",
            subject=text,
            body=everything,
            sdk_version=text[:40],
        )
    actions.hold(ticket, by=ana, reason=everything[:500])
    page = as_(rui)
    for url in ("/portal/", "/tickets/", f"/tickets/{ticket.number}/", f"/tickets/?q={POLYGLOTS[1]}"):
        page.goto(url)
        assert page.evaluate("window.__pwn") is None, url
        page.wait_for_timeout(100)
        assert page.evaluate("window.__pwn") is None, url
