"""What can follow while somebody types: keys, then their values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tickets.query.asker import Asker
from tickets.query.keys import Moment
from tickets.query.reading import usable
from tickets.query.table import ALIASES, FLAGS, KEYS
from tickets.query.terms import Filter

MOST = 10
_AGES = ("<1h", "<1d", "<7d", ">7d", ">30d")
_AHEAD = ("<30m", "<1h", "<4h", "<1d")
# The term being typed: a minus, a key, the values so far, and the last value.
_TYPED = re.compile(
    r"(?P<minus>[-－]?)(?:(?P<key>[a-z][a-z_-]*)[:：](?P<values>(?:[^,，]*[,，])*))?(?P<last>.*)", re.I
)


@dataclass(frozen=True)
class Suggestion:
    """`text` replaces the term being typed; one that `goes_on` still wants its value."""

    text: str
    label: str
    hint: str = ""
    goes_on: bool = False


def suggest(typed: str, asker: Asker) -> list[Suggestion]:
    """For the term that is being typed, the last of the box; for an empty one all keys. At most one query."""
    match = _TYPED.fullmatch(typed.replace("\0", "").replace("\n", " ").strip()[:100])
    if match is None:
        return []
    minus = "-" if match["minus"] else ""
    if match["key"] is None:
        return _keys(match["last"].casefold(), minus, asker)
    key = KEYS.get(ALIASES.get(match["key"].casefold(), match["key"].casefold()))
    if key is None or key.name not in usable(asker):
        return []
    if isinstance(key, Moment):
        return _moments(key, minus)
    so_far = re.split("[,，]", match["values"])[:-1]
    offers = key.offered(match["last"].strip('"“”'), asker)
    return [
        Suggestion(
            minus + str(Filter(key.name, (*(one.strip('"“”') for one in so_far), offer.value))),
            offer.label or offer.value,
            offer.value if offer.label else "",
        )
        for offer in offers
        if offer.value not in so_far
    ][:MOST]


def _keys(typed: str, minus: str, asker: Asker) -> list[Suggestion]:
    staff = asker.user.is_staff_member
    flags = [
        Suggestion(minus + flag.name, flag.name, str(flag.help))
        for flag in FLAGS.values()
        if (staff or flag.for_requesters) and flag.name.startswith(typed)
    ]
    found = [
        Suggestion(f"{minus}{name}:", f"{name}:", str(KEYS[name].help), goes_on=True)
        for name in usable(asker)
        if name.startswith(typed) or (typed and str(KEYS[name].label).casefold().startswith(typed))
    ]
    return [*found, *flags] if not typed else [*found, *flags][:MOST]


def _moments(key: Moment, minus: str) -> list[Suggestion]:
    texts = _AHEAD if key.lies_ahead else _AGES
    return [
        Suggestion(f"{minus}{key.name}{text}", key.told(key.as_measure([text])), f"{key.name}{text}")
        for text in texts
    ]
