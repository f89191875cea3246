"""The ledger and a merge by keyboard, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tickets import actions
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_asks_why_it_is_due_and_merges_by_keyboard(site, open_page, ticket, rui, kite, ana):
    second = actions.create(
        requester=rui, by=rui, organization=kite, priority="P1", subject="All black", body="Now everywhere."
    )
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto(second.get_absolute_url())

    page.keyboard.press("y")
    ledger = page.locator("#action-dialog")
    expect(ledger).to_contain_text("because P1 allows 15 minutes")
    expect(ledger.get_by_role("img", name=re.compile("The time of the response"))).to_be_visible()
    ledger.get_by_role("link", name="Resolution").click()
    expect(ledger).to_contain_text("because P1 allows 4 hours")
    page.keyboard.press("Escape")
    expect(ledger).to_be_hidden()

    page.keyboard.press("j")
    words = page.locator("#find-words")
    expect(words).to_be_focused()
    words.fill(str(ticket.number))
    expect(page.locator("#found")).not_to_contain_text("the newest first")
    expect(page.locator("#found .pick")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#action")).to_contain_text(
        f"#{second.number} is closed and points to #{ticket.number}"
    )
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/tickets/{ticket.number}/"))
    assert Ticket.objects.get(pk=second.pk).merged_into_id == ticket.pk

    page.get_by_text(f"What was said on #{second.number}").click()
    expect(page.locator(".thread")).to_contain_text("Now everywhere.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ledger_fits_a_telephone(site, open_page, ticket, ana, scheme):
    page = open_page(site.address, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    sign_in(page, ana)
    page.goto(f"{ticket.get_absolute_url()}why/resolution/1/")
    expect(page.locator(".strip__svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_the_ledger_is_a_page(site, open_page, ticket, ana):
    page = open_page(site.address, java_script_enabled=False)
    sign_in(page, ana)
    page.goto(ticket.get_absolute_url())
    page.get_by_role("link", name="Why is it due then?").last.click()
    expect(page.locator("h1")).to_have_text("Why is it due then?")
