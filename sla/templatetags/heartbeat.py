"""Tell the desk when nobody watches the clocks."""

from typing import Any

from django import template
from django.utils import timezone

from sla.heartbeat import silence

register = template.Library()


@register.inclusion_tag("sla/_silence.html")
def scan_silence(oob: bool = False) -> dict[str, Any]:
    """`{% scan_silence %}` where the frame shows it, `{% scan_silence oob=True %}` in what refreshes it."""
    now = timezone.now()
    silent = silence(now)
    return {"silent": silent, "lasted": now - silent.since if silent and silent.since else None, "oob": oob}
