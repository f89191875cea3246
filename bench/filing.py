"""How long it takes to file a ticket that needs no second question: `script/bench filing`.

A new requester, in English and in Chinese, from the portal: "black screen on Android 14" with a dropped log
of 20 MB, its facts taken from it; and a P1. A real browser before a real web process with the demo's desk.

What is measured is the machine: nobody thinks, keys fall at once. Beside it stand the keys and clicks, and
what a person's hands need for them (keystroke-level model: Card, Moran, Newell 1980; 0.28 s a key, 1.3 s a
click; a Chinese character is three keys). Reading and thinking come on top, sending the log runs meanwhile.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench import desk

SECONDS_A_KEY, SECONDS_A_CLICK = 0.28, 1.3
KEYS_A_CHINESE_CHARACTER = 3
# Chromium of Debian; its own sandbox refuses root.
BROWSER = {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox", "--disable-quic"]}
PATIENCE_MILLISECONDS = 300_000
SECRETS = ("5f4dcc3b5aa765d61d8327deb882cf99", "host-8801@kite.example", "203.0.113.7")

HEAD = """--------- beginning of main
07-13 09:00:00.001  2345  2371 I RtcEngine: SDK version: 4.3.2 (build 1102)
07-13 09:00:00.010  2345  2371 I Device: device model: Pixel 8, Android 14 (API 34)
07-13 09:00:00.020  2345  2371 I RtcEngine: joinChannel token=5f4dcc3b5aa765d61d8327deb882cf99 room-4821
07-13 09:00:00.025  2345  2371 I Account: signed in as host-8801@kite.example
07-13 09:00:01.000  2345  2371 E RtcEngine: onError, error code: 17
"""


@dataclass(frozen=True)
class Words:
    """What a requester types, what their log brings, and the article that should stand on top."""

    language: str
    email: str
    name: str
    subject: str
    body: str
    urgent: str
    urgent_body: str
    article: str


EVERYBODY = (
    Words(
        language="en",
        email="nadia@kitelive.example",
        name="Nadia",
        subject="Black screen on Android 14",
        body="Since the update of this morning viewers see a black picture; the sound is fine.",
        urgent="Nobody can join any room",
        urgent_body="All users, since 9:40. joinChannel fails everywhere.",
        article="Black screen on Android after joinChannel with error 17",
    ),
    Words(
        language="zh-hans",
        email="xiaoyu@xinghe.example",
        name="小雨",
        subject="Android 14 黑屏",
        body="今天早上更新之后观众看到的画面是黑的，声音正常。",
        urgent="所有人都进不了房间",
        urgent_body="从 9:40 开始，所有用户 joinChannel 都失败。",
        article="Android 调用 joinChannel 后报错误 17 且黑屏",
    ),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--pictures", type=Path, help="a folder for a picture of each step")
    options = parser.parse_args()
    desk.use_scratch_database()
    desk.empty()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = write_log(folder / "logcat.txt", options.megabytes)
        open_desk(folder)
        print(f"{'':<34}{'machine s':>10}{'keys':>6}{'clicks':>8}{'hands s':>9}")
        with web(folder) as address:
            for words in EVERYBODY:
                measure(words, address, log, options.pictures)


def write_log(path: Path, megabytes: int) -> Path:
    """What logcat writes of a bad call: addresses of packets, now and then a token, an e-mail, an error."""
    dice = random.Random(17)
    size = megabytes * 1024 * 1024
    with path.open("w", encoding="ascii") as log:
        written = log.write(HEAD)
        number = 0
        while written < size:
            number += 1
            at = f"07-13 09:{number // 60_000 % 60:02}:{number // 1000 % 60:02}.{number % 1000:03}"
            if number % 5_000 == 0:
                said = (
                    f"D Signal: renew token=5f4dcc3b5aa765d61d8327deb882cf99 for host-{number}@kite.example"
                )
            elif number % 900 == 0:
                said = "E RtcEngine: onError, error code: 17"
            else:
                peer, jitter = dice.randrange(1, 250), dice.randrange(90)
                said = f"D Rtc: packet from 203.0.113.{peer}:51413 jitter {jitter} ms"
            written += log.write(f"{at}  2345  2371 {said}\n")
    return path


def open_desk(folder: Path) -> None:
    """The demo's desk, and two people who have never filed anything."""
    from django.conf import settings

    from accounts.actions import add_person
    from demo import loading

    settings.MEDIA_ROOT = str(folder / "files")
    loading.load(show=lambda what, total: lambda number: None)
    for words in EVERYBODY:
        add_person(email=words.email, name=words.name, language=words.language)


