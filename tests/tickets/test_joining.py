"""Merging, splitting, linking and dismissing tickets, with their clocks (rules B14, B15)."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from accounts.models import Membership, Organization
from events import presenting
from events.audit import verify
from helpdesk.errors import InvalidInput, InvalidTransition
from sla import scanning
from sla.recomputing import differences
from tests.conftest import MONDAY_9AM, person
from tickets import actions, timeline
from tickets.models import Link, Message, Ticket

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_broken():
    """Whatever a test did: the log is whole, and the clocks follow from it."""
    yield
    assert list(verify()) == []
    assert list(differences()) == []


@pytest.fixture
def ticket(clock, ticket):
    return ticket


@pytest.fixture
def second(clock, ticket, rui, kite):
    """Rui's second report of the same thing, an hour later."""
    clock.shift(HOUR)
    return actions.create(
        requester=rui, by=rui, organization=kite, priority="P1", subject="All black", body="Now everywhere."
    )


@pytest.fixture
def bea(kite):
    """A colleague of Rui, who sees only her own tickets."""
    bea = person("Bea Berg", domain="kite.example")
    Membership.objects.create(user=bea, organization=kite)
    return bea


def states(ticket):
    return dict(ticket.clocks.values_list("target", "state"))


def due(ticket, target="resolution"):
    return ticket.clocks.get(target=target).due_at


# --- Merge


def test_the_source_is_closed_with_a_pointer_and_its_open_clocks_are_cancelled(ticket, second, ana):
    survivor = actions.merge(second, into=ticket, by=ana)
    second.refresh_from_db()
    assert survivor == ticket
    assert (second.status, second.merged_into, second.next_due_at) == ("closed", ticket, None)
    assert states(second) == {"response": "cancelled", "resolution": "cancelled"}
    assert second.events.last().kind == "ticket.merged"
    assert ticket.events.last().kind == "ticket.absorbed"


def test_the_survivor_keeps_its_own_clocks(ticket, second, ana):
    before = (due(ticket), states(ticket))
    actions.merge(second, into=ticket, by=ana, earlier_start=True)  # the source is the younger one
    assert (due(ticket), states(ticket)) == before


def test_a_met_and_a_missed_clock_keep_their_result(ticket, second, ana, clock):
    actions.reply(second, by=ana, body="On it.")
    clock.shift(5 * HOUR)  # beyond the four hours of a P1
    actions.merge(second, into=ticket, by=ana)
    assert states(second) == {"response": "met", "resolution": "missed"}
    scanning.scan(MONDAY_9AM + 7 * HOUR)
    assert second.events.filter(kind="sla.breached").count() == 1
    assert not second.events.filter(kind="ticket.escalated").exists()


def test_a_resolved_source_keeps_its_provisional_result_for_good(ticket, second, ana):
    actions.resolve(second, by=ana, body="Fixed.")
    actions.merge(second, into=ticket, by=ana)
    assert states(second) == {"response": "met", "resolution": "met"}
    assert not second.clocks.filter(is_provisional=True).exists()


def test_nothing_fires_on_a_source(ticket, second, ana):
    actions.merge(second, into=ticket, by=ana)
    scanning.scan(MONDAY_9AM + 40 * HOUR)
    assert not second.events.filter(kind__startswith="sla.").exists()


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_survivor_starts_with_an_older_source_only_if_the_agent_confirms_it(
    ticket, second, ana, confirmed
):
    actions.merge(ticket, into=second, by=ana, earlier_start=confirmed)
    start = MONDAY_9AM if confirmed else MONDAY_9AM + HOUR
    assert second.clocks.get(target="resolution").started_at == start
    assert due(second) == start + 4 * HOUR
    second.refresh_from_db()
    assert second.next_due_at == due(second, "response")


def test_customers_of_two_organisations_never_meet_in_one_ticket(ticket, zoe, ana):
    ondo = Organization.objects.get(name="Ondo Fitness")
    hers = actions.create(
        requester=zoe, by=zoe, organization=ondo, priority="P2", subject="Black too", body="Secret of Ondo"
    )
    for source, into in ((hers, ticket), (ticket, hers)):
        with pytest.raises(InvalidInput, match="different customers"):
            actions.merge(source, into=into, by=ana, share=True)
    hers.refresh_from_db()
    assert (hers.status, hers.merged_into) == ("new", None)


def test_two_people_without_an_organisation_stay_apart(ana, clock):
    one, two = (person(f"{name} Lone", domain="mail.example") for name in ("Una", "Duo"))
    tickets = [
        actions.create(requester=user, by=user, priority="P3", subject="Hello", body="?")
        for user in (one, two)
    ]
    with pytest.raises(InvalidInput):
        actions.merge(tickets[0], into=tickets[1], by=ana, share=True)


