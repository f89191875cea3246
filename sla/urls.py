from django.urls import path

from sla import views

urlpatterns = [
    path("", views.report, name="report"),
    path("rows/", views.report_rows, name="report_rows"),
    path("sla.csv", views.report_csv, name="report_csv"),
]
