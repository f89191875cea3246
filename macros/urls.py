from django.urls import path

from macros import views

urlpatterns = [
    path("", views.macros, name="macros"),
    path("new/", views.write, name="macro_new"),
    path("<int:pk>/", views.write, name="macro_edit"),
    path("<int:pk>/archive/", views.archive, name="macro_archive"),
]
