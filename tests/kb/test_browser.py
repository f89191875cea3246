"""The editor in a browser: nothing typed is lost, a picture is pasted, a review, and back again."""

import base64

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from drafts.models import Draft
from kb.models import Article
from tests.browser import sign_in
from tests.kb.vendor_tree import picture
from tests.services import wait_until

pytestmark = pytest.mark.browser

TABS = "::: code-group\n```kotlin [Android]\nval a = 1\n```\n```swift [iOS]\nlet a = 1\n```\n:::\n\n"
PASTE = """(element, content) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "wiring.png", {type: "image/png"}));
    element.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, cancelable: true}));
}"""


def test_an_article_is_written_lost_found_reviewed_published_and_taken_back(site, open_page, ana, mia):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto("/docs/new/")
    page.fill("[name=title]", "Green screen")
    page.fill("[name=summary]", "The encoder is to blame.")
    page.fill("[name=body]", TABS)
    preview = page.locator("#preview")
    expect(preview.get_by_role("tab", name="iOS")).to_be_visible()
    page.locator("[name=body]").evaluate(PASTE, base64.b64encode(picture(1)).decode())
    expect(preview.locator("img")).to_have_count(1)
    wait_until(
        lambda: Draft.objects.filter(content__body__0__icontains="![").exists(),
        what="the picture is kept",
    )

    # Signed out, and back in another browser.
    page.context.clear_cookies()
    page.evaluate("localStorage.clear()")
    page.goto("/docs/new/")
    sign_in(page, ana)
    page.goto("/docs/new/")
    expect(page.locator("[name=title]")).to_have_value("Green screen")
    expect(preview.locator("img")).to_have_count(1)
    page.select_option("[name=category]", label="FAQ")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/docs/green-screen/en/edit/**")
    assert not Draft.objects.exists()
    page.get_by_role("button", name="Send to review").click()
    expect(page.get_by_role("button", name="Send to review")).to_have_count(0)

    colleague = open_page(site.address)
    sign_in(colleague, mia)
    colleague.goto(reverse("kb_edit", args=["green-screen", "en"]))
    colleague.fill("[name=comment]", "Which encoder?")
    colleague.locator("[data-comment] button").first.click()
    expect(colleague.locator("#comments")).to_contain_text("Which encoder?")
    colleague.get_by_role("button", name="Publish", exact=True).click()
    colleague.wait_for_url(lambda url: "/edit/" not in url)
    expect(colleague.get_by_role("tab", name="Android")).to_be_visible()

    page.goto(reverse("kb_edit", args=["green-screen", "en"]))
    page.fill("[name=body]", "Only words.")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="edited").click()
    expect(page.locator(".difference ins")).to_have_text("Only words.")
    page.get_by_role("link", name="Earlier").click()
    page.get_by_role("button", name="Restore this text").click()  # only earlier ones have it
    expect(page.locator("[name=body]")).to_have_value(Article.objects.get().revisions.first().body)
