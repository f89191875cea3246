"""Which known issues somebody's case looks like: for the panel beside the form, and for engineers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q

from accounts.models import User
from kb.case import Case
from known_issues.models import KnownIssue
from products import versions
from products.models import Platform
from tickets.models import Ticket

CANDIDATES = 20
MAX_WORDS = 12
WEIGHTS = [0.05, 0.2, 0.5, 1.0]
# Words alone must be several, or those of the title; a code is enough by itself.
ENOUGH = 0.2
CODE = 1.0


@dataclass(frozen=True)
class Match:
    """`reasons` are the facts of the case that it names; `is_cured` where the case's version has the fix."""

    issue: KnownIssue
    score: float
    reasons: tuple[str, ...]
    is_cured: bool


def matching(user: User | AnonymousUser, case: Case, *, limit: int = 3) -> list[Match]:
    """The known issues that the case looks like, most likely first. Two queries.

    One of another product, of other platforms or of other versions is not offered: "known" must not be said
    of what is not.
    """
    if case.is_empty:
        return []
    any_word = SearchQuery(
        " | ".join(f"'{word}'" for word in case.words[:MAX_WORDS]), search_type="raw", config="english"
    )
    found = (
        KnownIssue.objects.visible_to(user)
        .filter(Q(search=any_word) | Q(error_codes__overlap=case.codes))
        .annotate(rank=SearchRank(F("search"), any_word, weights=WEIGHTS))
        .light()
        .order_by("-rank", "-pk")
    )
    scored = [_match(issue, case) for issue in found[:CANDIDATES] if _may_be(issue, case)]
    likely = [one for one in scored if one.score >= ENOUGH]
    return sorted(likely, key=lambda one: (-one.score, -one.issue.pk))[:limit]


def case_of(ticket: Ticket) -> Case:
    """What a ticket says: its subject, its first message, its facts."""
    first = ticket.messages.order_by("pk").values_list("body", flat=True).first() or ""
    return Case.of(
        ticket.subject,
        first,
        product=str(ticket.product_id or ""),
        platform=ticket.platform,
        sdk_version=ticket.sdk_version,
    )


def _may_be(issue: KnownIssue, case: Case) -> bool:
    if case.product and issue.product_id and issue.product_id != case.product.pk:
        return False
    if case.platform and issue.platforms and case.platform not in issue.platforms:
        return False
    # A version that has the fix is told so; one outside of the affected range has something else.
    return issue.affects(case.sdk_version) is not False or _is_cured(issue, case)


def _is_cured(issue: KnownIssue, case: Case) -> bool:
    return bool(issue.fixed_in and versions.reaches(case.sdk_version, issue.fixed_in))


def _match(issue: KnownIssue, case: Case) -> Match:
    reasons = tuple(_reasons(issue, case))
    has_code = any(code in case.codes for code in issue.error_codes)
    score: float = issue.rank + (CODE if has_code else 0.0)  # type: ignore[attr-defined]
    score *= 1.15 ** (len(reasons) - has_code)
    if _is_cured(issue, case) or issue.state == KnownIssue.State.WONT_FIX:
        score *= 0.6
    return Match(issue, score, reasons, _is_cured(issue, case))


def _reasons(issue: KnownIssue, case: Case) -> Iterator[str]:
    named = [code for code in issue.error_codes if code in case.codes]
    yield from {code.lstrip("-"): code for code in reversed(named[:3])}.values()
    if case.product and issue.product_id == case.product.pk:
        yield str(case.product)
    if case.platform in issue.platforms:
        yield str(Platform(case.platform).label)
    if (issue.affected_from or issue.affected_to) and issue.affects(case.sdk_version):
        yield str(versions.parse(case.sdk_version))
