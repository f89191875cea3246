"""What a fresh desk asks: the built-in request types and the standard table of impact and priority."""

from __future__ import annotations

from intake import builtin
from intake.impact import STANDARD
from intake.models import ImpactRules, RequestType, RequestTypeVersion


def ensure() -> None:
    """Make them where there are none yet. What an admin changed or took away stays as it is."""
    if not ImpactRules.objects.exists():
        ImpactRules.objects.create(number=1, table=STANDARD)
    if RequestType.objects.exists():
        return
    for position, (code, definition) in enumerate(builtin.types().items()):
        made = RequestType.objects.create(code=code, position=position)
        RequestTypeVersion.objects.create(request_type=made, number=1, definition=definition.written())
