"""Routes of the API, version 1."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from tickets.api import AttachmentView, TicketViewSet
from tickets.api.asking import RequestTypesView

router = SimpleRouter()
router.register("tickets", TicketViewSet, basename="api-ticket")

urlpatterns = [
    *router.urls,
    path("request-types/", RequestTypesView.as_view(), name="api-request-types"),
    path("attachments/<uuid:pk>/", AttachmentView.as_view(), name="api-attachment"),
]
