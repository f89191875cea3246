"""A browser for tests: Debian's Chromium, driven by Playwright.

    @pytest.mark.browser
    def test_rui_files_a_ticket(site, open_page, rui):
        page = open_page(site.address)
        sign_in(page, rui)
        page.goto("/tickets/new/")

SLOW_BROWSER=6 makes the processor of the pages six times slower, and SLOW_ANSWERS=300 has each answer of the
server come 300 ms later: what a test or the product wins by luck here, it loses then.

A page with an uncaught JavaScript error or a breach of the content security policy fails its test. A failed
test leaves a picture of each of its pages in test-results/.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from accounts.models import User

RESULTS = Path(__file__).resolve().parents[1] / "test-results"
# Waiting costs a test that passes nothing; a machine with other work is slow now and then.
TIMEOUT_MILLISECONDS = 60_000
expect.set_options(timeout=TIMEOUT_MILLISECONDS / 2)

# No requests of Chromium's own: nothing here may reach for another machine.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium. Without one the test is skipped, in CI it fails."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        missing = "Chromium is not installed: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # Playwright keeps an event loop in this thread, where Django then refuses its database without need.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # Chromium's own sandbox refuses root.
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else QUIET
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=arguments)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Open a page with cookies of its own, for one person: `open_page(site.address, locale="zh-CN")`.

    Takes the options of Playwright's `new_context` too: `viewport`, `color_scheme`, `java_script_enabled`.
    """
    pages: list[Page] = []
    errors: list[str] = []

    def open_page(address: str, **options: Any) -> Page:
        options = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}, **options}
        page = browser.new_context(base_url=address, **options).new_page()
        page.set_default_timeout(TIMEOUT_MILLISECONDS)
        _slow_down(page)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.on(
            "console", lambda line: errors.append(f"{page.url}: {line.text}") if _is_refusal(line) else None
        )
        pages.append(page)
        return page

    yield open_page

    if getattr(request.node, "has_failed", False):
        RESULTS.mkdir(exist_ok=True)
        name = re.sub(r"[^\w-]+", "-", request.node.nodeid).strip("-")
        for number, page in enumerate(pages):
            page.screenshot(path=RESULTS / f"{name}-{number}.png", full_page=True)
    for page in pages:
        page.context.close()
    assert not errors, "\n".join(errors)


def _slow_down(page: Page) -> None:
    factor, latency = (float(os.environ.get(name) or 0) for name in ("SLOW_BROWSER", "SLOW_ANSWERS"))
    if not factor and not latency:
        return
    tools = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": max(factor, 1)})
    if latency:
        conditions = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", conditions)


def _is_refusal(line: Any) -> bool:
    return line.type == "error" and "Content Security Policy" in line.text


def sign_in(page: Page, user: User) -> None:
    """Make `user` the one who sits before this page, without the form of the sign-in page."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])
