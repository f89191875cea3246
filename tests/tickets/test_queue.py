import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Membership, Organization
from saved_views.models import SavedView
from tests.conftest import MONDAY_9AM, person
from tickets import actions, keyset, lines
from tickets.asked import Asked
from tickets.counting import LIMIT
from tickets.models import Ticket
from tickets.orders import Group, Sort, fields, ordering
from tickets.promises import Urgency, urgency

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counts_are_counted_afresh(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def file_ticket(rui, kite, live_sdk):
    def file(subject="Black screen", **fields):
        facts = {"priority": "P3", "body": "It is black.", "organization": kite, "product": live_sdk}
        return actions.create(requester=rui, by=rui, subject=subject, **{**facts, **fields})

    return file


def listed(client, query=""):
    response = client.get(f"/queue/?{query}")
    assert response.status_code == 200
    return [row["subject"] for row in response.context["rows"]]


# --- Who is let in


@pytest.mark.parametrize(
    "name", ["queue", "saved_views", "saved_view_new", "queue_counts", "ticket_search", "ticket_new_desk"]
)
def test_the_queue_is_for_the_desk(client, rui, ana, mia, name):
    address = reverse(name)
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(rui)
    assert client.get(address).status_code == 403
    for colleague in (ana, mia):
        client.force_login(colleague)
        assert client.get(address).status_code in (200, 302)


# --- What stands where


def test_the_next_promise_to_expire_stands_first_and_what_waits_last(client, ana, clock, file_ticket):
    file_ticket("minor", priority="P3")
    file_ticket("urgent", priority="P1")
    asked = file_ticket("asked", priority="P2")
    actions.ask_requester(asked, by=ana, body="Which version?")
    clock.shift(timedelta(minutes=20))
    file_ticket("high", priority="P2")

    client.force_login(ana)
    response = client.get("/queue/?view=all")

    rows = response.context["rows"]
    assert [row["subject"] for row in rows] == ["urgent", "high", "minor", "asked"]
    assert [row["opens_group"].key for row in rows] == [
        Urgency.BREACHED,
        Urgency.HOUR,
        Urgency.TODAY,
        Urgency.NONE,
    ]
    assert [row["clock"].target for row in rows] == ["response", "response", "response", "resolution"]
    assert rows[-1]["clock"].state == "paused"


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (timedelta(seconds=-1), Urgency.BREACHED),
        (timedelta(0), Urgency.HOUR),
        (timedelta(minutes=59), Urgency.HOUR),
        (timedelta(hours=1), Urgency.TODAY),
        (timedelta(hours=14, minutes=59), Urgency.TODAY),
        (timedelta(hours=15), Urgency.LATER),
        (None, Urgency.NONE),
    ],
)
def test_groups_by_how_soon_a_promise_runs_out(due, group):
    assert urgency(None if due is None else MONDAY_9AM + due, MONDAY_9AM) == group


def test_today_ends_at_the_readers_midnight():
    with timezone.override("Asia/Shanghai"):  # 17:00 there
        assert urgency(MONDAY_9AM + timedelta(hours=6, minutes=59), MONDAY_9AM) == Urgency.TODAY
        assert urgency(MONDAY_9AM + timedelta(hours=7), MONDAY_9AM) == Urgency.LATER


def test_my_next_is_mine_and_what_nobody_in_my_tier_has(client, ana, lena, file_ticket):
    mine, _free, theirs, upstairs = (file_ticket(name) for name in ("mine", "free", "theirs", "upstairs"))
    actions.take(mine, by=ana)
    actions.take(theirs, by=lena)
    actions.hand_over(upstairs, by=ana, tier="L2", reason="Needs a trace.")

    client.force_login(ana)
    assert set(listed(client)) == {"mine", "free"}
    assert set(listed(client, "view=unassigned")) == {"free", "upstairs"}
    assert len(listed(client, "view=all")) == 4


