"""No page breaks a rule that axe-core can check (WCAG 2.1 A and AA, and its advice on good practice)."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.browser import sign_in
from tickets import actions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
RULES = {"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
DESK = ["/queue/", "/queue/search/?q=black", "/tickets/{ticket}/", "/tickets/{ticket}/why/", "/follow-ups/"]
SETTINGS = [
    "/settings/",
    "/settings/policies/{policy}/edit/",
    "/settings/calendars/{calendar}/",
    "/macros/",
    "/reports/",
]
PORTAL = ["/", "/tickets/new/", "/tickets/", "/tickets/{ticket}/", "/docs/", "/docs/?q=black"]


# What another scheme of colours can change.
OF_COLOURS = {**RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
GROUND = "getComputedStyle(document.body).backgroundColor"


def violations(page, rules):
    found = page.evaluate("(rules) => axe.run(document, rules)", rules)
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_no_page_breaks_a_rule_that_can_be_checked(site, open_page, ticket, ana, mia, rui):
    from sla.models import Calendar, Policy

    actions.reply(ticket, by=ana, body="Please call:\n\n```js\n" + "joinChannel(token, " * 30 + ")\n```")
    numbers = {
        "ticket": ticket.number,
        "policy": Policy.objects.earliest("pk").pk,
        "calendar": Calendar.objects.earliest("pk").pk,
    }
    found = {}
    for person, paths in ((ana, DESK), (mia, SETTINGS), (rui, PORTAL)):
        # Without the policy on content for axe, which tries out styles.
        page = open_page(site.address, color_scheme="light", bypass_csp=True)
        sign_in(page, person)
        for path in paths:
            answer = page.goto(path.format(**numbers))
            assert answer is not None and answer.ok, f"{person} at {path}: {answer and answer.status}"
            page.wait_for_load_state("networkidle")
            page.evaluate(AXE)
            found[f"{person} at {path}"] = violations(page, RULES)
            # No colour on its way from the one to the other.
            page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
            light = page.evaluate(GROUND)
            page.emulate_media(color_scheme="dark")
            assert page.evaluate(GROUND) != light
            found[f"{person} at {path}, dark"] = violations(page, OF_COLOURS)
            page.emulate_media(color_scheme="light")
    assert "\n".join(f"{where}: {line}" for where, lines in found.items() for line in lines) == ""
