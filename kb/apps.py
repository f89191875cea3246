from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KbConfig(AppConfig):
    name = "kb"

    def ready(self) -> None:
        from kb.shelves import put_up

        post_migrate.connect(put_up, sender=self, dispatch_uid="kb.put_up_shelves")