def test_finished_tickets_stand_in_the_queue_only_when_asked_for(client, ana, file_ticket):
    done, _going_on = file_ticket("done"), file_ticket("going on")
    actions.resolve(done, by=ana, body="Fixed.")
    client.force_login(ana)
    assert listed(client, "view=all") == ["going on"]
    assert listed(client, "view=all&status=resolved") == ["done"]
    assert listed(client, "view=all&status=any") == ["going on", "done"]


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("tier=L2", {"upstairs"}),
        ("tier=L1,TAM", {"plain", "urgent", "elsewhere"}),
        ("tier=L1&tier=L2", {"plain", "urgent", "elsewhere", "upstairs"}),
        ("priority=P1", {"urgent"}),
        ("status=new,open", {"plain", "urgent", "elsewhere", "upstairs"}),
        ("status=pending", set()),
        ("product=live", {"plain", "urgent", "upstairs"}),
        ("organization=Ondo+Fitness", {"elsewhere"}),
        ("organization=Nobody+knows", set()),
        ("assignee=lena@desk.example", {"upstairs"}),
        ("assignee=me", set()),
        ("assignee=none", {"plain", "urgent", "elsewhere"}),
        ("assignee=rui@kite.example", set()),
        ("due=hour", {"urgent"}),
        ("due=breached", set()),
    ],
)
def test_filters(client, ana, lena, zoe, file_ticket, query, subjects):
    file_ticket("plain")
    file_ticket("urgent", priority="P1")
    upstairs = file_ticket("upstairs")
    actions.hand_over(upstairs, by=ana, tier="L2", reason="Needs a trace.", to=lena)
    ondo = Organization.objects.get(name="Ondo Fitness")
    actions.create(requester=zoe, by=zoe, subject="elsewhere", body="?", priority="P3", organization=ondo)

    client.force_login(ana)
    assert set(listed(client, f"view=all&{query}")) == subjects


def test_words_are_found_in_subject_and_conversation_in_both_languages(client, ana, file_ticket):
    file_ticket("joinChannel returns -102")
    chinese = file_ticket("全部观众黑屏，推流正常")
    actions.reply(chinese, by=ana, body="The edge node drops key frames.")
    client.force_login(ana)
    assert listed(client, "view=all&q=returns") == ["joinChannel returns -102"]
    assert listed(client, "view=all&q=黑屏") == ["全部观众黑屏，推流正常"]
    assert listed(client, "view=all&q=frame+edge") == ["全部观众黑屏，推流正常"]
    assert listed(client, "view=all&q=nothing") == []


def test_a_number_leads_to_its_ticket_and_words_to_every_ticket_that_has_them(client, ana, file_ticket):
    ticket = file_ticket("Black screen")
    actions.resolve(ticket, by=ana, body="Fixed.")
    client.force_login(ana)
    for words in (f"{ticket.number}", f"%23{ticket.number}"):
        assert client.get(f"/queue/search/?q={words}")["Location"] == ticket.get_absolute_url()
    response = client.get("/queue/search/?q=black", follow=True)
    assert [row["number"] for row in response.context["rows"]] == [str(ticket.number)]
    assert client.get("/queue/search/?q=%23999999").context["rows"] == []


# --- The address


@pytest.mark.parametrize(
    "query",
    [
        "view=x&tier=L9&status=none&priority=P0&sort=up&due=never",
        "after=x",
        "after=2026-07-13T09:00:00Z~abc&before=~~~",
        "after=9999-99-99T00:00:00Z~1",
        "after=2026-07-13T09:00:00~1",
        "sort=newest&after=99999999999999999999999999",
        "sort=newest&after=-99999999999999999999999999",
        "sort=priority&after=P1~~5",
        "q=%00&organization=%00&assignee=%00&product=%00",
        "q=%22unclosed",
        "q=%21%21%26%7C%3A%2A%28",
        "q=999999999999999999",
        "q=%2399999999999999999999999",
        "product=%27%3B--",
        "assignee=" + "x" * 5000,
        "&".join(f"tier=L1&status=new&page={i}" for i in range(50)),
    ],
)
def test_whatever_the_address_says_a_page_comes(client, ana, file_ticket, query):
    file_ticket()
    client.force_login(ana)
    assert client.get(f"/queue/?{query}").status_code == 200


