"""The main job from end to end, in two browsers, with a real worker: file, take, ask, answer, resolve."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from playwright.sync_api import expect

from products.models import Product
from tests.browser import sign_in
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SUBJECT = "Black screen on Android 14 after joinChannel, error 17"


@pytest.fixture
def documents(transactional_db):
    """The demo's products and articles."""
    for position, (code, name) in enumerate([("live", "Live SDK"), ("rtc", "RTC SDK"), ("chat", "Chat SDK")]):
        Product.objects.get_or_create(code=code, defaults={"name": name, "position": position})
    call_command("import_docs", Path(settings.BASE_DIR) / "demo" / "articles", verbosity=0)


def test_a_p2_from_the_form_to_its_solution(product, documents, open_page, rui, ana):
    site = product.start_web()
    product.start_worker()

    # Ana looks at what nobody has taken; it is empty.
    desk = open_page(site.address)
    sign_in(desk, ana)
    desk.goto("/queue/?view=unassigned")
    expect(desk.get_by_role("link", name=SUBJECT)).to_have_count(0)

    # Rui types, and the right article comes up beside the form. It opens in place; the text stays.
    portal = open_page(site.address)
    sign_in(portal, rui)
    portal.goto("/tickets/new/")
    portal.get_by_label("What is going wrong?").press_sequentially(SUBJECT, delay=5)
    first = portal.locator("#documents-found .doc").first
    expect(first).to_contain_text(re.compile("black screen", re.IGNORECASE))
    first.click()
    expect(portal.locator("#documents-reading")).to_contain_text("TextureView")
    expect(portal.get_by_label("What is going wrong?")).to_have_value(SUBJECT)

    # It does not help, so he files a P2.
    portal.get_by_text("A main function is broken").click()
    portal.get_by_text("Some users").click()
    portal.get_by_text("In production").click()
    expect(portal.locator("#decided")).to_contain_text("30 min")
    portal.locator("textarea[name=body]").fill("The remote video stays black on a Pixel 8, audio is fine.")
    portal.locator("select[name=product]").select_option(label="RTC SDK")
    portal.locator("select[name=platform]").select_option("android")
    portal.get_by_role("button", name="File the ticket").click()
    portal.wait_for_url(re.compile(r"/tickets/\d+/"))
    ticket = Ticket.objects.get()
    assert (ticket.priority, ticket.platform, ticket.organization) == (
        "P2",
        "android",
        rui.organizations.get(),
    )

    # Ana sees it appear without a reload, opens and takes it by keyboard, and answers.
    expect(desk.get_by_role("link", name=SUBJECT)).to_be_visible()
    desk.keyboard.press("j")
    desk.keyboard.press("o")
    desk.wait_for_url(re.compile(rf"/tickets/{ticket.number}/"))
    desk.keyboard.press("t")
    expect(desk.locator("#timeline")).to_contain_text("took the ticket")
    desk.keyboard.press("r")
    desk.locator("#reply_body").fill("I am looking into it.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#timeline")).to_contain_text("I am looking into it.")

    # She asks: the clock of the solution stands still.
    desk.locator("#reply_body").fill("Which SDK version is it?")
    desk.get_by_label("Other ways to send").click()
    desk.get_by_role("button", name="Send and wait").click()
    expect(desk.locator("#clocks")).to_contain_text("paused")
    ticket.refresh_from_db()
    assert ticket.status == "pending"

    # Rui is asked, answers, and the clock runs on.
    portal.reload()
    expect(portal.get_by_text("Your answer is needed")).to_be_visible()
    portal.locator("#reply textarea").fill("It is 4.3.2.")
    portal.get_by_role("button", name="Send", exact=True).click()
    expect(portal.get_by_text("It is 4.3.2.")).to_be_visible()
    expect(desk.locator("#timeline")).to_contain_text("It is 4.3.2.")
    expect(desk.locator("#clocks")).not_to_contain_text("paused")

    # She leaves a note for colleagues and resolves.
    desk.keyboard.press("n")
    desk.locator("#note_body").fill("CANARY: the surface is released too early.")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#timeline")).to_contain_text("CANARY")
    desk.keyboard.press("r")
    desk.locator("#reply_body").fill("Set the surface again in onUserJoined; 4.3.3 does it for you.")
    desk.get_by_label("Other ways to send").click()
    desk.get_by_role("button", name="Send and resolve").click()
    expect(desk.locator("#ticket-title")).to_contain_text("resolved")

    # Both see every step with who and when; the note is the desk's alone.
    for step in ("Rui Tan", "You took the ticket", "resolved"):
        expect(desk.locator("#timeline")).to_contain_text(step)
    portal.reload()
    expect(portal.get_by_text("Is it solved?")).to_be_visible()
    expect(portal.locator("main")).to_contain_text("Set the surface again")
    expect(portal.locator("main")).to_contain_text("Ana Nunes took the ticket")
    assert "CANARY" not in portal.content()
    expect(portal.locator(".event time").first).to_be_visible()

    told = [(event.kind, event.actor) for event in ticket.events.all()]
    assert told == [
        ("ticket.created", rui),
        ("ticket.taken", ana),
        ("ticket.replied", ana),
        ("ticket.asked", ana),
        ("ticket.replied", rui),
        ("ticket.noted", ana),
        ("ticket.resolved", ana),
    ]
    assert {clock.state for clock in ticket.clocks.all()} == {"met"}
