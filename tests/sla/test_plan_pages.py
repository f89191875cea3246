"""The settings pages of plans and contracts."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from helpdesk.errors import InvalidTransition
from sla.models import Contract, Plan, PromiseChange
from sla.plans import actions
from sla.terms import plan_of
from tests.conftest import MONDAY_9AM

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def standard(db):
    return Plan.objects.get(is_default=True)


@pytest.fixture
def gold(standard):
    return Plan.objects.create(name="Gold", name_zh="金牌版", policy=standard.policy)


@pytest.fixture
def signed(clock, mia, kite, gold):
    """Kite has Gold from tomorrow on."""
    return actions.sign(kite, gold, by=mia, at=MONDAY_9AM, starts_at=MONDAY_9AM + DAY, note="As agreed")


def filled(plan, **changes):
    fields = {"name": plan.name, "name_zh": plan.name_zh, "description": "", "policy": plan.policy_id}
    return {**fields, **changes}


def test_managers_and_admins_enter_agents_and_requesters_do_not(client, standard, kite, mia, ines, ana, rui):
    addresses = [
        reverse("plans"),
        reverse("plan_new"),
        reverse("plan", args=[standard.pk]),
        reverse("plan_edit", args=[standard.pk]),
        reverse("contracts"),
        reverse("contract", args=[kite.pk]),
    ]
    for person, status in ((mia, 200), (ines, 200), (ana, 403), (rui, 403)):
        client.force_login(person)
        assert {client.get(address).status_code for address in addresses} == {status}


def test_agents_give_no_plans(client, ana, kite, gold, signed):
    client.force_login(ana)
    given = client.post(reverse("contract", args=[kite.pk]), {"plan": gold.pk, "when": "now"})
    withdrawn = client.post(reverse("contract_withdraw", args=[signed.pk]))
    added = client.post(reverse("plan_new"), filled(gold, name="Mine"))
    assert given.status_code == withdrawn.status_code == added.status_code == 403
    assert Contract.objects.get() == signed


def test_a_contract_holds_for_tickets_filed_after_it_starts(client, clock, mia, kite, gold, standard, ticket):
    client.force_login(mia)
    before = ticket.clocks.get(target="resolution").terms_id
    response = client.post(reverse("contract", args=[kite.pk]), {"plan": gold.pk, "when": "now", "note": "x"})
    assert response.url == reverse("contract", args=[kite.pk])
    assert plan_of(kite, MONDAY_9AM) == gold
    assert plan_of(kite, MONDAY_9AM - DAY) == standard
    assert ticket.clocks.get(target="resolution").terms_id == before
    change = PromiseChange.objects.get(kind="contract_signed")
    assert (change.by, change.organization, change.plan, change.note) == (mia, kite, gold, "x")
    assert "open then keep the promise" in client.get(response.url).text


def test_a_contract_does_not_start_in_the_past(client, clock, mia, kite, gold):
    client.force_login(mia)
    sent = {"plan": gold.pk, "when": "later", "starts_at": "2026-07-12T09:00", "note": "Typed"}
    response = client.post(reverse("contract", args=[kite.pk]), sent)
    assert response.status_code == 422
    assert "cannot start in the past" in response.text
    assert 'value="Typed"' in response.text
    with pytest.raises(InvalidTransition, match="past"):
        actions.sign(kite, gold, by=mia, at=MONDAY_9AM, starts_at=MONDAY_9AM - DAY)


def test_a_contract_to_come_is_shown_and_can_be_withdrawn(client, clock, mia, kite, gold, signed):
    client.force_login(mia)
    page = client.get(reverse("contract", args=[kite.pk])).text
    assert "to come" in page
    assert "As agreed" in page
    assert "Gold" in client.get(reverse("contracts"), {"q": "kite"}).text
    client.post(reverse("contract_withdraw", args=[signed.pk]))
    assert not Contract.objects.exists()
    assert PromiseChange.objects.filter(kind="contract_withdrawn", organization=kite).exists()


def test_a_contract_that_started_is_history(client, clock, mia, signed):
    clock.shift(2 * DAY)
    client.force_login(mia)
    assert client.post(reverse("contract_withdraw", args=[signed.pk])).status_code == 409
    assert Contract.objects.get() == signed


def test_a_plan_is_added_and_changed_and_it_is_written_down(client, clock, mia, standard):
    client.force_login(mia)
    response = client.post(reverse("plan_new"), filled(standard, name="Silver", name_zh="银牌版"))
    plan = Plan.objects.get(name="Silver")
    assert response.url == reverse("plan", args=[plan.pk])
    client.post(reverse("plan_edit", args=[plan.pk]), filled(plan, name="Silver 2"))
    changed, added = plan.changes.all()
    assert (added.kind, changed.kind) == ("plan_added", "plan_changed")
    assert changed.changes == {"name": ["Silver", "Silver 2"]}
    assert "Silver 2" in client.get(response.url).text


def test_there_is_always_exactly_one_default(client, clock, mia, standard, gold):
    client.force_login(mia)
    refused = client.post(reverse("plan_edit", args=[standard.pk]), filled(standard))
    assert refused.status_code == 422
    assert "Make another one the default instead" in refused.text
    taken = client.post(reverse("plan_edit", args=[gold.pk]), filled(gold, is_default="on"))
    assert taken.status_code == 302
    assert [plan.name for plan in Plan.objects.filter(is_default=True)] == ["Gold"]
    assert {change.plan for change in PromiseChange.objects.all()} == {standard, gold}


def test_a_line_of_the_history_is_never_changed(clock, mia, signed):
    for change in (PromiseChange.objects.all().delete, lambda: PromiseChange.objects.update(note="")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_queries_do_not_grow_with_the_customers(
    client, clock, mia, gold, zoe, rui, kite, signed, django_assert_max_num_queries
):
    client.force_login(mia)
    for address in (reverse("contracts"), reverse("plans"), reverse("plan", args=[gold.pk])):
        client.get(address)
        with django_assert_max_num_queries(16):
            client.get(address)
