"""The panel beside the form, and linking by one key, in a real browser."""

import pytest
from playwright.sync_api import expect

from kb.models import Deflection
from known_issues.models import Link
from tests.browser import sign_in

pytestmark = pytest.mark.browser

# Whether the panel asks after the next letter.
TYPED = """(state) => new Promise((told) => {
    const subject = document.querySelector("[name=subject]");
    const tell = (event) => told(!event.defaultPrevented);
    document.getElementById("documents-found").addEventListener("htmx:configRequest", tell, {once: true});
    subject.dispatchEvent(new CompositionEvent(state, {bubbles: true}));
    subject.value += "x";
    subject.dispatchEvent(new InputEvent("input", {bubbles: true}));
})"""


def test_a_known_issue_opens_beside_the_form_follows_a_log_and_ends_the_draft(site, open_page, issue, rui):
    page = open_page(site.address)
    sign_in(page, rui)
    page.goto("/tickets/new/")
    page.fill("[name=subject]", "Nothing to see since the update")
    panel = page.locator("#documents")
    expect(panel).to_contain_text("No document fits yet")
    # Letters that an input method composes are nothing to ask for; what they become is.
    assert [page.evaluate(TYPED, state) for state in ("compositionstart", "compositionend")] == [False, True]
    # What the reading of a log tells (static/js/log-facts.js), twice: the second breaks off the first.
    page.evaluate(
        """() => [1, 2].forEach(() => document.dispatchEvent(new CustomEvent("log-facts", {detail: {facts: [
            {field: "platform", value: "android"}, {field: "sdk_version", value: "4.3.2"},
            {field: "device_model", value: "Pixel 8"}, {field: "error_code", value: "-17"}]}})))"""
    )
    expect(panel).to_contain_text("matches -17, Android, 4.3.2")
    page.get_by_role("link", name="Black screen after joinChannel on Android 14").click()
    expect(panel.get_by_role("heading", name="Black screen after joinChannel on Android 14")).to_be_focused()
    expect(panel).to_contain_text("before joinChannel")
    page.keyboard.press("Escape")
    expect(page.locator("[name=subject]")).to_have_value("Nothing to see since the updatexx")
    page.get_by_role("link", name="Black screen after joinChannel on Android 14").click()
    panel.get_by_role("button", name="This solved it").click()
    expect(
        page.get_by_text("Glad that it is solved. The draft is discarded; nothing was filed.")
    ).to_be_visible()
    counted = Deflection.objects.get()
    assert (counted.known_issue, counted.user) == (issue, rui)
    assert counted.subject == "Nothing to see since the updatexx"


def test_an_engineer_links_what_the_ticket_looks_like_by_one_key(site, open_page, issue, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto(ticket.get_absolute_url())
    side = page.locator("#known-issues")
    expect(side).to_contain_text("matches -17, Live SDK, Android, 4.3.2")
    page.keyboard.press("k")
    expect(side.get_by_role("button", name="Take the link back")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text("This is a known issue")
    assert Link.objects.get().ticket == ticket
