from django.urls import path

from palette import views

urlpatterns = [path("", views.palette, name="palette")]
