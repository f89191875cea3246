from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from accounts.views import set_language
from helpdesk import views
from kb.views import crawling
from tickets.views import portal

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("robots.txt", crawling.robots, name="robots"),
    path("sitemap.xml", crawling.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", crawling.sitemap, name="sitemap"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("me/", include("accounts.urls")),
    path("portal/", portal.home, name="portal"),
    path("tickets/", include("tickets.urls")),
    path("tickets/", include("sla.ticket_urls")),
    path("tickets/", include("handover.urls")),
    path("tickets/", include("composing.ticket_urls")),
    path("outgoing/", include("composing.urls")),
    path("", include("followups.urls")),
    path("", include("timespent.urls")),
    path("", include("satisfaction.urls")),
    path("queue/", include("tickets.queue_urls")),
    path("macros/", include("macros.urls")),
    path("macros/", include("composing.macro_urls")),
    path("availability/", include("routing.urls")),
    path("tickets/", include("routing.ticket_urls")),
    path("palette/", include("palette.urls")),
    path("docs/", include("learning.urls")),
    path("docs/", include("kb.urls")),
    path("known-issues/", include("known_issues.urls")),
    path("reports/", include("sla.urls")),
    path("settings/", include("helpdesk.settings_urls")),
    path("notices/", include("notifications.urls")),
    path("uploads/", include("files.urls")),
    path("drafts/", include("drafts.urls")),
    path("api/v1/", include("helpdesk.api_urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
]

handler404 = "helpdesk.views.not_found"
handler403 = "helpdesk.views.forbidden"
handler500 = "helpdesk.views.server_error"
