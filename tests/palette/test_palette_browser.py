"""Ctrl+K in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_goes_and_does_without_the_mouse(site, open_page, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto("/queue/?view=all")
    page.keyboard.press("Control+k")
    page.keyboard.type(str(ticket.number))
    expect(page.locator("#palette").get_by_role("option").first).to_contain_text(ticket.subject)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/tickets/{ticket.number}/"))

    page.keyboard.press("Control+k")
    page.keyboard.type("Change the prio")
    expect(page.locator("#palette").get_by_role("option").first).to_contain_text("Change the priority")
    page.keyboard.press("Enter")
    expect(page.locator("#action-dialog")).to_contain_text("Change the priority")
