"""The composer by keyboard, in a real browser, with a worker that sends what waits."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from composing.models import Outgoing
from composing.tasks import release_due
from drafts.models import Draft
from tests.browser import sign_in
from tests.services import wait_until
from tickets import actions

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_writes_undoes_sends_and_is_overtaken(product, open_page, ticket, ana, lena, rui):
    site = product.start_web(UNDO_SEND_SECONDS="60")
    product.start_worker()
    Draft.objects.create(owner=lena, place=f"reply-{ticket.pk}", content={"body": ["It is the surface."]})
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto(ticket.get_absolute_url())
    reply, note = page.locator("#reply_body"), page.locator("#note_body")
    expect(page.locator("#beside")).to_contain_text("Lena Wolf has an unsent reply here")
    expect(page.locator("#reply-audience")).to_have_text("Goes to Rui Tan at Kite Live")

    # A note calls a colleague; Escape leaves what was typed, and the list stays away.
    page.keyboard.press("n")
    page.keyboard.type("@len")
    expect(page.get_by_role("option", name="Lena Wolf")).to_be_visible()
    expect(note).to_have_attribute("role", "combobox")
    page.keyboard.press("Escape")
    page.keyboard.type("a")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(note).to_have_value("@lena")
    page.keyboard.type(" or @lena w")
    expect(page.get_by_role("option", name="Lena Wolf")).to_be_visible()
    page.keyboard.press("Enter")
    expect(note).to_have_value("@lena or @Lena Wolf ")

    # Changing to a reply asks before a note's words go to a customer, by name.
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.get_by_role("alertdialog")).to_contain_text("Goes to Rui Tan at Kite Live.")
    page.get_by_role("button", name="Leave it there").click()
    expect(reply).to_be_focused()
    expect(reply).to_have_value("")

    # Sent, undone, and the text stands there again; nothing has happened.
    page.keyboard.type("Which version is it?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#beside")).to_contain_text("leaves in")
    page.keyboard.press("Shift+U")
    expect(reply).to_have_value("Which version is it?")
    assert ticket.events.count() == 1

    # Rui speaks meanwhile, and Ana has not heard of it: held back once with his words, then sent on purpose.
    news = re.compile(rf"/tickets/{ticket.pk}/\?")
    page.route(news, lambda route: route.abort())
    actions.reply(ticket, by=rui, body="By the way: only on Wi-Fi.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#composer-errors")).to_contain_text("By the way: only on Wi-Fi.")
    expect(reply).to_have_value("Which version is it?")
    page.unroute(news)
    reply.press("Control+Enter")

    # Its time comes, and it leaves.
    wait_until(lambda: Outgoing.objects.waiting().update(release_at=timezone.now()), what="it waits")
    release_due.delay()
    expect(page.locator("#timeline")).to_contain_text("Which version is it?")
    expect(page.locator("#beside")).not_to_contain_text("leaves")
    wait_until(lambda: ticket.messages.filter(author=ana).count() == 1, what="the reply has left")
    expect(page.locator("[name=read]")).to_have_value(re.compile(r"\d+"))
