"""{% pinned_views as views %}: what stands in the reader's rail."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import User
from saved_views import rail

register = template.Library()


@register.simple_tag(takes_context=True)
def pinned_views(context: dict[str, Any]) -> list[rail.Pinned]:
    user = context.get("user")
    return rail.pinned(user) if isinstance(user, User) and user.is_staff_member else []
