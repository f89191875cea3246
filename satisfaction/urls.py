from django.urls import path

from satisfaction import views

urlpatterns = [
    path("satisfaction/here/<int:pk>/", views.answer_here, name="satisfaction_here"),
    path("satisfaction/<str:token>/", views.answer, name="satisfaction_answer"),
    path("reports/satisfaction/", views.report, name="satisfaction_report"),
]
