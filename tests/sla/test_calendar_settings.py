"""The settings pages of calendars: who may, what they refuse, both languages."""

from datetime import date

import pytest
from django.urls import reverse

from sla import defaults
from sla.calendars import drafts
from sla.calendars.editing import Choice, with_day
from sla.models import Calendar, CalendarDraft

pytestmark = pytest.mark.django_db

NEW = {"name": "Lisbon", "name_zh": "里斯本", "zone": "Europe/Lisbon", "like": "office"}


@pytest.fixture
def office():
    return Calendar.objects.get(name="Business hours")


@pytest.fixture
def browser_of(client):
    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


def pages(calendar):
    return [
        reverse("calendars"),
        reverse("calendar_new"),
        reverse("calendar", args=[calendar.pk]),
        *(
            reverse(f"calendar_{name}", args=[calendar.pk])
            for name in ("draft", "week", "day", "holidays", "review", "try")
        ),
    ]


class TestWhoMay:
    @pytest.mark.parametrize("who", ["mia", "ines"])
    def test_managers_and_admins(self, request, browser_of, office, who):
        client = browser_of(request.getfixturevalue(who))
        for page in pages(office):
            assert client.get(page).status_code in (200, 422), page

    @pytest.mark.parametrize("who", ["ana", "lena", "rui", "zoe"])
    def test_nobody_else(self, request, browser_of, office, who):
        client = browser_of(request.getfixturevalue(who))
        doors = [reverse(f"calendar_{name}", args=[office.pk]) for name in ("discard", "forget_days")]
        for page in pages(office):
            assert client.get(page).status_code == 403, page
        for page in [*pages(office), *doors, reverse("calendar_rename", args=[office.pk])]:
            assert client.post(page, NEW).status_code == 403, page
        assert not CalendarDraft.objects.exists()

    def test_strangers_sign_in_first(self, client, office):
        for page in pages(office):
            assert client.get(page).status_code == 302, page

    def test_a_draft_is_its_authors_own(self, browser_of, office, mia, ines):
        drafts.begin(ines, name="Hers", name_zh="", definition=defaults.BUSINESS_HOURS)
        drafts.change(
            drafts.draft_of(ines, office),
            with_day(office.current.definition, date(2026, 7, 14), Choice.HOLIDAY, name="Hers alone"),
        )
        client = browser_of(mia)
        assert client.get(reverse("calendar_draft", args=["new"])).status_code == 404
        assert "Hers alone" not in client.get(reverse("calendar_draft", args=[office.pk])).text

    @pytest.mark.parametrize("key", ["new", "999999", "older", "99999999999"])
    def test_what_is_not_there_is_404(self, browser_of, mia, key):
        assert browser_of(mia).get(reverse("calendar_draft", args=[key])).status_code == 404


class TestANewCalendar:
    def test_is_drafted_edited_and_put_in_force(self, browser_of, mia):
        client = browser_of(mia)
        assert client.post(reverse("calendar_new"), NEW)["Location"] == reverse(
            "calendar_draft", args=["new"]
        )
        assert not Calendar.objects.filter(name="Lisbon").exists()
        week = {"zone": "Europe/Lisbon", "mon": "9-13, 14-18", "sat": "22:00–02:00", "save": "1"}
        client.post(reverse("calendar_week", args=["new"]), week)
        client.post(reverse("calendar_review", args=["new"]), {"note": "For the new team"})
        made = Calendar.objects.get(name="Lisbon")
        assert made.current.definition["hours"] == {
            "mon": [["09:00", "13:00"], ["14:00", "18:00"]],
            "sat": [["22:00", "24:00"]],
            "sun": [["00:00", "02:00"]],
        }
        assert (made.current.created_by, made.current.note) == (mia, "For the new team")

    def test_needs_a_name_of_its_own_and_a_zone(self, browser_of, mia):
        response = browser_of(mia).post(
            reverse("calendar_new"), {**NEW, "name": "business HOURS", "zone": "Mars"}
        )
        assert response.status_code == 422
        assert "already" in response.text
        assert "not a known time zone" in response.text


