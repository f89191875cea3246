"""Colleagues named in a note: `@Ana Nunes`, or `@ana` for who signs in as ana@…"""

from __future__ import annotations

import re

from accounts.models import User

# An address is no mention: what stands before the sign must not be part of a word.
_SIGN = re.compile(r"(?<![\w.+-])[@＠](?=\S)")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_LONGEST = 120


def mentioned(body: str, *, but: User | None = None) -> list[User]:
    """Whom a text names by @, by name. Two of one name are both meant; code names nobody."""
    text = _CODE.sub(" ", body)
    named = [text[match.end() : match.end() + _LONGEST].casefold() for match in _SIGN.finditer(text)]
    if not named:
        return []
    colleagues = User.objects.staff().active().order_by("name", "pk")
    return [one for one in colleagues if one != but and any(_begins(text, one) for text in named)]


def _begins(text: str, colleague: User) -> bool:
    """Whether a text begins with this person's name or handle, and not with a longer word."""
    return any(
        text.startswith(name) and not _goes_on(name, text[len(name) :])
        for name in (colleague.name.casefold(), handle(colleague))
        if name
    )


def _goes_on(name: str, rest: str) -> bool:
    """Chinese stands without spaces: what follows a Chinese name is another word."""
    return name[-1].isascii() and rest[:1].isascii() and bool(re.match(r"[\w-]", rest))


def handle(colleague: User) -> str:
    """The part of the address before the @, which is easier to type than some names."""
    return colleague.email.partition("@")[0].casefold()
