from django.urls import path

from followups import views

urlpatterns = [
    path("", views.templates, name="checklist_templates"),
    path("new/", views.template, name="checklist_template_new"),
    path("<int:pk>/", views.template, name="checklist_template"),
]
