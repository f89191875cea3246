"""Production checks of our own, run by `manage.py check --deploy`."""

import os
from typing import Any

from django.core.checks import Error, Tags, register


@register(Tags.security, deploy=True)
def secret_key_is_set(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Without SECRET_KEY each process would invent its own and nobody could stay signed in."""
    if os.environ.get("SECRET_KEY"):
        return []
    return [Error("SECRET_KEY is not set.", hint="Set it to 50 random characters.", id="helpdesk.E001")]