def test_the_address_written_is_the_address_read(ana):
    query = QueryDict("q=tier:L1,L2+黑屏&sort=newest&group=org&columns=tier,promise")
    asked = Asked.read(query, ana)
    assert Asked.read(QueryDict(asked.query()), ana) == asked
    assert "q=tier:L1,L2" in asked.query()
    assert Asked(text="for:me").query() == "q=for:me"


def test_addresses_from_before_there_was_a_query_language_say_the_same(ana):
    old = "view=unassigned&tier=L1&tier=L2&priority=P1&due=hour&organization=Kite+Live&assignee=me&q=黑屏"
    assert Asked.read(QueryDict(old), ana).text == (
        'unassigned tier:L1,L2 priority:P1 breach<1h org:"Kite Live" assignee:me 黑屏'
    )
    assert Asked.read(QueryDict("view=all&status=any"), ana).text == "status:any"


def test_each_filter_in_force_can_be_taken_off_alone(client, ana, file_ticket):
    file_ticket("urgent", priority="P1")
    client.force_login(ana)
    response = client.get("/queue/?q=tier:L1+priority:P1+urgent")
    without = {one.chip.text: QueryDict(one.without)["q"] for one in response.context["box"].chips}
    assert without == {
        "tier:L1": "priority:P1 urgent",
        "priority:P1": "tier:L1 urgent",
        "urgent": "tier:L1 priority:P1",
    }


def test_what_means_nothing_is_told_and_kept_and_lists_no_ticket(client, ana, file_ticket):
    file_ticket("urgent", priority="P1")
    client.force_login(ana)
    response = client.get("/queue/?q=tier:L9+priority:P1")
    page = response.content.decode()
    assert "there are L1, L2, TAM" in page
    assert response.context["rows"] == []
    assert [one.chip.text for one in response.context["box"].chips] == ["priority:P1"]
    assert 'value="tier:L9"' in page and "The query is not understood yet" in page


def test_what_is_typed_is_added_to_what_is_in_force(client, ana):
    client.force_login(ana)
    response = client.get("/queue/?q=tier:L1&sort=newest&more=priority:P1")
    assert response["Location"] == "/queue/?q=tier:L1+priority:P1&sort=newest"


def test_managers_start_with_everything_open_and_agents_with_what_is_next(client, ana, mia):
    for user, place in ((ana, "next"), (mia, "open")):
        client.force_login(user)
        assert client.get("/queue/").context["asked"].place == place


def test_columns_are_chosen_and_the_ticket_always_stands_there(client, ana, file_ticket):
    file_ticket("Black screen")
    client.force_login(ana)
    page = client.get("/queue/?q=&columns=requester,nonsense").content.decode()
    table = page[page.index("<table") : page.index("</table>")]
    assert "Requester" in table and "Rui Tan" in table and "Black screen" in table
    assert "Next promise" not in table and "Last change" not in table


@pytest.mark.parametrize("group", Group.values)
def test_groups_are_whole_and_headed_once(client, ana, lena, zoe, file_ticket, group):
    for index in range(9):
        file_ticket(
            f"ticket {index}", priority=f"P{index % 4 + 1}", **({"product": None} if index % 4 else {})
        )
    ondo = Organization.objects.get(name="Ondo Fitness")
    for name in ("a", "b"):
        taken = actions.create(
            requester=zoe, by=zoe, subject=name, body="?", priority="P2", organization=ondo
        )
        actions.take(taken, by=lena)
    client.force_login(ana)
    rows = client.get(f"/queue/?q=&group={group}").context["rows"]
    headings = [row["opens_group"] for row in rows if row["opens_group"]]
    assert (
        len(headings)
        == len(set(headings))
        == {"none": 0, "org": 2, "assignee": 2, "product": 2}.get(group, len(headings))
    )
    if group == "org":
        assert [heading.label for heading in headings] == ["Kite Live", "Ondo Fitness"]
    if group == "assignee":
        assert [heading.label for heading in headings] == ["Lena Wolf", "Nobody"]


# --- Pages


