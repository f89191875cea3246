from django.urls import path

from timespent import views

urlpatterns = [
    path("tickets/<int:number>/time/", views.card, name="time_of_ticket"),
    path("tickets/<int:number>/time/log/", views.log, name="time_log"),
    path("tickets/<int:number>/time/timer/", views.timer, name="time_timer"),
    path("time/<int:pk>/", views.change, name="time_entry"),
    path("reports/time/", views.report, name="time_report"),
    path("reports/time/time.csv", views.report_csv, name="time_report_csv"),
]
