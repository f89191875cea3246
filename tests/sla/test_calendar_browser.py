"""A calendar is edited by keyboard, in a real browser."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from sla.calendars.editing import Choice, choice_of
from sla.models import Calendar
from tests.browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def office(site):
    return Calendar.objects.get(name="Business hours")


def test_mia_enters_a_holiday_by_keyboard_and_puts_it_in_force(site, open_page, office, mia):
    page = open_page(site.address)
    sign_in(page, mia)
    page.goto(f"/settings/calendars/{office.pk}/edit/?year=2027#d2027-03-10")
    day = page.locator("#d2027-03-10 a")
    expect(day).to_be_focused()

    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "PageDown", "PageUp", "End", "Home"):
        page.keyboard.press(key)
    expect(page.locator("#d2027-03-08 a")).to_be_focused()  # the Monday of that week
    expect(page.locator(".year [data-told][tabindex='0']")).to_have_count(1)
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile(r"/edit/day/\?day=2027-03-08"))
    page.get_by_label("Public holiday: closed all day").check()
    page.get_by_label("Called").fill("Women's Day")
    page.keyboard.press("Control+Enter")

    page.wait_for_url(re.compile(r"/edit/\?year=2027#d2027-03-08"))
    changed = page.locator("#d2027-03-08 a")
    expect(changed).to_be_focused()
    expect(changed).to_have_accessible_name("Monday, 8 March 2027: public holiday, Women's Day")
    page.keyboard.press("s")

    page.wait_for_url(re.compile(r"/edit/review/"))
    page.get_by_label("What changes, and why").fill("Closed on Women's Day")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(rf"/settings/calendars/{office.pk}/$"))
    expect(page.get_by_text("Closed on Women's Day")).to_be_visible()
    assert choice_of(office.current.definition, date(2027, 3, 8)) is Choice.HOLIDAY


def test_hours_are_typed_copied_and_refused_with_a_reason(site, open_page, office, mia):
    page = open_page(site.address)
    sign_in(page, mia)
    page.goto(f"/settings/calendars/{office.pk}/edit/week/")
    page.get_by_label("Monday", exact=True).fill("08:00-12:00, 11:00-16:00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("the hours overlap at 11:00")).to_be_visible()

    page.get_by_label("Monday", exact=True).fill("8-12, 13-16")
    page.get_by_text("Monday: Copy").click()
    page.get_by_role("button", name="to Monday – Friday").first.click()
    expect(page.get_by_label("Friday", exact=True)).to_have_value("8-12, 13-16")
    page.get_by_label("Friday", exact=True).press("Enter")
    page.wait_for_url(re.compile(r"/edit/$"))
    expect(page.get_by_text("08:00–12:00, 13:00–16:00").first).to_be_visible()


def test_it_is_tried_without_leaving_the_page(site, open_page, office, mia):
    page = open_page(site.address)
    sign_in(page, mia)
    page.goto(f"/settings/calendars/{office.pk}/")
    page.get_by_label("Filed at").fill("2026-07-17T16:30")
    page.get_by_label("on the clock of").select_option(office.current.definition["tz"])
    page.get_by_label("Target, hours").fill("2")
    page.get_by_role("button", name="When is it due?").click()
    expect(page.locator(".try__due")).to_contain_text("Mon 20 Jul 2026 10:00")
    assert page.url.endswith(f"/settings/calendars/{office.pk}/")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_year_fits_a_telephone(site, open_page, office, mia, scripts):
    page = open_page(site.address, viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
    sign_in(page, mia)
    page.goto(f"/settings/calendars/{office.pk}/edit/?year=2027")
    expect(page.locator("#d2027-12-31 a")).to_be_visible()
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
