"""The parts every page draws with (helpdesk/templatetags/look.py) and what the frames show to whom."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.template import engines
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from helpdesk.templatetags import look
from tests.conftest import MONDAY_9AM


def render(source, **context):
    return engines["django"].from_string("{% load look %}" + source).render(context)


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (40, "40 s", "40 秒"),
        (900, "15 min", "15 分钟"),
        (7500, "2 h 5 min", "2 小时 5 分钟"),
        (7201, "2 h", "2 小时"),
        (86400, "1 d", "1 天"),
        (3 * 86400 + 4 * 3600 + 300, "3 d 4 h", "3 天 4 小时"),
        (-432, "-7 min 12 s", "-7 分钟 12 秒"),
    ],
)
def test_a_duration_is_told_by_its_two_largest_units(seconds, english, chinese):
    assert look.duration(timedelta(seconds=seconds)) == english
    with translation.override("zh-hans"):
        assert look.duration(timedelta(seconds=seconds)) == chinese


def test_no_duration_is_no_word():
    assert look.duration(None) == ""


def test_a_moment_of_today_is_a_time_and_any_other_a_day_too(clock):
    assert ">08:30</time>" in render("{% moment at %}", at=MONDAY_9AM - timedelta(minutes=30))
    assert ">10 Jul 09:00</time>" in render("{% moment at %}", at=MONDAY_9AM - timedelta(days=3))
    assert ">13 Jul 2025 09:00</time>" in render("{% moment at %}", at=MONDAY_9AM - timedelta(days=365))


def test_a_moment_is_told_in_the_readers_zone_and_language(clock):
    with timezone.override("Asia/Shanghai"), translation.override("zh-hans"):
        shown = render("{% moment at %}", at=datetime(2026, 7, 9, 17, 0, tzinfo=UTC))

    assert ">7月10日 01:00</time>" in shown
    assert 'datetime="2026-07-09T17:00:00+00:00"' in shown and "CST" in shown


def test_no_moment_is_nothing():
    assert render("{% moment at %}", at=None) == ""


def promise(**facts):
    known = {
        "state": "running",
        "due_at": None,
        "allowed": timedelta(minutes=15),
        "started_at": MONDAY_9AM,
        "breached_at": None,
        "elapsed": None,
        "get_target_display": lambda: "response",
        "get_state_display": lambda: facts.get("state", "running"),
    }
    return SimpleNamespace(**{**known, **facts})


@pytest.mark.parametrize(
    ("left", "text", "css", "value"),
    [
        (timedelta(minutes=12, seconds=5), "00:12:05", "clock", 725),
        (timedelta(minutes=3), "00:03:00", "clock clock--warn", 180),
        (timedelta(0), "00:00:00", "clock clock--warn", 0),
        (timedelta(minutes=-7, seconds=-12), "-00:07:12", "clock clock--late", 900),
        (timedelta(days=3, hours=4, minutes=12), "3 d 04:12", "clock", 900),
    ],
)
def test_a_running_promise_shows_what_is_left(clock, left, text, css, value):
    drawn = look.clock(promise(due_at=MONDAY_9AM + left))

    assert f'<span class="{css}" data-clock ' in drawn
    assert f">{text}</span>" in drawn and f'max="900" value="{value}"' in drawn


def test_a_paused_promise_stands_still_with_what_was_left(clock):
    drawn = look.clock(promise(state="paused", elapsed=timedelta(minutes=5)))

    assert '<span class="clock clock--paused">' in drawn and ">paused</span>" in drawn
    assert 'value="600"' in drawn and "data-due" not in drawn


def test_a_broken_promise_fills_its_bar_also_when_it_stands_still(clock):
    assert 'value="900"' in look.clock(promise(state="missed", breached_at=MONDAY_9AM))


def test_a_promise_to_be_agreed_has_no_bar(clock):
    assert "<progress" not in render(
        "{% clock promise %}", promise=promise(state="negotiating", allowed=None)
    )


def test_a_name_is_text_wherever_it_stands():
    evil = User(pk=1, name="<img src=x onerror=alert(1)>", email="zoe@ondo.example")

    shown = render('{% include "_face.html" with person=person %}', person=evil)

    assert "<img" not in shown and "&lt;img" in shown


@pytest.mark.django_db
def test_the_door_tells_the_promises_of_the_standard_plan(client):
    page = " ".join(client.get(reverse("account_login")).text.split())

    assert "<td>15 minutes</td> <td>4 hours</td>" in page and "<td>24 hours</td>" in page


@pytest.mark.django_db
def test_who_may_not_see_reports_gets_no_link_to_them(client, ana, mia):
    for person, sees in ((ana, False), (mia, True)):
        client.force_login(person)
        page = client.get(reverse("profile")).text
        assert (f'href="{reverse("report")}"' in page) == sees


@pytest.mark.django_db
def test_requesters_and_staff_get_their_own_frame(client, ana, rui):
    client.force_login(rui)
    assert 'class="portal"' in client.get(reverse("profile")).text
    client.force_login(ana)
    assert 'class="rail"' in client.get(reverse("profile")).text


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_that_is_not_there_says_what_to_do(client, language):
    client.cookies["django_language"] = language

    answer = client.get("/nowhere/")

    assert answer.status_code == 404
    assert {"en": "To the start page", "zh-hans": "返回首页"}[language] in answer.text


def test_the_page_for_our_own_mistakes_needs_nothing_that_may_be_broken():
    """No request, no user, no database: this test has none of them."""
    assert "500" in engines["django"].get_template("500.html").render({})


def test_no_template_carries_a_style_or_a_script_of_its_own(request):
    """The Content-Security-Policy refuses both; the browser would drop them silently. Mail has only those."""
    templates = [
        path
        for path in (request.config.rootpath / "templates").rglob("*.html")
        if "mail" not in path.parts and path.name != "_mail.html"
    ]
    bad = [
        path.name
        for path in templates
        for word in (" style=", "<style", " onclick=")
        if word in path.read_text()
    ]

    assert bad == []
