"""Uploads: begun, broken off, gone on with, sent with a message, or swept away."""

from __future__ import annotations

import base64
import errno
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from files import storing, uploads
from files.errors import TooManyNow
from files.models import Upload
from helpdesk.errors import InvalidInput
from tickets import actions
from tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db

TUS = {"Tus-Resumable": "1.0.0"}
LOG = b"".join(
    b"07-13 09:00:%02d.000  1  1 I Rtc: peer 203.0.113.7 packet %d\n" % (i % 60, i) for i in range(5000)
)


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


def metadata(**about):
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in about.items())


def announce(client, *, size, name="sdk.log", place="ticket", **about):
    headers = {
        **TUS,
        "Upload-Length": str(size),
        "Upload-Metadata": metadata(filename=name, place=place, **about),
    }
    return client.post(reverse("uploads"), headers=headers)


def send(client, url, data, offset):
    return client.patch(
        url,
        data,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(offset)},
    )


def upload(client, data, **about):
    url = announce(client, size=len(data), **about)["Location"]
    assert send(client, url, data, 0).status_code == 204
    return Upload.objects.get(pk=url.split("/")[-2])


def stored(row):
    with row.file.open("rb") as file:
        return file.read()


@pytest.fixture
def as_rui(client, rui):
    client.force_login(rui)
    return client


def test_a_file_arrives_in_parts_and_is_stored_masked(as_rui, rui):
    created = announce(as_rui, size=len(LOG))
    assert created.status_code == 201
    url = created["Location"]
    cut = len(LOG) // 2 + 5
    assert send(as_rui, url, LOG[:cut], 0)["Upload-Offset"] == str(cut)
    head = as_rui.head(url, headers=TUS)
    assert (head["Upload-Offset"], head["Upload-Length"]) == (str(cut), str(len(LOG)))
    assert send(as_rui, url, LOG[cut:], cut).status_code == 204

    row = Upload.objects.get()
    assert row.is_ready and row.owner == rui
    assert stored(row) == LOG.replace(b"203.0.113.7", b"[ip-1]")
    assert row.size == len(stored(row))
    assert row.masked["kinds"] == {"ip": 1}
    assert row.masked["places"] == 5000
    assert row.lines["count"] == 5000


def test_no_byte_of_a_secret_touches_the_disk_or_the_database_before_the_file_is_whole(as_rui, settings):
    secret = b"tok3n-5f4dcc3b5aa765d61d83"
    data = LOG + b"token=" + secret + b"\n" + LOG
    url = announce(as_rui, size=len(data))["Location"]
    send(as_rui, url, data[: len(LOG) * 2], 0)
    parts = [path.read_bytes() for path in Path(settings.UPLOAD_ROOT).iterdir()]
    assert parts and all(secret not in part and b"203.0.113.7" not in part for part in parts)
    progress = str(Upload.objects.get().progress)
    assert secret.decode() not in progress
    assert "203.0.113.7" not in progress


