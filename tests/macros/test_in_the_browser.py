"""Macros by keyboard, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from macros.models import Macro
from macros.steps import Do
from tests.browser import sign_in
from tests.services import wait_until
from tickets import actions
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_asks_two_customers_for_the_log_by_keyboard(site, open_page, ticket, rui, kite, live_sdk, ana):
    second = actions.create(
        by=rui,
        requester=rui,
        organization=kite,
        product=live_sdk,
        subject="No sound",
        body="b",
        priority="P2",
    )
    steps = [{"do": Do.TAKE}, {"do": Do.ASK, "text": "{{requester}}, please send the log of {{number}}."}]
    Macro.objects.create(name="Ask for the log", owner=ana, steps=steps)
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto("/queue/?view=unassigned")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("#many")).to_contain_text("2 selected")
    page.keyboard.press("b")
    expect(page.get_by_role("dialog")).to_contain_text("these 2 tickets")
    expect(page.get_by_role("button", name="Ask for the log")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Nothing has happened yet.")
    expect(page.get_by_role("dialog")).to_contain_text(f"please send the log of #{second.number}.")
    assert Ticket.objects.filter(assignee=None).count() == 2
    expect(page.get_by_role("button", name="Do it on 2 tickets")).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("Done on 2 tickets.")
    wait_until(
        lambda: Ticket.objects.filter(assignee=ana, status="pending").count() == 2,
        what="both tickets wait for their customers",
    )
    expect(page.locator("#many")).to_be_hidden()

    # What was searched for is worked in the same way.
    page.goto("/queue/search/?q=status:pending")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#hits [data-row] a").nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#many")).to_contain_text("1 selected")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/tickets/\d+/"))

    page.goto(second.get_absolute_url())
    page.keyboard.press("r")
    expect(page.locator("#reply_body")).to_be_focused()
    page.keyboard.type("Hello ::ask")
    expect(page.get_by_role("option", name="Ask for the log")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#reply_body")).to_have_value(
        f"Hello {rui.name}, please send the log of #{second.number}."
    )
