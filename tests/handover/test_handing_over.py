"""Hand-overs with a checklist: filled in, owed, returned; and what customers never see of it."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Tier
from handover import actions, projections
from handover.actions import NotFilledIn, present_hand_over
from handover.definition import Item
from handover.models import Checklist, HandOver
from helpdesk.errors import InvalidInput, InvalidTransition
from intake.definition import Words
from macros import running
from macros.steps import Do, Step
from notifications.models import Notice
from tests.conftest import person
from tests.notifications.conftest import announce_all
from tickets import actions as tickets

pytestmark = pytest.mark.django_db

TRIED = {"sdk_version": "4.3.2", "tried": "Reinstalled; the same."}
CANARY = "canary-of-the-desk"


@pytest.fixture
def handed(ticket, ana):
    ticket = tickets.take(ticket, by=ana)
    return actions.hand_over(ticket, by=ana, tier="L2", reason=CANARY, answers={**TRIED, "ruled_out": CANARY})


def by_key(hand_over):
    return {one.item.key: one for one in hand_over.answers}


def test_the_checklist_travels_in_the_one_event_of_the_hand_over(handed, ana):
    event = handed.events.get(kind="ticket.handed_over")
    assert [item["key"] for item in event.data["checklist"]] == [
        *("sdk_version", "platform", "channel_id", "log", "tried", "ruled_out")
    ]
    row = HandOver.objects.get()
    assert (row.sequence, row.from_tier, row.to_tier, row.by, row.is_owed) == (
        *(event.sequence, "L1", "L2", ana),
        False,
    )
    assert by_key(row)["tried"].answer == TRIED["tried"]
    assert by_key(row)["sdk_version"].is_known and not by_key(row)["tried"].is_known
    assert by_key(row)["log"].is_open


def test_what_is_required_holds_up_a_hand_over_but_never_a_p1(ticket, ana):
    with pytest.raises(NotFilledIn) as refusal:
        actions.hand_over(ticket, by=ana, tier="L2", reason="Codec", answers={"sdk_version": "4.3.2"})
    assert [item.key for item in refusal.value.items] == ["tried"]
    assert not HandOver.objects.exists()

    ticket = actions.hand_over(ticket, by=ana, tier="L2", reason="Codec", later=True)
    row = HandOver.objects.get()
    assert ticket.tier == "L2" and row.is_owed
    assert by_key(row)["platform"].answer == "Android", "facts answer by themselves"

    actions.fill(ticket, by=ana, answers=TRIED)
    row = HandOver.objects.get()
    assert (row.is_owed, row.filled_by) == (False, ana)
    assert by_key(row)["tried"].answer == TRIED["tried"]


def test_the_receiver_returns_it_with_what_is_missing_and_that_is_counted(handed, ana, lena):
    back = actions.send_back(
        handed, by=lena, missing=["log", "no_such_item"], reason="The log is of another day."
    )
    assert (back.tier, back.assignee) == ("L1", ana)
    event = back.events.get(kind="ticket.handed_back")
    assert [item["label"]["en"] for item in event.data["missing"]] == [
        "A log of the failing session is attached"
    ]
    row = HandOver.objects.get()
    assert (row.returned_by, row.missing) == (lena, ["log"])
    assert HandOver.objects.returned().filter(ticket=back).count() == 1
    with pytest.raises(InvalidTransition):
        actions.send_back(back, by=lena, missing=["log"])


def test_a_return_without_a_word_is_refused(handed, lena):
    with pytest.raises(InvalidInput):
        actions.send_back(handed, by=lena, missing=[], reason=" ")
    handed.refresh_from_db()
    assert handed.tier == "L2"


def test_a_sender_who_works_elsewhere_now_gets_nothing_back(handed, ana, lena):
    ana.tier = Tier.TAM
    ana.save()
    assert actions.send_back(handed, by=lena, missing=["log"]).assignee is None


def test_a_past_hand_over_keeps_its_questions(handed, mia):
    saved = actions.save_checklist("L2", by=mia, items=[Item("", Words("Crash report", "崩溃报告"))])
    assert (saved.number, saved.read[0].key) == (2, "item_1")
    assert actions.save_checklist("L2", by=mia, items=saved.read) == saved, "nothing changed, no version"
    assert "Steps tried, and what happened" in [
        str(one.item.label) for one in present_hand_over(handed).answers
    ]


def test_the_projection_read_again_changes_nothing(handed):
    before = list(HandOver.objects.values())
    projections.project(list(handed.events.filter(kind="ticket.handed_over")))
    assert list(HandOver.objects.values()) == before


def test_a_macro_is_not_held_up_and_its_checklist_is_owed(ticket, ana):
    step = Step(Do.HAND_OVER, text="Codec", tier="L2")
    done = running.run([step], [ticket], ana, key=uuid.uuid4())
    assert done.done == [ticket.number]
    assert HandOver.objects.get().is_owed


# --- Pages


def test_the_form_is_filled_in_from_the_facts_and_says_what_is_missing(client, ticket, ana):
    client.force_login(ana)
    address = reverse("ticket_hand_over", args=[ticket.number])
    page = client.get(address).text
    assert "What L2 asks" in page and "What TAM asks" in page
    assert "4.3.2</textarea>" in page and "from the facts" in page

    sent = {"tier": "L2", "to": "", "reason": "Codec", "L2-sdk_version": "4.3.2", "L2-ruled_out": "Network"}
    refused = client.post(address, sent)
    assert refused.status_code == 422
    assert "Needed before it is handed over." in refused.text and "Network</textarea>" in refused.text

    assert client.post(address, {**sent, "L2-tried": "Reinstalled"}).status_code == 302
    page = client.get(ticket.get_absolute_url()).text
    assert "Handed over from L1 to L2" in page and "Reinstalled" in page
    assert "Return to the sender" in page


def test_a_p1_goes_at_once(client, ticket, ana, lena):
    tickets.set_priority(ticket, by=ana, priority="P1", reason="Outage")
    client.force_login(ana)
    sent = {"tier": "L2", "to": lena.pk, "reason": "Outage"}
    assert client.post(reverse("ticket_hand_over", args=[ticket.number]), sent).status_code == 302
    page = client.get(ticket.get_absolute_url()).text
    assert "the checklist is still owed" in page

    fill = reverse("ticket_fill_hand_over", args=[ticket.number])
    assert client.post(fill, {"item-sdk_version": "4.3.2"}).status_code == 422
    assert client.post(fill, {"item-sdk_version": "4.3.2", "item-tried": "Restart"}).status_code == 302
    assert "still owed" not in client.get(ticket.get_absolute_url()).text


def test_the_sender_sees_what_is_missing(client, handed, ana, lena):
    client.force_login(lena)
    back = reverse("ticket_return_hand_over", args=[handed.number])
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"missing": ["log"]}).status_code == 302
    client.force_login(ana)
    page = client.get(handed.get_absolute_url()).text
    assert "Returned by L2" in page and "A log of the failing session is attached" in page
    assert "returned once" in page
    assert client.get(back).status_code == 409


def test_only_the_desk_hands_over(client, handed, rui, zoe):
    names = ("ticket_hand_over", "ticket_fill_hand_over", "ticket_return_hand_over")
    doors = [reverse(name, args=[handed.number]) for name in names]
    for who, status in ((zoe, 404), (rui, 403)):
        client.force_login(who)
        assert [client.get(door).status_code for door in doors] == [status] * 3
        assert [client.post(door).status_code for door in doors] == [status] * 3
    assert not HandOver.objects.visible_to(rui).exists()


def test_nothing_of_the_checklist_reaches_the_customer(client, handed, rui, lena):
    actions.send_back(handed, by=lena, missing=["log"], reason=CANARY)
    announce_all()
    client.force_login(rui)
    assert CANARY not in client.get(handed.get_absolute_url()).text
    assert "returned" not in client.get(handed.get_absolute_url()).text
    assert not Notice.objects.visible_to(rui).filter(event__kind="ticket.handed_back").exists()
    assert CANARY not in client.get(f"/api/v1/tickets/{handed.number}/").text


def test_managers_edit_what_a_tier_asks(client, ana, mia):
    address = reverse("handover_checklist", args=["L2"])
    client.force_login(ana)
    assert client.get(address).status_code == 403
    client.force_login(mia)
    assert "Known from" in client.get(address).text
    assert client.get(reverse("handover_checklist", args=["L9"])).status_code == 404
    sent = {
        "items-TOTAL_FORMS": "2",
        "items-INITIAL_FORMS": "0",
        "items-0-key": "",
        "items-0-en": "Crash report",
        "items-0-zh": "崩溃报告",
        "items-0-kind": "tick",
        "items-0-source": "log",
        "items-0-is_required": "on",
        "items-0-ORDER": "2",
        "items-1-key": "tried",
        "items-1-en": "",
        "items-1-zh": "已尝试",
        "items-1-kind": "text",
        "items-1-source": "",
        "items-1-ORDER": "1",
    }
    assert client.post(address, sent).status_code == 302
    current = Checklist.objects.current("L2")
    assert (current.number, current.created_by) == (2, mia)
    assert [item.key for item in current.read] == ["tried", "item_1"]
    assert client.get(reverse("handover_checklists")).text.count("Crash report") == 1


def test_leaders_of_the_tier_hear_of_a_return(handed, lena):
    lead = person("Leo Lead", role="agent", tier=Tier.L1, is_lead=True)
    actions.send_back(handed, by=lena, missing=["log"])
    announce_all()
    assert Notice.objects.filter(user=lead, event__kind="ticket.handed_back").count() == 1


def test_a_program_answers_what_it_knows_and_owes_the_rest(client, ticket, ana):
    client.force_login(ana)
    told = {"tier": "L2", "reason": "Codec", "answers": {"ruled_out": "The codec", "nothing_asks_this": [1]}}
    address = f"/api/v1/tickets/{ticket.number}/hand-over/"
    assert client.post(address, told, content_type="application/json").status_code == 200
    row = HandOver.objects.get()
    assert (by_key(row)["ruled_out"].answer, by_key(row)["sdk_version"].answer) == ("The codec", "4.3.2")
    assert row.is_owed
    assert by_key(row)["tried"].is_open
