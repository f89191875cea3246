import pytest

from accounts.models import User
from helpdesk import bulk
from tests.conftest import MONDAY_9AM
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_named_columns_of_many_rows_are_written_in_one_statement_and_no_others(
    clock, ticket, ana, mia, django_assert_num_queries
):
    ticket.assignee, ticket.next_due_at, ticket.subject = ana, None, "changed in memory only"
    with django_assert_num_queries(1):
        bulk.update([ticket], ["assignee", "next_due_at"])
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.next_due_at) == (ana, None)
    assert ticket.subject == "Black screen on Android 14 after joinChannel"

    ana.name, mia.name, mia.is_lead = "Ana “A.” O'Neill, {x}", "毛", True
    bulk.update([ana, mia], ["name", "is_lead"])
    assert set(User.objects.filter(pk__in=[ana.pk, mia.pk]).values_list("name", "is_lead")) == {
        ("Ana “A.” O'Neill, {x}", False),
        ("毛", True),
    }


def test_moments_keep_their_microseconds(clock, ticket):
    ticket.next_due_at = MONDAY_9AM.replace(microsecond=123456)
    bulk.update([ticket], ["next_due_at"])
    assert Ticket.objects.get(pk=ticket.pk).next_due_at.microsecond == 123456


def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.update([], ["subject"])
