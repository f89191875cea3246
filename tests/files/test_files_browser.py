"""A log of twenty megabytes, dropped on the form in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from drafts.models import Draft
from files.models import Upload
from tests.browser import sign_in
from tests.services import wait_until
from tickets import actions
from tickets.models import Attachment

pytestmark = pytest.mark.browser

DROP = """([lines, megabytes]) => {
    const line = "07-13 09:00:05.000  2345  2371 D Rtc: packet from 203.0.113.7:51413 jitter 45 ms\\n";
    const filler = line.repeat(Math.ceil((megabytes * 1024 * 1024 - lines.length) / line.length));
    const transfer = new DataTransfer();
    transfer.items.add(new File([lines, filler.slice(0, megabytes * 1024 * 1024 - lines.length)], "sdk.log"));
    document.querySelector("form[data-draft]").dispatchEvent(
        new DragEvent("drop", {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""
LINES = """--------- beginning of main
07-13 09:00:00.001  2345  2371 I RtcEngine: SDK version: 4.3.2 (build 1102)
07-13 09:00:00.010  2345  2371 I Device: device model: Pixel 8, Android 14 (API 34)
07-13 09:00:00.020  2345  2371 I RtcEngine: joinChannel token=5f4dcc3b5aa765d61d8327deb882cf99
07-13 09:00:01.000  2345  2371 E RtcEngine: onError, error code: -17
"""


@pytest.fixture
def as_(site, open_page):
    def as_(user, **options):
        page = open_page(site.address, **options)
        sign_in(page, user)
        return page

    return as_


def test_a_log_of_twenty_megabytes_is_masked_read_and_proposed(as_, site, rui, live_sdk, settings):
    settings.MEDIA_ROOT = site.files
    page = as_(rui)
    page.goto("/tickets/new/")
    page.evaluate(DROP, [LINES, 20])
    row = page.locator("[data-upload]")
    expect(row).to_be_visible(timeout=150_000)
    expect(row).to_contain_text("2 secrets masked: 1 token, 1 IP address")
    expect(row.locator("[data-fact=platform]")).to_contain_text("Android")
    expect(row.locator("[data-fact=os_version]")).to_contain_text("Android 14")
    expect(row.locator("[data-fact=error_code]")).to_contain_text("-17")

    # One press takes a fact; what somebody typed is never overwritten.
    row.locator("[data-fact=platform] [data-use]").click()
    expect(page.locator("[name=platform]").first).to_have_value("android")
    upload = Upload.objects.get()
    with upload.file.open("rb") as file:
        assert b"203.0.113.7" not in file.read()

    row.locator("[data-fact=time_range] [data-use]").click()
    expect(page.locator("[name=time_range]")).to_have_value(re.compile("-07-13T09:00$"))
    expect(page.locator("[name=time_range_until]")).to_have_value(re.compile("-07-13T09:01$"))

    # A reload keeps the file, and the log opens at any line at once.
    page.reload()
    expect(page.locator("[data-upload]")).to_contain_text("sdk.log")
    page.goto(f"{upload.look_url}?line=150000#L150000")
    expect(page.locator("#L150000")).to_be_in_viewport()
    expect(page.get_by_role("link", name="Next error")).to_have_count(0)
    page.goto(upload.look_url)
    page.get_by_role("link", name="Next error").click()
    expect(page.locator("#L5.log__error")).to_be_visible()


def test_an_upload_goes_on_by_itself_after_a_broken_connection(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    broken = {"left": 2}

    def break_some(route):
        if route.request.method == "PATCH" and broken["left"]:
            broken["left"] -= 1
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/uploads/"), break_some)
    page.evaluate(DROP, [LINES, 5])
    expect(page.get_by_text("The connection broke. Trying again")).to_be_visible()
    expect(page.locator("[data-upload]")).to_be_visible()
    assert Upload.objects.get().is_ready


def test_a_draft_is_offered_in_another_browser(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    page.fill("[name=subject]", "Black screen on Android 14")
    wait_until(lambda: Draft.objects.filter(content__subject=["Black screen on Android 14"]).exists())
    expect(page.get_by_text("Draft saved", exact=True)).to_be_visible()

    other = as_(rui)
    other.goto("/tickets/new/")
    expect(other.locator("[name=subject]")).to_have_value("Black screen on Android 14")
    expect(other.get_by_text("Your draft was restored")).to_be_visible()


def test_a_token_in_the_description_is_offered_to_be_masked(as_, rui, live_sdk):
    page = as_(rui)
    page.goto("/tickets/new/")
    page.fill("[name=body]", "It fails with token=ab12CD34ef56 since nine.")
    page.get_by_role("button", name="Mask it").click()
    expect(page.locator("[name=body]")).to_have_value("It fails with token=[token-1] since nine.")


def test_pictures_of_a_conversation_are_seen_one_after_the_other(as_, rui, ticket):
    from django.core.files.base import ContentFile

    from tests.files.test_looking import picture

    files = [ContentFile(picture("PNG"), name=f"{name}.png") for name in ("before", "after")]
    actions.reply(ticket, by=rui, body="two pictures", files=files)
    assert Attachment.objects.count() == 2
    page = as_(rui)
    page.goto(f"/tickets/{ticket.number}/")
    page.get_by_role("link", name="before.png").click()
    viewer = page.locator("[data-viewer]")
    expect(viewer.get_by_role("heading", name="before.png")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("heading", name="after.png")).to_be_visible()
    page.keyboard.press("+")
    expect(viewer.get_by_role("button", name="Zoom")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("link", name="after.png")).to_be_focused()

    # A picture that does not come says so, and the next one is shown again.
    gone = page.get_by_role("link", name="before.png").get_attribute("href")
    page.route(f"**{gone}*", lambda request: request.abort())
    page.get_by_role("link", name="before.png").click()
    expect(viewer.get_by_text("This picture cannot be shown.")).to_be_visible()
    expect(viewer.get_by_role("button", name="Zoom")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("heading", name="after.png")).to_be_visible()
    expect(viewer.get_by_text("This picture cannot be shown.")).to_be_hidden()
