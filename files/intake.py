"""Bytes on their way in: what arrives in parts is masked part by part, and only that is written down."""

from __future__ import annotations

import base64
import codecs
from typing import Any

from files import kinds
from files.masking import Masked, Masker


class Intake:
    """`feed()` and `finish()` return what may be written. `state()` lets another request go on.

    The first bytes wait until there are enough of them to tell whether this is a text. A text is masked
    unless its sender keeps the original; anything else passes unchanged. UTF-16 comes out as UTF-8.
    """

    def __init__(self, key: bytes, *, keeps_original: bool, state: dict[str, Any] | None = None) -> None:
        state = state or {}
        self._key = key
        self._head: bytes | None = base64.b64decode(state.get("head", "")) if not state.get("begun") else None
        self._masker: Masker | None = None
        self._codec: str = state.get("codec", "")
        self._keeps_original = keeps_original
        self._decoder = codecs.getincrementaldecoder(self._codec)("replace") if self._codec else None
        if self._decoder and "rest" in state:
            self._decoder.setstate((base64.b64decode(state["rest"]), 0))
        if state.get("masker") is not None:
            self._masker = Masker(key, state["masker"])

    def state(self) -> dict[str, Any]:
        """For JSON."""
        if self._head is not None:
            return {"head": base64.b64encode(self._head).decode()}
        state: dict[str, Any] = {"begun": True, "codec": self._codec}
        if self._decoder:
            state["rest"] = base64.b64encode(self._decoder.getstate()[0]).decode()
        if self._masker:
            state["masker"] = self._masker.state()
        return state

    def feed(self, piece: bytes) -> bytes:
        if self._head is None:
            return self._pass(piece)
        self._head += piece
        return self._begin() if len(self._head) >= kinds.HEAD_BYTES else b""

    def finish(self) -> bytes:
        begun = self._begin() if self._head is not None else b""
        if not self._masker:
            return begun
        rest = self._decoder.decode(b"", final=True).encode() if self._decoder else b""
        return begun + self._masker.feed(rest) + self._masker.finish()

    @property
    def masked(self) -> Masked:
        return self._masker.masked if self._masker else Masked()

    def _begin(self) -> bytes:
        head, self._head = self._head or b"", None
        if self._keeps_original or not kinds.is_text(head):
            return head
        self._codec = kinds.utf_16(head)
        if self._codec:
            self._decoder = codecs.getincrementaldecoder(self._codec)("replace")
            head = head[2:]
        self._masker = Masker(self._key)
        return self._pass(head)

    def _pass(self, piece: bytes) -> bytes:
        if not self._masker:
            return piece
        if self._decoder:
            piece = self._decoder.decode(piece).encode(errors="replace")
        return self._masker.feed(piece)
