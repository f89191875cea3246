"""The words of a query as PostgreSQL is asked for them, cut by the same rules as those in the index."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable
from django.utils.translation import gettext as _

from helpdesk.text import segmented
from tickets.query.asker import Unclear
from tickets.query.terms import Text


def check(term: Text) -> None:
    """Raises Unclear for a text in which there is nothing to look for."""
    if not segmented(term.text):
        raise Unclear(_("there is no letter and no digit in it to look for"))


def asked_for(terms: Iterable[Text]) -> SearchQueryCombinable | None:
    """Every word, those in quotation marks next to each other; None without any."""
    question: SearchQueryCombinable | None = None
    for term in terms:
        kind = "phrase" if term.is_phrase else "plain"
        one: SearchQueryCombinable = SearchQuery(segmented(term.text), search_type=kind, config="english")
        one = ~one if term.is_negated else one  # type: ignore[operator]
        question = one if question is None else question & one
    return question
