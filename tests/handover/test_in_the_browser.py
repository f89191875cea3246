"""A hand-over, a reminder and logged time by keyboard, in a real browser."""

import pytest
from playwright.sync_api import expect

from followups.models import Reminder
from handover.models import HandOver
from tests.browser import sign_in
from tests.services import wait_until
from timespent.models import TimeEntry

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_ana_hands_over_by_keyboard_and_comes_back_to_it(site, open_page, ticket, ana):
    page = open_page(site.address)
    sign_in(page, ana)
    page.goto(ticket.get_absolute_url())
    expect(page.locator("#followups")).to_contain_text("Remind me")
    page.keyboard.press("h")
    dialog = page.locator("#action-dialog")
    expect(dialog.get_by_role("group", name="What L2 asks")).to_be_visible()
    expect(dialog.get_by_role("group", name="What TAM asks")).to_be_hidden()
    dialog.get_by_label("To tier").select_option("TAM")
    expect(dialog.get_by_role("group", name="What TAM asks")).to_be_visible()
    dialog.get_by_label("To tier").select_option("L2")
    dialog.get_by_label("Reason").fill("Needs a trace.")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_contain_text("Needed before it is handed over.")
    expect(dialog.get_by_label("Reason")).to_have_value("Needs a trace.")
    dialog.get_by_label("Steps tried, and what happened").fill("Reinstalled.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hand-over")).to_contain_text("Handed over from L1 to L2")
    expect(dialog).to_be_hidden()
    assert HandOver.objects.count() == 1

    page.keyboard.press("R")
    dialog.get_by_label("When", exact=True).fill("tomorrow 9:00")
    expect(dialog.locator("#remind-read time")).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#followups .followup-list")).to_contain_text("09:00")
    reminder = Reminder.objects.get()
    assert reminder.due_at.hour == 9, "what was typed, not the first button"

    expect(page.locator("#time-typed")).to_be_visible()
    page.keyboard.press("T")
    page.keyboard.type("15m read the log")
    page.keyboard.press("Enter")
    wait_until(lambda: TimeEntry.objects.count() == 1, what="the time is logged")
    expect(page.locator("#time-spent")).to_contain_text("read the log")
