"""What is asked, needed, missing and wrong: the pure function, by example."""

from zoneinfo import ZoneInfo

import pytest

from intake import builtin, impact
from intake.definition import Definition
from intake.evaluation import evaluate
from intake.values import Choices

RULES = impact.Rules.read(impact.STANDARD)
CHOICES = Choices(products={"live": "Live SDK"}, applications={"kite-1": "Kite"})
BROKEN = builtin.types()["broken"]
QUALITY = builtin.types()["quality"]

MAIN = {"affected": "main", "extent": "some", "environment": "production"}


def asked(definition, given=None, **options):
    return evaluate(definition, given or {}, **{"rules": RULES, "choices": CHOICES, **options})


def one_field(kind, **fields):
    return Definition.read(
        {"name": "x", "fields": [{"key": "it", "kind": kind, "label": "It", "need": "required", **fields}]}
    )


def keys(fields):
    return [one.key for one in fields]


@pytest.mark.parametrize(
    ("affected", "extent", "environment", "priority"),
    [
        ("everything", "all", "production", "P1"),
        ("everything", "some", "production", "P2"),
        ("everything", "all", "test", "P3"),
        ("main", "some", "production", "P2"),
        ("minor", "some", "production", "P3"),
        ("minor", "one", "production", "P4"),
    ],
)
def test_the_priority_follows_from_the_impact(affected, extent, environment, priority):
    found = asked(BROKEN, {"affected": affected, "extent": extent, "environment": environment})
    assert (found.proposed, found.priority) == (priority, priority)


def test_a_question_needs_no_more_than_that_answer():
    found = asked(BROKEN, {"affected": "nothing", "extent": "all", "environment": "production"})
    assert found.priority == "P4"
    assert "extent" not in keys(found.shown)
    assert "extent" not in found.answers


def test_nothing_is_proposed_before_the_impact_is_known():
    assert asked(BROKEN, {"affected": "main"}).priority == ""
    assert [one.key for one in asked(BROKEN, {"affected": "main"}).missing[:2]] == ["extent", "environment"]


def test_a_reporter_may_raise_the_priority_one_step_and_lower_it_freely():
    assert asked(BROKEN, {**MAIN, "priority": "P1"}).priority == "P1"
    assert asked(BROKEN, {**MAIN, "priority": "P4"}).priority == "P4"
    minor = {"affected": "minor", "extent": "some", "environment": "production"}
    refused = asked(BROKEN, {**minor, "priority": "P1"})
    assert refused.priority == "P3"
    assert "you may choose P2 at most" in refused.errors["priority"]


def test_who_names_the_priority_outright_is_not_asked_for_the_impact():
    found = asked(BROKEN, {"priority": "P2", "product": "live", "platform": "android"})
    assert found.priority == "P2"
    assert found.holds_up == ()


def test_a_p1_is_held_up_by_nothing():
    found = asked(BROKEN, {"affected": "everything", "extent": "all", "environment": "production"})
    assert found.holds_up == ()
    assert found.missing[0].key == "product"


def test_the_others_are_held_up_by_what_is_required():
    assert keys(asked(BROKEN, MAIN).holds_up) == ["product", "platform"]
    assert asked(BROKEN, {**MAIN, "product": "live", "platform": "web"}).holds_up == ()


def test_a_field_is_required_where_an_earlier_answer_says_so():
    assert "platform" in asked(BROKEN, MAIN).required
    assert "platform" in asked(BROKEN, {"affected": "nothing"}).recommended


def test_what_is_not_shown_is_neither_read_nor_missing_and_decides_nothing():
    shown = asked(QUALITY, {"symptom": ["latency"], "latency_ms": "400"})
    assert shown.answers["latency_ms"] == 400
    hidden = asked(QUALITY, {"symptom": ["echo"], "latency_ms": "not a number"})
    assert "latency_ms" not in hidden.answers
    assert "latency_ms" not in hidden.errors
    assert "latency_ms" not in keys(hidden.missing)
    chain = Definition.read(
        {
            "name": "x",
            "fields": [
                {"key": "a", "kind": "text", "label": "A"},
                {"key": "b", "kind": "text", "label": "B", "shown_if": _filled("a")},
                {"key": "c", "kind": "text", "label": "C", "shown_if": _filled("b")},
            ],
        }
    )
    assert keys(asked(chain, {"b": "x", "c": "y"}).shown) == ["a"]
    assert keys(asked(chain, {"a": "x", "b": "y"}).shown) == ["a", "b", "c"]


