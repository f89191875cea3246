"""Looking at files: logs by their lines, archives by their contents, pictures by their pixels alone."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import resource
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from files import archives, pictures
from files.lines import lines_of, marks_of
from files.looking import next_problem, problems, search, window
from tickets import actions
from tickets.models import Attachment, NoteAttachment

pytestmark = pytest.mark.django_db

LOG = b"".join(
    b"07-13 09:00:00.000  1  1 %s Rtc: line %d\n" % (b"E" if number % 700 == 0 else b"D", number)
    for number in range(1, 5001)
)


@pytest.fixture
def attach(ticket, rui):
    def attach(name, content):
        actions.reply(ticket, by=rui, body="see the file", files=[ContentFile(content, name=name)])
        return Attachment.objects.latest("created_at")

    return attach


# --- Logs


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_any_line_of_a_log_is_found_by_its_number(count, end):
    data = b"\n".join(b"line %d" % number for number in range(1, count + 1)) + end
    marks = marks_of(io.BytesIO(data))
    assert marks["count"] == (count if count else len(end))
    for first in {1, 2, 999, 1000, 1001, 2000, count}:
        lines = lines_of(io.BytesIO(data), marks, first, 3)
        expected = [f"line {number}" for number in range(max(1, first), min(first + 3, count + 1))]
        assert [line.text for line in lines if line.text] == expected
        assert [line.number for line in lines][: len(expected)] == list(
            range(max(1, first), max(1, first) + len(expected))
        )


def test_a_window_search_and_the_next_error():
    marks = marks_of(io.BytesIO(LOG))
    page = window(io.BytesIO(LOG), marks, first=1400, searched="rtc")
    assert (page.first, page.last, page.earlier, page.later) == (1400, 1899, 900, 1900)
    assert page.lines[0].level == "error" and page.lines[1].level == ""
    assert ("Rtc", True) in page.lines[0].parts
    found, has_more = search(io.BytesIO(LOG), "LINE 4321")
    assert ([one.line.number for one in found], has_more) == ([4321], False)
    found, _more = problems(io.BytesIO(LOG), "errors")
    assert [one.line.number for one in found] == [700, 1400, 2100, 2800, 3500, 4200, 4900]
    assert next_problem(io.BytesIO(LOG), marks, 1400) == 2100
    assert next_problem(io.BytesIO(LOG), marks, 4900) is None


def test_a_log_is_looked_at_where_the_ticket_may_be_seen(client, attach, rui, ana, zoe):
    attachment = attach("sdk.log", LOG)
    for person, status in ((rui, 200), (ana, 200), (zoe, 404)):
        client.force_login(person)
        assert client.get(attachment.look_url).status_code == status
        assert client.get(attachment.look_url, {"line": 1400, "q": "line 7"}).status_code == status
    client.logout()
    assert client.get(attachment.look_url).status_code == 302


def test_a_line_has_an_address_and_a_page_is_small(client, attach, rui):
    client.force_login(rui)
    attachment = attach("sdk.log", LOG)
    page = client.get(attachment.look_url, {"line": 2100}).content.decode()
    assert 'href="?line=2100#L2100"' in page
    assert "line 2100" in page and "line 4000" not in page
    assert page.count('id="L') == 500
    for query in (
        {"line": "x"},
        {"line": "99999999"},
        {"line": "-1"},
        {"only": "x"},
        {"q": "\\d+("},
        {"q": "a\0b"},
    ):
        assert client.get(attachment.look_url, query).status_code == 200


def test_a_log_cannot_act_on_its_page(client, attach, rui):
    client.force_login(rui)
    attachment = attach("sdk.log", b"<script>alert(1)</script>\x1b[31m\x07 \xff\xfe red\n" * 3)
    page = client.get(attachment.look_url, {"q": "<script>"}).content.decode()
    assert "<script>alert" not in page
    assert "<mark>&lt;script&gt;</mark>" in page
    assert "\x1b" not in page


def test_a_very_long_line_is_cut_and_says_so(client, attach, rui):
    client.force_login(rui)
    page = client.get(attach("one.log", b"x" * 300_000 + b"\nnext\n").look_url).content.decode()
    assert len(page) < 60_000
    assert "the rest of this long line is in the download" in page
    assert "next" in page


def test_what_is_neither_log_nor_archive_has_no_page(client, attach, rui):
    client.force_login(rui)
    assert client.get(attach("core.dmp", bytes(range(256)) * 40).look_url).status_code == 404


def test_a_log_with_a_note_is_for_the_desk_only(client, ticket, ana, rui):
    actions.note(ticket, by=ana, body="x", files=[ContentFile(LOG, name="a.log")])
    row = NoteAttachment.objects.get()
    for person, status in ((ana, 200), (rui, 404)):
        client.force_login(person)
        assert client.get(row.look_url).status_code == status
        assert client.get(row.small_url).status_code == 404


# --- Archives


def zipped(entries, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(mode, entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


ENTRIES = {"logs/sdk.log": b"x" * 100, "shot.png": b"y" * 50}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(ENTRIES)),
        ("a.tar", tarred("w", ENTRIES)),
        ("a.tar.gz", tarred("w:gz", ENTRIES)),
        ("a.tar.bz2", tarred("w:bz2", ENTRIES)),
        ("a.tar.xz", tarred("w:xz", ENTRIES)),
    ],
)
def test_an_archive_is_listed_and_stays_as_it_was_sent(client, attach, rui, name, data):
    client.force_login(rui)
    attachment = attach(name, data)
    page = client.get(attachment.look_url).content.decode()
    assert "logs/sdk.log" in page and "shot.png" in page
    with attachment.file.open("rb") as file:
        assert file.read() == data
    assert client.get(attachment.get_absolute_url())["Content-Disposition"].startswith("attachment")


def test_paths_that_lead_out_are_text_and_named(client, attach, rui, settings):
    client.force_login(rui)
    names = [
        "../../etc/passwd",
        "/etc/shadow",
        "C:\\boot.ini",
        "a/../../b",
        "\u202egpj.exe",
        "<script>x</script>",
    ]
    page = client.get(attach("evil.zip", zipped(dict.fromkeys(names, b"x"))).look_url).content.decode()
    assert page.count("leads out") == 4
    assert "\u202e" not in page and "<script>x" not in page
    assert "../../etc/passwd" in page
    stored = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert len(stored) == 1


def test_an_encrypted_entry_is_marked():
    data = bytearray(zipped({"secret.log": b"x"}))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert archives.listing(io.BytesIO(bytes(data)), "application/zip").is_encrypted


def bomb(compress):
    """A tar whose first entry claims and holds 300 MB of zeros, packed into almost nothing."""
    header = tarfile.TarInfo("zeros")
    header.size = 300 * 1024 * 1024
    return compress(header.tobuf() + bytes(header.size))


@pytest.mark.parametrize(
    ("kind", "compress"),
    [
        ("application/gzip", lambda data: gzip.compress(data, 1)),
        ("application/x-bzip2", lambda data: bz2.compress(data, 1)),
        ("application/x-xz", lambda data: lzma.compress(data, preset=0)),
    ],
)
def test_a_bomb_is_not_unpacked_beyond_a_limit(kind, compress, monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 4 * 1024 * 1024)
    header = tarfile.TarInfo("zeros")
    header.size = 30 * 1024 * 1024
    data = compress(header.tobuf() + bytes(header.size))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    listing = archives.listing(io.BytesIO(data), kind)
    assert [entry.path for entry in listing.entries] == ["zeros"]
    assert not listing.is_complete
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_zip_of_countless_entries_is_listed_in_part():
    data = zipped({f"{number}": b"" for number in range(3000)})
    listing = archives.listing(io.BytesIO(data), "application/zip")
    assert len(listing.entries) == archives.MOST_ENTRIES and not listing.is_complete


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 broken",
        b"\x1f\x8b\x08broken",
        b"BZh9broken",
        b"\xfd7zXZ\0broken",
        b"7z\xbc\xaf\x27\x1c" + b"x" * 50,
    ],
)
def test_a_broken_archive_has_a_calm_page(client, attach, rui, data):
    client.force_login(rui)
    page = client.get(attach("broken", data).look_url)
    assert page.status_code == 200
    assert "The contents cannot be listed" in page.content.decode()


# --- Pictures


def picture(kind="JPEG", size=(640, 480), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def with_gps():
    exif = Image.Exif()
    exif[0x010F] = "Rui's telephone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    return picture(exif=exif)


def test_a_picture_loses_what_the_camera_put_beside_the_pixels(client, attach, rui):
    assert b"telephone" in with_gps()
    client.force_login(rui)
    attachment = attach("photo.jpg", with_gps())
    for url in (attachment.get_absolute_url(), attachment.small_url):
        data = b"".join(client.get(url).streaming_content)
        assert b"telephone" not in data
        assert not Image.open(io.BytesIO(data)).getexif()
    assert attachment.is_reencoded


def test_a_kept_original_is_a_download_and_its_small_picture_is_shown(client, ticket, rui):
    file = ContentFile(with_gps(), name="photo.jpg")
    file.keeps_original = True
    actions.reply(ticket, by=rui, body="x", files=[file])
    attachment = Attachment.objects.get()
    client.force_login(rui)
    response = client.get(attachment.get_absolute_url())
    assert response["Content-Disposition"].startswith("attachment")
    assert b"telephone" in b"".join(response.streaming_content)
    assert b"telephone" not in b"".join(client.get(attachment.small_url).streaming_content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_of_four_kinds_are_shown(client, attach, rui, kind):
    client.force_login(rui)
    attachment = attach(f"a.{kind}", picture(kind))
    assert client.get(attachment.get_absolute_url())["Content-Type"] == f"image/{kind.lower()}"
    small = Image.open(io.BytesIO(b"".join(client.get(attachment.small_url).streaming_content)))
    assert small.format == "PNG" and max(small.size) <= 480


def huge_png():
    """A header that claims 50,000 by 50,000 pixels; unpacked it would have 10 GB."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(20_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_of_billions_of_pixels_is_refused_by_its_header(client, attach, rui, tmp_path):
    path = tmp_path / "huge.png"
    path.write_bytes(huge_png())
    program = (
        "import re, sys; from pathlib import Path; from files import pictures;"
        # Not ru_maxrss: that remembers the process it was forked from.
        "told = pictures.read(Path(sys.argv[1])); status = Path('/proc/self/status').read_text();"
        "print(told, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    answer, megabytes = told.stdout.split()
    assert answer == "None"
    assert int(megabytes) < 300
    client.force_login(rui)
    attachment = attach("huge.png", huge_png())
    assert not attachment.is_picture
    assert client.get(attachment.get_absolute_url())["Content-Type"] == "application/octet-stream"


def test_an_animation_of_countless_frames_is_not_written_anew(tmp_path):
    frames = [Image.new("P", (1000, 1000), color) for color in range(80)]
    path = tmp_path / "many.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    found = pictures.read(path)
    assert found is not None and found.data is None and found.thumbnail


@pytest.mark.parametrize(
    "data", [b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", b"\x89PNG\r\n\x1a\nrubbish"]
)
def test_what_is_no_picture_is_never_shown_in_place(client, attach, rui, data):
    client.force_login(rui)
    attachment = attach("a.png", data)
    assert not attachment.is_picture
    assert client.get(attachment.get_absolute_url())["Content-Disposition"].startswith("attachment")
    assert client.get(attachment.small_url).status_code == 404
    page = client.get(reverse("ticket", args=[attachment.message.ticket_id])).content.decode()
    assert "data-picture " not in page
