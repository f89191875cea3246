from django.urls import path

from followups import views

urlpatterns = [
    path("tickets/<int:number>/follow-ups/", views.card, name="followups_of_ticket"),
    path("tickets/<int:number>/bookmark/", views.bookmark, name="ticket_bookmark"),
    path("tickets/<int:number>/remind/", views.remind, name="ticket_remind"),
    path("tickets/<int:number>/checklists/", views.checklist_add, name="ticket_checklists"),
    path("follow-ups/", views.followups, name="followups"),
    path("follow-ups/read/", views.read_moment, name="read_moment"),
    path("follow-ups/<int:pk>/cancel/", views.cancel, name="reminder_cancel"),
    path("checklists/<int:pk>/", views.checklist_change, name="checklist_change"),
    path("checklists/items/<int:pk>/", views.item_change, name="checklist_item"),
]
