from django.urls import path

from handover import views

urlpatterns = [
    path("", views.checklists, name="handover_checklists"),
    path("<str:tier>/", views.checklist, name="handover_checklist"),
]
