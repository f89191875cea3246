"""Decisions of the rules, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from routing import wording

register = template.Library()


@register.filter
def routing_reasons(told: Mapping[str, Any]) -> str:
    """The reasons in an event's `routing`: "speaks Chinese, knows Live SDK, 3 of 10 open, next in turn"."""
    return wording.reasons_in_words(told.get("why", []))


@register.filter
def hindrance(code: str) -> str:
    return wording.against(code)


@register.simple_tag
def load(held: int, weight: int, capacity: int | None) -> str:
    """How much somebody has: "3 of 10 open"."""
    return wording.load_in_words(held, weight, capacity)
