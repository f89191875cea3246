"""Files: what may come in, and that nothing that went in ever comes out as a page of this site."""

import re
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tickets import actions
from tickets.models import Attachment, NoteAttachment

pytestmark = pytest.mark.django_db


def png(text=b""):
    """A picture of one pixel, with anything in a comment."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"tEXt", b"Comment\0" + text)
        + chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
        + chunk(b"IEND", b"")
    )


SCRIPT = b"<script>alert(document.domain)</script>"
ATTACKS = {
    "page.html": b"<!doctype html><html><body>" + SCRIPT,
    "page.xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>",
    "sheet.xml": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x/>',
    "saved.mht": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + SCRIPT,
    "paper.pdf": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "movie.swf": b"FWS\x0a\x00\x00\x00\x00",
    "picture.png": SCRIPT + png(),
    "test.com": b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
}


@pytest.fixture
def attach(ticket, rui):
    def attach(name, content=b"error 17"):
        actions.reply(ticket, by=rui, body="see the file", files=[ContentFile(content, name=name)])
        return Attachment.objects.latest("created_at")

    return attach


def get(client, user, attachment, **query):
    client.force_login(user)
    return client.get(attachment.get_absolute_url(), query)


def body(response):
    return b"".join(response.streaming_content)


def assert_cannot_act(response):
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ATTACKS)
def test_whatever_could_act_is_a_download_whose_bytes_are_unchanged(client, attach, rui, name):
    response = get(client, rui, attach(name, ATTACKS[name]))
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["Content-Type"] == "application/octet-stream"
    assert_cannot_act(response)
    assert body(response) == ATTACKS[name]


def test_a_picture_is_shown_in_place_by_the_type_of_its_bytes(client, attach, rui):
    attachment = attach("screen.txt", png())
    response = get(client, rui, attachment)
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'inline; filename="screen.txt"'
    assert_cannot_act(response)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(SCRIPT), "image/png"),
        (png() + SCRIPT, "image/png"),
        # What only begins like a picture is none.
        (b"GIF89a/*" + b"\0" * 20 + b"*/=1;" + SCRIPT, "application/octet-stream"),
    ],
)
def test_a_picture_that_is_a_page_or_a_script_too_is_only_a_picture(client, attach, rui, content, kind):
    attachment = attach("both.html", content)
    response = get(client, rui, attachment)
    assert response["Content-Type"] == kind
    assert_cannot_act(response)
    shown = body(response)
    assert attachment.is_picture == (kind == "image/png")
    if attachment.is_picture:
        assert SCRIPT not in shown
    else:
        assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("query", [{"overridetype": "text/html"}, {"type": "text/html"}, {"inline": "1"}])
def test_no_parameter_changes_the_type(client, attach, rui, query):
    response = get(client, rui, attach("page.html", ATTACKS["page.html"]), **query)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("claimed", ["text/html", "image/svg+xml", "a/b\r\nX-Injected: y", "a" * 4096])
def test_the_type_that_a_sender_claims_is_nowhere(client, ticket, rui, claimed):
    file = ContentFile(b"just text", name="a.txt")
    file.content_type = claimed
    actions.reply(ticket, by=rui, body="x", files=[file])
    attachment = Attachment.objects.get()
    response = get(client, rui, attachment)
    assert attachment.content_type == "text/plain"
    assert "X-Injected" not in response
    assert claimed not in str(response.headers)


NAMES = {
    '"><svg onload=alert(1)>.jpg': '"><svg onload=alert(1)>.jpg',
    "invoice\u202egpj.exe": "invoicegpj.exe",
    "\u200b.htaccess": "htaccess",
    "\ufeff..\u2008": "file",
    "a\0b.txt": "ab.txt",
    "x" * 300 + ".log": "x" * 196 + ".log",
    "..\\..\\windows\\system.ini": "system.ini",
    "../../etc/passwd": "passwd",
    "C:\\boot.ini": "boot.ini",
    "shell.php::$DATA": "shell.php::$DATA",
    "trailing. . ": "trailing",
    "two\r\nX-Injected: lines.txt": "twoX-Injected: lines.txt",
    "🙂 日志.log": "🙂 日志.log",
    "a%2f..%2fb.txt": "a%2f..%2fb.txt",
}


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:30])
def test_no_name_lies_breaks_a_header_a_page_or_the_disk(client, ticket, rui, name):
    attachment = attach_named(ticket, rui, name)
    assert attachment.name == NAMES[name]

    stored = Path(attachment.file.path)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", attachment.file.name)
    assert stored.is_relative_to(django_settings.MEDIA_ROOT)
    assert stored.stat().st_mode & 0o777 == 0o640

    response = get(client, rui, attachment)
    assert response.status_code == 200
    assert "X-Injected" not in response
    assert "\n" not in response["Content-Disposition"]
    if not attachment.name.isascii():
        assert "filename*=utf-8''" in response["Content-Disposition"]

    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "<svg onload" not in page


def attach_named(ticket, rui, name):
    """A file as a hostile client may name it: Django's own classes would tidy some of it before we do."""
    file = ContentFile(b"x")
    file.name = name
    actions.reply(ticket, by=rui, body="x", files=[file])
    return Attachment.objects.latest("created_at")


