"""The clocks of one ticket; under the ticket's own address."""

from django.urls import path

from sla import ticket_views

urlpatterns = [
    path("<int:number>/acknowledge/", ticket_views.acknowledge, name="ticket_acknowledge"),
    path("<int:number>/why/", ticket_views.ledger, name="ticket_ledger"),
    path("<int:number>/why/<slug:target>/<int:cycle>/", ticket_views.ledger, name="clock_ledger"),
    path("<int:number>/why/<slug:target>/<int:cycle>/void/", ticket_views.void, name="clock_void"),
]