def test_colleagues_share_their_words_only_when_that_is_confirmed(ticket, bea, kite, rui, ana):
    hers = actions.create(
        requester=bea, by=bea, organization=kite, priority="P2", subject="Black too", body="On my phone"
    )
    assert not Ticket.objects.visible_to(bea).filter(pk=ticket.pk).exists()
    with pytest.raises(InvalidInput, match="confirm"):
        actions.merge(hers, into=ticket, by=ana)
    actions.merge(hers, into=ticket, by=ana, share=True)
    for user in (bea, rui):
        assert set(Ticket.objects.visible_to(user)) == {ticket, hers}
    assert ticket.events.last().data["shared"] is True

    kite.memberships.filter(user=bea).delete()
    assert not Ticket.objects.visible_to(bea).exists()


def test_only_the_desk_merges_and_only_what_is_open(ticket, second, rui, ana):
    with pytest.raises(InvalidInput):
        actions.merge(second, into=ticket, by=rui)
    with pytest.raises(InvalidInput):
        actions.merge(ticket, into=ticket, by=ana)
    actions.resolve(ticket, by=ana, body="Fixed.")
    with pytest.raises(InvalidTransition):
        actions.merge(second, into=ticket, by=ana)
    actions.close(ticket, by=ana)
    with pytest.raises(InvalidTransition):
        actions.merge(ticket, into=second, by=ana)


def test_what_the_customer_writes_to_the_source_goes_to_the_survivor(ticket, second, rui, ana):
    actions.merge(second, into=ticket, by=ana)
    actions.ask_requester(ticket, by=ana, body="Which version?")
    said_on = actions.reply(second, by=rui, body="4.3.2")
    ticket.refresh_from_db()
    assert said_on == ticket
    assert ticket.messages.last().body == "4.3.2"
    assert ticket.status == "open"
    assert second.messages.count() == 1
    with pytest.raises(InvalidTransition, match=f"#{ticket.number}"):
        actions.reply(second, by=ana, body="Too late.")


def test_a_message_to_the_source_of_a_closed_survivor_files_a_follow_up(ticket, second, rui, ana):
    actions.merge(second, into=ticket, by=ana)
    actions.resolve(ticket, by=ana, body="Fixed.")
    actions.close(ticket, by=ana)
    follow_up = actions.reply(second, by=rui, body="It is back.")
    assert follow_up.follows == ticket


def test_the_survivor_shows_where_the_source_came_in_and_leads_to_its_words(ticket, second, rui, ana):
    actions.merge(second, into=ticket, by=ana)
    for viewer in (ana, rui):
        assert [entry.absorbed for entry in timeline.of(ticket, viewer)][-1] == second.number
        assert "Now everywhere." in [
            entry.message.body for entry in timeline.of(second, viewer) if entry.message
        ]


def test_a_chain_of_merges_leads_to_the_last_survivor_and_back(ticket, second, rui, kite, ana):
    third = actions.create(
        requester=rui, by=rui, organization=kite, priority="P2", subject="Third", body="Third"
    )
    actions.merge(second, into=ticket, by=ana)
    actions.merge(ticket, into=third, by=ana)
    second.refresh_from_db()
    assert second.merged_into == third
    assert actions.reply(second, by=rui, body="?") == third

    actions.restore(Ticket.objects.get(pk=ticket.pk), by=ana)
    second.refresh_from_db()
    assert second.merged_into == ticket


# --- Undo


def test_a_merge_is_taken_back_within_a_day_as_if_it_had_not_been(ticket, second, ana, clock):
    actions.hold(second, by=ana, reason="Vendor")
    before = Ticket.objects.values("status", "hold_reason", "resolved_at", "closed_at").get(pk=second.pk)
    actions.merge(second, into=ticket, by=ana)
    clock.shift(23 * HOUR)
    actions.restore(second, by=ana)
    assert before == Ticket.objects.values("status", "hold_reason", "resolved_at", "closed_at").get(
        pk=second.pk
    )
    assert states(second)["resolution"] == "paused"
    assert ticket.events.last().kind == "ticket.merge_undone"


def test_the_time_in_between_counts_because_the_customer_waited(ticket, second, ana, clock):
    deadline = due(second)
    actions.merge(second, into=ticket, by=ana)
    clock.shift(2 * HOUR)
    actions.restore(second, by=ana)
    assert due(second) == deadline


def test_the_survivor_gets_its_own_start_back(ticket, second, ana, clock):
    deadline = due(second)
    actions.merge(ticket, into=second, by=ana, earlier_start=True)
    assert due(second) == deadline - HOUR
    actions.restore(Ticket.objects.get(pk=ticket.pk), by=ana)
    assert due(second) == deadline


def test_of_two_older_sources_the_one_taken_back_no_longer_counts(ticket, second, rui, kite, ana, clock):
    clock.shift(HOUR)
    third = actions.create(
        requester=rui, by=rui, organization=kite, priority="P1", subject="Third", body="Third"
    )
    deadline = due(third)
    actions.merge(second, into=third, by=ana, earlier_start=True)
    actions.merge(ticket, into=third, by=ana, earlier_start=True)
    assert due(third) == deadline - 2 * HOUR
    actions.restore(Ticket.objects.get(pk=ticket.pk), by=ana)
    assert due(third) == deadline - HOUR


