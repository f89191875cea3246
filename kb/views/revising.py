"""The past of an article, and its way from draft to archive: staff only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from helpdesk.errors import InvalidInput
from kb import actions, differences
from kb.models import Article
from kb.views.finding import framed
from kb.views.writing import find, for_writers, writer


@require_safe
@for_writers
def revision(request: HttpRequest, slug: str, language: str, number: int) -> HttpResponse:
    """What one save changed, with the way back to it."""
    article = find(request, slug, language)
    chosen = get_object_or_404(article.revisions.select_related("by"), number=number)
    before = article.revisions.filter(number=number - 1).first()
    context = framed(
        request,
        article=article,
        revision=chosen,
        is_last=not article.revisions.filter(number__gt=number).exists(),
        before=number - 1 if before else None,
        after=number + 1 if article.revisions.filter(number=number + 1).exists() else None,
        lines=differences.lines(before.body if before else "", chosen.body),
        facts=differences.facts(before, chosen),
    )
    return render(request, "kb/revision.html", context)


@require_POST
@for_writers
def restore(request: HttpRequest, slug: str, language: str, number: int) -> HttpResponse:
    article = find(request, slug, language)
    chosen = get_object_or_404(article.revisions, number=number)
    actions.restore(article, chosen, by=writer(request))
    messages.success(request, _("Restored. What it was in between is kept among the revisions."))
    return redirect("kb_edit", slug, language)


@require_POST
@for_writers
def submit(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    return _moved(
        actions.submit(find(request, slug, language), by=writer(request)), request, _("Sent to review.")
    )


@require_POST
@for_writers
def archive(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    done = actions.archive(find(request, slug, language), by=writer(request))
    return _moved(done, request, _("Archived. Nobody finds it any more; its past is kept."))


@require_POST
@for_writers
def schedule(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The moment is in the writer's own time zone."""
    article = find(request, slug, language)
    try:
        at = parse_datetime(request.POST.get("publish_at", ""))
        if at is None:
            raise ValueError
        at = timezone.make_aware(at) if timezone.is_naive(at) else at
        article = actions.schedule(article, publish_at=at, by=writer(request))
    except (ValueError, InvalidInput):
        messages.error(request, _("Please choose a moment in the future."))
        return redirect("kb_edit", slug, language)
    return _moved(article, request, _("Scheduled. It is published by itself at that moment."))


def _moved(article: Article, request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("kb_edit", article.slug, article.language)
