from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KbConfig(AppConfig):
    name = "kb"

    def ready(self) -> None:
        from kb import shelves, synonyms

        post_migrate.connect(shelves.put_up, sender=self, dispatch_uid="kb.put_up_shelves")
        post_migrate.connect(synonyms.put_up, sender=self, dispatch_uid="kb.put_up_synonyms")