def test_after_a_day_or_without_a_merge_there_is_nothing_to_take_back(ticket, second, ana, clock):
    with pytest.raises(InvalidTransition):
        actions.restore(ticket, by=ana)
    actions.merge(second, into=ticket, by=ana)
    clock.shift(25 * HOUR)
    with pytest.raises(InvalidTransition):
        actions.restore(second, by=ana)


# --- Spam and duplicates


@pytest.mark.parametrize("why", ["spam", "duplicate"])
def test_spam_and_duplicates_cancel_what_is_open_and_can_be_taken_back(ticket, ana, why):
    deadline = due(ticket)
    actions.dismiss(ticket, by=ana, why=why)
    assert states(ticket) == {"response": "cancelled", "resolution": "cancelled"}
    actions.restore(ticket, by=ana)
    assert states(ticket) == {"response": "running", "resolution": "running"}
    assert due(ticket) == deadline
    with pytest.raises(InvalidInput):
        actions.dismiss(ticket, by=ana, why="boring")


def test_a_customer_is_not_told_that_it_was_called_spam(ticket, rui, ana):
    actions.dismiss(ticket, by=ana, why="spam")
    event = ticket.events.last()
    assert "spam" in presenting.plain_sentence(event, ana)
    assert "spam" not in presenting.plain_sentence(event, rui)


# --- Split


def test_chosen_messages_become_a_ticket_whose_clocks_start_now(ticket, rui, ana, clock):
    actions.reply(ticket, by=ana, body="On it.")
    asked = said(actions.reply(ticket, by=rui, body="And the echo?", files=[log()]))
    answered = said(actions.reply(ticket, by=ana, body="That is another thing."))
    clock.shift(HOUR)
    new = actions.split(ticket, messages=[answered, asked], subject="Echo", priority="P3", by=ana)

    assert (new.requester, new.organization, new.product) == (rui, ticket.organization, ticket.product)
    assert [message.body for message in new.messages.all()] == ["And the echo?", "That is another thing."]
    assert new.messages.first().created_at == MONDAY_9AM
    assert [file.name for file in new.messages.first().attachments.all()] == ["trace.log"]
    # What was said before the split is no answer to it (rule B2 c).
    assert states(new) == {"response": "running", "resolution": "running"}
    assert due(new, "response") == MONDAY_9AM + 3 * HOUR
    assert ticket.messages.count() == 4
    assert Link.objects.get().ticket == ticket and Link.objects.get().other == new


def said(ticket):
    return ticket.messages.order_by("pk").last()


def log():
    return ContentFile(b"a line", name="trace.log")


def test_both_tell_of_the_split_to_everybody(ticket, rui, ana):
    asked = said(actions.reply(ticket, by=rui, body="And the echo?"))
    new = actions.split(ticket, messages=[asked], subject="Echo", priority="P3", by=ana)
    for viewer in (ana, rui):
        assert f"#{new.number}" in presenting.plain_sentence(ticket.events.last(), viewer)
        assert f"#{ticket.number}" in presenting.plain_sentence(new.events.first(), viewer)


def test_a_split_needs_a_customers_word_and_leaves_one_behind(ticket, second, rui, ana):
    answered = said(actions.reply(ticket, by=ana, body="On it."))
    first = ticket.messages.first()
    for chosen in ([], [answered], [first, answered], [second.messages.first()]):
        with pytest.raises(InvalidInput):
            actions.split(ticket, messages=chosen, subject="Echo", priority="P3", by=ana)
    assert not Message.objects.exclude(ticket__in=[ticket, second]).exists()


# --- Links


@pytest.mark.parametrize("kind", Link.Kind.values)
@pytest.mark.parametrize("backwards", [True, False])
def test_a_link_stands_once_and_both_tell_of_it(ticket, second, ana, kind, backwards):
    made = actions.link(ticket, to=second, kind=kind, by=ana, backwards=backwards)
    with pytest.raises(InvalidTransition):
        actions.link(ticket, to=second, kind=kind, by=ana, backwards=backwards)
    for one, other in ((ticket, second), (second, ticket)):
        assert f"#{other.number}" in presenting.plain_sentence(one.events.last(), ana)
    actions.unlink(second, pk=made.pk, by=ana)
    assert not Link.objects.exists()
    assert ticket.events.last().kind == second.events.last().kind == "ticket.unlinked"


def test_a_link_may_join_two_customers_because_neither_is_told(ticket, zoe, rui, ana):
    hers = actions.create(requester=zoe, by=zoe, priority="P2", subject="Black too", body="?")
    actions.link(ticket, to=hers, kind="related", by=ana)
    assert "ticket.linked" not in presenting.CUSTOMER_VISIBLE
    for viewer, own in ((rui, ticket), (zoe, hers)):
        assert [event.kind for event in presenting.visible_to(viewer, own)] == ["ticket.created"]


def test_somebody_elses_link_is_not_taken_away_through_another_ticket(ticket, second, rui, kite, ana):
    third = actions.create(requester=rui, by=rui, organization=kite, priority="P2", subject="3", body="3")
    made = actions.link(ticket, to=second, kind="blocks", by=ana)
    with pytest.raises(InvalidTransition):
        actions.unlink(third, pk=made.pk, by=ana)
    assert Link.objects.filter(pk=made.pk).exists()
