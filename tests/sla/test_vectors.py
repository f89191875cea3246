"""The engine against files of expected answers: our own, and the shared ones beside the checkout."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sla.checking import UnknownForm, check_document, check_file

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "sla"
OWN = [HERE / "vectors.json", HERE / "scenarios.json"]
FILES = [*OWN, *sorted(SHARED.glob("*.json"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_expected_answer_is_ours(path):
    report = check_file(path)

    assert report.mismatches == []
    assert report.checked > 10


def test_the_command_says_how_many_it_checked_and_asks_no_database():
    out = StringIO()

    call_command("sla_check", *map(str, OWN), stdout=out)

    assert out.getvalue().splitlines()[-1].endswith(" checked, 0 wrong")


def test_the_command_names_what_is_wrong_and_fails(tmp_path):
    document = json.loads((HERE / "vectors.json").read_text())
    document["due"][0]["due"] = "2026-07-13T10:00:01Z"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(document))
    out = StringIO()

    with pytest.raises(SystemExit) as stopped:
        call_command("sla_check", str(path), stdout=out)

    assert stopped.value.code == 1
    first, last = out.getvalue().splitlines()
    assert first == "within-the-day: expected 2026-07-13T10:00:01Z, got 2026-07-13T10:00:00Z"
    assert last == "12 checked, 1 wrong"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "{}",
        '"due"',
        '{"due": 3}',
        '{"scenarios": []}',
        '{"scenarios": [], "policies": {"default": {"P1": {"calendar": "always"}}}}',
    ],
)
def test_a_file_of_another_form_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "strange.json"
    path.write_text(content)

    with pytest.raises(CommandError) as refused:
        call_command("sla_check", str(path), stdout=StringIO())

    assert str(refused.value).startswith(f"{path}: ")
    assert len(str(refused.value).splitlines()) == 1


SOUND = {"calendar": "week", "start": "2026-07-13T08:00:00Z", "minutes": 60, "due": "2026-07-13T09:00:00Z"}


@pytest.mark.parametrize(
    "change",
    [
        {"calendar": "gone"},
        {"calendar": {"tz": "UTC", "hours": 3}},
        {"calendar": {"tz": "UTC", "hours": {"mon": [["09:00:00", "17:00"]]}}},
        {"start": "2026-07-13T08:00:00"},
        {"start": None},
        {"minutes": 1e99},
        {"minutes": float("nan")},
        {"minutes": "60"},
        {"due": 3},
    ],
    ids=str,
)
def test_a_vector_that_is_not_understood_is_wrong_and_the_others_are_checked(change):
    calendars = json.loads((HERE / "vectors.json").read_text())["calendars"]
    report = check_document({"calendars": calendars, "due": [SOUND, {**SOUND, **change}, {}, 7, SOUND]})

    assert (report.checked, report.wrong, len(report.mismatches)) == (5, 3, 3)


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(UnknownForm, match="cannot be read"):
        check_file(tmp_path / "nothing.json")


def scenario(*events, checks=(), scans=()):
    document = json.loads((HERE / "scenarios.json").read_text())
    created = {"type": "created", "at": "2026-07-13T09:00:00Z", "priority": "P2"}
    document["scenarios"] = [
        {
            "id": "X",
            "policy": "default",
            "events": [created, *events],
            "checks": list(checks),
            "scans": list(scans),
        }
    ]
    return check_document(document)


CHECK = {"now": "2026-07-13T10:00:00Z", "response": {"state": "running", "due_at": "2026-07-13T09:30:00Z"}}


@pytest.mark.parametrize(
    "event",
    [
        {"type": "teleported", "at": "2026-07-13T09:01:00Z"},
        {"type": "message", "at": "2026-07-13T09:01:00Z", "author": "parrot"},
        {"type": "status", "at": "2026-07-13T09:01:00Z", "to": "frozen"},
        {"type": "status", "at": "2026-07-13T09:01:00Z", "to": "open", "unless": "raining"},
        {"type": "status", "at": "2026-07-13T09:01:00", "to": "open"},
        {"type": "priority", "at": "2026-07-13T09:01:00Z", "to": "P0"},
        {"type": "created", "at": "2026-07-13T09:01:00Z", "priority": "P2"},
        {"type": "agreed", "at": "2026-07-13T09:01:00Z"},
        {"type": "void", "at": "2026-07-13T09:01:00Z", "metric": "resolution", "cycle": "first"},
    ],
    ids=["type", "author", "status", "key", "no offset", "priority", "created twice", "no date", "cycle"],
)
def test_a_word_that_is_not_known_makes_every_value_of_the_history_wrong(event):
    harmless = {"type": "tier", "at": "2026-07-13T09:01:00Z", "to": "L2"}

    assert scenario(harmless, checks=[CHECK]).wrong == 0
    report = scenario(event, checks=[CHECK])
    assert (report.checked, report.wrong, len(report.mismatches)) == (2, 2, 1)


SPELLINGS = {
    "met": [
        {"type": "reply", "at": "2026-07-13T09:20:00Z", "author": "L2"},
        {"type": "message", "at": "2026-07-13T09:20:00Z", "author": "TAM", "public": True, "text": "..."},
        {"type": "status", "at": "2026-07-13T09:20:00Z", "to": "waiting-on-customer", "message": True},
        {"type": "message", "at": "2026-07-13T09:50:00Z", "received_at": "2026-07-13T09:20:00Z"},
    ],
    "cancelled": [
        {"type": "spam", "at": "2026-07-13T09:20:00Z"},
        {"type": "status", "at": "2026-07-13T09:20:00Z", "to": "duplicate"},
    ],
    "missed": [{"type": "reply", "at": "2026-07-13T09:31:00Z"}],
    "void": [{"type": "void", "at": "2026-07-13T09:20:00Z", "metric": "response", "by": "Mia"}],
    "running": [
        {"type": "note", "at": "2026-07-13T09:20:00Z"},
        {"type": "on-hold", "at": "2026-07-13T09:20:00Z", "reason": "vendor"},
        {"type": "message", "at": "2026-07-13T09:20:00Z", "accepted": False},
        {
            "type": "merged_from",
            "at": "2026-07-13T09:20:00Z",
            "ticket": "T-7",
            "start": "2026-07-01T00:00:00Z",
        },
    ],
}


@pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state, events in SPELLINGS.items() for event in events]
)
def test_a_history_may_be_spelled_in_several_ways(state, event):
    report = scenario(event, checks=[{"now": "2026-07-13T10:00:00Z", "response": {"state": state}}])

    assert report.mismatches == []


def test_the_survivor_of_a_merge_starts_earlier_only_if_that_was_confirmed():
    merged = {"type": "merged_from", "at": "2026-07-13T09:10:00Z", "start": "2026-07-13T08:55:00Z"}
    check = {"now": "2026-07-13T09:11:00Z", "response": {"due_at": "2026-07-13T09:25:00Z"}}

    assert scenario({**merged, "confirmed": True}, checks=[check]).wrong == 0
    assert scenario(merged, checks=[check]).wrong == 1


def test_a_value_that_is_not_known_is_wrong():
    report = scenario(checks=[{"now": "2026-07-13T10:00:00Z", "response": {"mood": "fine"}}])

    assert report.wrong == 1


def test_what_would_be_passed_over_is_refused():
    document = json.loads((HERE / "scenarios.json").read_text())
    document["scenarios"] = document["scenarios"][:1]
    assert check_document(document).wrong == 0

    document["scenarios"][0]["unless"] = "raining"
    assert check_document(document).wrong == check_document(document).checked > 10


def test_a_record_too_many_and_one_too_few_are_both_wrong():
    expected = {"metric": "response", "level": "warn75", "row": "P2", "notify": "yes"}
    at_75_percent = {"now": "2026-07-13T09:23:00Z", "records": [expected]}

    assert scenario(scans=[at_75_percent]).wrong == 0
    assert scenario(scans=[{**at_75_percent, "records": []}]).wrong == 1
    assert scenario(scans=[{"now": "2026-07-13T09:22:00Z", "records": [expected]}]).wrong == 4
