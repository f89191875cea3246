"""Where the documents have gaps: staff only. Every number leads to what was counted."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kb.models import Article
from kb.views.finding import LANGUAGES, asked, framed
from kb.views.writing import for_writers, writer
from learning import gaps as found
from products.models import Product

PAGE_SIZE = 50
TABS = [
    ("searches", _("Found nothing to open")),
    ("into-tickets", _("Ended in a ticket")),
    ("solved", _("Solved without an article")),
    ("failed", _("Articles that failed")),
    ("deflections", _("Tickets saved")),
]
# A spreadsheet takes a cell that starts with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@for_writers
def gaps(request: HttpRequest) -> HttpResponse:
    question, user = _question(request), writer(request)
    part = asked(request, "part")
    part = part if part in dict(TABS) else TABS[0][0]
    rows: dict[str, Callable[[], Sequence[dict[str, Any]]]] = {
        "searches": lambda: found.searches_without_click(question),
        "into-tickets": lambda: found.searches_into_tickets(question),
        "solved": lambda: found.solved_without_article(question, user),
        "failed": lambda: found.failed_articles(question),
        "deflections": lambda: found.top_deflections(question),
    }
    context = {
        **_frame(request, question),
        "totals": found.totals(question),
        "part": part,
        "tabs": TABS,
        "rows": rows[part](),
        "limit": found.SHOWN,
        "languages_by_code": LANGUAGES,
    }
    return render(request, "learning/gaps.html", context)


@require_safe
@for_writers
def searches(request: HttpRequest) -> HttpResponse:
    """The single searches for the same words."""
    question, words = _question(request), asked(request, "words")[:200]
    rows = found.behind(question, words)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "learning/gap_searches.html", {**_frame(request, question), "words": words, "page": page}
    )


@require_safe
@for_writers
def tickets(request: HttpRequest) -> HttpResponse:
    """The tickets of a row: those filed after reading an article, or solved without one."""
    question, user = _question(request), writer(request)
    article = None
    if pk := asked(request, "article"):
        article = get_object_or_404(Article.objects.visible_to(user), pk=_number(pk))
        rows = found.tickets_after_reading(question, article, user)
    else:
        rows = found.without_article(question, user).order_by("-number")
        kind = asked(request, "kind")
        rows = rows.filter(request_type__request_type=_number(kind) if kind else None)
        if not question.product:
            rows = rows.filter(product=None)
    rows = rows.select_related("product", "request_type", "organization").defer("search")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {**_frame(request, question), "article": article, "page": page}
    return render(request, "learning/gap_tickets.html", context)


@require_safe
@for_writers
def deflections(request: HttpRequest) -> HttpResponse:
    """The drafts that an article ended, with what was typed into them."""
    question = _question(request)
    article = get_object_or_404(
        Article.objects.visible_to(request.user), pk=_number(asked(request, "article"))
    )
    rows = found.deflected_drafts(question, article)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {**_frame(request, question), "article": article, "page": page}
    return render(request, "learning/gap_deflections.html", context)


@require_safe
@for_writers
def gaps_csv(request: HttpRequest, part: str) -> HttpResponse:
    """A table of the page as a file: the same rows, the same filters."""
    question, user = _question(request), writer(request)
    if part in ("searches", "into-tickets"):
        into_tickets = part == "into-tickets"
        rows = (found.searches_into_tickets if into_tickets else found.searches_without_click)(question)
        head = ["words", "language", "searches", "most_results", "tickets", "last"]
        lines = [
            [
                one["spelt"],
                one["language"],
                one["count"],
                one["results"],
                one["tickets"],
                one["last"].isoformat(),
            ]
            for one in rows
        ]
    elif part == "solved":
        head = ["product", "about", "tickets", "newest"]
        lines = [
            [one["product"].code if one["product"] else "", one["kind_name"], one["count"], one["newest"]]
            for one in found.solved_without_article(question, user)
        ]
    elif part == "failed":
        head = ["article", "language", "title", "failed", "tickets", "not_helpful", "rated", "feedback"]
        lines = [
            [
                *(one["article"].slug, one["article"].language, one["article"].title, one["failed"]),
                *(one["tickets"], one["unhelpful"], one["rated"], one["feedback"]),
            ]
            for one in found.failed_articles(question)
        ]
    elif part == "deflections":
        head = ["article", "language", "title", "tickets_saved", "last"]
        lines = [
            [
                *(one["article"].slug, one["article"].language, one["article"].title),
                *(one["count"], one["last"].isoformat()),
            ]
            for one in found.top_deflections(question)
        ]
    else:
        raise Http404
    return _csv(f"gaps-{part}", [head, *lines])


def _frame(request: HttpRequest, question: found.Question) -> dict[str, Any]:
    return framed(
        request,
        question=question,
        periods=found.PERIODS,
        languages=list(LANGUAGES.items()),
        products=Product.objects.filter(is_active=True),
    )


def _question(request: HttpRequest) -> found.Question:
    """From the address; what makes no sense there is left out."""
    days = asked(request, "days")
    language = asked(request, "language")
    product = asked(request, "product")
    return found.Question(
        now=timezone.now(),
        days=int(days) if days in {str(one) for one in found.PERIODS} else 30,
        language=language if language in LANGUAGES else "",
        product=Product.objects.filter(code=product[:50]).first() if product else None,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _csv(name: str, lines: Iterable[Sequence[object]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    table = csv.writer(response)
    for line in lines:
        table.writerow([_plain(cell) for cell in line])
    return response


def _plain(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
