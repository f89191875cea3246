from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SavedViewsConfig(AppConfig):
    name = "saved_views"
    verbose_name = _("saved views")

    def ready(self) -> None:
        post_migrate.connect(_ship, sender=self)


def _ship(**kwargs: Any) -> None:
    from saved_views import shipped

    shipped.ensure()
