"""The box for a query by keyboard, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_asks_the_queue_by_keyboard(site, open_page, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto("/queue/?q=")
    box = page.get_by_role("combobox", name="Add a filter")
    options = page.locator("#query-list").get_by_role("option")

    page.keyboard.press("f")
    expect(box).to_be_focused()
    expect(options.first).to_be_visible()
    page.keyboard.type("ti")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "query-list-0")
    page.keyboard.press("Tab")
    expect(box).to_have_value("tier:")
    expect(options).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/queue/\?q=tier:L1$"))
    expect(page.get_by_role("link", name="Remove the filter: Tier: L1")).to_be_visible()
    expect(page.get_by_role("link", name=ticket.subject)).to_be_visible()

    # What means nothing stays in the box, is explained, and is mended there.
    page.keyboard.press("f")
    page.keyboard.type("priority:P9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="there are P1, P2, P3, P4")).to_be_visible()
    expect(box).to_have_value("priority:P9")
    box.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/queue/\?q=tier:L1\+priority:P2$"))
    expect(page.get_by_role("link", name=ticket.subject)).to_be_visible()

    # Backspace in the empty box brings the last filter back as text; on a filter it takes it off.
    page.keyboard.press("f")
    page.keyboard.press("Backspace")
    expect(box).to_have_value("priority:P2")
    for _character in "priority:P2":
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/queue/\?q=tier:L1$"))
    page.keyboard.press("f")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    page.wait_for_url(re.compile(r"/queue/\?q=$"))

    # The views of the menu have the keys 1 to 9.
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="My tickets", level=1)).to_be_visible()
