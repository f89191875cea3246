"""Mask a text that arrives in pieces.

Whole lines are looked at; what follows the last line break waits for the next piece, so that no secret is
cut in two. The same secret gets the same label all through a file (`[ip-1]`), so that a log stays readable.
Between two requests of an upload the state is kept as JSON: it holds keyed digests of what was masked,
never the secrets.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection
from typing import Any

from files.masking.finding import BEGIN_PEM, Kind, Secret, secrets
from files.masking.report import Masked, Sample

# A line longer than this is cut behind what was surely looked at as a whole.
LONGEST_LINE = 1024 * 1024
KEPT_BACK = 16 * 1024
# A block that never ends (a log that broke off) is taken for over after so many lines, or a few that hold
# no base64.
LONGEST_BLOCK = 400
COST_OF_OTHER_LINES = 100
# Beyond that many of a kind the label has no number: nobody compares so many.
MOST_NUMBERS = 5000
SAMPLES_OF_A_KIND = 3
SAMPLE_CHARACTERS = 60

_END_PEM = re.compile(rb"-----END [A-Z0-9 ]{2,40}-----")
# The part of a line inside a block that is base64, behind a log's own beginning of the line.
_BASE64 = re.compile(rb"[A-Za-z0-9+/=]{16,}|(?<!\S)[A-Za-z0-9+/]+={1,2}(?=\s*$)|^[A-Za-z0-9+/=]+(?=\s*$)")
_LAST_BASE64 = re.compile(rb"[A-Za-z0-9+/=]{16,}|(?<!\S)[A-Za-z0-9+/=]+(?=\s*$)")


class Masker:
    """`feed()` pieces, then `finish()`; both return what may be stored. Lines stay lines."""

    def __init__(
        self, key: bytes, state: dict[str, Any] | None = None, *, kinds: Collection[Kind] = frozenset(Kind)
    ) -> None:
        """`key` makes the digests in the state useless to who reads only the state. `kinds`: what is
        masked."""
        state = state or {}
        self._kinds = kinds
        self._key = key
        self._tail = base64.b64decode(state.get("tail", ""))
        self._numbers: dict[str, dict[str, int]] = state.get("numbers", {})
        self._block: list[Any] = state.get("block", [])  # label, lines left
        self._line: int = state.get("line", 1)
        self._places: int = state.get("places", 0)
        self._samples: list[list[Any]] = state.get("samples", [])  # kind, line, text
        self._counts: dict[str, int] = state.get("counts", {})

    def state(self) -> dict[str, Any]:
        """What the next request needs to go on. For JSON."""
        return {
            "tail": base64.b64encode(self._tail).decode(),
            "numbers": self._numbers,
            "block": self._block,
            "line": self._line,
            "places": self._places,
            "samples": self._samples,
            "counts": self._counts,
        }

    def feed(self, piece: bytes) -> bytes:
        self._tail += piece
        cut = max(self._tail.rfind(b"\n"), self._tail.rfind(b"\r", 0, len(self._tail) - 1)) + 1
        if len(self._tail) - cut > LONGEST_LINE:
            cut = self._safe_cut(len(self._tail) - KEPT_BACK)
        if not cut:
            return b""
        text, self._tail = self._tail[:cut], self._tail[cut:]
        return self._mask(text)

    def finish(self) -> bytes:
        text, self._tail = self._tail, b""
        return self._mask(text)

    @property
    def masked(self) -> Masked:
        """What was masked so far."""
        samples: list[Sample] = []
        for _kind, line, text in sorted(self._samples, key=lambda one: (one[1], one[2].startswith("… "))):
            # Two secrets near each other in a line are seen in one sample of it.
            if not any(one.line == line and text.removeprefix("… ") in one.text for one in samples):
                samples.append(Sample(line, text))
        return Masked(kinds=dict(self._counts), places=self._places, samples=tuple(samples))

    def _safe_cut(self, cut: int) -> int:
        """A place near `cut` that lies in no secret."""
        begin = self._tail.rfind(b"-----BEGIN ", 0, cut)
        if begin >= 0 and not _END_PEM.search(self._tail, begin, cut):
            return begin if begin > len(self._tail) - LONGEST_LINE else cut
        for secret in secrets(self._tail):
            if secret.start < cut < secret.end:
                return secret.start if secret.start > len(self._tail) - LONGEST_LINE else secret.end
            if secret.start >= cut:
                break
        while cut > len(self._tail) - 2 * KEPT_BACK and self._tail[cut - 1 : cut] not in b' ,;"{}[]\t':
            cut -= 1
        return cut

    def _mask(self, text: bytes) -> bytes:
        """Whole lines, with labels."""
        pieces: list[bytes] = []
        position = 0
        while position < len(text):
            if self._block:
                position = self._mask_block(text, position, pieces)
                continue
            begin = BEGIN_PEM.search(text, position)
            self._mask_plain(text[position : begin.end() if begin else len(text)], pieces)
            position = begin.end() if begin else len(text)
            if begin:
                kind = Kind.PRIVATE_KEY if b"PRIVATE" in begin[1] else Kind.CERTIFICATE
                self._block = [kind.value, LONGEST_BLOCK, ""]
        return b"".join(pieces)

    def _mask_plain(self, text: bytes, pieces: list[bytes]) -> None:
        copied = counted = 0
        noted: list[tuple[Secret, int]] = []
        start_of_pieces = len(pieces)
        lengths = 0
        for secret in secrets(text):
            if secret.kind not in self._kinds:
                continue
            self._line += text.count(b"\n", counted, secret.start)
            counted = secret.start
            pieces += (text[copied : secret.start], self._label(secret.kind, text[secret.start : secret.end]))
            lengths += len(pieces[-2]) + len(pieces[-1])
            copied = secret.end
            self._places += 1
            if self._wants_sample(secret.kind):
                noted.append((secret, lengths))
                self._samples.append([secret.kind.value, self._line, ""])
        pieces.append(text[copied:])
        self._line += text.count(b"\n", counted)
        if noted:
            self._quote(b"".join(pieces[start_of_pieces:]), noted)

    def _mask_block(self, text: bytes, position: int, pieces: list[bytes]) -> int:
        """Mask the next line of a block of PEM, or what of the line belongs to it. Returns where it ends."""
        kind, lines_left, digest = self._block
        line_end = text.find(b"\n", position) + 1 or len(text)
        end = _END_PEM.search(text, position, line_end)
        body = text[position : end.start() if end else line_end]
        escaped = b"\\n" in body
        is_last = bool(_END_PEM.search(text, line_end, line_end + 200))
        base64_of = (_LAST_BASE64 if is_last else _BASE64).findall(body)
        digest = hashlib.sha256(digest.encode() + b"".join(base64_of)).hexdigest()
        if escaped or (end and b"\n" not in body and body.strip()):
            pieces.append(self._number_block(kind, digest) + body[len(body.rstrip()) :])
        else:
            label = f"[{kind}]".encode()
            pieces.append((_LAST_BASE64 if is_last else _BASE64).sub(label, body))
        self._line += body.count(b"\n")
        if end:
            if not escaped:
                self._number_block(kind, digest)
            pieces.append(end[0])
            self._block = []
            return end.end()
        lines_left -= 1 if base64_of else COST_OF_OTHER_LINES
        self._block = [kind, lines_left, digest] if lines_left > 0 else []
        return line_end

    def _number_block(self, kind: str, digest: str) -> bytes:
        self._places += 1
        return self._label(Kind(kind), digest.encode())

    def _label(self, kind: Kind, value: bytes) -> bytes:
        value = value.lower() if kind == Kind.EMAIL else value
        digest = hmac.digest(self._key, value, "sha256")[:9]
        known = self._numbers.setdefault(kind.value, {})
        name = base64.b64encode(digest).decode()
        number = known.get(name)
        if number is None:
            self._counts[kind.value] = self._counts.get(kind.value, 0) + (len(known) < MOST_NUMBERS)
            if len(known) >= MOST_NUMBERS:
                return b"[%s]" % kind.value.encode()
            number = known[name] = len(known) + 1
        return b"[%s-%d]" % (kind.value.encode(), number)

    def _wants_sample(self, kind: Kind) -> bool:
        return len([one for one in self._samples if one[0] == kind.value]) < SAMPLES_OF_A_KIND

    def _quote(self, masked: bytes, noted: list[tuple[Secret, int]]) -> None:
        """Fill in the lines of the samples, as they are after masking."""
        waiting = [sample for sample in self._samples if not sample[2]]
        for sample, (_secret, at) in zip(waiting, noted, strict=True):
            start = masked.rfind(b"\n", 0, at) + 1
            end = masked.find(b"\n", at)
            end = len(masked) if end < 0 else end
            cut = max(start, at - SAMPLE_CHARACTERS)
            line = masked[cut : min(end, cut + 2 * SAMPLE_CHARACTERS)]
            text = line.decode("utf-8", errors="replace").replace("\0", "").strip()
            sample[2] = f"… {text}" if cut > start else text or "…"


def masked_text(
    text: str, key: bytes = b"", *, kinds: Collection[Kind] = frozenset(Kind)
) -> tuple[str, Masked]:
    """A text in one piece, masked, and what was masked in it."""
    masker = Masker(key, kinds=kinds)
    data = masker.feed(text.encode(errors="replace")) + masker.finish()
    return data.decode(errors="replace"), masker.masked
