"""Why a ticket has who it has; under the ticket's own address."""

from django.urls import path

from routing.views import why

urlpatterns = [
    path("<int:number>/routing/<int:pk>/", why.why, name="ticket_routing"),
]
