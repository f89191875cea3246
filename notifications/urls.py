from django.urls import path

from notifications import views

urlpatterns = [
    path("", views.notices, name="notices"),
    path("bell/", views.sheet, name="notices_bell"),
    path("read/", views.read_all, name="notices_read"),
    path("<int:pk>/open/", views.open_notice, name="notice_open"),
    path("<int:pk>/acknowledge/", views.acknowledge, name="notice_acknowledge"),
    path("<int:pk>/read/", views.read, name="notice_read"),
]
