"""Where a form leaves its draft (static/js/draft.js). Who is signed out keeps it in the browser meanwhile."""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from drafts import actions
from drafts.models import Draft
from files import uploads
from files.models import Upload


@require_http_methods(["GET", "PUT", "DELETE"])
@login_required
@never_cache
def draft(request: SignedInRequest, place: str) -> HttpResponse:
    """The draft of one form: `{"content": {field: [texts]}, "key": "…", "at": milliseconds}`."""
    if request.method == "DELETE":
        actions.discard(request.user, place)
        uploads.discard(request.user, place)
        return HttpResponse(status=204)
    if request.method == "GET":
        found = actions.find(request.user, place)
        return JsonResponse(_told(found) if found else {})
    try:
        data = json.loads(request.body)
        content, key = data["content"], str(data.get("key", ""))
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=400)
    kept = actions.keep(request.user, place, content=content, key=key)
    return JsonResponse({"at": int(kept.updated_at.timestamp() * 1000)})


@require_safe
@login_required
@never_cache
def about(request: SignedInRequest, key: int) -> HttpResponse:
    """What waits in the forms about one ticket: drafts by place, and the places that have files."""
    files = Upload.objects.visible_to(request.user).filter(place__endswith=f"-{key}")
    places = sorted(set(files.values_list("place", flat=True)))
    return JsonResponse({"drafts": all_about(request.user, key), "files": places})


def all_about(user: User, key: int | str) -> dict[str, dict[str, object]]:
    """The drafts of the forms about one ticket, by place; for "" those of forms that are about none."""
    found = Draft.objects.visible_to(user)
    found = found.filter(place__endswith=f"-{key}") if key else found.exclude(place__contains="-")
    return {draft.place: _told(draft) for draft in found}


def _told(draft: Draft) -> dict[str, object]:
    return {"content": draft.content, "key": draft.key, "at": int(draft.updated_at.timestamp() * 1000)}