def walk(asked, user, step="older"):
    """Subjects page by page in one direction."""
    pages = []
    while True:
        listing = asked.listing(user, MONDAY_9AM)
        page = keyset.page(
            listing.tickets(),
            listing.fields,
            after=asked.after,
            before=asked.before,
            size=3,
            read=lines.read,
        )
        pages.append([ticket.number for ticket in page.rows])
        place = getattr(page, step)
        if not place:
            return pages
        asked = replace(
            asked, **{"after": "", "before": "", ("after" if step == "older" else "before"): place}
        )


@pytest.mark.parametrize(
    ("sort", "group"),
    [*((sort, "urgency") for sort in Sort.values), ("promise", "org"), ("newest", "assignee")],
)
def test_every_ticket_stands_on_exactly_one_page_in_both_directions(
    clock, ana, rui, file_ticket, sort, group
):
    strange = Organization.objects.create(name="50% ~ Ü")
    Membership.objects.create(user=rui, organization=strange)
    for index in range(10):
        fields_ = {} if index % 4 else {"organization": strange}
        ticket = file_ticket(f"ticket {index}", priority=f"P{index % 4 + 1}", **fields_)
        if index % 3 == 0:
            actions.ask_requester(ticket, by=ana, body="?")  # no deadline
        if index % 2:
            clock.shift(timedelta(minutes=1))  # some share a deadline, some do not

    asked = Asked(sort=sort, group=group)
    forwards = walk(asked, ana)
    order = ordering(sort, group)
    assert [number for page in forwards for number in page] == list(
        Ticket.objects.order_by(*order).values_list("number", flat=True)
    )
    assert [len(page) for page in forwards] == [3, 3, 3, 1]

    end = Ticket.objects.order_by(*order).last()
    place = keyset._place_of(fields(sort, group), end)
    backwards = walk(replace(asked, before=place), ana, step="newer")
    assert [number for page in reversed(backwards) for number in page] == [
        number for page in forwards for number in page
    ][:-1]


def test_a_long_queue_has_a_next_page_and_a_way_back(client, ana, file_ticket):
    for index in range(27):
        file_ticket(f"ticket {index}")
    client.force_login(ana)
    first = client.get("/queue/?view=all")
    assert len(first.context["rows"]) == 25
    second = client.get(f"/queue/?{first.context['older']}")
    assert len(second.context["rows"]) == 2
    assert not second.context["older"]
    back = client.get(f"/queue/?{second.context['newer']}")
    assert [row["number"] for row in back.context["rows"]] == [row["number"] for row in first.context["rows"]]


# --- Cost


@pytest.mark.parametrize("count", [5, 60])
def test_a_page_of_the_queue_takes_six_queries_and_one_more_for_a_view_and_each_name(
    client, ana, kite, file_ticket, count
):
    for index in range(count):
        file_ticket(f"ticket {index}")
    client.force_login(ana)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/queue/?view=all")
    assert len(queries) <= 6, [query["sql"][:80] for query in queries]
    view = SavedView.objects.create(name="Kite", owner=ana, query='org:"Kite Live" assignee:ana ticket')
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/queue/?view={view.pk}")
    assert len(queries) <= 8, [query["sql"][:80] for query in queries]


