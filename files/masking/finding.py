"""What a secret looks like: tokens, keys, passwords, certificates, addresses of people and machines.

One automaton of RE2 finds candidates in a single pass whose time is linear in the text, whatever the text is;
a few lines of Python look at each candidate and its neighbours and decide. What helps an engineer stays:
versions, timestamps, error codes, user ids, loopback addresses.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import re2


class Kind(StrEnum):
    """The word in the label that stands where a secret stood."""

    TOKEN = "token"
    KEY = "key"
    PASSWORD = "password"
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private-key"
    EMAIL = "email"
    PHONE = "phone"
    IP = "ip"


# Those that open a door by themselves; the others tell who or where somebody is.
CREDENTIALS = frozenset({Kind.TOKEN, Kind.KEY, Kind.PASSWORD, Kind.CERTIFICATE, Kind.PRIVATE_KEY})


@dataclass(frozen=True, slots=True)
class Secret:
    """Bytes `start` to `end` of the text that was searched."""

    start: int
    end: int
    kind: Kind


BEGIN_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{2,40})-----")

_VALUE = rb"""[^\s"',;&\[\]{}<>()\\]+"""
_IS = rb"""\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?"""
_SECRET_WORDS = (
    rb"token|secret|passphrase|passw(?:or)?d|pwd|authorization|credentials?|signature|"
    rb"(?:api|access|app|secret|private|auth|encryption|channel|stream|dynamic|signing|shared|license)[_-]?key(?:[_-]?id)?|"
    rb"app[_-]?cert(?:ificate)?"
)
_SCHEME = rb"(?:bearer|basic|token|digest)\s{1,3}"
_LABELLED = rb"(?i:(?:" + _SECRET_WORDS + rb")" + _IS + rb"(?:" + _SCHEME + rb")?)" + _VALUE
_BEARER = rb"(?i:\bbearer\s{1,3})[A-Za-z0-9._~+/=-]{12,}"
_COOKIE = rb"(?i:\b(?:set-)?cookie\\?[\"']?\s?[:=]\s?)[^\r\n\[\]]{6,}"
_USER_INFO = rb"[A-Za-z]://[^\s/@\[\]\"'<>:]*:[^\s/@\[\]\"'<>]+@"
_JWT = rb"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"
_WELL_KNOWN = (
    rb"\b(?:(?:AKIA|ASIA|AGPA|AIDA|AROA)[0-9A-Z]{16}|LTAI[0-9A-Za-z]{12,26}|AKID[0-9A-Za-z]{13,40}"
    rb"|AIza[A-Za-z0-9_-]{35}|gh[pousr]_[A-Za-z0-9]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}"
    rb"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{20,})"
)
# Tokens of real-time SDKs: three digits of a version, then a long run of base64.
_RTC_TOKEN = rb"\b00[0-9][A-Za-z0-9+/=]{60,}"
_BARE_DER = rb"\bMII[A-Za-z0-9+/=]{60,}"
_EMAIL = rb"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}"
_IPV4 = rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3,}"
_IPV6 = (
    rb"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}"
    rb"|[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6})?"
    rb"|::[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,6}"
)
_PHONE = (
    rb"\+[1-9](?:[ ()-]{0,2}[0-9]){7,14}"
    rb"|1[3-9][0-9](?:[ -]?[0-9]{4}){2}"
    rb"|\(?[0-9]{3}\)?[ -][0-9]{3}-[0-9]{4}"
)
_LABELLED_PHONE = rb"(?i:(?:phone|mobile|msisdn)[a-z_]{0,8}" + _IS + rb")\+?[0-9][0-9 -]{6,17}"

