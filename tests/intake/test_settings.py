"""Admins define request types, the table of impact and the SDK versions; nobody else does."""

import re

import pytest
from django.urls import reverse

from intake import actions, builtin
from intake.impact import STANDARD, Rules
from intake.models import ImpactRules, RequestType, RequestTypeVersion
from products.models import SdkVersion

pytestmark = pytest.mark.django_db

PAGES = ["request_types", "request_type_new", "impact_rules", "sdk_versions"]


@pytest.fixture
def broken(db):
    return RequestType.objects.get(code="broken")


def fields_of(html):
    """Everything a browser would send of the editor's form, as it stands."""
    form = html[html.index('id="editor"') : html.index("</form>", html.index('id="editor"'))]
    data = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            value = re.search(r'value="([^"]*)"', tag, re.DOTALL)
            data[name[1]] = _text(value[1]) if value else ""
    for name, text in re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        data[name] = _text(text)
    for name, options in re.findall(r'<select [^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        first = re.search(r'<option(?: value="([^"]*)")?>([^<]*)', options)
        found = chosen or first
        data[name] = _text((found[1] if found[1] is not None else found[2]) if found else "")
    return data


def _text(html):
    from html import unescape

    return unescape(html)


@pytest.mark.parametrize("page", PAGES)
def test_only_admins_come_in(client, ana, mia, rui, ines, page):
    for person, status in ((rui, 403), (ana, 403), (mia, 403), (ines, 200)):
        client.force_login(person)
        assert client.get(reverse(page)).status_code == status, person
    client.force_login(mia)
    url = reverse("request_type", args=["broken"])
    assert client.post(url, {"press": "save"}).status_code == 403


@pytest.mark.parametrize("code", list(builtin.types()))
def test_the_editor_shows_a_type_and_sends_it_back_unchanged(client, ines, code):
    client.force_login(ines)
    url = reverse("request_type", args=[code])
    data = fields_of(client.get(url).content.decode())
    response = client.post(url, {**data, "press": "save"})
    assert response.status_code == 302, response.content.decode()[-3000:]
    # Nothing differs, so there is no new version.
    assert RequestType.objects.get(code=code).current.number == 1


def test_a_change_is_a_new_version_and_a_ticket_keeps_its_own(client, ines, broken):
    client.force_login(ines)
    url = reverse("request_type", args=["broken"])
    data = fields_of(client.get(url).content.decode())
    place = next(name for name, value in data.items() if value == "region").removesuffix("key")
    data |= {f"{place}label_en": "Country", f"{place}need": "required", "press": "save"}
    assert client.post(url, data).status_code == 302
    current = broken.current
    assert current.number == 2
    assert current.created_by == ines
    assert current.note == "changed “Country”"
    assert str(current.read.by_key["region"].label) == "Country"
    first = RequestTypeVersion.objects.get(request_type=broken, number=1)
    assert str(first.read.by_key["region"].label) == "Region of the users"


def test_fields_are_moved_added_and_removed_without_saving(client, ines, broken):
    client.force_login(ines)
    url = reverse("request_type", args=["broken"])
    data = fields_of(client.get(url).content.decode())
    moved = fields_of(client.post(url, {**data, "press": "down:0"}).content.decode())
    assert (moved["field-0-key"], moved["field-1-key"]) == ("product", "application")
    added = fields_of(client.post(url, {**moved, "press": "add", "new_kind": "url"}).content.decode())
    assert added["field-17-kind"] == "url"
    removed = fields_of(client.post(url, {**added, "press": "remove:0"}).content.decode())
    assert removed["field-0-key"] == "application"
    assert broken.current.number == 1


def test_what_makes_no_sense_is_explained_beside_the_field_and_not_saved(client, ines, broken):
    client.force_login(ines)
    url = reverse("request_type", args=["broken"])
    data = fields_of(client.get(url).content.decode())
    data |= {
        "field-0-shown_if-0-field": "steps",
        "field-0-shown_if-0-operator": "is_filled",
        "press": "save",
    }
    response = client.post(url, data)
    assert response.status_code == 422
    assert "“Steps to reproduce” is asked later on." in response.content.decode()
    assert broken.current.number == 1


def test_somebody_elses_version_is_not_written_over(client, ines, broken):
    client.force_login(ines)
    url = reverse("request_type", args=["broken"])
    data = fields_of(client.get(url).content.decode())
    actions.offer_type(broken, by=ines, is_offered=False)
    response = client.post(url, {**data, "name_en": "Fault", "press": "save"})
    assert response.status_code == 409
    assert "Somebody saved version 2 meanwhile." in response.content.decode()
    assert str(broken.current.read.name) == "Something is broken"


