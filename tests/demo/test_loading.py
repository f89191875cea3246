"""The demo is a living desk: what a first start finds, made by the product's own actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings as project
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import Organization, User
from demo import accounts, loading, texts
from events import audit
from events.models import Event
from followups.models import ChecklistItem, Reminder
from kb.models import Article, Deflection
from learning import gaps
from learning.models import Feedback
from notifications.models import Mail, Notice
from satisfaction.models import Question, Score
from sla import clocks, scanning
from sla.models import Clock, ClockRecord
from sla.terms import plan_of
from tickets.models import Attachment, Ticket
from timespent.models import TimeEntry

# A Sunday evening in Lisbon, Monday morning in Shanghai: nobody's office hours.
SUNDAY_NIGHT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
Status, State, Target = Ticket.Status, Clock.State, Clock.Target


@pytest.fixture(scope="module")
def desk(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[datetime]:
    """The loaded desk, made once and undone at the end; each test's own changes are undone after it."""
    quick = {
        "MEDIA_ROOT": str(tmp_path_factory.mktemp("files")),
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    with django_db_blocker.unblock(), override_settings(**quick):
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            with time_machine.travel(SUNDAY_NIGHT, tick=False):
                loading.load(show=lambda what, total: lambda number: None)
            with django_db_blocker.block():
                yield SUNDAY_NIGHT
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture
def now(desk: datetime, db: None) -> Iterator[datetime]:
    with time_machine.travel(desk, tick=False):
        yield desk


def test_wrapped_lines_become_the_paragraphs_that_people_type() -> None:
    text = "One paragraph\nin two lines.\n\n- a list\n- of two\n  things\n\n```\ncode\nstays\n```\nThe\nend."
    assert texts.unwrapped(text) == (
        "One paragraph in two lines.\n\n- a list\n- of two things\n\n```\ncode\nstays\n```\nThe end."
    )


def test_sixty_tickets_stand_where_their_texts_say(now: datetime) -> None:
    expected = {(story.subject, story.state, story.priority) for story in texts.read().stories}
    assert set(Ticket.objects.values_list("subject", "status", "priority")) == expected
    assert Ticket.objects.count() == 60


def test_four_customers_have_four_plans(now: datetime) -> None:
    plans = {
        organization.name: plan_of(organization, now).name for organization in Organization.objects.all()
    }
    assert plans == {
        "Kite Live": "Enterprise",
        "星河直播": "Business",
        "Maple Classroom": "Essential",
        "Ondo Fitness": "Standard",
    }


def test_a_month_of_work_lies_in_the_past_in_order(now: datetime) -> None:
    filed = list(Ticket.objects.order_by("pk").values_list("created_at", flat=True))
    assert timedelta(days=30) < now - filed[0] < timedelta(days=45)
    assert Event.objects.filter(at__gt=now).count() == 0
    moments: dict[int, datetime] = {}
    for ticket, at in Event.objects.order_by("ticket_id", "sequence").values_list("ticket_id", "at"):
        assert at >= moments.get(ticket, at)
        moments[ticket] = at


def test_the_documents_have_gaps_feedback_and_an_article_to_read_again(now: datetime) -> None:
    counted = gaps.totals(gaps.Question(now))
    assert not counted.is_little
    assert 0 < counted.into_tickets < counted.without_click < counted.searches
    assert Feedback.objects.open().of_owner(User.objects.get(email="ana@desk.example")).count() == 2
    stale = Article.objects.stale(now.date()).values_list("slug", flat=True)
    assert "screen-sharing-by-platform" in stale


def test_most_promises_were_kept_and_some_were_not(now: datetime) -> None:
    for target, missed in ((Target.RESPONSE, 2), (Target.RESOLUTION, 1)):
        states = Counter(Clock.objects.filter(target=target).values_list("state", flat=True))
        assert states[State.MISSED] == missed
        assert 0.9 < states[State.MET] / (states[State.MET] + states[State.MISSED]) < 0.98
    late = Clock.objects.overdue(now).get()
    assert late.ticket.requester.name == "陈璐"


def test_breaches_of_the_past_were_found_within_the_scan_s_period(now: datetime) -> None:
    records = list(ClockRecord.objects.all())
    assert {record.level for record in records} >= {"warn75", "warn90", "breach", "over150"}
    for record in records:
        assert timedelta() < record.detected_at - record.occurred_at <= project.SLA_SCAN_PERIOD
    assert Event.objects.filter(kind="ticket.escalated").count() == 4


def test_two_promises_run_out_in_the_first_two_minutes(now: datetime) -> None:
    running = Clock.objects.running().filter(due_at__gt=now, due_at__lte=now + timedelta(minutes=2))
    assert {clock.ticket.priority: clock.due_at - now for clock in running} == {
        "P2": timedelta(seconds=75),
        "P1": timedelta(seconds=100),
    }
    scanning.scan(now + timedelta(seconds=15))
    warned = Event.objects.filter(kind="sla.warned", at__gt=now).get()
    assert (warned.ticket.priority, warned.data["level"]) == ("P1", "90")

    scanning.scan(now + timedelta(seconds=130))
    live = Ticket.objects.filter(pk__in=[clock.ticket_id for clock in running])
    assert {ticket.tier for ticket in live} == {"L2"}
    assert Event.objects.filter(kind="ticket.escalated", at__gt=now).count() == 2
    # Until these happen, nothing has anything to announce.
    assert Event.objects.pending().count() == 5


def test_nobody_is_written_to(now: datetime) -> None:
    assert mail.outbox == []
    assert Mail.objects.count() == 0
    assert Event.objects.pending().count() == 0


def test_the_last_day_lies_under_the_bell(now: datetime) -> None:
    unread = Counter(Notice.objects.filter(read_at=None).values_list("user__email", flat=True))
    assert {"ana@desk.example", "lin@desk.example", "mia@desk.example"} <= set(unread)
    assert max(unread.values()) < 15
    assert not Notice.objects.filter(created_at__lt=now - timedelta(days=1)).exists()


def test_the_log_is_whole(now: datetime) -> None:
    assert list(audit.verify()) == []


def test_reading_all_clocks_anew_gives_the_same(now: datetime) -> None:
    stored = {clock.pk: clock for clock in Clock.objects.all()}
    readings = clocks.read(dict.fromkeys(Ticket.objects.all(), now))
    clocks.store(readings)
    facts = ("state", "due_at", "promised_at", "stopped_at", "breached_at", "next_threshold_at")
    for clock in Clock.objects.all():
        before = stored[clock.pk]
        assert {f: getattr(clock, f) for f in facts} == {f: getattr(before, f) for f in facts}
    assert scanning.scan(now).records == 0


def test_articles_have_saved_some_tickets(now: datetime) -> None:
    published = Article.objects.published()
    assert {published.filter(language=language).count() for language in ("en", "zh-hans")} == {42}
    assert published.aggregate(saved=Sum("solved_count"))["saved"] == len(texts.readers()) == 16
    assert not Deflection.objects.filter(at__gt=now).exists()


def test_logs_and_pictures_came_with_some_messages(now: datetime) -> None:
    types = Counter(Attachment.objects.values_list("content_type", flat=True))
    assert types["image/png"] >= 2
    assert types["text/plain"] >= 3


@pytest.mark.parametrize("email", accounts.SHOWN)
def test_everybody_shown_signs_in(email: str, now: datetime, client: Client) -> None:
    answer = client.post(reverse("account_login"), {"login": email, "password": accounts.PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email=email).pk)
    assert EmailAddress.objects.filter(email=email, verified=True, primary=True).exists()


def test_the_sign_ins_have_every_role_and_tier(now: datetime) -> None:
    shown = User.objects.filter(email__in=accounts.SHOWN)
    assert {person.role for person in shown} == set(User.Role.values)
    assert {person.tier for person in shown} == {"", "L1", "L2", "TAM"}


def test_the_accounts_are_printed_while_their_password_holds(now: datetime) -> None:
    ana = User.objects.get(email="ana@desk.example")
    ana.set_password("her own password now")
    ana.save(update_fields=["password"])

    out = StringIO()
    call_command("demo_accounts", stdout=out)
    assert accounts.PASSWORD in out.getvalue()
    assert "mia@desk.example" in out.getvalue() and "ana@desk.example" not in out.getvalue()


def test_a_second_load_changes_nothing(now: datetime) -> None:
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "already" in out.getvalue()
    assert Ticket.objects.count() == 60


def test_people_have_something_to_come_back_to(now: datetime) -> None:
    ana = User.objects.get(email="ana@desk.example")
    assert ana.bookmarks.count() == 2
    assert Reminder.objects.waiting().filter(user=ana).count() == 3
    assert ChecklistItem.objects.exclude(done_at=None).exists()
    assert TimeEntry.objects.values("person").distinct().count() >= 4
    scores = Counter(Question.objects.exclude(score="").values_list("score", flat=True))
    assert scores[Score.GOOD] >= 5 and scores[Score.BAD] >= 1
