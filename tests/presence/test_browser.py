"""Three colleagues at once: who is there, who writes, and what the others see without touching anything."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tickets import actions

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def opened(product, open_page):
    site = product.start_web()

    def open_for(user, path):
        page = open_page(site.address)
        sign_in(page, user)
        page.goto(path)
        expect(page.locator("[data-live]")).to_have_attribute("data-live-state", "live")
        return page

    return open_for


def test_colleagues_see_each_other_and_what_changes_and_a_broken_line_is_said(
    product, opened, ticket, ana, lena, mia, rui, kite
):
    actions.take(ticket, by=ana)
    address = f"/tickets/{ticket.pk}/"
    anas, lenas, mias = opened(ana, address), opened(lena, address), opened(mia, "/queue/?view=all")
    row = mias.locator(f"[data-row='{ticket.pk}']")

    # Ana writes; Lena's composer asks before she does.
    text = anas.locator("#reply_body")
    text.press_sequentially("We have found")
    expect(lenas.locator("[data-presence] .face")).to_have_attribute(
        "aria-label", re.compile(r"Ana Nunes is writing a reply since \d\d:\d\d")
    )
    expect(row.get_by_role("img", name="Ana Nunes is writing a reply")).to_be_visible()
    expect(row.get_by_role("img", name="Lena Wolf is looking at this ticket")).to_be_visible()
    lenas.keyboard.press("r")
    lenas.locator("#reply_body").press("x")
    expect(lenas.get_by_role("button", name="Write anyway")).to_be_focused()
    expect(lenas.locator("#reply_body")).to_have_value("")
    lenas.keyboard.press("Enter")
    lenas.keyboard.type("Me too")
    expect(lenas.locator("#reply_body")).to_have_value("Me too")
    expect(anas.locator("[data-soft-lock]")).to_contain_text("Lena Wolf is writing a reply as well")
    expect(anas.locator("[data-soft-lock]")).to_contain_text("knowing that you are")

    # Rui answers: it is there, and Ana's words and her place in them are hers.
    before = row.get_attribute("data-changed")
    actions.reply(ticket, by=rui, body="It is black on iOS too.")
    expect(anas.locator("#timeline")).to_contain_text("It is black on iOS too.")
    expect(text).to_have_value("We have found")
    expect(text).to_be_focused()
    expect(row).not_to_have_attribute("data-changed", before)
    expect(mias.locator("[data-news]")).to_be_hidden()

    # Another ticket would move the rows: it is offered.
    other = actions.create(
        requester=rui, by=rui, organization=kite, subject="All is black", body="?", priority="P1"
    )
    expect(mias.locator("[data-news]")).to_contain_text("1 ticket changed")
    expect(mias.locator(f"[data-row='{other.pk}']")).to_have_count(0)
    mias.keyboard.press(".")
    expect(mias.locator(f"[data-row='{other.pk}']")).to_be_visible()
    expect(mias.locator("[data-news]")).to_be_hidden()

    anas.close()
    expect(lenas.locator("[data-presence] .face")).to_have_count(0)
    expect(lenas.locator("[data-soft-lock]")).to_be_hidden()

    # Without Redis it is said, and what happened meanwhile is there when the line is.
    product.redis.kill()
    expect(lenas.get_by_text("Live updates are interrupted.")).to_be_visible()
    actions.reply(ticket, by=rui, body="Now on Android.")
    product.redis.start()
    expect(lenas.locator("[data-live]")).to_have_attribute("data-live-state", "live")
    expect(lenas.get_by_text("Live updates are interrupted.")).to_be_hidden()
    expect(lenas.locator("#timeline")).to_contain_text("Now on Android.")
    expect(lenas.locator("#reply_body")).to_have_value("Me too")
