"""The settings pages of policies: who may, what they show, what the editor answers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sla import jobs
from sla.models import Calendar, Clock, Plan, Policy, PolicyVersion, PromiseChange, Reapplication, Replay
from sla.policies import actions, applying
from sla.policies.drafts import Draft
from tests.conftest import MONDAY_9AM

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def policy(db):
    policy = Plan.objects.get(is_default=True).policy
    policy.versions.update(valid_from=MONDAY_9AM - HOUR)
    return policy


@pytest.fixture
def editor(client, mia, policy, clock):
    """Mia before the editor; `fill(**changes)` is what her browser would send."""
    client.force_login(mia)
    address = reverse("policy_edit", args=[policy.pk])

    def fill(**changes):
        form = client.get(address).context["form"]
        sent = {"deed": "save", "note": "Faster answers"}
        for field in form:
            value = field.value()
            if value not in (None, False, ""):
                sent[field.html_name] = "on" if value is True else value
        sent |= changes
        return client.post(address, {name: value for name, value in sent.items() if value is not None})

    return fill


def addresses(policy):
    return [
        reverse("policies"),
        reverse("policy_new"),
        reverse("policy", args=[policy.pk]),
        reverse("policy_rename", args=[policy.pk]),
        reverse("policy_edit", args=[policy.pk]),
        reverse("policy_version", args=[policy.pk, 1]),
    ]


def test_managers_and_admins_enter_agents_and_requesters_do_not(client, policy, mia, ines, ana, rui):
    for person, status in ((mia, 200), (ines, 200), (ana, 403), (rui, 403)):
        client.force_login(person)
        assert {client.get(address).status_code for address in addresses(policy)} == {status}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_are_told_in_both_languages(client, policy, mia, language):
    mia.language = language
    mia.save(update_fields=["language"])
    client.force_login(mia)
    for address in addresses(policy):
        page = client.get(address)
        assert page.status_code == 200
        assert ("版" in page.text or "策略" in page.text) == (language == "zh-hans")


def test_agents_change_nothing(client, policy, ana, mia, ticket):
    """The refused post is the one that Mia's editor sends."""
    client.force_login(ana)
    version = policy.versions.get()
    for name, args in (
        ("policy_edit", [policy.pk]),
        ("policy_new", []),
        ("policy_rename", [policy.pk]),
        ("policy_look", [policy.pk, version.number]),
        ("policy_withdraw", [policy.pk, version.number]),
        ("policy_replay", [policy.pk, version.number]),
    ):
        assert client.post(reverse(name, args=args), {"name": "Mine"}).status_code == 403
    assert PromiseChange.objects.count() == Reapplication.objects.count() == Replay.objects.count() == 0


def test_a_version_is_saved_with_who_when_and_why(editor, policy, mia):
    response = editor(p1_response="10 min", note="Ana's team is bigger now")
    assert response.url == reverse("policy_version", args=[policy.pk, 2])
    made = policy.versions.get(number=2)
    assert (made.created_by, made.created_at, made.valid_from) == (mia, MONDAY_9AM, MONDAY_9AM)
    assert made.rows.get(priority="P1").response == timedelta(minutes=10)
    assert made.ladder == policy.versions.get(number=1).ladder
    change = policy.changes.get()
    assert (change.kind, change.by, change.note) == ("version_made", mia, "Ana's team is bigger now")


def test_the_version_page_tells_what_changed(editor, client, policy):
    editor(
        p1_response="10 min",
        p3_calendar=Calendar.objects.get(name="Business hours").pk,
        levels="50, 90, 150",
        **{"step-75-tell": None, "step-50-tell": "assignee"},
    )
    page = client.get(reverse("policy_version", args=[policy.pk, 2])).text
    for words in ("P1 first answer", "15 min", "10 min", "P3 counted on", "= 2.82 working days of 8.5 h"):
        assert words in page
    assert "When 75 % of the time is used" in page


