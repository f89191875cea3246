"""Bookmarks, reminders given exactly once, checklists; and that none of it reaches anybody else."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from events import presenting
from followups import actions, listening
from followups.models import Bookmark, Checklist, ChecklistTemplate, Reminder
from helpdesk.errors import InvalidInput, InvalidTransition
from macros import running
from macros.models import Macro
from macros.steps import Do, Step
from notifications import sending
from notifications.models import Notice
from tests.conftest import person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

CANARY = "canary-of-a-reminder"


@pytest.fixture
def template(db):
    return actions.save_template(
        None, name="Before a fix is promised", items=["- Reproduced", "", "[ ] Version asked"]
    )


def notices(user):
    return Notice.objects.visible_to(user).filter(event__kind="ticket.reminded")


# --- Bookmarks


def test_a_star_is_ones_own(ticket, ana, lena):
    assert actions.toggle_bookmark(ticket, by=ana)
    assert list(Ticket.objects.bookmarked_by(ana)) == [ticket]
    assert not Ticket.objects.bookmarked_by(lena).exists()
    assert not actions.toggle_bookmark(ticket, by=ana)
    assert not Bookmark.objects.exists()
    assert ticket.events.count() == 1, "the history does not tell of it"


# --- Reminders


def test_a_reminder_comes_once_at_its_time(clock, ticket, ana, lena):
    actions.remind(ticket, by=ana, when="in 2 h", note=CANARY, by_mail=True)
    clock.shift(timedelta(minutes=119))
    assert actions.fire_due(timezone.now()) == 0
    clock.shift(timedelta(minutes=1))
    assert [actions.fire_due(timezone.now()) for _sweep in range(3)] == [1, 0, 0]
    announce_all()
    announce_all()
    sending.send_due()
    assert notices(ana).count() == 1
    mails = [one for one in mail.outbox if one.to == [ana.email]]
    assert len(mails) == 1 and "Reminder" in mails[0].subject and CANARY in mails[0].body
    assert not notices(lena).exists()
    assert "ticket.reminded" not in [one.kind for one in presenting.visible_to(lena, ticket)]
    assert "ticket.reminded" in [one.kind for one in presenting.visible_to(ana, ticket)]


def test_the_page_of_the_ticket_tells_it_to_its_owner_alone(clock, client, ticket, ana, lena):
    actions.remind(ticket, by=ana, when="30 min", note=CANARY)
    clock.shift(timedelta(minutes=30))
    actions.fire_due(timezone.now())
    for somebody, is_told in ((ana, True), (lena, False)):
        client.force_login(somebody)
        assert (CANARY in client.get(ticket.get_absolute_url()).text) is is_told


def test_a_worker_that_dies_in_the_middle_leaves_the_reminder_due(clock, ticket, ana, monkeypatch):
    actions.remind(ticket, by=ana, when="30 min")
    clock.shift(timedelta(minutes=30))

    def dies(*args, **kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("followups.actions.reminders.record", dies)
        with pytest.raises(SystemExit):
            actions.fire_due(timezone.now())
    assert Reminder.objects.waiting().count() == 1
    assert actions.fire_due(timezone.now()) == 1


def test_the_customers_answer_wakes_and_the_desks_does_not(clock, ticket, ana, rui):
    actions.remind(ticket, by=ana, when="when the customer answers")
    clock.shift(timedelta(minutes=1))
    tickets.reply(ticket, by=ana, body="We look into it.")
    announce_all()
    assert actions.fire_due(timezone.now()) == 0
    clock.shift(timedelta(minutes=1))
    tickets.reply(ticket, by=rui, body="And?")
    announce_all()
    listening.answered(ticket.events.get(kind="ticket.replied", actor=rui))
    assert [actions.fire_due(timezone.now()) for _sweep in range(2)] == [1, 0]


def test_an_answer_from_before_the_reminder_does_not_wake(clock, ticket, ana, rui):
    tickets.reply(ticket, by=rui, body="And?")
    clock.shift(timedelta(minutes=1))
    actions.remind(ticket, by=ana, when="when the customer answers")
    announce_all()
    assert actions.fire_due(timezone.now()) == 0


def test_who_left_the_desk_is_told_nothing(clock, ticket, ana):
    actions.remind(ticket, by=ana, when="30 min")
    ana.is_active = False
    ana.save()
    clock.shift(timedelta(hours=1))
    assert actions.fire_due(timezone.now()) == 1
    announce_all()
    assert not Notice.objects.filter(event__kind="ticket.reminded").exists()


def test_a_cancelled_reminder_stays_away(clock, ticket, ana):
    reminder = actions.remind(ticket, by=ana, when="30 min")
    actions.cancel(reminder)
    with pytest.raises(InvalidTransition):
        actions.cancel(reminder)
    clock.shift(timedelta(hours=1))
    assert actions.fire_due(timezone.now()) == 0


# --- Checklists


def test_a_template_is_put_on_a_ticket_and_worked_off(ticket, ana, lena, template):
    checklist = actions.add_checklist(ticket, by=ana, template=template)
    first, second = checklist.items.all()
    assert (first.text, second.text) == ("Reproduced", "Version asked")
    actions.move_item(second, up=True)
    assert [item.text for item in checklist.items.all()] == ["Version asked", "Reproduced"]
    actions.tick(first, by=ana, is_done=True)
    actions.tick(second, by=lena, is_done=True)
    actions.tick(second, by=ana, is_done=True)
    second.refresh_from_db()
    assert second.done_by == lena, "the first tick stands"
    assert list(ticket.events.values_list("kind", flat=True))[1:] == [
        "ticket.checklist_added",
        "ticket.checklist_done",
    ]
    actions.save_template(template, name=template.name, items=["Another"])
    assert checklist.items.count() == 2


def test_a_checklist_of_ones_own_is_seen_by_nobody_else(client, ticket, ana, lena):
    mine = actions.add_checklist(ticket, by=ana, items=[CANARY], is_private=True)
    assert ticket.events.count() == 1
    client.force_login(lena)
    assert CANARY not in client.get(reverse("followups_of_ticket", args=[ticket.number])).text
    assert client.post(reverse("checklist_change", args=[mine.pk]), {"remove": "1"}).status_code == 404
    assert (
        client.post(reverse("checklist_item", args=[mine.items.get().pk]), {"do": "tick"}).status_code == 404
    )


def test_a_macro_adds_a_checklist_once(ticket, ana, template):
    steps = [Step(Do.CHECKLIST, checklist=template.pk)]
    macro = Macro.objects.create(name="Fix", owner=ana, steps=[step.dump() for step in steps])
    (outcome,) = running.rehearse(macro.plan, [ticket], ana)
    assert outcome.entries[0].event.kind == "ticket.checklist_added" and not Checklist.objects.exists()
    for _time in range(2):
        running.run(macro.plan, [ticket], ana, key=uuid.uuid4(), macro=macro)
    assert Checklist.objects.count() == 1
    actions.save_template(template, name=template.name, items=["x"], is_archived=True)
    with pytest.raises(InvalidInput):
        Step(Do.CHECKLIST).check()
    other = tickets.create(
        by=ana,
        requester=ticket.requester,
        subject="x",
        body="x",
        priority="P3",
        organization=ticket.organization,
    )
    assert running.run(macro.plan, [other], ana, key=uuid.uuid4(), macro=macro).refused


def test_a_name_is_given_once_and_a_list_is_not_endless(template):
    with pytest.raises(InvalidInput):
        actions.save_template(None, name=template.name, items=["x"])
    with pytest.raises(InvalidInput):
        actions.save_template(None, name="Long", items=["x"] * 41)


# --- Pages


def test_the_card_of_a_ticket(client, ticket, ana, template):
    client.force_login(ana)
    htmx = {"HX-Request": "true"}
    assert "Bookmarked" in client.post(reverse("ticket_bookmark", args=[ticket.number]), headers=htmx).text
    lists = reverse("ticket_checklists", args=[ticket.number])
    assert client.post(lists, {}, headers=htmx).status_code == 422
    assert "Reproduced" in client.post(lists, {"template": template.pk}, headers=htmx).text
    item = Checklist.objects.get().items.first()
    done = client.post(reverse("checklist_item", args=[item.pk]), {"do": "tick"}, headers=htmx)
    assert "1/2" in done.text
    assert client.post(reverse("checklist_item", args=[item.pk]), {"do": "?"}).status_code == 422
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("followups_of_ticket", args=[ticket.number]))
    assert len(queries) <= 10


def test_reminders_are_set_read_and_cancelled_on_pages(client, ticket, ana):
    client.force_login(ana)
    address = reverse("ticket_remind", args=[ticket.number])
    assert "In 2 hours" in client.get(address).text
    refused = client.post(address, {"when": "someday", "note": CANARY})
    assert refused.status_code == 422 and CANARY in refused.text and "someday" in refused.text
    assert client.post(address, {"when": "", "quick": "2 h", "note": CANARY}).status_code == 302
    assert CANARY in client.get(reverse("followups")).text
    read = reverse("read_moment")
    assert "cannot be read" in client.get(read, {"when": "someday"}).text
    assert "<time" in client.get(read, {"when": "tomorrow"}).text
    reminder = Reminder.objects.get()
    client.force_login(person("Lin Other", role="agent", tier="L1"))
    assert client.post(reverse("reminder_cancel", args=[reminder.pk])).status_code == 404
    client.force_login(ana)
    assert client.post(reverse("reminder_cancel", args=[reminder.pk]), {"from": "list"}).status_code == 302
    assert not Reminder.objects.waiting().exists()


def test_customers_have_none_of_it(client, ticket, ana, rui, zoe):
    checklist = actions.add_checklist(ticket, by=ana, items=[CANARY])
    reminder = actions.remind(ticket, by=ana, when="1 h", note=CANARY)
    names = ("ticket_bookmark", "ticket_remind", "ticket_checklists", "followups_of_ticket")
    doors = [reverse(name, args=[ticket.number]) for name in names]
    hidden = [
        reverse("checklist_change", args=[checklist.pk]),
        reverse("checklist_item", args=[checklist.items.get().pk]),
        reverse("reminder_cancel", args=[reminder.pk]),
    ]
    for who, status in ((zoe, 404), (rui, 403)):
        client.force_login(who)
        assert [client.post(door).status_code for door in doors[:3]] == [status] * 3
        assert client.get(doors[3]).status_code == status
        assert [client.post(door).status_code for door in hidden] == [404] * 3
        assert client.get(reverse("followups")).status_code == 403
    client.force_login(rui)
    assert CANARY not in client.get(ticket.get_absolute_url()).text


def test_managers_keep_the_templates(client, ana, mia, template):
    client.force_login(ana)
    assert client.get(reverse("checklist_templates")).status_code == 403
    client.force_login(mia)
    sent = {"name": "Go live", "items": "Limits raised\nRegions agreed"}
    assert client.post(reverse("checklist_template_new"), sent).status_code == 302
    assert client.post(reverse("checklist_template_new"), sent).status_code == 422
    row = ChecklistTemplate.objects.get(name="Go live")
    assert row.items == ["Limits raised", "Regions agreed"]
    archived = client.post(reverse("checklist_template", args=[row.pk]), {**sent, "archive": "1"})
    assert archived.status_code == 302
    client.get(reverse("checklist_templates"))  # tells that it is gone
    assert "Go live" not in client.get(reverse("checklist_templates")).text
