"""Writing a known issue, changing it, linking tickets."""

import pytest

from events.audit import verify
from events.models import Event
from helpdesk.errors import InvalidInput, InvalidTransition
from known_issues import actions
from known_issues.models import Change, KnownIssue
from notifications.audience import Way, audience
from notifications.composing import compose
from notifications.listeners import notify
from notifications.models import Mail, Notice
from tests.known_issues.conftest import CANARY, known

pytestmark = pytest.mark.django_db


def last(ticket, kind):
    return Event.objects.select_related("ticket").filter(ticket=ticket.pk, kind=kind).latest("pk")


def test_who_changed_what_is_kept_and_what_changes_nothing_is_not(issue, lena):
    actions.edit(issue, by=lena, state="in_progress", based_on=1)
    actions.edit(issue, by=lena, state="in_progress")
    change = Change.objects.get(known_issue=issue, number=2)
    assert (change.by, change.changed) == (lena, {"state": ["confirmed", "in_progress"]})
    assert issue.changes.count() == 2
    with pytest.raises(InvalidTransition):
        actions.edit(issue, by=lena, state="confirmed", based_on=1)


def test_a_wording_needs_a_title_and_what_happens_and_an_empty_one_goes(issue, ana):
    with pytest.raises(InvalidInput):
        known(ana, wordings={"en": {"title": "Only a title"}})
    with pytest.raises(InvalidInput):
        known(ana, wordings={})
    actions.edit(issue, by=ana, wordings={"zh-hans": {}})
    assert [one.language for one in issue.wordings.all()] == ["en"]


def test_a_range_of_versions_does_not_end_before_it_begins(issue, ana):
    with pytest.raises(InvalidInput):
        actions.edit(issue, by=ana, affected_from="4.3.10", affected_to="4.3.9")
    actions.edit(issue, by=ana, affected_from="4.3.2", affected_to="4.3")


def test_fixed_is_published_and_not_chosen(issue, ana):
    with pytest.raises(InvalidTransition):
        actions.edit(issue, by=ana, state="fixed", fixed_in="4.3.4")
    with pytest.raises(InvalidTransition):
        known(ana, state="fixed", fixed_in="4.3.4")


@pytest.mark.parametrize(
    ("version", "affected"),
    [("4.3.0", True), ("4.3.3", True), ("4.2.9", False), ("4.3.10", False), ("", None), ("main", None)],
)
def test_versions_are_compared_as_versions(issue, version, affected):
    assert issue.affects(version) is affected


def test_linking_tells_the_requester_in_their_language_with_what_helps(issue, ticket, ana, rui, bo):
    rui.language = "zh-hans"
    rui.save(update_fields=["language"])
    actions.link(issue, ticket, by=ana)
    event = last(ticket, "ticket.known_issue_linked")
    assert audience(event) == {rui: Way.BOTH}
    notify(event)
    notify(event)
    assert Notice.objects.filter(event=event).count() == 1
    message = compose(Mail.objects.select_related("user", "event__ticket").get(event=event))
    assert "Android 14 加入频道后黑屏" in message.body
    assert "在 `joinChannel` 之前调用 `startPreview`" in message.body
    assert "remote view stays black" not in message.body
    html = message.alternatives[0][0]
    assert "<code>startPreview</code>" in html
    assert list(verify([ticket.pk])) == []
    with pytest.raises(InvalidTransition):
        actions.link(issue, ticket, by=ana)


def test_a_link_can_be_taken_back_and_is_only_the_desks_affair(issue, ticket, ana, rui):
    actions.link(issue, ticket, by=ana)
    actions.unlink(issue, ticket, by=ana)
    assert audience(last(ticket, "ticket.known_issue_unlinked")) == {}
    assert not ticket.known_issue_links.exists()
    with pytest.raises(InvalidTransition):
        actions.unlink(issue, ticket, by=ana)


def test_what_is_for_staff_only_is_linked_in_silence_and_told_once_it_is_opened(secret, ticket, ana, rui):
    actions.link(secret, ticket, by=ana)
    assert audience(last(ticket, "ticket.known_issue_noted")) == {}
    assert actions.announce_links() == 0
    assert not ticket.events.filter(kind="ticket.known_issue_linked").exists()

    actions.edit(secret, by=ana, audience="public")
    assert actions.announce_links() == 1
    assert actions.announce_links() == 0
    event = last(ticket, "ticket.known_issue_linked")
    assert audience(event) == {rui: Way.BOTH}
    assert event.data["titles"] == {"en": f"{CANARY} black screen"}


def test_who_is_linked_to_what_is_fixed_is_told_that(issue, ticket, ana):
    actions.publish_fix(issue, by=ana, version="4.3.4", resolves=False)
    actions.link(issue, ticket, by=ana)
    event = last(ticket, "ticket.known_issue_linked")
    assert event.data["fixed_in"] == "4.3.4"
    assert event.data["texts"]["en"] == "Remove the call to `startPreview` again."
    assert actions.tell_fixes() == 0


def test_a_known_issue_is_called_by_its_number(issue):
    assert KnownIssue.objects.get().reference == f"KI-{issue.pk}"