@pytest.mark.parametrize(
    ("changes", "field", "answer"),
    [
        ({"p1_response": "soon"}, "p1_response", "cannot be read as a duration"),
        ({"p1_response": "15"}, "p1_response", "15 of what"),
        ({"p1_response": None}, "p1_response", "Write a duration"),
        ({"p1_response": "40 min"}, "p1_response", "more severe"),
        ({"p2_resolution": None}, "p2_resolution", "tick “by agreement”"),
        ({"p2_negotiated": "on"}, "p2_resolution", "not both"),
        ({"p1_calendar": "999"}, "p1_calendar", "Select a valid choice"),
        ({"levels": "90, 75"}, "levels", "smallest to the largest"),
        ({"levels": "many"}, "levels", "Write percentages"),
        ({"levels": "75, 90"}, "__all__", "150 %"),
        ({"note": None}, "note", "required"),
        ({"when": "later", "valid_from": "2026-07-13T08:00"}, "valid_from", "not changed for the past"),
        ({"when": "later"}, "valid_from", "Choose the moment"),
        ({}, "__all__", "Nothing is different"),
    ],
)
def test_what_cannot_be_saved_is_explained_and_all_that_was_typed_stays(
    editor, policy, changes, field, answer
):
    response = editor(**{"reopen_floor": "90 Min" if changes else None, **changes})
    assert response.status_code == 422
    form = response.context["form"]
    assert answer in " ".join(form.errors[field])
    assert answer in response.text
    for name, value in changes.items():
        assert value in (None, "on") or form[name].value() == value
    if changes:
        assert 'value="90 Min"' in response.text
    assert policy.versions.count() == 1


def test_a_doubtful_version_must_be_meant(editor, policy):
    response = editor(p1_pauses=None)
    assert response.status_code == 422
    assert "The time of P1 tickets goes on" in response.text
    assert policy.versions.count() == 1
    other = editor(p1_pauses=None, p2_pauses=None, accept=response.context["form"].fingerprint)
    assert other.status_code == 422  # one doubt was accepted, not two
    assert editor(p1_pauses=None, accept=response.context["form"].fingerprint).status_code == 302
    assert policy.versions.count() == 2


def test_a_version_may_start_later_and_be_withdrawn_until_then(editor, client, policy, clock, mia):
    editor(p1_response="10 min", when="later", valid_from="2026-08-01T00:00")
    page = client.get(reverse("policy", args=[policy.pk])).text
    assert "to come" in page
    client.post(reverse("policy_withdraw", args=[policy.pk, 2]))
    assert policy.versions.count() == 1
    assert [change.kind for change in policy.changes.all()] == ["version_withdrawn", "version_made"]


def test_two_people_at_once_do_not_overwrite_each_other(editor, policy, ines):
    actions.make_version(
        policy,
        Draft.of(policy.versions.get(number=1)),
        by=ines,
        at=MONDAY_9AM,
        valid_from=MONDAY_9AM,
        note="Meanwhile",
    )
    response = editor(p1_response="10 min", based_on=1)
    assert response.status_code == 409
    assert "Ines Admin made version 2 in the meantime" in response.text
    assert 'value="10 min"' in response.text
    assert policy.versions.count() == 2


def test_the_steps_follow_the_levels_that_are_typed(editor):
    page = editor(deed="levels", levels="50, 80")
    assert page.status_code == 200
    assert [step.level for step in page.context["form"].steps if step.level.isdigit()] == [
        "50",
        "80",
        "150",
        "75",
        "90",
    ]


def test_a_step_for_which_nothing_is_ticked_is_gone(editor, policy):
    editor(**{"step-75-tell": None, "step-75-mail": "on"})
    assert "75" not in [step["level"] for step in policy.versions.get(number=2).ladder]


def test_while_typing_a_duration_is_told_in_working_days(client, mia):
    office = Calendar.objects.get(name="Business hours")
    client.force_login(mia)
    asked = {"field": "p3_resolution", "p3_resolution": "24 h", "p3_calendar": office.pk}
    address = reverse("duration_reading")
    assert "= 2.82 working days of 8.5 h" in client.get(address, asked).text
    assert "cannot be read" in client.get(address, {**asked, "p3_resolution": "<b>x</b>"}).text
    assert "<b>x" not in client.get(address, {**asked, "p3_resolution": "<b>x</b>"}).text
    assert client.get(address).status_code == 200


def test_a_new_policy_is_a_copy_and_promises_nobody_anything(client, mia, policy, ticket):
    client.force_login(mia)
    response = client.post(reverse("policy_new"), {"name": "Night", "name_zh": "夜间", "copied": policy.pk})
    made = Policy.objects.get(name="Night")
    assert response.url == reverse("policy_edit", args=[made.pk])
    assert Draft.of(made.versions.get()) == Draft.of(policy.versions.get())
    assert [change.kind for change in made.changes.all()] == ["version_made", "policy_added"]
    assert client.post(reverse("policy_new"), {"name": "Night", "copied": policy.pk}).status_code == 422


