"""The ladder as data: what it may hold, and what it tells whoever puts something else into it (rule D9)."""

import pytest
from django.utils import translation

from helpdesk.errors import InvalidInput
from sla import defaults, ladder
from sla.ladder import Deed, Ladder, Role, Step


def test_the_default_ladder_is_the_one_of_the_rules():
    steps = ladder.read(defaults.LADDER)
    ladder.validate(steps, defaults.LEVELS)

    assert steps.step("75") == Step("75", (Role.ASSIGNEE_OR_TIER,), mail=False)
    assert steps.step("90").tell == (Role.ASSIGNEE, Role.TIER_LEAD)
    assert steps.step("breach").tell == (Role.ASSIGNEE, Role.TIER_LEAD, Role.NEXT_TIER, Role.MANAGERS)
    assert steps.step("breach").do == (Deed.TIER_UP,)
    assert steps.step("150").tell == (Role.TAM, Role.MANAGERS)
    assert {Role.ON_CALL, Role.TAM} <= set(steps.step("created:P1").tell)
    assert steps.step("reopened3").tell == (Role.TIER_LEAD,)


def test_it_is_stored_as_it_was_read():
    assert ladder.dump(ladder.read(defaults.LADDER)) == defaults.LADDER


def test_rows_from_before_steps_said_whether_to_mail_are_read_as_they_were_meant():
    steps = ladder.read(
        [
            {"level": "75", "tell": ["assignee_or_tier"], "do": []},
            {"level": "90", "tell": ["assignee", "tier_lead"], "do": []},
            {"level": "breach", "tell": ["managers"], "do": ["tier_up"]},
            {"level": "150", "tell": ["tam"]},
        ]
    )
    assert [step.mail for step in steps] == [False, True, True, True]


@pytest.mark.parametrize(
    ("named", "level"),
    [("overdue3", "overdue"), ("1d-2", "1d"), ("passed-2", "passed"), ("150", "150"), ("breach", "breach")],
)
def test_what_happens_again_climbs_the_same_step(named, level):
    assert Ladder((Step(level, (Role.TAM,)),)).step(named).tell == (Role.TAM,)


def test_a_level_without_a_step_tells_nobody_and_does_nothing():
    step = Ladder().step("90")
    assert (step.tell, step.do, step.mail) == ((), (), False)


def test_deeds_are_done_in_one_order_and_each_name_counts_once():
    (step,) = ladder.read(
        [
            {
                "level": "breach",
                "tell": ["tam", "tam"],
                "do": ["raise_priority", "tier_up", "assign_lead", "tier_up"],
            }
        ]
    )
    assert step.tell == (Role.TAM,)
    assert step.do == (Deed.TIER_UP, Deed.ASSIGN_LEAD, Deed.RAISE_PRIORITY)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("breach", "list of steps"),
        ([["breach"]], "list of steps"),
        ([{"level": "breach", "tell": "tam"}], "is a list"),
        ([{"level": "breach", "tell": ["president"]}], "“president”, whom nobody knows. There are: assignee"),
        ([{"level": "breach", "do": ["pray"]}], "“pray”, which nobody can do. There are: tier_up"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(rows, says):
    with pytest.raises(InvalidInput, match=says):
        ladder.read(rows)


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([Step("80", (Role.TAM,))], "step at 80 %, but the policy's levels are 75 %, 90 %, 100 %"),
        ([Step("100", (Role.TAM,))], "call the level “breach”"),
        ([Step("soon", (Role.TAM,))], "no level “soon”. There are: created:P1"),
        ([Step("created:P5", (Role.TAM,))], "no level “created:P5”"),
        ([Step("breach")], "tells nobody and does nothing"),
        ([Step("breach", (Role.TAM,)), Step("breach", (Role.TIER,))], "stands twice"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused_with_the_reason(steps, says):
    with pytest.raises(InvalidInput, match=says):
        ladder.validate(Ladder(tuple(steps)), [75, 90, 100])


def test_other_numbers_of_reopenings_may_be_named():
    ladder.validate(Ladder((Step("reopened2", (Role.TAM,)),)), [])


def test_everything_offered_is_valid_and_has_words_of_its_own_in_both_languages():
    percents = [50, 75, 100, 150, 200]
    ladder.validate(Ladder(tuple(Step(level, (Role.TAM,)) for level in ladder.offered(percents))), percents)

    for language in ("en", "zh-hans"):
        with translation.override(language):
            words = [ladder.label(level) for level in ladder.offered(percents)]
        assert len(set(words)) == len(words)
        assert not set(words) & set(ladder.offered(percents))
