"""A fix is published: whoever waits hears of it exactly once, and tickets resolve with it by the rules."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from events.models import Event
from helpdesk.errors import InvalidInput, InvalidTransition
from known_issues import actions
from known_issues.models import Fix, Link, ToldOfFix
from notifications.audience import audience
from notifications.composing import compose
from notifications.listeners import notify
from notifications.models import Mail, Notice
from tests.known_issues.conftest import CANARY
from tickets import actions as ticket_actions
from tickets.models import Ticket, Watcher

pytestmark = pytest.mark.django_db


def another(rui, kite, **fields):
    return ticket_actions.create(
        requester=rui, by=rui, organization=kite, subject="Black again", body="Why?", priority="P3", **fields
    )


def announce(kind):
    for event in Event.objects.select_related("ticket").filter(kind=kind):
        notify(event)
        notify(event)


@pytest.fixture
def waiting(issue, ticket, ana, rui, kite):
    """Two tickets of Rui's, linked."""
    second = another(rui, kite)
    for one in (ticket, second):
        actions.link(issue, one, by=ana)
    return [ticket, second]


def test_a_person_with_two_tickets_is_told_once_and_both_tickets_say_so(issue, waiting, ana, rui):
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    assert actions.tell_fixes() == 2
    assert actions.tell_fixes() == 0
    announce("ticket.known_issue_fixed")
    assert [ticket.events.filter(kind="ticket.known_issue_fixed").count() for ticket in waiting] == [1, 1]
    assert Mail.objects.filter(user=rui, event__kind="ticket.known_issue_fixed").count() == 1
    assert Notice.objects.filter(user=rui, event__kind="ticket.known_issue_fixed").count() == 1
    assert Fix.objects.get().done_at is not None
    assert all(Ticket.objects.get(pk=ticket.pk).is_active for ticket in waiting)


def test_followers_and_colleagues_who_spoke_are_told_too_and_strangers_are_not(
    issue, ticket, ana, rui, bo, zoe
):
    ticket_actions.watch(ticket, by=bo)
    # Somebody whose rights ended since: whatever the row says, the rights of now count.
    Watcher.objects.create(ticket=ticket, user=zoe)
    actions.link(issue, ticket, by=ana)
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    actions.tell_fixes()
    event = Event.objects.select_related("ticket").get(kind="ticket.known_issue_fixed")
    assert set(audience(event)) == {rui, bo}
    assert {one.user for one in ToldOfFix.objects.all()} == {rui, bo}


def test_tickets_resolve_with_it_by_a_message_in_the_requesters_language(issue, waiting, ana, rui, kite):
    rui.language = "zh-hans"
    rui.save(update_fields=["language"])
    done = another(rui, kite)
    ticket_actions.resolve(done, by=ana, body="A restart helped.")
    actions.link(issue, done, by=ana)
    ticket_actions.ask_requester(waiting[1], by=ana, body="Which device?")

    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=True)
    assert actions.tell_fixes() == 3
    for ticket in waiting:
        ticket = Ticket.objects.get(pk=ticket.pk)
        assert ticket.status == Ticket.Status.RESOLVED
        said = ticket.messages.latest("pk")
        assert said.author == ana
        assert "Android 14 加入频道后黑屏" in said.body
        assert "4.3.4" in said.body
        assert "可以去掉多余的 `startPreview`" in said.body
        # The rules of the clocks hold as for any resolution: the message is the answer, and they stop.
        assert {clock.state for clock in ticket.clocks.all()} == {"met"}
    announce("ticket.known_issue_fixed")
    announce("ticket.resolved")
    resolved = Mail.objects.filter(user=rui, event__kind="ticket.resolved", event__ticket__in=waiting)
    assert resolved.count() == 2
    # Told by those already: the ticket that was solved before stays as it is, and sends nothing more.
    assert Mail.objects.filter(event__kind="ticket.known_issue_fixed").count() == 0
    assert actions.tell_fixes() == 0


def test_after_a_merge_the_survivor_waits_for_all_and_everybody_is_told_once(
    issue, waiting, ana, rui, bo, client
):
    source, survivor = waiting
    ticket_actions.watch(source, by=bo)
    ticket_actions.merge(source, into=survivor, by=ana)
    client.force_login(rui)
    assert "What helps meanwhile" in client.get(survivor.get_absolute_url()).content.decode()

    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=True)
    assert actions.tell_fixes() == 1
    assert Ticket.objects.get(pk=survivor.pk).status == Ticket.Status.RESOLVED
    solved = Event.objects.select_related("ticket").get(kind="ticket.resolved", ticket=survivor)
    assert {rui, bo} <= set(audience(solved))
    # Closed with the merge, and left in peace since.
    assert source.events.order_by("sequence").last().kind == "ticket.merged"
    assert set(Fix.objects.get().told.values_list("user", flat=True)) == {rui.pk, bo.pk}
    assert actions.tell_fixes() == 0