class TestEditing:
    @pytest.fixture
    def client(self, browser_of, mia):
        return browser_of(mia)

    def post(self, client, door, office, **data):
        return client.post(reverse(f"calendar_{door}", args=[office.pk]), data)

    def test_looking_makes_no_draft(self, client, office):
        for page in pages(office):
            client.get(page)
        assert not CalendarDraft.objects.exists()

    def test_nothing_is_in_force_before_the_review(self, client, office):
        self.post(client, "day", office, day="2026-10-01", choice="holiday", name="National Day")
        assert office.current.number == 1
        page = client.get(reverse("calendar_draft", args=[office.pk]) + "?year=2026").text
        assert "National Day" in page
        review = client.get(reverse("calendar_review", args=[office.pk])).text
        assert "Thu 1 Oct 2026" in review
        self.post(client, "review", office, note="Holidays of 2026")
        assert office.current.number == 2
        assert office.current.definition["names"] == {"2026-10-01": {"en": "National Day"}}
        shown = client.get(reverse("calendar", args=[office.pk])).text
        assert "Holidays of 2026" in shown

    def test_without_a_note_nothing_is_put_in_force(self, client, office):
        self.post(client, "day", office, day="2026-10-01", choice="holiday")
        response = self.post(client, "review", office, note=" ")
        assert response.status_code == 422
        assert office.current.number == 1

    def test_the_hours_of_a_day_are_copied_without_saving(self, client, office):
        response = self.post(client, "week", office, zone="UTC", mon="7-15", copy="mon:workdays")
        assert response.text.count('value="7-15"') == 5
        assert not CalendarDraft.objects.exists()
        response = self.post(client, "week", office, zone="UTC", sun="8-9", copy="sun:all")
        assert response.text.count('value="8-9"') == 7

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ({"mon": "09:00-12:00, 11:00-13:00"}, "overlap"),
            ({"mon": "whenever"}, "cannot be read"),
            ({"zone": "Nowhere"}, "not a known time zone"),
        ],
    )
    def test_a_week_that_cannot_be_is_explained_and_kept_as_typed(self, client, office, data, why):
        response = self.post(client, "week", office, **{"zone": "UTC", **data})
        assert response.status_code == 422
        assert why in response.text
        assert f'value="{data.get("mon", "Nowhere")}"' in response.text
        assert not CalendarDraft.objects.exists()

    def test_a_calendar_that_never_opens_cannot_be_put_in_force(self, client, office):  # A9
        self.post(client, "week", office, zone="UTC")
        assert "does not open at all" in client.get(reverse("calendar_review", args=[office.pk])).text
        assert self.post(client, "review", office, note="Closed").status_code == 422
        assert office.current.number == 1

    def test_night_hours_where_clocks_change_are_warned_of(self, client, office):  # A5
        self.post(client, "week", office, zone="Europe/Lisbon", mon="9-17", sun="00:00-02:30")
        assert "changes its clocks" in client.get(reverse("calendar_draft", args=[office.pk])).text

    def test_a_run_of_dates_is_entered_at_once(self, client, office):
        self.post(
            client, "day", office, day="2026-10-01", until="2026-10-03", choice="holiday", name="Week off"
        )
        draft = CalendarDraft.objects.get(calendar=office)
        assert draft.definition["holidays"] == ["2026-10-01", "2026-10-02", "2026-10-03"]
        self.post(client, "forget_days", office, day=["2026-10-02"])
        draft.refresh_from_db()
        assert draft.definition["holidays"] == ["2026-10-01", "2026-10-03"]
        assert "2026-10-02" not in draft.definition["names"]

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ({"day": "2026-10-02", "until": "2026-10-01", "choice": "holiday"}, "before the start"),
            ({"day": "2026-01-01", "until": "2026-12-31", "choice": "holiday"}, "two months"),
            ({"day": "2026-10-01", "choice": "hours"}, "Enter the hours"),
            ({"day": "2026-10-01", "choice": "hours", "hours": "9-12, 11-13"}, "overlap"),
            ({"day": "1066-10-14", "choice": "holiday"}, "between 1970 and 2200"),
            ({"day": "", "choice": "holiday"}, "required"),
        ],
    )
    def test_a_date_that_cannot_be_is_explained(self, client, office, data, why):
        response = self.post(client, "day", office, **data)
        assert response.status_code == 422
        assert why in response.text
        assert not CalendarDraft.objects.exists()

    def test_throwing_away_leaves_the_calendar_as_it_was(self, client, office):
        self.post(client, "day", office, day="2026-10-01", choice="holiday")
        self.post(client, "discard", office)
        assert not CalendarDraft.objects.exists()
        assert office.current.number == 1

    def test_renaming_makes_no_version(self, client, office):
        self.post(client, "rename", office, name="Office", name_zh="办公时间")
        office.refresh_from_db()
        assert (office.name, office.name_zh, office.current.number) == ("Office", "办公时间", 1)
        assert self.post(client, "rename", office, name="around the clock").status_code == 422

    def test_an_earlier_version_is_shown_and_not_changed(self, client, office):
        self.post(client, "day", office, day="2026-10-01", choice="holiday", name="National Day")
        self.post(client, "review", office, note="Holidays")
        page = client.get(reverse("calendar", args=[office.pk]) + "?version=1&year=2026")
        assert "no longer in force" in page.text
        assert "/edit/day/?day=" not in page.text
        assert client.get(reverse("calendar", args=[office.pk]) + "?version=9").status_code == 404


