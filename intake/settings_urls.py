"""Addresses below /settings/ about what tickets ask for."""

from django.urls import path

from intake import views

urlpatterns = [
    path("request-types/", views.request_types, name="request_types"),
    path("request-types/new/", views.request_type, name="request_type_new"),
    path("request-types/<slug:code>/", views.request_type, name="request_type"),
    path("request-types/<slug:code>/place/", views.request_type_place, name="request_type_place"),
    path("impact/", views.impact_rules, name="impact_rules"),
]
