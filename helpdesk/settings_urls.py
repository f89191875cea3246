"""Everything under /settings/. What a page decides lives in its own app, whose addresses are included here."""

from django.urls import path

from helpdesk import views

urlpatterns = [
    path("", views.settings_home, name="settings"),
]
