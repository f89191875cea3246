"""Several things one after the other, as the reader's language separates them."""

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(words: Iterable[object]) -> str:
    """ "a, b, c"; "a、b、c" in Chinese."""
    return pgettext("between the words of a list", ", ").join(map(str, words))