def test_a_link_of_the_merged_ticket_alone_counts_for_the_survivor_until_the_merge_is_undone(
    issue, ticket, ana, rui, kite
):
    survivor = another(rui, kite)
    actions.link(issue, ticket, by=ana)
    ticket_actions.merge(ticket, into=survivor, by=ana)
    assert list(Link.objects.of(survivor).values_list("known_issue", flat=True)) == [issue.pk]
    with pytest.raises(InvalidTransition):
        actions.link(issue, survivor, by=ana)

    ticket_actions.restore(ticket, by=ana)
    assert not Link.objects.of(survivor).exists()
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    assert actions.tell_fixes() == 1
    assert Event.objects.get(kind="ticket.known_issue_fixed").ticket == ticket


def test_what_comes_back_and_is_fixed_again_is_news_again(issue, ticket, ana, rui):
    actions.link(issue, ticket, by=ana)
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    with pytest.raises(InvalidTransition):
        actions.publish_fix(issue, by=ana, version="4.3.5", resolves=False)
    actions.tell_fixes()
    actions.edit(issue, by=ana, state="confirmed", affected_to="4.3.4")
    actions.publish_fix(issue, by=ana, version="4.3.5", resolves=False)
    assert actions.tell_fixes() == 1
    told = ticket.events.filter(kind="ticket.known_issue_fixed").order_by("pk")
    assert [event.data["fixed_in"] for event in told] == ["4.3.4", "4.3.5"]
    assert [event.data["tell"] for event in told] == [[rui.pk], [rui.pk]]


def test_a_fix_that_is_taken_back_before_everybody_was_told_stops(issue, waiting, ana):
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    assert actions.tell_fixes(limit=1) == 1
    actions.edit(issue, by=ana, state="confirmed")
    assert actions.tell_fixes() == 0
    assert Event.objects.filter(kind="ticket.known_issue_fixed").count() == 1


@pytest.mark.parametrize("version", ["", "soon", "4.3.3", "4.3.1"])
def test_a_fix_names_a_version_that_is_not_affected_itself(issue, ana, version):
    with pytest.raises(InvalidInput):
        actions.publish_fix(issue, by=ana, version=version, resolves=False)


def test_of_what_is_for_staff_only_the_customer_hears_nothing(secret, issue, ticket, ana, rui, bo, kite):
    """The canary: linked, merged along, fixed, come back; in no mail and no notice of a customer's."""
    ticket_actions.take(ticket, by=ana)
    ticket_actions.watch(ticket, by=bo)
    source = another(rui, kite)
    actions.link(secret, source, by=ana)
    ticket_actions.merge(source, into=ticket, by=ana)
    actions.link(issue, ticket, by=ana)
    with pytest.raises(InvalidTransition):
        actions.publish_fix(secret, by=ana, version="4.3.4", resolves=True)
    actions.publish_fix(secret, by=ana, version="4.3.4", resolves=False)
    assert actions.tell_fixes() == 1
    event = Event.objects.select_related("ticket").get(kind="ticket.known_issue_fix_noted")
    assert rui not in audience(event)
    for event in Event.objects.select_related("ticket"):
        notify(event)
    actions.edit(secret, by=ana, state="confirmed")
    actions.unlink(secret, ticket, by=ana)
    for event in Event.objects.select_related("ticket"):
        notify(event)
    mails = Mail.objects.filter(user__in=[rui, bo])
    assert mails.filter(event__kind="ticket.known_issue_linked").count() == 2
    for mail in mails:
        said = compose(mail)
        assert CANARY not in said.subject + said.body + said.alternatives[0][0]
        assert CANARY not in str(mail.event.data)
    for notice in Notice.objects.filter(user__in=[rui, bo]):
        assert CANARY not in str(notice.event.data)


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_tell_everybody_once(issue, ana, rui, kite):
    tickets = [another(rui, kite) for _ in range(8)]
    for ticket in tickets:
        actions.link(issue, ticket, by=ana)
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    barrier, told = Barrier(4), []

    def work():
        barrier.wait()
        told.append(actions.tell_fixes())
        connection.close()

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(told) == 8
    events = Event.objects.filter(kind="ticket.known_issue_fixed")
    assert events.count() == 8
    assert [event.data["tell"] for event in events if event.data["tell"]] == [[rui.pk]]
