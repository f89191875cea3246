"""Steps on tickets: tried out, done, refused."""

import uuid

import pytest

from accounts.models import Tier, User
from events.models import Event
from helpdesk.errors import InvalidInput
from macros import placeholders, running, steps
from macros.models import Macro, Run
from macros.steps import Do, Step
from notifications.models import Mail
from tickets import actions
from tickets.models import Message, Note, Priority, Ticket

pytestmark = pytest.mark.django_db

ASK_FOR_LOG = [Step(Do.TAKE), Step(Do.ASK, text="Hello {{requester}}, please send the log of {{number}}.")]


@pytest.fixture
def second(rui, kite, live_sdk):
    return actions.create(
        by=rui,
        requester=rui,
        organization=kite,
        product=live_sdk,
        subject="No sound",
        body="Since noon.",
        priority="P3",
    )


def kinds(ticket):
    return list(ticket.events.values_list("kind", flat=True).order_by("sequence"))


def test_the_steps_are_done_one_after_the_other(ticket, ana):
    done = running.run(ASK_FOR_LOG, [ticket], ana, key=uuid.uuid4())
    ticket.refresh_from_db()
    assert done.done == [ticket.number]
    assert kinds(ticket) == ["ticket.created", "ticket.taken", "ticket.asked"]
    assert (ticket.assignee, ticket.status) == (ana, Ticket.Status.PENDING)
    said = ticket.messages.latest("pk").body
    assert said == f"Hello {ticket.requester.name}, please send the log of #{ticket.number}."


def test_a_rehearsal_tells_everything_and_leaves_nothing(ticket, ana, django_capture_on_commit_callbacks):
    before = (Event.objects.count(), Message.objects.count(), Mail.objects.count())
    with django_capture_on_commit_callbacks() as hooks:
        (outcome,) = running.rehearse(ASK_FOR_LOG, [ticket], ana)
    assert [entry.event.kind for entry in outcome.entries] == ["ticket.taken", "ticket.asked"]
    assert "please send the log" in outcome.entries[1].message.body
    assert (Event.objects.count(), Message.objects.count(), Mail.objects.count()) == before
    assert hooks == []
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status, ticket.chain_length) == (None, Ticket.Status.NEW, 1)


def test_what_is_rehearsed_is_what_is_done(ticket, second, ana):
    plan = [
        Step(Do.TAKE),
        Step(Do.NOTE, text="Seen {{number}}."),
        Step(Do.PRIORITY, priority="P2", text="Live"),
    ]
    promised = {
        one.ticket.number: [str(entry.sentence) for entry in one.entries]
        for one in running.rehearse(plan, [ticket, second], ana)
    }
    heads = {one.number: one.chain_length for one in (ticket, second)}
    running.run(plan, [ticket, second], ana, key=uuid.uuid4())
    from tickets import timeline

    for one in (ticket, second):
        told = timeline.since(one, ana, heads[one.number])
        assert [str(entry.sentence) for entry in told] == promised[one.number]


def test_all_steps_or_none_and_the_others_go_on(ticket, second, ana):
    actions.resolve(second, by=ana, body="Restart it.")
    before = kinds(second)
    plan = [Step(Do.NOTE, text="Handing over."), Step(Do.HAND_OVER, tier=Tier.L2, text="Needs a dump")]
    done = running.run(plan, [second, ticket], ana, key=uuid.uuid4())
    assert done.done == [ticket.number]
    assert list(done.refused) == [str(second.number)]
    assert kinds(second) == before
    assert not Note.objects.filter(ticket=second).exists()


def test_the_same_form_sent_twice_sends_nothing_twice(ticket, ana):
    key = uuid.uuid4()
    first = running.run(ASK_FOR_LOG, [ticket], ana, key=key)
    again = running.run(ASK_FOR_LOG, [ticket], ana, key=key)
    assert again.done == first.done
    assert ticket.messages.filter(author=ana).count() == 1
    assert Run.objects.count() == 1


