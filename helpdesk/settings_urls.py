"""Everything under /settings/. What a page decides lives in its app; the addresses of the apps join here."""

from django.urls import include, path

from helpdesk import views

urlpatterns = [
    path("", views.settings_home, name="settings"),
    path("calendars/", include("sla.calendars.urls")),
    path("log-patterns/", include("files.settings_urls")),
    path("hand-over/", include("handover.settings_urls")),
    path("checklists/", include("followups.settings_urls")),
    path("synonyms/", include("kb.settings_urls")),
    path("satisfaction/", include("satisfaction.settings_urls")),
    path("", include("intake.settings_urls")),
    path("", include("products.settings_urls")),
    path("", include("routing.settings_urls")),
    path("", include("sla.plans.urls")),
    path("", include("sla.policies.urls")),
]