@contextmanager
def web(folder: Path) -> Iterator[str]:
    """The product's web process on the measured database."""
    from django.conf import settings

    from helpdesk.embedded.process import dies_with_parent
    from helpdesk.embedded.redis import free_port

    port = free_port()
    address = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{desk.SCRATCH}",
        "DATA_DIR": str(folder),
        "MEDIA_ROOT": str(folder / "files"),
        "SECRET_KEY": settings.SECRET_KEY,
        "SITE_URL": address,
    }
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port)]
    log = folder / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "helpdesk.asgi:application"],
            env=environment,
            stdout=output,
            stderr=output,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
    try:
        until = time.monotonic() + 60
        while not answers(address):
            if time.monotonic() > until or process.poll() is not None:
                sys.exit(f"The web process does not answer:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


@dataclass
class Hand:
    """Drives the page as a person would, and counts."""

    page: Page
    pictures: Path | None
    keys: int = 0
    clicks: int = 0
    started: float = field(default_factory=time.perf_counter)
    looked: float = 0.0
    shown: int = 0

    def click(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.clicks += 1

    def type(self, where: str, text: str) -> None:
        """Into a field, after a click into it."""
        self.click(where)
        self.page.keyboard.type(text)
        self.keys += sum(KEYS_A_CHINESE_CHARACTER if ord(one) > 0x2E80 else 1 for one in text)

    def choose(self, where: str, label: str) -> None:
        """From a list: one click opens it, one chooses."""
        self.page.select_option(where, label=label)
        self.clicks += 2

    def drop(self, path: Path) -> None:
        """Drag a file from the desktop onto the form: a press and a release."""
        page = self.page
        page.evaluate(
            """() => {
                const desktop = document.createElement("input");
                Object.assign(desktop, {type: "file", id: "desktop", hidden: true});
                document.body.append(desktop);
            }"""
        )
        page.set_input_files("#desktop", path)
        page.evaluate(
            """() => {
                const desktop = document.getElementById("desktop");
                const dropped = new DataTransfer();
                dropped.items.add(desktop.files[0]);
                desktop.remove();
                document.getElementById("ticket-form").dispatchEvent(
                    new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
            }"""
        )
        self.clicks += 2

    def picture(self, step: str) -> None:
        """Outside of the time."""
        if self.pictures is None:
            return
        began = time.perf_counter()
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.shown += 1
        self.page.screenshot(path=self.pictures / f"{self.shown}-{step}.png", full_page=True)
        self.looked += time.perf_counter() - began

    def report(self, what: str) -> None:
        machine = time.perf_counter() - self.started - self.looked
        hands = self.keys * SECONDS_A_KEY + self.clicks * SECONDS_A_CLICK
        print(f"{what:<34}{machine:>10.1f}{self.keys:>6}{self.clicks:>8}{hands:>9.0f}", flush=True)


def measure(words: Words, address: str, log: Path, pictures: Path | None) -> None:
    from django.conf import settings
    from django.test import Client

    from accounts.models import User

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    client = Client()
    client.force_login(User.objects.get_by_natural_key(words.email))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**BROWSER)  # type: ignore[arg-type]
        page = browser.new_context(
            base_url=address, viewport={"width": 1440, "height": 900}, timezone_id="Asia/Shanghai"
        ).new_page()
        page.set_default_timeout(PATIENCE_MILLISECONDS)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
        for run in (with_a_log, urgent):
            run(words, page, log, pictures and pictures / f"{run.__name__}-{words.language}")
        browser.close()


def with_a_log(words: Words, page: Page, log: Path, pictures: Path | None) -> None:
    """From the portal to the filed ticket. An error where a fact, a mask or the article is missing."""
    from tickets.models import Ticket

    hand = Hand(page, pictures)
    page.goto("/portal/")
    hand.picture("portal")
    hand.click(".doors a[href='/tickets/new/']")
    hand.type("[name=subject]", words.subject)
    hand.click("label:has([name=affected][value=main])")
    hand.click("label:has([name=extent][value=some])")
    hand.click("label:has([name=environment][value=production])")
    hand.type("[name=body]", words.body)
    hand.picture("typed")
    hand.drop(log)
    row = page.locator("[data-upload]")
    page.locator(".upload--sending").wait_for()
    hand.picture("sending")
    row.wait_for()
    hand.click("[data-use-all]")
    hand.choose("[name=product]", page.locator("[name=product] option").nth(1).inner_text())
    top = page.locator("#documents-found a.doc[href^='/docs/']").first
    expect(top).to_contain_text(words.article)
    hand.picture("facts-taken")
    hand.click("#ticket-form .form__foot .button--primary")
    page.locator("h1", has_text=words.subject).wait_for()
    hand.report(f"black screen, log of {log.stat().st_size >> 20} MB, {words.language}")
    hand.picture("filed")

    ticket = Ticket.objects.latest("number")
    known = {"platform": ticket.platform, "sdk_version": ticket.sdk_version, **ticket.answers}
    wanted = {"platform": "android", "sdk_version": "4.3.2", "device_model": "Pixel 8"}
    assert {name: known.get(name) for name in wanted} == wanted, known
    stored = ticket.messages.get().attachments.get().file.read()
    assert not [secret for secret in SECRETS if secret.encode() in stored]


def urgent(words: Words, page: Page, log: Path, pictures: Path | None) -> None:
    """A P1: a line and a sentence."""
    from tickets.models import Ticket

    hand = Hand(page, pictures)
    page.goto("/portal/")
    hand.click(".doors a[href*='priority=P1']")
    hand.type("[name=subject]", words.urgent)
    hand.type("[name=body]", words.urgent_body)
    hand.picture("typed")
    hand.click("#ticket-form .form__foot .button--primary")
    page.locator("h1", has_text=words.urgent).wait_for()
    hand.report(f"a P1, {words.language}")
    hand.picture("filed")
    assert Ticket.objects.latest("number").priority == "P1"


if __name__ == "__main__":
    main()
