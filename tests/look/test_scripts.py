"""The small scripts of static/js in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts import actions
from helpdesk.templatetags import look
from tests.browser import sign_in
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CLOCK = """([due, total]) => {
    const clock = document.createElement("span");
    clock.className = "clock"; clock.id = "clock";
    Object.assign(clock.dataset, {clock: "", due, total, days: "d"});
    const text = document.createElement("span");
    text.dataset.clockText = "";
    const bar = document.createElement("progress");
    bar.max = total;
    clock.append(text, bar);
    document.body.append(clock);
}"""


@pytest.fixture
def ana_at(site, open_page, ana):
    """Ana, signed in, at her profile."""

    def open_at(**options):
        page = open_page(site.address, **options)
        sign_in(page, ana)
        page.goto("/me/")
        return page

    return open_at


def test_a_clock_ticks_warns_and_is_late(site, open_page):
    page = open_page(site.address)
    page.clock.install(time=timezone.now())
    page.goto("/accounts/login/")
    page.evaluate(CLOCK, [(timezone.now() + timedelta(minutes=2)).isoformat(), 900])
    clock = page.locator("#clock")

    expect(clock).to_have_class(re.compile("clock--warn"))
    expect(clock).to_have_text(re.compile(r"^\s*00:0[01]:"))
    page.clock.fast_forward(150_000)
    expect(clock).to_have_class(re.compile("clock--late"))

    expect(clock).to_have_text(re.compile(r"^\s*-00:0"))
    assert clock.locator("progress").evaluate("bar => bar.value") == 900


def test_a_computer_whose_clock_is_wrong_still_counts_right(site, open_page):
    page = open_page(site.address)
    page.clock.install(time=timezone.now() + timedelta(hours=3))
    page.goto("/accounts/login/")
    page.evaluate(CLOCK, [(timezone.now() + timedelta(minutes=10)).isoformat(), 900])
    page.clock.run_for(1500)

    assert page.locator("#clock").inner_text().strip().startswith("00:09:")


def test_script_and_server_write_a_countdown_alike(site, open_page):
    page = open_page(site.address)
    page.goto("/accounts/login/")
    seconds = [0, 1, 59, 60, 3599, 3600, 86399, 86400, 274320, -1, -60, -432, -86400, -90061]

    written = page.evaluate(
        "async seconds => { const { countdown } = await import('/static/js/clock.js');"
        " return seconds.map((s) => countdown(s, 'd')); }",
        seconds,
    )

    assert written == [look._countdown(number) for number in seconds]


def test_the_chosen_theme_stays_after_a_reload_and_never_flashes(ana_at):
    page = ana_at(color_scheme="light")
    page.locator("main [data-theme-choice=dark]").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()

    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.locator("main [data-theme-choice=dark]").get_attribute("aria-pressed") == "true"
    page.locator("main [data-theme-choice=system]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_the_menu_opens_by_keyboard_and_escape_closes_it(ana_at):
    page = ana_at()
    menu = page.locator("details[data-menu]", has_text="Sign out")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent").strip() == "Profile and time zone"

    page.keyboard.press("Escape")

    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_question_mark_lists_the_keys_of_the_page(ana_at):
    page = ana_at()

    page.keyboard.press("?")

    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Show this list")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_key_that_was_switched_off_does_nothing_until_it_is_switched_on(ana_at):
    page = ana_at()
    page.keyboard.press("?")
    page.get_by_label("Go to or do anything").uncheck()
    page.keyboard.press("Escape")
    page.reload()

    page.keyboard.press("Control+k")
    assert not page.locator("#palette").is_visible()
    page.keyboard.press("?")
    page.get_by_label("All shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.get_by_role("dialog").is_visible()

    page.locator("[data-show-shortcuts]").evaluate("button => button.click()")
    page.get_by_label("All shortcuts").check()
    page.get_by_label("Go to or do anything").check()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_keys_rest_while_somebody_types(ana_at):
    page = ana_at()
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_label("Name", exact=True).type("what now?")

    assert page.get_by_label("Name", exact=True).input_value() == "what now?"
    assert not page.get_by_role("dialog").is_visible()


def test_keys_rest_while_an_input_method_composes(ana_at):
    page = ana_at()

    page.evaluate(
        "document.body.dispatchEvent("
        "new KeyboardEvent('keydown', {key: '?', isComposing: true, bubbles: true}))"
    )

    assert not page.get_by_role("dialog").is_visible()


def test_the_rail_is_a_drawer_on_a_telephone(ana_at):
    page = ana_at(viewport={"width": 390, "height": 844})
    assert not page.locator("#rail").is_visible()

    page.get_by_role("button", name="Open the menu").click()

    expect(page.locator("#rail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#rail")).to_be_hidden()


def test_signing_in_works_without_scripts(site, open_page, settings):
    # The web process knows only the hashers of production.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    actions.add_person(email="rui@kite.example", name="Rui Tan", password=PASSWORD)
    page = open_page(site.address, java_script_enabled=False)
    page.goto("/me/")
    page.get_by_label("Email").fill("RUI@kite.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    assert page.get_by_label("Name", exact=True).input_value() == "Rui Tan"