_WORDS_THAT_ARE_NO_SECRET = frozenset(
    b"null none nil true false undefined empty expired expiring invalid missing unknown renewed default "
    b"required optional string redacted masked hidden".split()
)
# "image@2x.png" is no address.
_FILE_ENDINGS = frozenset(
    b"png jpg jpeg gif webp svg so dylib dll js mjs ts css java kt swift mm cc cpp hpp py rb go jar aar"
    b" framework".split()
)
# What stands right before four numbers that are a version: "Chrome/120.0.0.0", "sdk version: 4.3.2.1",
# "v4.3.2.1".
_VERSION_BEFORE = re.compile(
    rb"(?i)(?:\b(?:version|ver|sdk|build|release|firmware|engine|core|chrome|chromium|edge|safari|webkit|electron|flutter"
    rb"|driver|plugin|library|lib[a-z]*|v)(?:[ _-]?(?:version|ver|name|code))?[\"')]*[\s:=\"'(v-]*"
    rb"|[A-Za-z][\w.+-]*/v?|[A-Za-z]\s?v|version[a-z_]*[\"']?[\s:=\"'(]*)$"
)
_NEVER_MASKED = frozenset((b"0.0.0.0", b"127.0.0.1", b"255.255.255.255", b"::1", b"::"))

_LABELLED_PARTS = re.compile(rb"(?is)(.*?)" + _IS + rb"(?:" + _SCHEME + rb")?(" + _VALUE + rb")")
_COOKIE_PARTS = re.compile(rb"(?is)[^:=]*[:=]\s?(.+)")
_BEARER_PARTS = re.compile(rb"(?is)\S+\s+(.+)")
_PHONE_PARTS = re.compile(rb"(?is)\D*?(\+?[0-9][0-9 -]*[0-9])")

Decide = Callable[[bytes, int, int], Secret | None]


def secrets(text: bytes) -> Iterator[Secret]:
    """The secrets of a text, in their order, none overlapping another. Blocks of PEM are the masker's
    affair."""
    position, match = 0, _CANDIDATES.search
    while found := match(text, position):
        start, end = found.span()
        secret = _decide(text, start, end)
        if secret is None:
            # What only looked like one may hold one: "host=10.0.0.1" is looked at again behind its first
            # byte.
            position = start + 1 if end - start > 1 else end
            if text[start : start + 1].isalnum():
                position = _end_of_word(text, start, end)
            continue
        yield secret
        position = secret.end


def _end_of_word(text: bytes, start: int, end: int) -> int:
    """Where to look on behind a candidate that was none: after its first word, so that no word is cut in
    two."""
    word = _WORD.match(text, start, end)
    return max(word.end() if word else start + 1, start + 1)


_WORD = re.compile(rb"[A-Za-z0-9]+(?:[.:][0-9A-Fa-f]+)*")


def _decide(text: bytes, start: int, end: int) -> Secret | None:
    candidate = text[start:end]
    for shape, decide in _SHAPES:
        if shape.fullmatch(candidate):
            secret = decide(text, start, end)
            if secret is not None:
                return secret
    return None


def _whole(kind: Kind) -> Decide:
    return lambda text, start, end: Secret(start, end, kind)


def _labelled(text: bytes, start: int, end: int) -> Secret | None:
    parts = _LABELLED_PARTS.fullmatch(text, start, end)
    if parts is None:
        return None
    label, value = parts[1].lower(), parts[2]
    is_password = label.startswith((b"pass", b"pwd"))
    if value.lower().strip(b".!*") in _WORDS_THAT_ARE_NO_SECRET or not value.strip(b"*x.-"):
        return None
    if is_password:
        return Secret(parts.start(2), end, Kind.PASSWORD) if len(value) >= 3 else None
    has_digit = any(48 <= byte <= 57 for byte in value)
    if len(value) < 8 or not (has_digit or len(value) >= 32):
        return None
    if label == b"token" and value.isdigit() and len(value) < 14:
        return None  # a count or a moment
    return Secret(parts.start(2), end, Kind.KEY if b"key" in label or b"cert" in label else Kind.TOKEN)


