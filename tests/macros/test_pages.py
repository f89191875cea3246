"""Who may see, write, share and run macros; and the pages themselves."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Tier, User
from macros.models import Macro
from macros.steps import Do, Step
from tests.conftest import person
from tickets import actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
THANKS = {"do": Do.RESOLVE, "text": "Thank you, {{requester}}."}


@pytest.fixture
def lin(db):
    return person("Lin Agent", role="agent", tier=Tier.L1)


def macro(owner, name="Thanks", share="mine", tier="", steps=(THANKS,)):
    return Macro.objects.create(name=name, owner=owner, share=share, tier=tier, steps=list(steps))


def posted(name="Thanks", share="mine", tier="", steps=(THANKS,)):
    data = {"name": name, "share": share, "tier": tier, "steps-TOTAL_FORMS": 8, "steps-INITIAL_FORMS": 8}
    for place, step in enumerate(steps):
        data |= {f"steps-{place}-{key}": value for key, value in step.items()}
        data[f"steps-{place}-ORDER"] = step.get("ORDER", place + 1)
    return data


def pages(one):
    return [
        reverse("macros"),
        reverse("macro_new"),
        reverse("macro_edit", args=[one.pk]),
        reverse("macro_choose"),
    ]


def test_only_the_desk_has_macros(client, ana, rui, zoe):
    one = macro(ana, share="everybody")
    for address in pages(one):
        assert client.get(address).status_code == 302
    for stranger in (rui, zoe):
        client.force_login(stranger)
        for address in pages(one):
            assert client.get(address).status_code == 403
        for name in ("macro_rehearse", "macro_run"):
            assert client.post(reverse(name), {"ticket": 10001, "macro": one.pk}).status_code == 403
        assert not Macro.objects.visible_to(stranger).exists()


def test_a_personal_macro_is_nobody_elses(client, ana, lin, ines, ticket):
    one = macro(ana)
    for other in (lin, ines):
        client.force_login(other)
        assert client.get(one.get_absolute_url()).status_code == 404
        assert "Thanks" not in client.get(reverse("macros")).text
        answer = client.post(reverse("macro_rehearse"), {"ticket": ticket.number, "macro": one.pk})
        assert answer.status_code == 404


def test_a_shared_macro_is_used_by_the_tier_and_changed_by_its_lead(client, ana, lin, lena):
    one = macro(lena, share="tier", tier="L2")
    boss = person("Second Lead", role="agent", tier=Tier.L2, is_lead=True)
    member = person("L2 Member", role="agent", tier=Tier.L2)
    seen = {
        user: client.force_login(user) or client.get(one.get_absolute_url()).status_code
        for user in (lena, boss, member, ana, lin)
    }
    assert seen == {lena: 200, boss: 200, member: 403, ana: 404, lin: 404}


def test_an_agent_cannot_share_with_the_whole_desk(client, ana):
    client.force_login(ana)
    assert client.post(reverse("macro_new"), posted(share="everybody")).status_code == 422
    assert not Macro.objects.exists()


def test_a_manager_can(client, mia, ana):
    client.force_login(mia)
    assert client.post(reverse("macro_new"), posted(share="everybody")).status_code == 302
    assert Macro.objects.visible_to(ana).get().name == "Thanks"


def test_writing_one_keeps_the_order_of_the_numbers(client, ana):
    client.force_login(ana)
    take = {"do": Do.TAKE, "ORDER": 1}
    answer = client.post(reverse("macro_new"), posted(steps=[{**THANKS, "ORDER": 2}, take]))
    assert answer.status_code == 302
    assert Macro.objects.get().plan == [Step(Do.TAKE), Step(Do.RESOLVE, text=THANKS["text"])]


def test_what_is_wrong_is_said_and_everything_typed_stays(client, ana):
    client.force_login(ana)
    wrong = {"do": Do.HAND_OVER, "text": "The dump is attached to the note."}
    answer = client.post(reverse("macro_new"), posted(name="Up", steps=[wrong]))
    assert answer.status_code == 422
    assert "needs a tier" in answer.text
    assert "The dump is attached to the note." in answer.text
    assert 'value="Up"' in answer.text


def test_two_of_the_same_name_are_refused(client, ana):
    macro(ana)
    client.force_login(ana)
    answer = client.post(reverse("macro_new"), posted(name="thanks"))
    assert answer.status_code == 422
    assert "already" in answer.text


def test_a_removed_macro_is_gone_from_the_lists(client, ana, ticket):
    one = macro(ana)
    client.force_login(ana)
    assert client.post(reverse("macro_archive", args=[one.pk])).status_code == 302
    listed = client.get(f"{reverse('macro_choose')}?ticket={ticket.number}").context["macros"]
    assert list(listed) == []


def test_one_ticket_from_its_page(client, ana, ticket):
    one = macro(ana)
    client.force_login(ana)
    page = client.get(f"{reverse('macro_choose')}?ticket={ticket.number}", headers=HTMX)
    assert "Thanks" in page.text
    assert page["HX-Retarget"] == "#action"
    shown = client.post(reverse("macro_rehearse"), {"ticket": ticket.number, "macro": one.pk}, headers=HTMX)
    assert f"Thank you, {ticket.requester}." in shown.text
    assert Ticket.objects.get(pk=ticket.pk).status == "new"
    key = shown.context["key"]
    client.post(reverse("macro_run"), {"ticket": ticket.number, "macro": one.pk, "key": key})
    assert Ticket.objects.get(pk=ticket.pk).status == "resolved"


def test_one_step_without_a_macro_on_many(client, ana, lena, ticket, rui, kite, live_sdk):
    second = actions.create(
        by=rui, requester=rui, organization=kite, product=live_sdk, subject="Two", body="b", priority="P2"
    )
    numbers = [ticket.number, second.number]
    client.force_login(ana)
    step = {"ticket": numbers, "from": "queue", "queue": "view=all", "do": "assign", "to": lena.pk}
    shown = client.post(reverse("macro_rehearse"), step, headers=HTMX)
    assert "Two" in shown.text
    answer = client.post(reverse("macro_run"), {**step, "key": uuid.uuid4()}, headers=HTMX)
    assert answer.status_code == 200
    assert "live:ticket" in answer["HX-Trigger"]
    assert "Done on 2 tickets." in answer.text
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {lena.pk}


def test_nothing_chosen_is_said(client, ana, ticket):
    client.force_login(ana)
    answer = client.post(reverse("macro_rehearse"), {"ticket": ticket.number}, headers=HTMX)
    assert answer.status_code == 422
    assert "Choose a macro or a step." in answer.text
    assert client.get(reverse("macro_choose"), headers=HTMX).status_code == 422


def test_not_more_than_a_hundred_at_once(client, ana):
    client.force_login(ana)
    query = "&".join(f"ticket={number}" for number in range(1, 102))
    assert client.get(f"{reverse('macro_choose')}?{query}").status_code == 422


def test_what_was_refused_is_listed_after_a_run(client, ana, ticket):
    actions.resolve(ticket, by=ana, body="Done.")
    client.force_login(ana)
    step = {"ticket": ticket.number, "from": "queue", "do": "take", "key": uuid.uuid4()}
    answer = client.post(reverse("macro_run"), step, headers=HTMX)
    assert answer.status_code == 409
    assert f"#{ticket.number}" in answer.text


def test_the_way_back_never_leads_to_another_site(client, ana, ticket):
    client.force_login(ana)
    query = {"ticket": ticket.number, "from": "queue", "queue": "//evil.example/"}
    back = client.get(reverse("macro_choose"), query).context["back"]
    assert back.startswith(reverse("queue"))
    assert "evil" not in back


def test_statements_for_many_tickets_do_not_depend_on_the_list(
    client, ana, lin, django_assert_max_num_queries
):
    for number in range(30):
        macro(ana, name=f"M{number}")
    client.force_login(ana)
    with django_assert_max_num_queries(8):
        client.get(reverse("macros"))
    assert User.objects.count() >= 2


def test_a_name_is_used_once_by_a_person_and_once_by_those_who_share(client, ana, lin, mia):
    client.force_login(ana)
    assert client.post(reverse("macro_new"), posted(name="Thanks")).status_code == 302
    refused = client.post(reverse("macro_new"), posted(name="thanks"))
    assert refused.status_code == 422
    assert "There is a macro “thanks” already." in refused.content.decode()

    client.force_login(lin)
    assert client.post(reverse("macro_new"), posted(name="Thanks")).status_code == 302

    client.force_login(mia)
    for status in (302, 422):
        answer = client.post(reverse("macro_new"), posted(name="Thanks", share="tier", tier=Tier.L1))
        assert answer.status_code == status
    Macro.objects.get(share="tier").delete()
    assert client.post(reverse("macro_new"), posted(name="Thanks", share="everybody")).status_code == 302
