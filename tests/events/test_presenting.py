import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone, translation

from events import presenting
from events.models import Event
from tickets import actions

pytestmark = pytest.mark.django_db


def recorded_kinds():
    """Every kind that some module which records events names."""
    kinds = set()
    for app in ("tickets", "sla", "known_issues", "importing", "chat", "oncall", "quality", "tam"):
        for source in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if "from events.recording import" in (text := source.read_text()):
                kinds.update(re.findall(r'"((?:ticket|sla)\.[a-z]+(?:_[a-z]+)*)"', text))
    return kinds


def told(ticket, viewer):
    return [
        (told.event.kind, " ".join(told.sentence.split()))
        for told in presenting.tell(presenting.visible_to(viewer, ticket), viewer)
    ]


def an_event(ticket, kind, by=None, **data):
    return Event(ticket=ticket, kind=kind, actor=by, at=timezone.now(), data=data)


def test_every_kind_of_event_has_its_sentence():
    assert recorded_kinds() >= {"ticket.created", "ticket.closed", "ticket.escalated"}
    for kind in recorded_kinds() | presenting.CUSTOMER_VISIBLE:
        assert (Path(settings.BASE_DIR) / "templates" / "events" / f"{kind}.html").is_file(), kind


def test_a_whole_story_is_told_to_both_sides_and_the_desks_own_affairs_only_to_the_desk(
    ticket, ana, lena, rui
):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=ana, body="CANARY-NOTE")
    actions.set_priority(ticket, by=ana, priority="P1", reason="all viewers are affected")
    actions.hand_over(ticket, by=ana, tier="L2", to=lena, reason="CANARY-REASON")
    actions.release(ticket, by=lena)
    actions.hold(ticket, by=lena, reason="waits for release 4.3.3")
    actions.resume(ticket, by=lena)
    actions.resolve(ticket, by=lena, body="Use 4.3.3.")
    actions.reopen(ticket, by=rui, reason="still black")

    assert told(ticket, rui) == [
        ("ticket.created", "<b>You</b> filed this ticket."),
        ("ticket.taken", "<b>Ana Nunes</b> took the ticket."),
        (
            "ticket.priority_set",
            "<b>Ana Nunes</b> changed the priority from P2 to P1. Reason: all viewers are affected",
        ),
        ("ticket.handed_over", "<b>Ana Nunes</b> handed over to <b>Lena Wolf</b> (L2)."),
        ("ticket.held", "<b>Lena Wolf</b> put the ticket on hold. Reason: waits for release 4.3.3"),
        ("ticket.resumed", "<b>Lena Wolf</b> went on with the ticket."),
        ("ticket.resolved", "<b>Lena Wolf</b> marked the ticket as resolved."),
        ("ticket.reopened", "<b>You</b> reopened the ticket. Reason: still black"),
    ]
    desk = dict(told(ticket, ana))
    assert desk["ticket.handed_over"] == (
        "<b>You</b> handed over to <b>Lena Wolf</b> (L2). Reason: CANARY-REASON"
    )
    assert desk["ticket.noted"] == "<b>You</b> added an internal note."
    assert desk["ticket.released"] == "<b>Lena Wolf</b> put the ticket back into the queue."


def test_an_assignment_names_the_new_assignee_as_the_reader_sees_them(ticket, mia, ana, rui):
    actions.assign(ticket, by=mia, to=ana)
    event = ticket.events.last()
    assert presenting.plain_sentence(event, rui) == "Mia Moreau assigned the ticket to Ana Nunes."
    assert presenting.plain_sentence(event, ana) == "Mia Moreau assigned the ticket to you."


def test_what_people_write_is_escaped_in_html_and_whole_in_plain_text(ticket, ana, rui):
    actions.hold(ticket, by=ana, reason='<img src=x onerror="alert(1)"> & more')
    event = ticket.events.last()
    assert "<img" not in presenting.sentence(event, rui)
    assert presenting.plain_sentence(event, rui).endswith('Reason: <img src=x onerror="alert(1)"> & more')


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("response", "The promise of a first answer by 2026-07-13 09:30 was missed."),
        ("resolution", "The promise of a solution by 2026-07-13 09:30 was missed."),
        ("next_response", "The promise of the next answer by 2026-07-13 09:30 was missed."),
    ],
)
def test_a_missed_promise_is_admitted_to_the_customer(ticket, rui, target, words):
    event = an_event(ticket, "sla.breached", target=target, due_at="2026-07-13T09:30:00Z")
    assert presenting.plain_sentence(event, rui) == words


# Nothing but a person does these.
ALWAYS_BY_SOMEBODY = {
    *("sla.acknowledged", "sla.voided", "ticket.taken", "ticket.watched", "ticket.unwatched"),
    *("ticket.known_issue_noted", "ticket.known_issue_unlinked"),
    *("ticket.handed_back", "ticket.handover_filled"),
    "ticket.rated",
    *("ticket.time_logged", "ticket.time_changed", "ticket.time_voided"),
    *("ticket.checklist_added", "ticket.checklist_done", "ticket.checklist_removed"),
}


def test_a_system_change_has_no_empty_name(clock, ticket, rui, ana):
    actions.resolve(ticket, by=rui)
    clock.shift(timedelta(days=8))
    actions.close_if_still_resolved(ticket, at=timezone.now())
    assert presenting.plain_sentence(ticket.events.last(), rui) == (
        "Closed automatically after it had stayed resolved."
    )
    changes = {"assignee": [None, ana.pk], "tier": ["L1", "L2"], "priority": ["P3", "P2"]}
    for kind in recorded_kinds() - ALWAYS_BY_SOMEBODY:
        assert "<b></b>" not in presenting.sentence(
            an_event(ticket, kind, changes=changes, titles={"en": "?"}), rui
        ), kind


def test_sentences_are_told_in_the_readers_language(ticket, ana, rui):
    actions.take(ticket, by=ana)
    with translation.override("zh-hans"):
        assert presenting.plain_sentence(ticket.events.last(), rui) == "Ana Nunes 接手了工单。"


def test_names_cost_one_query_however_many_events(ticket, ana, lena, mia, django_assert_num_queries):
    for _ in range(5):
        actions.assign(ticket, by=mia, to=ana)
        actions.assign(ticket, by=mia, to=lena)
    with django_assert_num_queries(2):
        presenting.tell(presenting.visible_to(mia, ticket), mia)