def files_with(secret, folder):
    return [path for path in Path(folder).rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_no_door_leaves_an_original_behind_unless_the_reporter_says_so(
    as_rui, rui, ana, live_sdk, settings, tmp_path
):
    """The canary: a token sent by each door, searched for in every byte on the disk and every row."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "temporary")
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir()
    secret = b"tok3n-5f4dcc3b5aa765d61d83"
    # Longer than what Django would keep in memory; the secret also stands where two parts meet.
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = len(LOG)
    data = LOG + b"token=" + secret + b"\n" + LOG + b"Authorization: Bearer " + secret + b"\n"
    cut = data.index(secret) + 7

    url = announce(as_rui, size=len(data))["Location"]
    send(as_rui, url, data[:cut], 0)
    send(as_rui, url, data[cut:], cut)
    waiting = Upload.objects.get()
    form = {"subject": "Black", "body": "y", "affected": "everything", "extent": "all"}
    form |= {"environment": "production", "attachments_uploaded": [str(waiting.pk)]}
    broken = {**form, "subject": "", "attachments": SimpleUploadedFile("again.log", data)}
    assert as_rui.post(reverse("ticket_new"), broken).status_code == 422
    sent = {**form, "attachments": SimpleUploadedFile("form.log", data)}
    assert as_rui.post(reverse("ticket_new"), sent).status_code == 302
    ticket = Ticket.objects.get()
    actions.reply(ticket, by=rui, body="one more", files=[SimpleUploadedFile("reply.log", data)])
    actions.note(ticket, by=ana, body="ours", files=[SimpleUploadedFile("note.log", data)])

    names = set(Attachment.objects.values_list("name", flat=True))
    assert {"sdk.log", "form.log", "reply.log"} <= names
    assert files_with(secret, tmp_path) == []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(
                f'select count(*) from "{table}" t where strpos(t::text, %s) > 0', [secret.decode()]
            )
            assert cursor.fetchone() == (0,), table

    upload(as_rui, data, original="1", name="as-it-is.log")
    (kept,) = files_with(secret, tmp_path)
    assert kept == Path(Upload.objects.get(name="as-it-is.log").file.path)


def test_the_original_is_kept_only_if_its_sender_says_so(as_rui):
    assert stored(upload(as_rui, LOG, original="1")) == LOG
    assert Upload.objects.get().is_original


def test_an_interrupted_part_is_gone_on_with_behind_what_came(as_rui):
    url = announce(as_rui, size=len(LOG))["Location"]
    send(as_rui, url, LOG[:1000], 0)
    refused = send(as_rui, url, LOG[500:], 500)
    assert refused.status_code == 409
    assert refused["Upload-Offset"] == "1000"
    assert send(as_rui, url, LOG[1000:], 1000).status_code == 204
    assert stored(Upload.objects.get()).count(b"\n") == 5000


def test_an_upload_whose_part_was_lost_begins_anew(as_rui, settings):
    url = announce(as_rui, size=len(LOG))["Location"]
    send(as_rui, url, LOG[:100_000], 0)
    for part in Path(settings.UPLOAD_ROOT).iterdir():
        part.unlink()
    again = send(as_rui, url, LOG[100_000:], 100_000)
    assert (again.status_code, again["Upload-Offset"]) == (409, "0")
    assert send(as_rui, url, LOG, 0).status_code == 204


def test_what_is_too_large_or_empty_is_refused_by_its_announced_length(as_rui):
    large = announce(as_rui, size=500 * 1024 * 1024, name="core.dmp")
    assert large.status_code == 413
    assert (
        large.content.decode().replace("\xa0", " ")
        == "“core.dmp” is 500.0 MB; a file may have at most 25.0 MB."
    )
    assert announce(as_rui, size=0).status_code == 422
    assert not Upload.objects.exists()


def test_more_bytes_than_announced_are_refused(as_rui):
    url = announce(as_rui, size=10)["Location"]
    assert send(as_rui, url, b"x" * 11, 0).status_code == 413
    assert send(as_rui, url, b"x" * 10, 0).status_code == 204


def test_too_many_files_of_a_message_and_too_many_bytes_of_a_person_are_refused(as_rui, settings):
    for _ in range(settings.ATTACHMENTS_PER_MESSAGE):
        assert announce(as_rui, size=10).status_code == 201
    refused = announce(as_rui, size=10)
    assert (refused.status_code, refused.content.decode()) == (429, "At most 10 files go with one message.")
    settings.UPLOADS_WAITING_MAX_BYTES = 150
    refused = announce(as_rui, size=60, place="reply-10001")
    assert refused.status_code == 429
    assert "may have 150" in refused.content.decode().replace("\xa0", " ")


def test_the_sixty_first_upload_of_a_minute_is_refused(as_rui, settings, clock):
    settings.ATTACHMENTS_PER_MESSAGE = 100
    for _ in range(60):
        assert announce(as_rui, size=1).status_code == 201
    assert announce(as_rui, size=1).status_code == 429
    clock.shift(timedelta(minutes=1))
    assert announce(as_rui, size=1).status_code == 201


def test_an_upload_is_nobody_elses(as_rui, client, zoe, ana, mia):
    row = upload(as_rui, LOG)
    url = row.get_absolute_url()
    for person in (zoe, ana, mia):
        client.force_login(person)
        assert client.head(url, headers=TUS).status_code == 404
        assert send(client, url, b"x", 0).status_code == 404
        assert client.delete(url, headers=TUS).status_code == 404
        assert client.get(url).status_code == 404
        for part in ("file", "small", "look"):
            assert client.get(f"{url}{part}/").status_code == 404
    client.logout()
    assert client.get(f"{url}file/").status_code == 302
    assert Upload.objects.filter(pk=row.pk).exists()


def test_ids_of_others_sent_with_a_form_are_ignored(as_rui, client, rui, zoe, ticket):
    row = upload(as_rui, LOG, place=f"reply-{ticket.pk}")
    client.force_login(zoe)
    own = client.post(
        reverse("ticket_new"),
        {
            "subject": "x",
            "priority": "P1",
            "body": "y",
            "attachments_uploaded": [str(row.pk), "no-id", "1 or 1=1"],
        },
    )
    assert own.status_code == 302
    assert not Attachment.objects.exists()
    assert Upload.objects.filter(pk=row.pk, owner=rui).exists()


def test_a_sent_file_cannot_be_sent_again_or_removed(as_rui, rui, ticket):
    row = upload(as_rui, LOG)
    actions.reply(ticket, by=rui, body="see the log", files=[row])
    attachment = Attachment.objects.get()
    assert attachment.file.name == row.file.name
    assert attachment.masked["kinds"] == {"ip": 1}
    with pytest.raises(InvalidInput, match="has been sent already"):
        actions.reply(ticket, by=rui, body="again", files=[row])
    assert as_rui.delete(row.get_absolute_url(), headers=TUS).status_code == 404
    assert Path(attachment.file.path).is_file()


def test_a_form_is_filed_with_what_was_uploaded(as_rui, live_sdk):
    row = upload(as_rui, LOG)
    response = as_rui.post(
        reverse("ticket_new"),
        {"subject": "Black", "priority": "P1", "body": "all black", "attachments_uploaded": [str(row.pk)]},
    )
    assert response.status_code == 302
    assert Attachment.objects.get().message.ticket == Ticket.objects.get()
    assert not Upload.objects.exists()


def test_files_of_a_form_with_errors_need_not_be_chosen_again(as_rui):
    refused = as_rui.post(
        reverse("ticket_new"),
        {"subject": "", "priority": "P1", "body": "b", "attachments": [SimpleUploadedFile("a.log", LOG)]},
    )
    assert refused.status_code == 422
    row = Upload.objects.get()
    assert f'value="{row.pk}" checked' in " ".join(refused.content.decode().split())


def test_a_file_is_removed_with_its_bytes(as_rui):
    row = upload(as_rui, LOG)
    assert as_rui.delete(row.get_absolute_url(), headers=TUS).status_code == 204
    assert not Path(row.file.path).exists()


def test_forgotten_uploads_are_swept_with_their_bytes_after_a_day(as_rui, settings):
    forgotten = upload(as_rui, LOG)
    broken = announce(as_rui, size=len(LOG))["Location"]
    send(as_rui, broken, LOG[:100], 0)
    Upload.objects.update(updated_at=timezone.now() - timedelta(hours=25))
    fresh = upload(as_rui, LOG)
    assert uploads.sweep(timezone.now()) == 2
    assert list(Upload.objects.all()) == [fresh]
    assert not Path(forgotten.file.path).exists()
    assert Path(fresh.file.path).exists()
    assert list(Path(settings.UPLOAD_ROOT).iterdir()) == []


def test_a_full_disk_refuses_the_file_and_keeps_what_had_come(as_rui, monkeypatch):
    url = announce(as_rui, size=len(LOG))["Location"]
    send(as_rui, url, LOG[:1000], 0)

    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(storing, "open_part", full)
        refused = send(as_rui, url, LOG[1000:], 1000)
    assert refused.status_code == 507
    assert "There is no room for files at the moment" in refused.content.decode()
    assert send(as_rui, url, LOG[1000:], 1000).status_code == 204


def test_a_nearly_full_disk_refuses_before_the_first_byte(as_rui, monkeypatch):
    monkeypatch.setattr("files.uploads.shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    assert announce(as_rui, size=10).status_code == 507


def test_on_a_full_disk_the_text_of_the_ticket_is_kept_and_the_ticket_can_be_filed_without(
    as_rui, monkeypatch
):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storing, "open_part", full)
    form = {"subject": "Black", "priority": "P1", "body": "the words I typed"}
    refused = as_rui.post(reverse("ticket_new"), {**form, "attachments": [SimpleUploadedFile("a.log", LOG)]})
    page = refused.content.decode()
    assert refused.status_code == 507
    assert "There is no room for files at the moment" in page
    assert "the words I typed</textarea>" in page
    assert as_rui.post(reverse("ticket_new"), form).status_code == 302


def test_a_disk_that_fills_up_while_the_form_arrives_costs_no_text(as_rui, monkeypatch):
    def full(**_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("files.receiving.tempfile.TemporaryFile", full)
    refused = as_rui.post(
        reverse("ticket_new"),
        {
            "subject": "Black",
            "priority": "P1",
            "body": "my words",
            "attachments": [SimpleUploadedFile("a.log", LOG)],
        },
    )
    assert refused.status_code == 507
    assert "my words</textarea>" in refused.content.decode()


def test_an_upload_needs_the_protocols_headers(as_rui):
    assert as_rui.post(reverse("uploads")).status_code == 412
    assert as_rui.post(reverse("uploads"), headers=TUS).status_code == 400
    assert announce(as_rui, size=1, place="../../etc").status_code == 400
    url = announce(as_rui, size=1)["Location"]
    assert (
        as_rui.patch(url, b"x", content_type="text/plain", headers={**TUS, "Upload-Offset": "0"}).status_code
        == 415
    )
    options = as_rui.options(reverse("uploads"), headers=TUS)
    assert options["Tus-Extension"] == "creation,expiration,termination"


@pytest.mark.parametrize("place", ["ticket", "reply-1", "x" * 30])
def test_no_name_of_a_file_becomes_a_path(as_rui, settings, place):
    response = announce(as_rui, size=len(LOG), name="../../\u202eetc/passwd", place=place)
    if len(place) > 20:
        assert response.status_code == 400
        return
    send(as_rui, response["Location"], LOG, 0)
    row = Upload.objects.get()
    assert row.name == "passwd"
    assert "passwd" not in row.file.path
    assert Path(row.file.path).is_relative_to(settings.MEDIA_ROOT)
    assert Path(row.file.path).stat().st_mode & 0o777 == 0o640


def test_limits_are_those_of_one_person(rui, zoe, settings):
    settings.ATTACHMENTS_PER_MESSAGE = 1
    uploads.begin(rui, place="ticket", name="a", size=1)
    uploads.begin(zoe, place="ticket", name="a", size=1)
    with pytest.raises(TooManyNow):
        uploads.begin(rui, place="ticket", name="b", size=1)
