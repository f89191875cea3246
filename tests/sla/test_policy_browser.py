"""The editor of policies by keyboard, in a real browser; and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from sla.models import Plan
from tests.browser import sign_in
from tests.services import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture
def policy(transactional_db):
    return Plan.objects.get(is_default=True).policy


def tab_to(page, locator, most=200):
    """Press Tab until the focus is there, as a person without a mouse does."""
    for _step in range(most):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {locator}")


def test_mia_makes_a_version_by_keyboard(site, open_page, policy, mia):
    page = open_page(site.address)
    sign_in(page, mia)
    page.goto(f"/settings/policies/{policy.pk}/")
    page.keyboard.press("e")
    page.wait_for_url(re.compile("/edit/"))

    tab_to(page, page.get_by_label("P1 first answer"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("40 min")
    resolution = page.get_by_label("P3 solution", exact=False).first
    tab_to(page, resolution)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("36 h")
    calendar = page.get_by_label("P3 counted on")
    tab_to(page, calendar)
    page.keyboard.type("Business")
    expect(page.get_by_text("= 4.24 working days of 8.5 h")).to_be_visible()

    breach = page.locator(".ladder__step--breach summary")
    tab_to(page, breach)
    page.keyboard.press("Enter")
    tam = page.locator(".ladder__step--breach").get_by_label("the customer's TAM")
    tab_to(page, tam)
    page.keyboard.press("Space")
    note = page.get_by_label("What changes, and why")
    tab_to(page, note)
    page.keyboard.type("Tried by keyboard")
    page.keyboard.press("Enter")

    expect(page.get_by_text("P1 is more severe than P2, but 40 min is slower")).to_be_visible()
    expect(page.get_by_label("P3 solution", exact=False).first).to_have_value("36 h")
    expect(note).to_have_value("Tried by keyboard")
    tab_to(page, page.get_by_label("P1 first answer"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("10 min")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/versions/2/"))
    wait_until(lambda: policy.versions.count() == 2, what="the version is saved")
    made = policy.versions.get(number=2)
    assert "tam" in next(step for step in made.ladder if step["level"] == "breach")["tell"]
    assert made.note == "Tried by keyboard"


def test_the_editor_works_without_javascript_and_fits_a_telephone(site, open_page, policy, mia):
    page = open_page(site.address, java_script_enabled=False, viewport={"width": 390, "height": 844})
    sign_in(page, mia)
    page.goto(f"/settings/policies/{policy.pk}/edit/")
    page.get_by_label("P2 first answer").fill("20 min")
    page.locator(".ladder__step--breach summary").click()
    page.locator(".ladder__step--breach").get_by_label("assign it to a lead of its tier").check()
    page.get_by_label("What changes, and why").fill("Without scripts")
    page.get_by_role("button", name="Save as new version").click()
    page.wait_for_url(re.compile(r"/versions/2/"))
    made = policy.versions.get(number=2)
    assert "assign_lead" in next(step for step in made.ladder if step["level"] == "breach")["do"]
