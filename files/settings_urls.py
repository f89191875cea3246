"""Addresses below /settings/log-patterns/."""

from django.urls import path

from files.views import patterns

urlpatterns = [
    path("", patterns.patterns, name="log_patterns"),
    path("new/", patterns.pattern, name="log_pattern_new"),
    path("<int:pk>/", patterns.pattern, name="log_pattern"),
    path("<int:pk>/remove/", patterns.remove_pattern, name="log_pattern_remove"),
]
