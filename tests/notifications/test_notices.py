"""The bell and the page of notices."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from notifications.models import Notice
from tests.notifications.conftest import announce_all
from tickets import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def noticed(ticket, ana, rui):
    """Ana has a notice: Rui answered on her ticket."""
    actions.take(ticket, by=ana)
    actions.reply(ticket, by=rui, body="CANARY-reply")
    announce_all()
    return Notice.objects.get(user=ana, event__kind="ticket.replied")


def signed_in(user, **headers):
    client = Client(headers=headers)
    client.force_login(user)
    return client


def page(user, name="notices", **query):
    return signed_in(user).get(reverse(name), query)


def test_the_page_tells_each_notice_by_its_sentence_and_ticket(noticed, ana, ticket):
    text = page(ana).content.decode()
    assert "<b>Rui Tan</b> replied." in text
    assert f"#{ticket.number} Black screen on Android 14" in text
    assert "CANARY" not in text


def test_unread_notices_come_first(ticket, ana, rui):
    actions.take(ticket, by=ana)
    for body in ("one", "two", "three"):
        actions.reply(ticket, by=rui, body=body)
    announce_all()
    newest = Notice.objects.filter(user=ana).latest("pk")
    signed_in(ana).post(reverse("notice_read", args=[newest.pk]))
    rows = page(ana).context["rows"]
    assert [row.notice.read_at is None for row in rows] == [True, True, True, False]
    assert rows[-1].notice == newest


def test_looking_at_notices_reads_none_of_them(noticed, ana):
    page(ana)
    page(ana, "notices_bell")
    noticed.refresh_from_db()
    assert noticed.read_at is None
    for name in ("notice_open", "notice_read"):
        assert signed_in(ana).get(reverse(name, args=[noticed.pk])).status_code == 405
    assert page(ana, "notices_read").status_code == 405


def test_opening_a_notice_reads_it_and_leads_to_its_ticket(noticed, ana, ticket):
    response = signed_in(ana).post(reverse("notice_open", args=[noticed.pk]))
    assert response.status_code == 302 and response.url == ticket.get_absolute_url()
    noticed.refresh_from_db()
    assert noticed.read_at is not None


def test_nobody_opens_or_reads_a_notice_of_somebody_else(noticed, axel, zoe):
    for user in (axel, zoe):
        for name in ("notice_open", "notice_read"):
            assert signed_in(user).post(reverse(name, args=[noticed.pk])).status_code == 404
        assert page(user).context["rows"] == []
    noticed.refresh_from_db()
    assert noticed.read_at is None


def test_all_means_what_was_there_and_not_what_came_since(noticed, ana, rui, ticket):
    newest = page(ana).context["newest"]
    actions.reply(ticket, by=rui, body="later")
    announce_all()
    signed_in(ana).post(reverse("notices_read"), {"until": newest})
    assert Notice.objects.filter(user=ana, read_at=None).count() == 1
    assert not Notice.objects.filter(user=rui).exclude(read_at=None).exists()


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30, "²"])
def test_nonsense_in_place_of_the_last_notice_reads_nothing(noticed, ana, until):
    assert signed_in(ana).post(reverse("notices_read"), {"until": until}).status_code == 302
    noticed.refresh_from_db()
    assert noticed.read_at is None


def test_the_bell_counts_the_unread_and_shows_the_latest_eight(ticket, ana, rui):
    actions.take(ticket, by=ana)
    for number in range(12):
        actions.reply(ticket, by=rui, body=f"{number}")
    announce_all()
    response = page(ana, "notices_bell")
    assert len(response.context["rows"]) == 8
    assert response.context["unread"] == "13"
    assert 'id="bell-count" class="bell__count" hx-swap-oob="true">13<' in response.content.decode()
    assert (
        signed_in(ana, hx_request="true")
        .post(reverse("notices_read"), {"until": response.context["newest"]})
        .context["unread"]
        == ""
    )


def test_the_bell_stops_counting_at_a_hundred(ticket, ana, rui):
    event = ticket.events.get()
    actions.take(ticket, by=ana)
    for number in range(101):
        actions.reply(ticket, by=rui, body=f"{number}")
    events = ticket.events.exclude(pk=event.pk)
    Notice.objects.bulk_create([Notice(user=ana, event=one) for one in events])
    assert page(ana, "notices_bell").context["unread"] == "99+"


def test_what_a_person_may_no_longer_see_is_gone_from_their_notices(ticket, ana, rui):
    actions.reply(ticket, by=ana, body="Hello")
    announce_all()
    notice = Notice.objects.get(user=rui)
    assert len(page(rui).context["rows"]) == 1
    rui.memberships.all().delete()
    assert page(rui).context["rows"] == []
    assert page(rui, "notices_bell").context["unread"] == ""
    assert signed_in(rui).post(reverse("notice_open", args=[notice.pk])).status_code == 404


def test_a_former_agent_is_told_nothing_of_the_desks_affairs(ticket, ana, axel):
    actions.take(ticket, by=ana)
    actions.note(ticket, by=axel, body="between us")
    announce_all()
    assert any("note" in row.sentence for row in page(ana).context["rows"])
    User.objects.filter(pk=ana.pk).update(role="requester", tier="")
    type(ticket).objects.filter(pk=ticket.pk).update(requester=ana, organization=None)
    assert not any("note" in row.sentence for row in page(ana).context["rows"])


def test_pages_of_25_and_an_empty_page_that_says_what_will_come(ticket, ana, rui):
    assert "No notices yet" in page(rui).content.decode()
    actions.take(ticket, by=ana)
    for number in range(30):
        actions.reply(ticket, by=rui, body=f"{number}")
    announce_all()
    assert len(page(ana).context["rows"]) == 25
    assert len(page(ana, page=2).context["rows"]) == 6


def test_strangers_to_the_desk_are_sent_to_sign_in(db):
    for name in ("notices", "notices_bell"):
        assert Client().get(reverse(name)).status_code == 302


@pytest.mark.parametrize(("name", "queries"), [("notices", 6), ("notices_bell", 6)])
def test_the_number_of_queries_does_not_grow_with_the_notices(
    ticket, ana, rui, name, queries, django_assert_max_num_queries
):
    actions.take(ticket, by=ana)
    for number in range(20):
        actions.reply(ticket, by=rui, body=f"{number}")
    announce_all()
    client = signed_in(ana)
    client.get(reverse(name))
    with django_assert_max_num_queries(queries):
        client.get(reverse(name))
