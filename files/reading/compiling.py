"""Patterns of admins become automata: RE2 has no expression that takes more than linear time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2
from django.utils.translation import gettext as _

from helpdesk.errors import InvalidInput

LONGEST = 500
# Instructions of the automaton: the shipped patterns have up to 300; "(x{100}){100}" has some 20,000.
LARGEST = 2000


@lru_cache(maxsize=4)
def all_at_once(patterns: tuple[str, ...]) -> Any:
    """One automaton for patterns that `compiled()` takes: `Match(bytes)` gives the numbers of those found."""
    options = re2.Options()
    options.max_mem = 128 * 1024 * 1024
    options.log_errors = False
    every = re2.Set.SearchSet(options)
    for pattern in patterns:
        every.Add(b"(?m)" + pattern.encode())
    every.Compile()
    return every


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re2._Regexp:
    """The automaton for bytes. Raises InvalidInput, with RE2's reason, for what it does not take."""
    options = re2.Options()
    options.max_mem = 8 * 1024 * 1024
    options.log_errors = False
    try:
        # As bytes of UTF-8: offsets are those of the file.
        automaton = re2.compile(b"(?m)" + pattern.encode(), options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise InvalidInput(
            _(
                "This pattern is not understood: %(reason)s. Patterns are those of RE2: "
                "no look-ahead, no back references."
            )
            % {"reason": reason.decode(errors="replace") if isinstance(reason, bytes) else reason}
        ) from error
    if automaton.programsize > LARGEST:
        raise InvalidInput(_("This pattern is too large. Repetitions of repetitions make it so."))
    if automaton.search(b""):
        raise InvalidInput(
            _("This pattern matches nothing at all, too; let it ask for at least one character.")
        )
    return automaton
