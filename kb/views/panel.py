"""A document beside the ticket form. What is offered there, `known_issues.views.panel` says."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from kb import actions, trail
from kb.rendering import rendered
from kb.views.finding import asked, versions

FACTS = ("product", "platform", "sdk_version", "error_code")


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """An article to read beside the form."""
    chosen = versions(request, slug)[0]
    trail.note_read(request, chosen)
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
        subject=asked(request, "subject"),
        facts={name: asked(request, name) for name in FACTS},
    )
    return trigger_client_event(render(request, "kb/_solved.html", {"article": chosen}), "article-solved")
