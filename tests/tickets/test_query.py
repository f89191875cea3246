"""The query language: what is typed, what it means, and what is said where it means nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from known_issues.models import KnownIssue
from tickets import actions
from tickets.models import Watcher
from tickets.query.asker import Asker
from tickets.query.grammar import parse
from tickets.query.reading import read
from tickets.query.suggesting import suggest
from tickets.query.terms import Filter, Measure, Text, written

PIECES = st.sampled_from(
    [
        *"tier breach org : ： “ ” - － , ， < ＞ = ≤ 1h L2 黑屏 # 10001 unassigned me".split(),  # noqa: SIM905
        *("2026-07-13", "%s", "known-issue", '"', "\\", " ", "\x00", "\n", "9" * 12),
    ]
)
TYPED = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


def asker(user):
    return Asker(user, timezone.now())


# --- What is typed


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("tier:L1,L2", [Filter("tier", ("L1", "L2"))]),
        ("tier：L1，L2", [Filter("tier", ("L1", "L2"))]),
        ('-product:"Live SDK"', [Filter("product", ("Live SDK",), is_negated=True)]),
        ("breach<1h", [Measure("breach", "<", "1h")]),
        ("created≥2026-07-13", [Measure("created", ">=", "2026-07-13")]),
        ("黑屏 “黑 屏”", [Text("黑屏"), Text("黑 屏", is_phrase=True)]),
        ("-102 -black", [Text("-102"), Text("black", is_negated=True)]),
        ('never "closed at all', [Text("never"), Text("closed at all", is_phrase=True)]),
        (r'"a \"quoted\" word"', [Text('a "quoted" word', is_phrase=True)]),
        ("List<String> 10:30", [Text("List<String>"), Text("10:30")]),
        ('"" \0', []),
    ],
)
def test_what_is_typed_is_read_as_terms(text, terms):
    assert list(parse(text)) == terms


@given(TYPED)
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_and_what_is_written_is_read_as_the_same(text):
    terms = parse(text)
    assert parse(written(terms)) == terms


@pytest.mark.django_db
@settings(max_examples=150, deadline=None)
@given(TYPED)
def test_any_text_finds_tickets_or_is_explained(text):
    user = User(role=User.Role.AGENT, tier="L1", pk=1)
    reading = read(text, asker(user))
    assert len(reading.chips) == len(reading.terms)
    assert all(chip.problem or chip.said for chip in reading.chips)
    list(reading.tickets()[:1])
    suggest(text, asker(user))


# --- What it means


@pytest.fixture
def desk(clock, ana, lena, rui, zoe, kite, live_sdk):
    """Five tickets: by subject."""

    def create(subject, by=rui, **facts):
        organization = by.memberships.get().organization
        return actions.create(
            requester=by, by=by, subject=subject, **{"organization": organization, "priority": "P3",
            "body": "Frames are lost.", **facts},
        )  # fmt: skip

    made = {
        "old": create("old", product=live_sdk, platform="android", sdk_version="4.3.2"),
        "solved": create("solved"),
    }
    clock.shift(timedelta(days=10))
    made |= {
        "urgent": create("urgent", priority="P1", sdk_version="4.30"),
        "mine": create("mine", priority="P2"),
        "theirs": create("theirs", by=zoe, body="全部观众黑屏 error -102"),
    }
    actions.take(made["mine"], by=ana)
    actions.hand_over(made["theirs"], by=ana, tier="L2", reason="Trace.", to=lena)
    actions.resolve(made["solved"], by=ana, body="Fixed.")
    Watcher.objects.create(ticket=made["theirs"], user=ana)
    issue = KnownIssue.objects.create()
    made["theirs"].known_issue_links.create(known_issue=issue)
    return made


ALL = {"old", "urgent", "mine", "theirs"}


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("", ALL),
        ("status:any", {*ALL, "solved"}),
        ("status:finished", {"solved"}),
        ("-status:open", {"old", "urgent", "theirs"}),
        ("tier:L2", {"theirs"}),
        ("-tier:L2 priority:P3", {"old"}),
        ("priority:p1,P2", {"urgent", "mine"}),
        ("product:live", {"old"}),
        ('product:"直播 SDK"', {"old"}),
        ("-product:live", {"urgent", "mine", "theirs"}),
        ("product:none", {"urgent", "mine", "theirs"}),
        ("platform:Android version:4.3", {"old"}),
        ("org:kite", {"old", "urgent", "mine"}),
        ("organisation:Ondo", {"theirs"}),
        ("assignee:me", {"mine"}),
        ("mine", {"mine"}),
        ("assignee:lena,none", {"old", "urgent", "theirs"}),
        ("unassigned", {"old", "urgent"}),
        ("-unassigned", {"mine", "theirs"}),
        ("for:me", {"old", "urgent", "mine"}),
        ("for:lena", {"theirs"}),
        ("requester:zoe@ondo.example", {"theirs"}),
        ("breached", {"old"}),
        ("breach<1h -breached", {"urgent", "mine"}),
        ("breach<2026-07-14", {"old"}),
        ("created>7d", {"old"}),
        ("created<1d", {"urgent", "mine", "theirs"}),
        ("created:2026-07-13", {"old"}),
        ("created>2026-07-13", {"urgent", "mine", "theirs"}),
        ("updated>=2026-07-23", {"urgent", "mine", "theirs"}),
        ("resolved<1d", {"solved"}),
        ("known-issue:any", {"theirs"}),
        ("-known-issue:any", {"old", "urgent", "mine"}),
        ("known-issue:none", {"old", "urgent", "mine"}),
        ("following", {"theirs"}),
        ("reopened", set()),
        ("channel:web", ALL),
        ("frames lost", {"old", "urgent", "mine"}),
        ('"lost frames"', set()),
        ('"frames are lost"', {"old", "urgent", "mine"}),
        ("黑屏", {"theirs"}),
        ("-102", {"theirs"}),
        ("-黑屏 tier:L1", {"old", "urgent", "mine"}),
        ("the frames", {"old", "urgent", "mine"}),
        ('"unassigned"', set()),
        ("tier:L1 tier:L2", set()),
    ],
)
def test_queries(desk, ana, text, subjects):
    reading = read(text, asker(ana))
    assert reading.problems == []
    assert {ticket.subject for ticket in reading.tickets()} == subjects


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tier:L9", "there are L1, L2, TAM"),
        ("teir:L2", "did you mean tier?"),
        ("https://example.com", "put it in quotation marks"),
        ("tier:", "a value is missing"),
        ("created<soon", "30m, 2h, 7d"),
        ("breach<", "30m, 2h, 7d"),
        ("created<999999w", "30m, 2h, 7d"),
        ("priority<3", "it has no size"),
        ("!!", "no letter and no digit"),
        ("org:nowhere", "no organisation is called that"),
        ("assignee:rui", "nobody at this desk"),
        ("known-issue:x", "number of a known issue"),
        ("for:me,none", "one person at a time"),
        (" ".join(f"w{i}" for i in range(41)), "at most 40"),
    ],
)
def test_what_means_nothing_is_explained_at_its_place_and_finds_nothing(ticket, ana, text, problem):
    reading = read(f"{text} unassigned", asker(ana))
    assert problem in reading.problems[0].problem
    assert not reading.tickets().exists()
    assert text.split()[0].casefold() in reading.text.casefold()


def test_a_number_is_a_ticket_and_an_error_code_is_a_word(desk, ana):
    number = desk["old"].number
    for text in (f"{number}", f"#{number}"):
        assert [one.subject for one in read(text, asker(ana)).tickets()] == ["old"]
    assert [one.subject for one in read("102", asker(ana)).tickets()] == ["theirs"]


def test_a_requester_sees_own_tickets_and_may_not_ask_by_what_is_the_desks(desk, rui):
    assert {one.subject for one in read("status:any", asker(rui)).tickets()} == {
        "old",
        "solved",
        "urgent",
        "mine",
    }
    assert {one.subject for one in read("priority:P1", asker(rui)).tickets()} == {"urgent"}
    for text in ("tier:L1", "assignee:lena", "org:Ondo", "breach<1h", "known-issue:any"):
        assert read(text, asker(rui)).problems, text
    assert suggest("org:", asker(rui)) == suggest("assignee:", asker(rui)) == []


def test_chips_say_what_is_meant_in_the_readers_language(desk, ana):
    text = "tier:L2 -status:pending created>7d unassigned breach<1h"
    with translation.override("zh-hans"):
        said = [chip.said for chip in read(text, asker(ana)).chips]
    assert said == [
        "层级：L2",
        "状态：非 待客户答复",
        "提交已超过 7天",
        "无人负责",
        "下一个承诺在 1小时 内到期",
    ]


# --- What can follow


def test_keys_then_values_are_suggested(desk, ana):
    def texts(typed):
        return [one.text for one in suggest(typed, asker(ana))]

    assert texts("ti") == ["tier:"]
    assert texts("tier:L") == ["tier:L1", "tier:L2"]
    assert texts("-tier:L1,") == ["-tier:L1,L2", "-tier:L1,TAM"]
    assert texts("org:ki") == ['org:"Kite Live"']
    assert "breach<1h" in texts("breach:")
    assert texts("un") == ["unassigned"]
    assert len(texts("")) > 15


def test_names_cost_one_query_for_each_key(desk, ana, django_assert_num_queries):
    with django_assert_num_queries(3):
        read("org:kite,ondo product:live assignee:lena,ana", asker(ana))


def test_an_organisation_of_that_very_name_wins_over_longer_ones(desk, ana):
    Organization.objects.create(name="Kite")
    assert not read("org:kite", asker(ana)).tickets().exists()
    assert read("org:kit", asker(ana)).tickets().count() == 3
