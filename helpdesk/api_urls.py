"""Routes of the API, version 1."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from handover.api import TicketViewSet
from kb.api import ArticleSearchView
from known_issues.api import KnownIssueViewSet
from tickets.api import AttachmentView
from tickets.api.asking import RequestTypesView

router = SimpleRouter()
router.register("known-issues", KnownIssueViewSet, basename="api-known-issue")
router.register("tickets", TicketViewSet, basename="api-ticket")

urlpatterns = [
    *router.urls,
    path("articles/", ArticleSearchView.as_view(), name="api-articles"),
    path("request-types/", RequestTypesView.as_view(), name="api-request-types"),
    path("attachments/<uuid:pk>/", AttachmentView.as_view(), name="api-attachment"),
]