def _after(parts: re.Pattern[bytes], kind: Kind) -> Decide:
    def decide(text: bytes, start: int, end: int) -> Secret | None:
        found = parts.fullmatch(text, start, end)
        return Secret(found.start(1), found.end(1), kind) if found else None

    return decide


def _user_info(text: bytes, start: int, end: int) -> Secret:
    return Secret(start + 4, end - 1, Kind.PASSWORD)


def _email(text: bytes, start: int, end: int) -> Secret | None:
    ending = text[start:end].rsplit(b".", 1)[-1].lower()
    return None if ending in _FILE_ENDINGS else Secret(start, end, Kind.EMAIL)


def _ipv4(text: bytes, start: int, end: int) -> Secret | None:
    candidate = text[start:end]
    if candidate in _NEVER_MASKED or not _stands_alone(text, start, end):
        return None
    parts = candidate.split(b".")
    if len(parts) != 4 or any(int(part) > 255 or (len(part) > 1 and part[:1] == b"0") for part in parts):
        return None
    if text[end : end + 1] == b"." and text[end + 1 : end + 2].isalnum():
        return None
    before = text[max(0, start - 32) : start]
    if _VERSION_BEFORE.search(before) and not before.endswith(b"//"):
        return None
    return Secret(start, end, Kind.IP)


def _ipv6(text: bytes, start: int, end: int) -> Secret | None:
    candidate = text[start:end]
    digits = candidate.replace(b":", b"")
    if candidate in _NEVER_MASKED or len(digits) < 4 or not any(48 <= byte <= 57 for byte in digits):
        return None
    if not _stands_alone(text, start, end) or text[end : end + 1] == b":":
        return None
    try:
        ipaddress.IPv6Address(candidate.decode())
    except ValueError:
        return None
    return Secret(start, end, Kind.IP)


def _phone(text: bytes, start: int, end: int) -> Secret | None:
    if not _stands_alone(text, start, end) or (text[start - 1 : start] in (b"-", b"+", b"/") and start):
        return None
    if text[end : end + 1] in (b".", b":", b"-") and text[end + 1 : end + 2].isdigit():
        return None
    digits = sum(48 <= byte <= 57 for byte in text[start:end])
    return Secret(start, end, Kind.PHONE) if 8 <= digits <= 15 else None


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Not the middle of a longer word or number."""
    before, after = text[start - 1 : start] if start else b"", text[end : end + 1]
    return not (before.isalnum() or before in (b"_", b".")) and not (after.isalnum() or after == b"_")


_SHAPES: list[tuple[re.Pattern[bytes], Decide]] = [
    (re.compile(shape), decide)
    for shape, decide in (
        (_USER_INFO, _user_info),
        (_JWT, _whole(Kind.TOKEN)),
        (_COOKIE, _after(_COOKIE_PARTS, Kind.TOKEN)),
        (_LABELLED, _labelled),
        (_BEARER, _after(_BEARER_PARTS, Kind.TOKEN)),
        (_WELL_KNOWN, _whole(Kind.KEY)),
        (_RTC_TOKEN, _whole(Kind.TOKEN)),
        (_BARE_DER, _whole(Kind.CERTIFICATE)),
        (_EMAIL, _email),
        (_LABELLED_PHONE, _after(_PHONE_PARTS, Kind.PHONE)),
        (_PHONE, _phone),
        (_IPV4, _ipv4),
        (_IPV6, _ipv6),
    )
]


def _automaton() -> re2._Regexp:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 * 1024 * 1024
    options.never_capture = True
    options.log_errors = False
    order = [
        *(_USER_INFO, _JWT, _COOKIE, _LABELLED, _BEARER, _WELL_KNOWN, _RTC_TOKEN, _BARE_DER),
        *(_EMAIL, _LABELLED_PHONE, _PHONE, _IPV4, _IPV6),
    ]
    return re2.compile(b"|".join(b"(?:" + shape + b")" for shape in order), options)


_CANDIDATES = _automaton()
