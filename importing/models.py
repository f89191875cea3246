"""Which ticket came from where: importing the same file twice adds nothing."""

from django.db import models

from tickets.models import Ticket


class ImportedTicket(models.Model):
    """A ticket and the record it was made from."""

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="imported")
    facts = models.JSONField(default=dict, help_text="What the record said that has no place on a ticket.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
