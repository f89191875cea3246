"""Addresses below /uploads/."""

from django.urls import path

from files.views import masking, uploading

urlpatterns = [
    path("", uploading.create, name="uploads"),
    path("masking/", masking.look, name="masking"),
    path("<uuid:pk>/", uploading.upload, name="upload"),
    path("<uuid:pk>/file/", uploading.content, name="upload_file"),
    path("<uuid:pk>/small/", uploading.thumbnail, name="upload_small"),
    path("<uuid:pk>/look/", uploading.look_at, name="upload_look"),
]
