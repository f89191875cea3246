"""Who types faster than the server answers: no key is lost, and none lands where it was not meant to."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import sign_in
from tickets import actions

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def held(page):
    """Keep back the server's answers to a method and an address: `release = held("POST", "/hand-over/")`."""

    def hold(method, ending):
        answers = []

        def keep(route):
            if route.request.method == method:
                answers.append((route, route.fetch()))
            else:
                route.fallback()

        pattern = re.compile(f"{ending}$")
        page.route(pattern, keep)

        def release():
            for route, answer in answers:
                route.fulfill(response=answer)
            page.unroute(pattern)

        return release

    return hold


@pytest.fixture
def page(site, open_page, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto(ticket.get_absolute_url())
    expect(page.locator("[data-live]")).to_have_attribute("data-live-state", "live")
    return page


def test_a_key_after_a_sent_dialog_counts_for_the_page(page, held):
    page.keyboard.press("h")
    reason = page.locator("#action-dialog").get_by_label("Reason")
    page.locator("#action-dialog").get_by_label("Steps tried, and what happened").fill("Reinstalled.")
    reason.fill("Needs a trace.")
    release = held("POST", "/hand-over/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hand-over")).to_contain_text("Handed over from L1 to L2")  # by the socket
    page.keyboard.press("u")
    expect(reason).to_have_value("Needs a trace.")
    release()
    page.wait_for_url(re.compile("/queue/"))


def test_words_before_the_dialog_is_there_stand_in_it(page, held):
    release = held("GET", "/resolve/")
    page.keyboard.press("e")
    page.keyboard.type("An answer")
    release()
    text = page.locator("#action-dialog textarea").first
    expect(text).to_be_focused()
    expect(text).to_have_value("An answer")


def test_nothing_typed_after_sending_goes_out_with_a_reply(page, held, ticket, ana):
    release = held("POST", "/reply/")
    page.keyboard.press("r")
    page.keyboard.type("Which version is it?")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("no")
    expect(page.locator("#reply_body")).to_have_value("Which version is it?")
    release()
    expect(page.locator("#note_body")).to_be_focused()
    expect(page.locator("#note_body")).to_have_value("o")
    assert ticket.messages.get(author=ana).body == "Which version is it?"


def test_what_is_pressed_while_the_page_is_being_renewed_is_done(page, held, ticket, lena):
    release = held("GET", rf"/tickets/{ticket.pk}/(\?.*)?")
    actions.note(ticket, by=lena, body="Looks like the surface.")
    with page.expect_request(re.compile("seen=")):
        pass
    page.keyboard.press("t")
    release()
    expect(page.locator("#timeline")).to_contain_text("You took the ticket")
