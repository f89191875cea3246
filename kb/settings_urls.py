"""Addresses below /settings/synonyms/."""

from django.urls import path

from kb.views import synonyms

urlpatterns = [
    path("", synonyms.every, name="synonyms"),
    path("<int:pk>/", synonyms.every, name="synonyms_edit"),
    path("<int:pk>/remove/", synonyms.remove, name="synonyms_remove"),
]