def test_each_list_is_read_from_an_index_in_its_order(ana, lena, rui):
    """On a table with some tickets of each kind, the plan is the index's own order without a sort."""
    moments = [MONDAY_9AM + timedelta(minutes=index) for index in range(4000)]
    Ticket.objects.bulk_create(
        Ticket(
            subject="Black screen",
            requester=rui,
            priority=f"P{index % 4 + 1}",
            tier=("L1", "L2", "TAM")[index % 3],
            status="open" if index % 5 == 0 else "closed",
            resolved_at=None if index % 5 == 0 else at,
            assignee=(ana, lena, None)[index % 7 % 3],
            next_due_at=at if index % 5 == 0 else None,
            updated_at=at,
        )
        for index, at in enumerate(moments)
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze tickets_ticket")
    for query, index in {
        "view=all": "ticket_queue",
        "view=all&tier=L2": "ticket_queue(_of_tier)?",
        "view=all&assignee=me": "ticket_queue(_of_assignee)?",
        "view=all&sort=priority": "ticket_queue_by_priority",
        "view=all&sort=change&status=any": "ticket_by_change",
        "view=unassigned": "ticket_queue_unassigned",
        "view=unassigned&tier=L1": "ticket_queue_unassigned",
    }.items():
        tickets = Asked.read(QueryDict(query), ana).listing(ana, timezone.now()).in_order()
        plan = tickets[:26].explain()
        assert re.search(rf"Index Scan using {index} on", plan), f"{query}: {plan}"
        assert "Sort" not in plan, f"{query}: {plan}"


# --- Parts


def test_htmx_is_given_the_table_alone(client, ana, file_ticket):
    file_ticket("Black screen")
    client.force_login(ana)
    page = client.get("/queue/?view=all")
    part = client.get("/queue/?view=all", headers={"HX-Request": "true"})
    assert "Black screen" in page.content.decode() and "<html" in page.content.decode()
    assert "Black screen" in part.content.decode() and "<html" not in part.content.decode()
    assert "HX-Request" in page["Vary"] and "HX-Request" in part["Vary"]


def test_the_rail_counts_each_view_up_to_a_limit(client, ana, lena, file_ticket, monkeypatch, clock):
    actions.take(file_ticket("mine", priority="P1"), by=ana)
    actions.take(file_ticket("theirs"), by=lena)
    file_ticket("free")
    clock.shift(timedelta(minutes=16))
    client.force_login(ana)
    views = {f"view-{view.pk}": str(view) for view in SavedView.objects.pinned_by(ana)}

    def places():
        found = client.get("/queue/counts/").context["places"]
        return {views.get(place["name"], place["name"]): place for place in found}

    assert {name: place["count"] for name, place in places().items()} == {
        "next": "2", "unassigned": "1", "open": "3", "Breaching within 1 h": "1", "My tickets": "1",
        "Waiting for the customer": "0", "L1": "3", "L2": "0", "TAM accounts": "0", "Recently resolved": "0",
    }  # fmt: skip
    assert places()["next"]["is_hot"] and not places()["open"]["is_hot"]

    assert LIMIT == 1000
    monkeypatch.setattr("tickets.counting.LIMIT", 2)
    assert (places()["open"]["count"], places()["unassigned"]["count"]) == ("1+", "1")


def test_all_counts_are_one_query_and_none_for_a_while(client, ana, file_ticket, settings):
    file_ticket()
    client.force_login(ana)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with CaptureQueriesContext(connection) as first:
        client.get("/queue/counts/")
    with CaptureQueriesContext(connection) as second:
        client.get("/queue/counts/")
    assert sum("tickets_ticket" in query["sql"] for query in first) == 1
    assert not any("tickets_ticket" in query["sql"] or "saved_views" in query["sql"] for query in second)


def test_taking_from_the_queue_asks_the_table_to_refresh(client, ana, lena, file_ticket):
    ticket = file_ticket()
    client.force_login(ana)
    response = client.post(
        f"/tickets/{ticket.number}/take/", {"from": "queue"}, headers={"HX-Request": "true"}
    )
    assert (response.status_code, response["HX-Trigger"]) == (204, '{"live:ticket": {}}')
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (ana, "open")

    again = client.post(f"/tickets/{ticket.number}/take/", {"from": "queue"}, headers={"HX-Request": "true"})
    assert again.status_code == 409

    other = file_ticket()
    plain = client.post(f"/tickets/{other.number}/take/", {"from": "queue", "queue": "view=all&tier=L1"})
    assert plain["Location"] == "/queue/?q=tier:L1"


@pytest.mark.parametrize(
    "view", ["mine", "unassigned", "all", "all&q=nothing", "all&tier=TAM", "all&after=~1"]
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_empty_list_says_what_to_do(client, ana, view, language):
    client.force_login(ana)
    client.cookies["django_language"] = language
    with translation.override(None):
        page = client.get(f"/queue/?view={view}").content.decode()
    assert 'class="empty"' in page
    assert page.count('class="button') > 3


def test_what_a_customer_wrote_is_text_on_the_page(client, ana, file_ticket):
    file_ticket('<img src=x onerror="alert(1)">')
    person("<b>Bo</b>", domain="kite.example")
    client.force_login(ana)
    assert "<img src=x" not in client.get("/queue/?view=all").content.decode()
