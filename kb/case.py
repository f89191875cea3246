"""What is known of somebody's problem while they describe it. The panel beside the form asks with it for
articles, known issues and tickets of their own alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from helpdesk.text import error_codes, normal, words
from kb.noise import NOISE
from products.models import Platform, Product

MAX_TYPED = 4_000
MAX_WORDS = 32
MAX_CODES = 12
SHORT_SUBJECT = 3

_IDENTIFIER = re.compile(r"\b(?:[a-z]+[A-Z]\w*|[A-Z][A-Z0-9]*_\w+)\b", re.ASCII)
_CODE = re.compile(r"-?\w{1,60}")


@dataclass(frozen=True)
class Case:
    """`text` is worth searching for; the facts are empty where nobody has said them."""

    text: str
    product: Product | None = None
    platform: str = ""
    sdk_version: str = ""
    named_codes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        subject: str,
        body: str = "",
        *,
        product: str = "",
        platform: str = "",
        sdk_version: str = "",
        named_codes: Iterable[str] = (),
    ) -> Case:
        """From what stands in a form. `product` is an id or a code; what cannot be understood is left out.

        `named_codes` are known to be error codes (a field of the form, a log that was read) without a word
        beside them that says so.
        """
        platform = platform if platform in Platform.values else ""
        codes = (code.strip() for code in list(named_codes)[:MAX_CODES])
        return cls(
            text=symptom(subject, body),
            product=_product(normal(product)),
            platform=platform,
            sdk_version=normal(sdk_version)[:40].strip(),
            named_codes=tuple(dict.fromkeys(code for code in codes if _CODE.fullmatch(code))),
        )

    @cached_property
    def codes(self) -> list[str]:
        """Every error code, numbers with and without their sign, for people write them either way."""
        found = error_codes(self.text)
        for code in self.named_codes:
            found |= error_codes(code) or {code}
        return sorted(found)[:MAX_WORDS]

    @cached_property
    def words(self) -> list[str]:
        """The telling words, each once: codes first, for they tell most."""
        return list(dict.fromkeys(query_words(f"{' '.join(self.named_codes)} {self.text}")))

    @property
    def is_empty(self) -> bool:
        return not self.words


def symptom(subject: str, body: str) -> str:
    """What of a ticket form is worth searching for: the subject, and the codes and methods of the text.

    A whole description holds too many words that are not its point; its beginning helps where the subject
    is a word or two.
    """
    subject, body = subject[:MAX_TYPED], body[:MAX_TYPED]
    if len(query_words(subject)) < SHORT_SUBJECT:
        subject = f"{subject}\n{body[:200]}"
    named = [*_IDENTIFIER.findall(body)[:8], *(f"error {code}" for code in sorted(error_codes(body))[:4])]
    return " ".join([subject, *named]).strip()


def query_words(text: str) -> list[str]:
    """The telling words of what somebody typed, each once; all of them if none is telling."""
    every = list(dict.fromkeys(word.strip(".") for word in words(text[:MAX_TYPED])))
    telling = [word for word in every if word not in NOISE and (len(word) > 1 or word.isdigit())]
    return [word for word in telling or every if word][:MAX_WORDS]


def _product(key: str) -> Product | None:
    if not key:
        return None
    is_id = key.isascii() and key.isdecimal() and len(key) < 10
    named = Q(pk=int(key)) if is_id else Q(code=key[:50])
    return Product.objects.filter(named).first()
