"""Reading a log: what a reporter need not be asked."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import pytest
import re2
from django.urls import reverse
from django.utils import timezone, translation

from files.models import LogPattern
from files.proposing import from_findings
from files.reading import findings_of, log_facts, read, read_text
from files.reading.compiling import compiled
from files.reading.shipped import SHIPPED
from helpdesk.errors import InvalidInput
from tests.files.test_uploads import upload

pytestmark = pytest.mark.django_db

LOGCAT = """--------- beginning of main
07-13 09:00:00.001  2345  2371 I RtcEngine: SDK version: 4.3.2 (build 1102)
07-13 09:00:00.010  2345  2371 I Device: device model: Pixel 8, Android 14 (API 34)
07-13 09:00:01.000  2345  2371 E RtcEngine: onError, error code: -17
07-13 09:00:02.000  2345  2371 E RtcEngine: onError, error code: -17
07-13 09:00:03.000  2345  2371 E RtcEngine: joinChannel returned -5
"""
IOS = """2026-07-13 09:00:01.123456+0800 Kite[345:6789] RtcEngineKit version 4.3.1 started
2026-07-13 09:00:01.200000+0800 Kite[345:6789] Hardware Model: iPhone15,2
2026-07-13 09:00:01.300000+0800 Kite[345:6789] iOS 17.5.1
2026-07-13 09:05:00.000000+0800 Kite[345:6789] ERR_TOKEN_EXPIRED
"""
WEB = """[2026-07-13T01:00:00.000Z] Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0.6099.109 Safari/537.36
[2026-07-13T01:00:02.000Z] RTC-SDK-Web/4.20.0 join failed {"code":101}
app.js:120 Uncaught (in promise) NotAllowedError
"""


def values(text):
    found = read_text(text)
    return {fact: [one.value for one in listed] for fact, listed in found.facts.items()}


def test_a_logcat_says_nearly_everything():
    found = values(LOGCAT)
    assert found["platform"] == ["android"]
    assert found["sdk_version"] == ["4.3.2"]
    assert found["device_model"] == ["Pixel 8"]
    assert found["os_version"] == ["Android 14"]
    assert found["error_code"] == ["-17", "-5"]
    codes = read_text(LOGCAT).error_codes
    assert (codes[0].count, codes[0].line) == (2, 4)
    assert codes[0].text.endswith("error code: -17")


def test_a_log_of_ios_does_too():
    found = values(IOS)
    assert found["platform"] == ["ios"]
    assert found["sdk_version"] == ["4.3.1"]
    assert found["device_model"] == ["iPhone15,2"]
    assert found["os_version"] == ["iOS 17.5.1"]
    assert found["error_code"] == ["ERR_TOKEN_EXPIRED"]


def test_so_does_the_console_of_a_browser():
    found = values(WEB)
    assert found["platform"][0] == "web"
    assert found["browser"] == ["Chrome 120.0.6099.109"]
    assert found["sdk_version"] == ["4.20.0"]
    assert found["error_code"] == ["101"]


def test_the_time_range_has_the_zone_the_log_names_and_no_other(clock):
    found = read_text(IOS)
    assert found.first.at.isoformat() == "2026-07-13T09:00:01.123456+08:00"
    assert found.last.at.isoformat() == "2026-07-13T09:05:00+08:00"
    assert (found.first.zone, found.last.line) == ("+08:00", 4)
    no_zone = read_text(LOGCAT)
    assert no_zone.first.at == datetime(2026, 7, 13, 9, 0, 0, 1000)  # noqa: DTZ001
    assert no_zone.first.zone == ""


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("2026/07/13 09:00:00 x", "2026-07-13T09:00:00"),
        ("[2026-07-13 09:00:00:123] x", "2026-07-13T09:00:00.123000"),
        ("Jul 13 09:00:00 host x", "2026-07-13T09:00:00"),
        ("12-31 23:59:59.000 1 1 I x", "2025-12-31T23:59:59"),
        ("1783933200123 x", "2026-07-13T09:00:00+00:00"),
        ("20260713-09:00:00 UTC x", "2026-07-13T09:00:00+00:00"),
        ("version 1.2.3 at 25:61:00", None),
        ("02-31 09:00:00.000 1 1 I x", None),
    ],
)
def test_moments_are_read_in_the_forms_that_logs_write(clock, line, iso):
    first = read_text(line).first
    assert (first.at.isoformat() if first else None) == iso


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda one: one[0])
def test_every_shipped_pattern_finds_its_example(shipped):
    _key, fact, _name, pattern, value, example = shipped
    row = LogPattern(fact=fact, pattern=pattern, value=value)
    assert read_text(example, [row]).facts[fact]


def test_a_log_of_another_kind_proposes_nothing():
    assert not read_text("dear support,\nmy stream is black, please help\n")


def test_an_upload_proposes_and_its_sender_sees_it(client, rui, live_sdk):
    LogPattern.objects.create(
        name="live", fact="sdk_version", pattern=r"LiveSDK (\d+\.\d+\.\d+)", product=live_sdk, position=0
    )
    client.force_login(rui)
    row = upload(client, (LOGCAT + "LiveSDK 4.3.2\n").encode())
    proposed = log_facts(row)
    expected = {
        "platform": "android",
        "sdk_version": "4.3.2",
        "device_model": "Pixel 8",
        "os_version": "Android 14",
        "error_code": "-17",
        "product": "live",
        "started_at": f"{proposed['started_at'].value[:4]}-07-13T09:00:00",
    }
    assert {name: proposed[name].value for name in expected} == expected
    assert proposed["os_version"].line == 3
    page = client.get(row.get_absolute_url()).content.decode()
    assert 'data-fact="sdk_version" data-value="4.3.2"' in page
    assert f'data-fact="product" data-value="{live_sdk.pk}"' in page


def test_twenty_megabytes_are_read_in_seconds_of_work(tmp_path):
    log = tmp_path / "big.log"
    line = b"07-13 09:00:01.000  2345  2371 D Rtc: packet received jitter 45 ms rtt 12 route speakerphone\n"
    log.write_bytes(LOGCAT.encode() + line * (20_000_000 // len(line)) + b"E x: error code: -102\n")
    started = time.process_time()
    found = read(log)
    assert time.process_time() - started < 6
    assert [one["value"] for one in found["facts"]["error_code"]] == ["-17", "-5", "-102"]
    assert found["facts"]["error_code"][2]["line"] == log.read_bytes().count(b"\n")


def test_of_a_huge_log_beginning_and_end_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr("files.reading.scanning.READ_WHOLE_BYTES", 4_000_000)
    monkeypatch.setattr("files.reading.scanning.SAMPLE_BYTES", 1_000_000)
    log = tmp_path / "huge.log"
    filler = b"nothing to see here\n"
    log.write_bytes(LOGCAT.encode() + filler * 400_000 + b"E x: error code: -102\n")
    found = read(log)
    assert found["is_sampled"]
    assert {one["value"] for one in found["facts"]["error_code"]} == {"-17", "-5", "-102"}
    last = next(one for one in found["facts"]["error_code"] if one["value"] == "-102")
    assert last["line"] == log.read_bytes().count(b"\n")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (r"(a)\1", "not understood"),
        (r"(?=x)y", "not understood"),
        (r"(unclosed", "not understood"),
        (r"(?:x{1,200}){1,50}", "too large"),
        (r"x*", "matches nothing at all"),
    ],
)
def test_a_pattern_that_cannot_be_run_safely_is_refused_in_words(pattern, words):
    with pytest.raises(InvalidInput) as refused:
        compiled(pattern)
    assert words in str(refused.value) or "not understood" in str(refused.value)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"(\w+\s?)*!"])
def test_what_is_catastrophic_elsewhere_is_linear_here(pattern):
    try:
        automaton = compiled(pattern)
    except InvalidInput:
        return
    started = time.process_time()
    assert isinstance(automaton, re2._Regexp)
    automaton.search(b"a" * 300_000 + b"!")
    assert time.process_time() - started < 2


def test_error_codes_lead_to_the_articles_that_name_them(client, rui, ana):
    from kb.models import Article, Category

    Article.objects.create(
        slug="error-17",
        language="en",
        category=Category.objects.get_or_create(slug="faq", defaults={"name": "FAQ"})[0],
        title="Error 17 explained",
        summary="s",
        body="b",
        error_codes=["17"],
        status="published",
        published_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
    )
    client.force_login(rui)
    row = upload(client, LOGCAT.encode())
    assert "Error 17 explained" in client.get(row.get_absolute_url()).content.decode()


# --- The settings


@pytest.fixture
def admin(rui):
    from tests.conftest import person

    return person("Ada Admin", role="admin")


def test_only_admins_edit_patterns(client, rui, ana, mia, admin):
    for user, status in ((rui, 403), (ana, 403), (mia, 403), (admin, 200)):
        client.force_login(user)
        assert client.get(reverse("log_patterns")).status_code == status
        assert client.get(reverse("log_pattern_new")).status_code == status


def test_a_text_is_tried_and_nothing_is_stored(client, admin):
    client.force_login(admin)
    page = client.post(reverse("log_patterns"), {"text": LOGCAT + "token=ab12CD34ef56"}).content.decode()
    assert "Pixel 8" in page
    assert "1 secret masked: 1 token" in page
    assert client.post(reverse("log_patterns"), {"text": "hello"}).status_code == 200
    assert client.post(reverse("log_patterns"), {"text": ""}).status_code == 422


def test_a_pattern_is_written_changed_and_removed(client, admin):
    client.force_login(admin)
    form = {
        "name": "Room",
        "fact": "error_code",
        "pattern": r"ROOM-(\d+)",
        "example": "ROOM-7 gone",
        "position": "5",
        "is_active": "on",
    }
    assert client.post(reverse("log_pattern_new"), form).status_code == 302
    row = LogPattern.objects.get(name="Room")
    assert values("x ROOM-12 y")["error_code"] == ["12"]
    refused = client.post(reverse("log_pattern", args=[row.pk]), {**form, "example": "no such thing"})
    assert refused.status_code == 422
    assert "does not find anything" in refused.content.decode()
    assert client.post(reverse("log_pattern", args=[row.pk]), {**form, "pattern": "(x"}).status_code == 422
    assert client.post(reverse("log_pattern_remove", args=[row.pk])).status_code == 302
    assert not LogPattern.objects.filter(pk=row.pk).exists()


def test_a_shipped_pattern_is_switched_off_not_removed(client, admin):
    client.force_login(admin)
    shipped = LogPattern.objects.get(key="platform-logcat")
    assert client.post(reverse("log_pattern_remove", args=[shipped.pk])).status_code == 404


def test_findings_go_with_the_file(client, rui, ticket, tmp_path):
    from django.core.files.base import ContentFile

    from tickets import actions
    from tickets.models import Attachment

    actions.reply(ticket, by=rui, body="x", files=[ContentFile(LOGCAT.encode(), name="a.log")])
    assert findings_of(Attachment.objects.get()).best("sdk_version").value == "4.3.2"
    assert not list(Path(tmp_path / "uploads").glob("*"))


def test_a_form_is_offered_when_it_happened_in_the_clock_of_the_log_or_the_readers(rui, clock):
    (period,) = [
        one for one in from_findings(rui, read_text(LOGCAT), "en").facts if one.field == "time_range"
    ]
    assert (period.value, period.until, period.zone) == ("2026-07-13T09:00", "2026-07-13T09:01", "")
    with timezone.override("Europe/Lisbon"):
        facts = from_findings(rui, read_text(IOS), "en").facts
    (period,) = [one for one in facts if one.field == "time_range"]
    assert (period.value, period.until) == ("2026-07-13T02:00", "2026-07-13T02:05")
    assert (period.zone, period.shown) == ("Europe/Lisbon", "2026-07-13 02:00 – 02:05")


def test_shipped_patterns_are_named_in_the_readers_language_and_others_as_they_were():
    with translation.override("zh-hans"):
        assert str(LogPattern(key="error-name", name="A named error")) == "错误名称"
        assert str(LogPattern(key="error-name", name="Ours")) == "Ours"
        assert str(LogPattern(name="A named error")) == "A named error"