def test_what_is_so_already_is_left_as_it_is(ticket, ana):
    actions.take(ticket, by=ana)
    plan = [Step(Do.TAKE), Step(Do.PRIORITY, priority=ticket.priority, text="as it is"), Step(Do.RESUME)]
    (outcome,) = running.rehearse(plan, [Ticket.objects.get(pk=ticket.pk)], ana)
    assert (outcome.entries, outcome.refusal) == ([], "")


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Step(Do.REPLY, text="Hello"), "ticket.replied"),
        (Step(Do.ASK, text="Which version?"), "ticket.asked"),
        (Step(Do.NOTE, text="Known"), "ticket.noted"),
        (Step(Do.TAKE), "ticket.taken"),
        (Step(Do.HAND_OVER, tier=Tier.L2, text="Dump attached"), "ticket.handed_over"),
        (Step(Do.PRIORITY, priority=Priority.P1, text="All rooms"), "ticket.priority_set"),
        (Step(Do.HOLD, text="Ships on Thursday"), "ticket.held"),
        (Step(Do.RESOLVE, text="Fixed in 4.3.3"), "ticket.resolved"),
    ],
)
def test_each_step_is_one_event(ticket, ana, step, kind):
    running.run([step], [ticket], ana, key=uuid.uuid4())
    assert kinds(ticket) == ["ticket.created", kind]


def test_assign_release_and_resume(ticket, ana, lena):
    running.run([Step(Do.ASSIGN, to=lena.pk)], [ticket], ana, key=uuid.uuid4())
    running.run([Step(Do.HOLD, text="Waiting")], [ticket], ana, key=uuid.uuid4())
    running.run([Step(Do.RESUME)], [Ticket.objects.get(pk=ticket.pk)], ana, key=uuid.uuid4())
    running.run([Step(Do.RELEASE)], [Ticket.objects.get(pk=ticket.pk)], ana, key=uuid.uuid4())
    assert kinds(ticket) == [
        "ticket.created",
        "ticket.assigned",
        "ticket.held",
        "ticket.resumed",
        "ticket.released",
    ]


def test_a_colleague_who_left_refuses_the_step(ticket, ana, lena):
    User.objects.filter(pk=lena.pk).update(is_active=False)
    (outcome,) = running.rehearse([Step(Do.ASSIGN, to=lena.pk)], [ticket], ana)
    assert "does not work here any more" in outcome.refusal


def test_a_requester_runs_nothing(ticket, rui):
    with pytest.raises(PermissionError):
        running.run([Step(Do.NOTE, text="hello")], [ticket], rui, key=uuid.uuid4())
    assert kinds(ticket) == ["ticket.created"]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [Step("explode")],
        [Step(Do.REPLY)],
        [Step(Do.HOLD, text="  ")],
        [Step(Do.HAND_OVER, text="why")],
        [Step(Do.PRIORITY, text="why", priority="P9")],
        [Step(Do.ASSIGN)],
        [Step(Do.RESOLVE), Step(Do.NOTE, text="after")],
        [Step(Do.TAKE)] * 9,
        [Step(Do.REPLY, text="Hello {{requestor}}")],
    ],
)
def test_steps_that_cannot_be_run_are_refused_with_a_sentence(wrong):
    with pytest.raises(InvalidInput) as refused:
        steps.check(wrong)
    assert str(refused.value).strip()


def test_a_gap_is_not_sent_to_a_customer(ticket, ana):
    Ticket.objects.filter(pk=ticket.pk).update(platform="")
    ticket.refresh_from_db()
    (outcome,) = running.rehearse([Step(Do.REPLY, text="On {{platform}} do this.")], [ticket], ana)
    assert "platform" in outcome.refusal


def test_a_text_is_filled_once_and_nothing_in_it_is_a_template(ticket, ana):
    Ticket.objects.filter(pk=ticket.pk).update(subject="{{agent}} {% now 'Y' %}")
    ticket.refresh_from_db()
    assert (
        placeholders.fill("{{ subject }} / {{other}}", ticket, ana) == "{{agent}} {% now 'Y' %} / {{other}}"
    )


def test_names_of_products_stand_in_the_language_of_the_reader(ticket, ana):
    ticket.product.name_zh = "直播 SDK"
    ticket.product.save()
    ticket.requester.language = "zh-hans"
    assert placeholders.fill("{{product}}", ticket, ana) == "直播 SDK"


def test_a_macro_counts_the_tickets_it_was_run_on(ticket, second, ana):
    macro = Macro.objects.create(name="Log", owner=ana, steps=[one.dump() for one in ASK_FOR_LOG])
    running.run(macro.plan, [ticket, second], ana, key=uuid.uuid4(), macro=macro)
    macro.refresh_from_db()
    assert macro.uses == 2
