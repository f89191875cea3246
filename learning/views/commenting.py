"""Reviewers' comments beside the editor: staff only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.middleware import HtmxDetails

from helpdesk.errors import Refused
from kb.models import Article
from kb.views.finding import asked
from kb.views.writing import find, for_writers, writer
from learning import actions
from learning.models import Comment


@require_POST
@for_writers
@vary_on_headers("HX-Request")
def add(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    article = find(request, slug, language)
    try:
        actions.comment(
            article, body=asked(request, "comment"), quote=asked(request, "quote"), by=writer(request)
        )
    except Refused as refusal:
        return _threads(request, article, refused=refusal)
    return _threads(request, article)


@require_POST
@for_writers
@vary_on_headers("HX-Request")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _found(request, pk)
    try:
        actions.comment(comment.article, body=asked(request, "comment"), thread=comment, by=writer(request))
    except Refused as refusal:
        return _threads(request, comment.article, refused=refusal)
    return _threads(request, comment.article)


@require_POST
@for_writers
@vary_on_headers("HX-Request")
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _found(request, pk)
    actions.resolve_comment(comment, by=writer(request))
    return _threads(request, comment.article)


@require_POST
@for_writers
@vary_on_headers("HX-Request")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    comment = _found(request, pk)
    actions.reopen_comment(comment, by=writer(request))
    return _threads(request, comment.article)


def _found(request: HttpRequest, pk: int) -> Comment:
    return get_object_or_404(Comment.objects.visible_to(request.user).select_related("article"), pk=pk)


def _threads(request: HttpRequest, article: Article, refused: Refused | None = None) -> HttpResponse:
    status = refused.status if refused else 200
    if HtmxDetails(request):
        context = {"article": article, "refused": str(refused) if refused else ""}
        return render(request, "learning/_comments.html", context, status=status)
    if refused:
        messages.error(request, str(refused))
    return redirect("kb_edit", article.slug, article.language)
