"""A morning at the desk without a pointer: from signing in, five tickets, each dealt with in another way."""

import re

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

import kb.actions
import kb.models
from accounts.models import Tier
from tests.conftest import PASSWORD
from tests.services import wait_until
from tickets import actions
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.processes]

QUEUE = re.compile(r"//[^/]+/queue/")
SUBJECTS = {
    "P1": "Nobody hears anybody since 9:00",
    "P2": "Black screen on Android after joinChannel",
    "P3": "Recording stops after an hour",
}


@pytest.fixture
def five(rui, kite, live_sdk):
    """Five tickets, the first the most urgent."""
    return [
        actions.create(
            requester=rui,
            by=rui,
            organization=kite,
            product=live_sdk,
            platform="android",
            priority=priority,
            subject=f"{SUBJECTS[priority]} ({number})",
            body="It began after the update to 4.3.2.",
        )
        for number, priority in enumerate(["P1", "P2", "P2", "P3", "P3"], start=1)
    ]


@pytest.fixture
def black_screen(ana, live_sdk):
    category = kb.models.Category.objects.get(slug="faq")
    written = kb.actions.create(
        slug="black-screen",
        title="Black screen on Android after joinChannel",
        language="en",
        summary="The view is bound to a destroyed activity.",
        body="Bind the view again.",
        category=category,
        products=[live_sdk],
        by=ana,
    )
    return kb.actions.publish(written, by=ana)


def test_five_tickets_by_keyboard(site, open_page, five, black_screen, ana, lena, settings):
    # The web process knows only the hashers of production.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    ana.set_password(PASSWORD)
    ana.save()
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    page = open_page(site.address)
    page.add_init_script(
        "addEventListener('pointerdown', () => localStorage.setItem('pointer', 'used'), true);"
        # A machine that takes its time between g and u is no person who pauses.
        "Object.defineProperty(Event.prototype, 'timeStamp', {value: 0})"
    )
    keys = page.keyboard
    page.goto("/queue/")
    tab_to(page, "Email")
    keys.type(ana.email)
    tab_to(page, "Password")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.wait_for_url(QUEUE)
    first, second, third, fourth, fifth = five

    # The first: taken, answered, resolved, and on to the next.
    press(page, "g", "u")
    open_from_unassigned(page, first)
    opened(page, first)
    press(page, "t")
    expect(page.locator("#timeline")).to_contain_text("You took the ticket")
    press(page, "r")
    keys.type("The edge in Frankfurt was restarted at 9:12. Do you hear each other again?")
    keys.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("restarted at 9:12")
    press(page, "e")
    expect(page.locator("#action-dialog textarea")).to_be_focused()
    keys.type("An edge had hung; it is watched now.")
    keys.press("Control+Enter")

    # The second: a question; the clock waits for the answer.
    opened(page, second)
    press(page, "t")
    expect(page.locator("#timeline")).to_contain_text("You took the ticket")
    press(page, "r")
    keys.type("Which device is it?")
    keys.press("Escape")
    press(page, "S")
    tab_to(page, "Send and wait")
    keys.press("Enter")
    expect(page.locator("#clocks")).to_contain_text("paused")

    # The third: a note with the article, for whoever takes it.
    press(page, "u")
    open_from_unassigned(page, third)
    opened(page, third)
    press(page, "n")
    keys.type("Looks like ??black screen")
    expect(page.get_by_role("option", name=black_screen.title)).to_be_visible()
    keys.press("Enter")
    keys.press("Control+Enter")
    expect(page.locator("#timeline").get_by_role("link", name=black_screen.title)).to_be_visible()

    # The same goes to L2, with what L2 asks.
    press(page, "h")
    dialog = page.locator("#action-dialog")
    expect(dialog.get_by_role("group", name="What L2 asks")).to_be_visible()
    expect(dialog.get_by_label("To tier")).to_be_focused()
    tab_to(page, "SDK version")
    keys.type("4.3.2")
    tab_to(page, "Steps tried, and what happened")
    keys.type("Reinstalled; the same on two devices.")
    tab_to(page, "Reason")
    keys.type("Needs a trace of the renderer.")
    keys.press("Control+Enter")
    expect(page.locator("#hand-over")).to_contain_text("Handed over from L1 to L2")
    expect(dialog).to_be_hidden()

    # The last two are one case, resolved one after the other. What is left of L1 waits for the customer.
    press(page, "u")
    page.wait_for_url(re.compile("q=unassigned"))
    press(page, "4")
    page.wait_for_url(re.compile("view="))
    expect(page.locator("h1")).to_contain_text("L1")
    expect(page.get_by_role("link", name=third.subject)).to_have_count(0)
    press(page, "j", "o")
    for ticket in (fourth, fifth):
        opened(page, ticket)
        press(page, "e")
        expect(page.locator("#action-dialog textarea")).to_be_focused()
        keys.type("Files end after 60 minutes by default; set maxFileLength.")
        keys.press("Control+Enter")
    opened(page, second)

    wait_until(lambda: states(five) == expected_states(), what="each ticket is where it belongs")
    assert page.evaluate("localStorage.getItem('pointer')") is None


def states(tickets: list[Ticket]) -> list[tuple[str, str]]:
    return [
        (ticket.status, ticket.tier)
        for ticket in Ticket.objects.filter(pk__in=[t.pk for t in tickets]).order_by("pk")
    ]


def expected_states() -> list[tuple[str, str]]:
    resolved = (Ticket.Status.RESOLVED, Tier.L1)
    return [resolved, (Ticket.Status.PENDING, Tier.L1), (Ticket.Status.NEW, Tier.L2), resolved, resolved]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_from_unassigned(page: Page, ticket: Ticket) -> None:
    page.wait_for_url(re.compile("q=unassigned"))
    expect(page.get_by_role("link", name=ticket.subject)).to_be_visible()
    press(page, "j", "o")


def opened(page: Page, ticket: Ticket) -> None:
    page.wait_for_url(re.compile(rf"/tickets/{ticket.pk}/"))
    expect(page.locator("#ticket-title")).to_contain_text(ticket.subject)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has this name has the focus."""
    for _ in range(80):
        if page.evaluate(NAME_OF_FOCUS).startswith(name):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {name!r}")


NAME_OF_FOCUS = """() => {
    const element = document.activeElement;
    const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText;
    return (label ?? element.innerText ?? "").trim();
}"""
