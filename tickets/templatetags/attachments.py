"""What may be attached, for the script that says so before anything is sent."""

from django import template
from django.conf import settings

from files.views.uploading import PART_BYTES

register = template.Library()


@register.simple_tag
def attachment_limits() -> dict[str, int]:
    """`{% attachment_limits as limits %}`: bytes of one file and of a part of it, files of one message."""
    return {
        "bytes": settings.ATTACHMENT_MAX_BYTES,
        "count": settings.ATTACHMENTS_PER_MESSAGE,
        "part": PART_BYTES,
    }
