"""{% query_help as help %}: the filters that the reader may type, each with an example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.utils import timezone
from django.utils.functional import Promise

from tickets.query.asker import Asker
from tickets.query.reading import usable
from tickets.query.table import FLAGS, KEYS

register = template.Library()


@dataclass(frozen=True)
class Line:
    example: str
    help: Promise


@register.simple_tag(takes_context=True)
def query_help(context: dict[str, Any]) -> list[Line]:
    asker = Asker(context["user"], timezone.now())
    staff = asker.user.is_staff_member
    return [
        *(Line(KEYS[name].example, KEYS[name].help) for name in usable(asker)),
        *(Line(flag.name, flag.help) for flag in FLAGS.values() if staff or flag.for_requesters),
    ]
