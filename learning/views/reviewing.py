"""Articles that somebody should read again: staff only."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.errors import InvalidInput
from kb import actions as articles
from kb.models import Article
from kb.views.finding import asked, framed
from kb.views.writing import find, for_writers, writer
from learning import actions

PAGE_SIZE = 50


@require_safe
@for_writers
def needs_review(request: HttpRequest) -> HttpResponse:
    """Past its review date or out of support, the longest first; one's own or all."""
    today = timezone.localdate()
    user = writer(request)
    whose, why = asked(request, "whose") or "all", asked(request, "why")
    stale = Article.objects.visible_to(user).stale(today)
    counts = {
        "all": stale.count(),
        "mine": stale.filter(owner=user).count(),
        "nobody": stale.filter(owner=None).count(),
    }
    shown = {"mine": stale.filter(owner=user), "nobody": stale.filter(owner=None)}.get(whose, stale)
    if why == "review":
        shown = shown.filter(review_on__lt=today)
    elif why == "support":
        shown = shown.filter(support_ended_on__lt=today)
    said = Count("feedback", filter=Q(feedback__state="open"))
    rows = (
        shown.select_related("owner", "category")
        .defer("body", "search", "search_body")
        .annotate(said=said)
        .order_by(F("review_on").asc(nulls_last=True), "support_ended_on", "title")
    )
    context = framed(
        request,
        page=Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        whose=whose,
        why=why,
        counts=counts,
        today=today,
        next_on=actions.in_half_a_year(today),
    )
    return render(request, "learning/needs_review.html", context)


@require_POST
@for_writers
def confirm(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """It was read again and holds; when it is read next."""
    article = find(request, slug, language)
    next_on = parse_date(asked(request, "next_on")) if asked(request, "next_on") else None
    next_on = next_on or actions.in_half_a_year(timezone.localdate())
    try:
        articles.confirm(article, by=writer(request), next_on=next_on)
    except InvalidInput as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("Noted as reviewed today. It is read again on %(day)s.") % {"day": next_on.isoformat()}
        messages.success(request, said)
    if "list" in request.POST:
        return redirect("kb_needs_review")
    if "page" in request.POST:
        return redirect(f"{article.get_absolute_url()}?lang={language}")
    return redirect("kb_edit", slug, language)