def _filled(key):
    return {"tests": [{"field": key, "operator": "is_filled"}]}


def test_a_file_of_the_kind_answers_the_question_for_it():
    assert "logs" in keys(asked(BROKEN, MAIN).missing)
    assert "logs" in keys(asked(BROKEN, MAIN, files=["shot.png"]).missing)
    for name in ("sdk.log", "all.tar.gz", "rtc.log.1", "console.TXT"):
        assert "logs" not in keys(asked(BROKEN, MAIN, files=[name]).missing), name


def test_the_meter_fills_with_each_answer_and_ends_at_a_hundred():
    steps = [
        asked(BROKEN, {}, has_words=False),
        asked(BROKEN, {}),
        asked(BROKEN, MAIN),
        asked(BROKEN, {**MAIN, "product": "live", "platform": "android"}),
        asked(BROKEN, {**MAIN, "product": "live", "platform": "android"}, files=["sdk.log"]),
    ]
    percents = [step.percent for step in steps]
    assert percents == sorted(set(percents))
    everything = {
        **MAIN,
        "since": "2026-07-13T09:00",
        "product": "live",
        "platform": "android",
        "application": "kite-1",
        "sdk_version": "4.3.2",
        "device_model": "Pixel 8",
        "os_version": "Android 14",
        "channel_id": "c",
        "user_ids": "1",
        "region": "Brazil",
        "network_type": ["wifi"],
        "frequency": "always",
        "steps": "1. Join",
    }
    assert asked(BROKEN, everything, files=["sdk.log"]).percent == 100


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("text", "  two   words ", "two words"),
        ("long_text", "a\r\nb", "a\nb"),
        ("version", "4.3.2-beta.1", "4.3.2-beta.1"),
        ("number", "12.50", 12.5),
        ("number", 3, 3),
        ("url", "https://kite.example/a?b=c", "https://kite.example/a?b=c"),
        ("platform", "web", "web"),
        ("product", "live", "live"),
        ("moment", "2026-07-13T09:00", "2026-07-13T09:00:00+08:00"),
        ("moment", "2026-07-13T09:00:00Z", "2026-07-13T09:00:00+00:00"),
        ("moment", {"at": "2026-07-13T09:00", "zone": "UTC"}, "2026-07-13T09:00:00+00:00"),
        ("period", {"from": "2026-07-13T09:00", "until": ""}, {"from": "2026-07-13T09:00:00+08:00"}),
        (
            "period",
            "2026-07-13 09:00/2026-07-13 09:20",
            {"from": "2026-07-13T09:00:00+08:00", "until": "2026-07-13T09:20:00+08:00"},
        ),
    ],
)
def test_answers_become_values(kind, given, value):
    found = asked(
        one_field(kind, key={"platform": "platform", "product": "product"}.get(kind, "it")),
        {"it": given, "platform": given, "product": given},
        zone=ZoneInfo("Asia/Shanghai"),
    )
    assert list(found.answers.values()) == [value]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("version", "the newest; drop table"),
        ("number", "1e400"),
        ("number", "NaN"),
        ("number", "9" * 100_000),
        ("number", "\u0660"),
        ("number", True),
        ("number", [1]),
        ("url", "javascript:alert(1)"),
        ("url", "kite.example"),
        ("choice", "no-such"),
        ("choices", ["no-such"]),
        ("moment", "yesterday"),
        ("moment", {"at": "2026-07-13T09:00", "zone": "../../etc/passwd"}),
        ("moment", "0001-01-01T00:00:00+23:59"),
        ("period", {"until": "2026-07-13T09:00"}),
        ("period", {"from": "2026-07-13T09:00", "until": "2026-07-12T09:00"}),
        ("period", 7),
        ("text", {"a": 1}),
        ("text", "x" * 301),
        ("product", "no-such"),
    ],
)
def test_what_is_not_an_answer_is_said_to_be_none(kind, given):
    question = one_field(kind, key="product" if kind == "product" else "it")
    found = asked(question, {"it": given, "product": given})
    assert list(found.errors) == [question.fields[0].key]
    assert found.answers == {}


def test_limits_of_a_number_are_named():
    question = one_field("number", minimum=0, maximum=100)
    assert asked(question, {"it": "101"}).errors["it"] == "At most 100."
    assert asked(question, {"it": "-1"}).errors["it"] == "At least 0."
