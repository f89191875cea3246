"""The bell and the live socket in a real browser."""

import pytest
from django.conf import settings as project
from django.test import Client
from playwright.sync_api import expect

from tickets import actions

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def ours(product):
    """The product's processes, with this process' key, so that sessions made here are good there."""
    product.environment["SECRET_KEY"] = project.SECRET_KEY
    return product


def signed_in(page, site, user):
    client = Client()
    client.force_login(user)
    session = client.cookies[project.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": project.SESSION_COOKIE_NAME, "value": session, "url": site.address}])
    return page


def test_anas_bell_rings_without_a_reload_and_what_she_opens_is_read(ours, open_page, ticket, ana, rui):
    ours.start_worker()
    site = ours.start_web()
    actions.take(ticket, by=ana)
    page = signed_in(open_page(site.address), site, ana)
    page.goto("/notices/")
    expect(page.locator("[data-live]")).to_have_attribute("data-live-state", "live")
    expect(page.locator("#bell-count")).to_have_text("1")  # the P2 that was filed

    actions.reply(ticket, by=rui, body="It is still black.")
    expect(page.locator("#bell-count")).to_have_text("2")

    page.locator("summary.bell").click()
    page.locator("#notices-sheet").get_by_text("Rui Tan replied.").click()
    page.wait_for_url(f"**/tickets/{ticket.pk}/")
    page.goto("/notices/")
    expect(page.locator("#bell-count")).to_have_text("1")
    expect(page.locator(".notices--page .notice--unread")).to_have_count(1)
