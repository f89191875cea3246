"""Addresses below /drafts/."""

from django.urls import path

from drafts import views

urlpatterns = [
    path("about/<int:key>/", views.about, name="drafts_about"),
    path("<str:place>/", views.draft, name="draft"),
]
