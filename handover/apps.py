from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HandoverConfig(AppConfig):
    name = "handover"

    def ready(self) -> None:
        # Not a migration: rows made there would be gone after a test with real transactions.
        post_migrate.connect(_ensure_defaults, sender=self)


def _ensure_defaults(**kwargs: Any) -> None:
    from handover import defaults

    defaults.ensure()
