"""Everything under /settings/. What a page decides lives in its app; the addresses of the apps join here."""

from django.urls import path

from helpdesk import views

urlpatterns = [
    path("", views.settings_home, name="settings"),
]