class TestHolidays:  # A4
    @pytest.fixture
    def client(self, browser_of, mia):
        return browser_of(mia)

    ASKED = {"country": "CN", "subdivision": "", "first": "2026", "last": "2026"}

    def test_only_what_is_ticked_is_taken(self, client, office):
        address = reverse("calendar_holidays", args=[office.pk])
        page = client.get(address, self.ASKED)
        assert "National Day" in page.text
        assert not CalendarDraft.objects.exists()
        client.post(address, {**self.ASKED, "day": ["2026-10-01", "2026-10-10"]})
        draft = CalendarDraft.objects.get(calendar=office)
        assert draft.definition["holidays"] == ["2026-10-01"]
        assert draft.definition["shifts"] == {"2026-10-10": [["09:00", "17:30"]]}

    def test_a_date_that_was_not_proposed_is_not_taken(self, client, office):
        address = reverse("calendar_holidays", args=[office.pk])
        client.post(address, {**self.ASKED, "day": ["2026-11-11"]})
        assert "2026-11-11" not in CalendarDraft.objects.get(calendar=office).definition["holidays"]

    def test_they_are_named_in_the_readers_language(self, client, mia, office):
        mia.language = "zh-hans"
        mia.save(update_fields=["language"])
        page = client.get(reverse("calendar_holidays", args=[office.pk]), self.ASKED)
        assert "国庆节" in page.text
        assert "调休上班" in page.text

    @pytest.mark.parametrize(
        "asked",
        [
            {"country": "XX", "first": "2026", "last": "2026"},
            {"country": "CN", "first": "1066", "last": "2026"},
            {"country": "CN", "first": "2026", "last": "2050"},
            {"country": "CN", "subdivision": "Mars", "first": "2026", "last": "2026"},
        ],
    )
    def test_what_cannot_be_proposed_is_refused(self, client, office, asked):
        assert client.get(reverse("calendar_holidays", args=[office.pk]), asked).status_code == 422

    def test_dates_that_cannot_be_read_are_refused(self, client, office):
        address = reverse("calendar_holidays", args=[office.pk])
        assert client.post(address, {**self.ASKED, "day": ["soon"]}).status_code == 422


class TestTryingIt:
    @pytest.fixture
    def client(self, browser_of, mia):
        return browser_of(mia)

    def ask(self, client, office, **data):
        asked = {
            "at": "2026-07-17T16:30",
            "zone": office.current.definition["tz"],
            "hours": "2",
            "minutes": "0",
        }
        return client.get(reverse("calendar_try", args=[office.pk]), {**asked, **data})

    def test_it_says_when_and_what_is_counted(self, client, office):
        text = self.ask(client, office).text
        assert "Mon 20 Jul 2026 10:00" in text  # one hour on Friday, one on Monday
        assert "2 stretches count" in text

    def test_a_long_target_leaves_out_the_middle(self, client, office):
        assert "more" in self.ask(client, office, hours="800").text

    def test_nothing_to_count_is_due_at_once(self, client, office):
        assert "due at once" in self.ask(client, office, hours="0").text

    def test_more_than_ten_years_hold_is_said(self, client, office):
        made = defaults.calendar("Sundays", "", {"tz": "UTC", "hours": {"sun": [["09:00", "10:00"]]}})
        assert "rule A9" in self.ask(client, made, hours="9999", zone="UTC").text

    @pytest.mark.parametrize(
        "data", [{"at": "later"}, {"at": "0001-01-01T00:00"}, {"hours": "-1"}, {"zone": "X"}]
    )
    def test_what_cannot_be_asked_is_refused(self, client, office, data):
        assert self.ask(client, office, **data).status_code == 422


def test_the_year_is_told_to_those_who_do_not_see_it(browser_of, mia, office):
    page = browser_of(mia).get(reverse("calendar", args=[office.pk]) + "?year=2026").text
    assert 'aria-label="Thursday, 1 October 2026: open as every week, 09:00–17:30, 8.5 h"' in page
    assert page.count('class="month"') == 12
    assert "261 working days" in page


@pytest.mark.parametrize("year", ["9999", "0", "-1", "x", "²", "99999999999999"])
def test_an_odd_year_shows_some_year(browser_of, mia, office, year):
    assert browser_of(mia).get(reverse("calendar", args=[office.pk]), {"year": year}).status_code == 200


def test_the_list_asks_few_questions(browser_of, mia, django_assert_max_num_queries):
    client = browser_of(mia)
    with django_assert_max_num_queries(30):
        client.get(reverse("calendars"))


def test_the_year_speaks_chinese_too(browser_of, mia, office):
    mia.language = "zh-hans"
    mia.save(update_fields=["language"])
    client = browser_of(mia)
    page = client.get(reverse("calendar", args=[office.pk]) + "?year=2026").text
    for words in ("2026 年一览", "每周工作时间", "星期四", "试算", "版本"):
        assert words in page
