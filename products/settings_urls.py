"""Addresses below /settings/ about products."""

from django.urls import path

from products import views

urlpatterns = [
    path("sdk-versions/", views.sdk_versions, name="sdk_versions"),
    path("sdk-versions/<int:pk>/", views.sdk_versions, name="sdk_version"),
    path("sdk-versions/<int:pk>/remove/", views.remove_sdk_version, name="sdk_version_remove"),
]
