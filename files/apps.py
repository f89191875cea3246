from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FilesConfig(AppConfig):
    name = "files"

    def ready(self) -> None:
        from files.reading.shipped import ship

        post_migrate.connect(ship, sender=self, dispatch_uid="files.ship_patterns")
