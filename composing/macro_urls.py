"""Macros are kept by macros.urls, and run here."""

from django.urls import path

from composing.views import running

urlpatterns = [
    path("choose/", running.choose, name="macro_choose"),
    path("rehearse/", running.rehearse, name="macro_rehearse"),
    path("run/", running.run, name="macro_run"),
]