def test_only_who_sees_the_ticket_gets_its_files(client, attach, rui, ana, mia, zoe):
    attachment = attach("sdk.log")
    for person in (rui, ana, mia):
        assert get(client, person, attachment).status_code == 200
    assert get(client, zoe, attachment).status_code == 404

    client.logout()
    response = client.get(attachment.get_absolute_url())
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_who_left_the_organisation_or_may_not_sign_in_gets_no_file(client, attach, rui):
    attachment = attach("sdk.log")
    rui.memberships.all().delete()
    assert get(client, rui, attachment).status_code == 404
    rui.is_active = False
    rui.save(update_fields=["is_active"])
    assert client.get(attachment.get_absolute_url()).status_code == 302


def test_a_file_with_a_note_is_for_the_desk_only(client, ticket, rui, ana, zoe):
    actions.note(ticket, by=ana, body="x", files=[ContentFile(b"internal", name="core.dmp")])
    attachment = NoteAttachment.objects.get()
    assert get(client, ana, attachment).status_code == 200
    for person in (rui, zoe):
        assert get(client, person, attachment).status_code == 404
        # Nor by the address of public files.
        assert client.get(reverse("attachment", args=[attachment.pk])).status_code == 404


def test_a_file_cannot_be_sent_to_or_removed_at_its_address(client, attach, rui):
    attachment = attach("sdk.log")
    client.force_login(rui)
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(attachment.get_absolute_url()).status_code == 405
    assert Attachment.objects.filter(pk=attachment.pk).exists()


def test_a_file_that_is_gone_from_the_disk_is_not_found(client, attach, rui):
    attachment = attach("sdk.log")
    Path(attachment.file.path).unlink()
    assert get(client, rui, attachment).status_code == 404


def test_a_large_file_is_given_in_pieces(client, attach, rui, settings):
    settings.ATTACHMENT_MAX_BYTES = 10_000_000
    response = get(client, rui, attach("big.log", b"x" * 3_000_000))
    assert response.streaming
    assert response["Content-Length"] == "3000000"
    pieces = list(response.streaming_content)
    assert len(pieces) > 10
    assert sum(map(len, pieces)) == 3_000_000


def test_the_sixty_first_file_of_a_minute_is_refused_and_the_text_is_kept(client, clock, ticket, rui, ana):
    cache.clear()
    client.force_login(rui)
    url = reverse("ticket_reply", args=[ticket.number])

    def send(count):
        files = [SimpleUploadedFile(f"{index}.log", b"x") for index in range(count)]
        return client.post(url, {"body": "my words", "attachments": files})

    for _ in range(6):
        assert send(10).status_code == 302
    refused = send(1)
    assert refused.status_code == 429
    assert "You sent more than 60 files within a minute." in refused.content.decode()
    assert "my words</textarea>" in refused.content.decode()
    assert Attachment.objects.count() == 60

    clock.shift(timedelta(minutes=1))
    assert send(1).status_code == 302
