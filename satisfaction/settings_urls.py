from django.urls import path

from satisfaction import views

urlpatterns = [path("", views.switches, name="satisfaction_switches")]
