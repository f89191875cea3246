"""The queue by keyboard, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tests.services import wait_until
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_moves_takes_and_opens_by_keyboard(site, open_page, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto("/queue/?view=unassigned")
    expect(page.get_by_role("link", name=ticket.subject)).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("e")
    wait_until(lambda: Ticket.objects.get(pk=ticket.pk).assignee_id == ana.pk, what="the ticket is Ana's")
    assert [event.kind for event in ticket.events.all()] == ["ticket.created", "ticket.taken"]

    page.goto("/queue/?view=all")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(rf"/tickets/{ticket.pk}/"))
    expect(page.locator("#ticket-title")).to_contain_text("Ana Nunes")
    page.keyboard.press("u")
    page.wait_for_url(re.compile(r"/queue/"))


def test_a_queue_fits_a_telephone(site, open_page, ticket, ana):
    page = open_page(site.address, viewport={"width": 390, "height": 844})
    sign_in(page, ana)
    page.goto("/queue/?view=all")
    expect(page.get_by_role("link", name=ticket.subject)).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