def test_a_policy_is_renamed_and_it_is_written_down(client, mia, policy):
    client.force_login(mia)
    client.post(reverse("policy_rename", args=[policy.pk]), {"name": "Promise", "name_zh": "承诺"})
    policy.refresh_from_db()
    assert policy.name == "Promise"
    assert policy.changes.get().changes["name"] == ["Standard promise", "Promise"]


def test_looking_and_confirming_through_the_pages(clock, client, mia, policy, ticket, editor):
    editor(p2_resolution="6 h")
    look = client.post(reverse("policy_look", args=[policy.pk, 2]))
    page = client.get(look.url)
    assert "due 2026-07-13 17:00" in page.text
    assert "due 2026-07-13 15:00" in page.text
    assert ticket.clocks.get(target="resolution").terms.policy_version.number == 1
    lines = client.get(look.url + "clocks.csv").getvalue().decode()
    assert "2026-07-13T15:00:00+00:00" in lines

    job = Reapplication.objects.get()
    client.post(reverse("reapplication_confirm", args=[job.pk]), {"late": "leave"})
    assert ticket.clocks.get(target="resolution").due_at == MONDAY_9AM + 6 * HOUR
    assert "as shown" in client.get(look.url).text
    assert client.post(reverse("reapplication_confirm", args=[job.pk])).status_code == 409


def test_a_look_is_gone_on_with_renewed_or_dropped(client, policy, ticket, editor, clock):
    editor(p2_resolution="6 h")
    address = reverse("policy_look", args=[policy.pk, 2])
    first = client.post(address).url
    assert client.post(address).url == first
    job = Reapplication.objects.get()
    again = client.post(reverse("reapplication_again", args=[job.pk])).url
    assert again != first
    assert "dropped" in client.get(first).text
    second = Reapplication.objects.latest("pk")
    assert client.post(reverse("reapplication_drop", args=[second.pk])).status_code == 302
    assert ticket.clocks.get(target="resolution").terms.policy_version.number == 1


def test_a_running_look_shows_how_far_it_is(client, policy, ticket, mia, editor, clock):
    editor(p2_resolution="6 h")
    job = applying.look(policy.versions.get(number=2), by=mia, at=MONDAY_9AM)
    page = client.get(reverse("reapplication", args=[job.pk])).text
    assert "0 of 1 tickets" in page
    assert not jobs.work(applying.step, job.pk, seconds=10)
    assert "Move 1 ticket to this version" in client.get(reverse("reapplication", args=[job.pk])).text


def test_an_unsaved_draft_is_replayed_and_gone_on_with(clock, client, policy, ticket, editor, ana):
    clock.shift(20 * timedelta(minutes=1))
    response = editor(deed="replay", note=None, p2_response="10 min", p1_response="5 min")
    replay = Replay.objects.get()
    assert response.url == reverse("replay", args=[replay.pk])
    assert PolicyVersion.objects.filter(policy=policy).count() == 1
    again = client.post(
        reverse("replay_again", args=[replay.pk]), {"since": "2026-07-13", "until": "2026-07-13"}
    )
    page = client.get(again.url).text
    assert f"#{ticket.pk}" in page
    assert "20 min of 10 min used" in page
    for shown, there in (("worse", True), ("better", False)):
        assert (f"#{ticket.pk}" in client.get(again.url, {"show": shown}).text) is there
    form = client.get(reverse("policy_edit", args=[policy.pk]), {"replay": replay.pk}).context["form"]
    assert form["p2_response"].value() == "10 min"
    assert Clock.objects.get(ticket=ticket, target="response").due_at == MONDAY_9AM + HOUR / 2


def test_the_queries_do_not_grow_with_the_versions(
    client, mia, policy, ticket, editor, django_assert_max_num_queries
):
    for minutes in range(5, 13):
        editor(p1_response=f"{minutes} min")
    pages = [
        (reverse("policies"), 14),
        (reverse("policy", args=[policy.pk]), 30),
        (reverse("policy_version", args=[policy.pk, 5]), 34),
        (reverse("policy_edit", args=[policy.pk]), 24),
    ]
    for address, most in pages:
        with django_assert_max_num_queries(most):
            client.get(address)
