"""The documents beside the ticket form: they follow what is typed and open in place."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from kb import actions, search
from kb.case import Case
from kb.models import Article
from kb.rendering import rendered
from kb.views.finding import asked, reader_language, versions
from kb.views.reading import popular

SHOWN = 5
SHOWN_AT_FIRST = 3


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """At most five documents for what stands in the form; the most useful ones before anything does."""
    case = Case.of(
        asked(request, "subject"),
        asked(request, "body"),
        product=asked(request, "product"),
        platform=asked(request, "platform"),
        sdk_version=asked(request, "sdk_version"),
    )
    found = search.suggest(request.user, case, language=reader_language(), limit=SHOWN)
    articles = Article.objects.visible_to(request.user).for_reader_of(reader_language(), request.user)
    at_first = popular(articles)[:SHOWN_AT_FIRST] if case.is_empty else []
    return render(
        request, "kb/_suggestions.html", {"found": found, "at_first": at_first, "typed": not case.is_empty}
    )


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article to read beside the form."""
    chosen = versions(request, slug)[0]
    html = rendered(chosen).html
    return render(request, "kb/_reading.html", {"article": chosen, "html": html})


@require_POST
def solved(request: HttpRequest, slug: str) -> HttpResponse:
    """An article solved it and nothing need be filed. The form's draft ends with the event article-solved."""
    chosen = versions(request, slug)[0]
    try:
        draft_key = uuid.UUID(asked(request, "submission_key"))
    except ValueError:
        return HttpResponseBadRequest()
    actions.mark_solved(
        chosen,
        draft_key=draft_key,
        by=request.user if isinstance(request.user, User) else None,
        subject=asked(request, "subject")[:200],
        facts={name: asked(request, name)[:60] for name in ("product", "platform", "sdk_version")},
    )
    return trigger_client_event(render(request, "kb/_solved.html", {"article": chosen}), "article-solved")
