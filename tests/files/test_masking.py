"""Masking: no secret survives, everything else does."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files.masking import Kind, Masker, masked_text

PEM = "\n".join(
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        *(
            "MIIEpAIBAAKCAQEA7Zx4fR2vQ0d1kq" + str(number) * 4 + "cVnX2bLw8TtYyPzJj3mSeHhUu6"
            for number in range(1, 6)
        ),
        "QxZ91A==",
        "-----END RSA PRIVATE KEY-----",
    ]
)
JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJydWkiLCJleHAiOjE3MjA4NjEyMDB9.Zk3n8Qw-1xYv_7Lh2PqRs5Tt"
RTC_TOKEN = "006a1b2c3d4e5f60718293a4b5c6d7e8f9IAC" + "Xk9Yq3LmN7pRs2TvWxZ4bCd5EfGh6Jk8" * 2
HEX = "9f86d081884c7d659a2feaa0c55ad015"

# A line, the secret in it, its kind.
CORPUS = [
    (f"I/Auth: using {JWT} for channel", JWT, Kind.TOKEN),
    ("GET /v1/rooms Authorization: Bearer mF_9.B5f-4.1JqM", "mF_9.B5f-4.1JqM", Kind.TOKEN),
    ("> authorization: Basic cnVpOmh1bnRlcjI=", "cnVpOmh1bnRlcjI=", Kind.TOKEN),
    (f'joinChannel(token="{RTC_TOKEN}", uid=17)', RTC_TOKEN, Kind.TOKEN),
    (f"renewing with {RTC_TOKEN}", RTC_TOKEN, Kind.TOKEN),
    ("https://cdn.kite.example/a.flv?sign=1&token=ab12CD34ef56&x=1", "ab12CD34ef56", Kind.TOKEN),
    ('{"access_token": "ya29.a0AfB_byC1234567890"}', "ya29.a0AfB_byC1234567890", Kind.TOKEN),
    ('{\\"token\\":\\"a1b2c3d4e5f6\\"}', "a1b2c3d4e5f6", Kind.TOKEN),
    ("Set-Cookie: helpdesk-session=k3j4h5g6; Path=/", "helpdesk-session=k3j4h5g6; Path=/", Kind.TOKEN),
    (f"appCertificate={HEX}", HEX, Kind.KEY),
    (f"app_certificate : '{HEX}'", HEX, Kind.KEY),
    ("aws_access_key_id = AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", Kind.KEY),
    ("found AKIAIOSFODNN7EXAMPLE in the environment", "AKIAIOSFODNN7EXAMPLE", Kind.KEY),
    (
        "secret_access_key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        None,
    ),
    ("x-api-key: 5f4dcc3b5aa765d61d8327deb882cf99", "5f4dcc3b5aa765d61d8327deb882cf99", Kind.KEY),
    ("using AIzaSyD4F8a9Bc0dEfGhIjKlMnOpQrStUvWxYz1", "AIzaSyD4F8a9Bc0dEfGhIjKlMnOpQrStUvWxYz1", Kind.KEY),
    ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_4eC39HqLyjWDarjtT1zdp7dc", Kind.KEY),
    ("encryptionKey=Zq8Lk2Mn5Pr9", "Zq8Lk2Mn5Pr9", Kind.KEY),
    ("password: hunter2", "hunter2", Kind.PASSWORD),
    ("pwd=secret!", "secret!", Kind.PASSWORD),
    ("rtmp://rui:hunter2@push.kite.example/live", "rui:hunter2", Kind.PASSWORD),
    ("mail from rui.tan+sdk@kite.example received", "rui.tan+sdk@kite.example", Kind.EMAIL),
    ("联系 rui@kite.example 吧", "rui@kite.example", Kind.EMAIL),
    ("called +1 (415) 555-2671 twice", "+1 (415) 555-2671", Kind.PHONE),
    ("sms to +8613912345678", "+8613912345678", Kind.PHONE),
    ("手机 13912345678，", "13912345678", Kind.PHONE),
    ("phoneNumber: 02079460958", "02079460958", Kind.PHONE),
    ("candidate udp 203.0.113.7:51413 typ srflx", "203.0.113.7", Kind.IP),
    ("connect(192.168.1.20)", "192.168.1.20", Kind.IP),
    ("https://198.51.100.4/path", "198.51.100.4", Kind.IP),
    ("host=10.0.0.1", "10.0.0.1", Kind.IP),
    ("peer 2001:db8:85a3::8a2e:370:7334 connected", "2001:db8:85a3::8a2e:370:7334", Kind.IP),
    ("bound to [fe80::1ff:fe23:4567:890a]:9000", "fe80::1ff:fe23:4567:890a", Kind.IP),
    (
        "MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJRTESMBAGA1UE",
        "gAwIBAgIEAgAAuTANBgkqhkiG9w0",
        Kind.CERTIFICATE,
    ),
]

# What an engineer needs and nobody must lose.
HARMLESS = [
    "07-13 09:00:01.123  2345  2371 E RtcEngine: error code -17 at 09:00:01",
    "2026-07-13T09:00:01.123+08:00 SDK version 4.3.2.1 build 4.3.2.1102",
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
    'RtcSDK/4.3.2.1 initialised, libRtc 4.3.2.1, v4.3.2.1, sdkVersion=4.3.2.1, "version": "4.3.2.1"',
    "listening on 127.0.0.1:8000 and 0.0.0.0:9000 and ::1",
    "uid=3141592653 channel=room-17 sid=5d41402abc4b2a76b9719d911017c592 appId: 0123456789abcdef0123456789abcdef",
    "token expired, tokenExpireTs=1720861200, token: null, token = undefined, token length: 139",
    "onTokenPrivilegeWillExpire token: expired",
    "password: ******** passwordField visible",
    "std::vector<int>::size face::bad Engine::create cafe::a",
    "image@2x.png MainActivity@3f2a9c1 libfoo@4.3.2",
    "00:1a:2b:3c:4d:5e mac, 1.3.6.1.4.1 oid, 999.1.1.1",
    "ts=1720861200123 started 1720861200 offset +0800 delta +12.5",
    "at com.kite.live.Room.join(Room.kt:139) code=101 rtt=45ms 1280x720@30fps",
    "signature: onJoinChannelSuccess(String channel)",
    "黑屏，错误码 17，版本 4.3.2",
]


@pytest.mark.parametrize(("line", "secret", "kind"), CORPUS, ids=range(len(CORPUS)))
def test_a_secret_is_replaced_by_its_kind(line, secret, kind):
    text, masked = masked_text(line)
    assert secret not in text
    assert masked.places == 1
    if kind:
        assert list(masked.kinds) == [kind]
        assert f"[{kind}-1]" in text


@pytest.mark.parametrize("line", HARMLESS)
def test_what_an_engineer_needs_stays(line):
    text, masked = masked_text(line)
    assert text == line
    assert not masked


def test_the_same_secret_has_the_same_label_all_through_a_file():
    text, masked = masked_text(
        "from 10.0.0.1\nto 10.0.0.2\nback from 10.0.0.1\nRui@Kite.example rui@kite.example\n"
    )
    assert text == "from [ip-1]\nto [ip-2]\nback from [ip-1]\n[email-1] [email-1]\n"
    assert masked.kinds == {"ip": 2, "email": 1}
    assert masked.places == 5
    assert [(one.line, one.text) for one in masked.samples] == [
        (1, "from [ip-1]"),
        (2, "to [ip-2]"),
        (3, "back from [ip-1]"),
        (4, "[email-1] [email-1]"),
    ]


def test_what_was_masked_is_told_in_words():
    masked = masked_text("token=ab12CD34ef56 rui@kite.example zoe@ondo.example")[1]
    assert str(masked) == "3 secrets masked: 1 token, 2 e-mail addresses"


@pytest.mark.parametrize("prefix", ["", "07-13 09:00:01.123 I/cert: "])
def test_a_private_key_goes_and_its_lines_stay(prefix):
    lines = ["before", *(prefix + line for line in PEM.splitlines()), "after 4.3.2"]
    text, masked = masked_text("\n".join(lines))
    assert len(text.splitlines()) == len(lines)
    for line in PEM.splitlines()[1:-1]:
        assert line not in text
    assert text.startswith("before\n") and text.endswith("after 4.3.2")
    assert masked.kinds == {"private-key": 1}


def test_a_key_with_escaped_line_breaks_goes():
    text, masked = masked_text('{"key": "' + PEM.replace("\n", "\\n") + '", "error": -17}')
    assert "MIIE" not in text and "QxZ91A" not in text
    assert text.endswith('-----END RSA PRIVATE KEY-----", "error": -17}')
    assert masked.kinds == {"private-key": 1}


def test_a_block_that_never_ends_does_not_swallow_the_log():
    text, _masked = masked_text(
        "-----BEGIN CERTIFICATE-----\nMIIC" + "x" * 60 + "\nerror -17 in line three\n"
    )
    assert "error -17 in line three" in text
    assert "MIIC" not in text


def secret_lines():
    return st.sampled_from([line for line, *_rest in CORPUS])


def plain_lines():
    return st.sampled_from(HARMLESS) | st.text(alphabet="abcxyz 0123456789-_.:/黑屏\t", max_size=60)


def any_log():
    return st.lists(secret_lines() | plain_lines() | st.just(PEM), min_size=1, max_size=25)


def in_pieces(data: bytes, cuts: list[int]) -> bytes:
    """Masked piece by piece, the state carried over as between two requests."""
    state = None
    out = b""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        masker = Masker(b"k", state)
        out += masker.feed(data[start:end])
        state = masker.state()
    return out + Masker(b"k", state).finish()


@settings(max_examples=150, deadline=None)
@given(any_log(), st.lists(st.integers(min_value=0, max_value=10**6), max_size=6))
def test_no_secret_survives_however_the_log_is_cut_into_pieces(lines, cuts):
    log = "\n".join(lines)
    out = in_pieces(log.encode(), cuts).decode()
    for _line, secret, _kind in CORPUS:
        assert secret not in out
    assert out == masked_text(log, b"k")[0]


@settings(max_examples=150, deadline=None)
@given(any_log(), st.sampled_from(["\n", "\r\n"]))
def test_masking_twice_changes_nothing_and_lines_stay_lines(lines, end):
    log = end.join(lines)
    once = masked_text(log)[0]
    assert masked_text(once)[0] == once
    assert once.count("\n") == log.count("\n")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_bytes_that_are_no_text_break_nothing(data):
    out = in_pieces(data, [3, 77])
    assert out.count(b"\n") == data.count(b"\n")


def test_one_line_of_megabytes_is_masked_in_pieces():
    data = (b'{"a":1,"peer":"203.0.113.7","n":12345},' * 80_000)[:-1]
    masker = Masker(b"k")
    out = (
        b"".join(masker.feed(data[at : at + 500_000]) for at in range(0, len(data), 500_000))
        + masker.finish()
    )
    assert b"203.0.113.7" not in out
    assert out.count(b"[ip-1]") == 80_000


def test_hostile_lines_are_masked_in_linear_time():
    def seconds(data: bytes) -> float:
        started = time.process_time()
        Masker(b"k").feed(data + b"\n")
        return time.process_time() - started

    for piece in (
        b"token=",
        b"1.1.1.",
        b"a:",
        b"eyJ",
        b"a@a.",
        b"://",
        b"-----BEGIN ",
        b"1.",
        b"::",
        b"+1 23 ",
    ):
        assert seconds(piece * (400_000 // len(piece))) < 2, piece
