"""Addresses below /uploads/."""

from django.urls import path

from files.models import Upload
from files.views import masking, uploading
from files.views.doors import doors

urlpatterns = [
    path("", uploading.create, name="uploads"),
    path("masking/", masking.look, name="masking"),
    path("<uuid:pk>/", uploading.upload, name="upload"),
    *doors("<uuid:pk>/file/", Upload.url_name, uploading.find),
]
