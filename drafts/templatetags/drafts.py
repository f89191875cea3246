"""The draft of a form, for the script that offers it back."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from drafts.views import all_about

register = template.Library()


@register.inclusion_tag("drafts/_kept.html", takes_context=True)
def kept_draft(context: Any, kind: str, key: int | str = "", *, later: bool = False) -> dict[str, Any]:
    """`{% kept_draft "reply" ticket.number %}` inside a form with `data-draft`: its address, and what it is.

    All drafts about one thing are read at once: a page with several forms about it asks once. `later`: the
    script asks for them when the page is there.
    """
    place = f"{kind}-{key}" if key else kind
    address = reverse("draft", args=[place])
    if later:
        return {"address": address, "about": reverse("drafts_about", args=[key]), "place": place}
    request = context["request"]
    drafts = request.__dict__.setdefault("_kept_drafts", {})
    if key not in drafts:
        drafts[key] = all_about(request.user, key)
    return {"address": address, "draft": drafts[key].get(place) or {}}


@register.inclusion_tag("drafts/_kept.html", takes_context=True)
def kept_draft_at(context: Any, place: str) -> dict[str, Any]:
    """`{% kept_draft_at place %}`, where the place is known as a whole and the form stands alone."""
    kind, _dash, key = place.partition("-")
    return kept_draft(context, kind, key)