def test_the_preview_follows_product_and_platform(client, ines):
    client.force_login(ines)
    url = reverse("request_type", args=["broken"])
    data = fields_of(client.get(url).content.decode())
    page = client.post(url, {**data, "as_platform": "ios", "press": "preview"}).content.decode()
    assert "Podfile.lock" in page[page.index('id="preview"') :]
    page = client.post(url, {**data, "as_platform": "server", "press": "preview"}).content.decode()
    assert 'id="preview_device_model"' not in page


def test_a_type_is_made_switched_on_and_moved(client, ines, rui):
    client.force_login(ines)
    data = {
        "code": "recording",
        "name_en": "Recording",
        "priority": "P3",
        "field-0-key": "sid",
        "field-0-kind": "text",
        "field-0-label_en": "sid",
        "field-0-need": "required",
        "press": "save",
    }
    assert client.post(reverse("request_type_new"), data).status_code == 302
    assert not RequestTypeVersion.objects.offered().filter(request_type__code="recording").exists()
    place = reverse("request_type_place", args=["recording"])
    client.post(place, {"do": "offer"})
    client.post(place, {"do": "up"})
    codes = [one.request_type.code for one in RequestTypeVersion.objects.offered()]
    assert codes == ["broken", "quality", "integration", "billing", "recording", "feature"]
    assert client.post(reverse("request_type_new"), data).status_code == 422
    client.force_login(rui)
    assert "Recording" in client.get(reverse("ticket_new")).content.decode()


def test_a_desk_without_types_still_takes_tickets(client, ines, rui, live_sdk):
    for one in RequestType.objects.all():
        actions.offer_type(one, by=ines, is_offered=False)
    client.force_login(rui)
    assert client.get(reverse("ticket_new")).status_code == 200
    answers = {"subject": "x", "body": "y", "priority": "P3", "product": live_sdk.pk}
    response = client.post(reverse("ticket_new"), answers)
    assert response.status_code == 302
    assert client.get(response.url).status_code == 200


def test_the_table_decides_and_has_a_history(client, ines, rui):
    client.force_login(ines)
    table = {**STANDARD["table"], "main/production/all": "P1", "question": "P4", "raise_by": "0"}
    assert client.post(reverse("impact_rules"), table).status_code == 302
    row = ImpactRules.objects.get(number=2)
    assert (row.created_by, row.note) == (ines, "main/production/all P2 → P1")
    rules = ImpactRules.in_force()
    given = {"affected": "main", "environment": "production", "extent": "all"}
    assert (rules.proposed(given), rules.may_choose("P2", "P1")) == ("P1", False)
    assert client.post(reverse("impact_rules"), {**table, "question": "P9"}).status_code == 422
    assert Rules.read(row.table) == ImpactRules.in_force()


def test_a_form_shown_before_an_edit_files_what_was_typed(client, ines, rui, live_sdk, broken):
    client.force_login(rui)
    page = " ".join(client.get(reverse("ticket_new")).content.decode().split())
    seen = broken.current
    assert f'name="type" value="{seen.pk}" checked' in page
    shorter = seen.read.with_fields([one for one in seen.read if one.key != "region"])
    actions.save_type(broken, by=ines, definition=shorter, number=seen.number)
    response = client.post(
        reverse("ticket_new"),
        {
            "type": seen.pk,
            "subject": "x",
            "body": "y",
            "affected": "main",
            "extent": "some",
            "environment": "production",
            "product": live_sdk.pk,
            "platform": "android",
            "region": "Brazil",
        },
    )
    assert response.status_code == 302
    ticket = rui.tickets.get()
    assert ticket.request_type == seen
    assert ticket.answers["region"] == "Brazil"


def test_sdk_versions_are_listed_marked_and_offered(client, ines, rui, live_sdk):
    client.force_login(ines)
    url = reverse("sdk_versions")
    good = {"product": live_sdk.pk, "platform": "", "version": "4.1.0", "supported_until": "2020-01-31"}
    assert client.post(url, good).status_code == 302
    assert client.post(url, {**good, "version": "newest"}).status_code == 422
    assert "ended" in client.get(url).content.decode()
    client.force_login(rui)
    page = client.post(
        reverse("ticket_questions"),
        {"product": live_sdk.pk, "sdk_version": "4.1.0", "type": "broken", "shown_type": "broken"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "Out of support since" in page
    client.force_login(ines)
    row = SdkVersion.objects.get()
    client.post(reverse("sdk_version_remove", args=[row.pk]))
    assert not SdkVersion.objects.exists()
